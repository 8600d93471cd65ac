"""Erasing a participant: names, addresses and the texts of their mail go; what keeps mail from going twice stays.

The mark is committed first: from then on nothing about them is taken in with a name. Texts go before the log is
scrubbed, because the log knows by which names to find them. A cut anywhere leaves something to find, and the same
command, given again, finds it.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, Protocol

from service.domain.calendar import Instant
from service.domain.events import Incoming, SubjectKind
from service.flow.erasure_port import Bodies
from service.flow.ports import Action, AuditRow, Clock, EmailState, RecipientKey, Snapshot, Store, Transaction


class Kept(Store, Protocol):
    """A store that can clear its own files."""

    def leave_no_trace(self) -> bool:
        """Clear from the store's files what was taken out of it, and return whether nobody who reads stood in the way.

        Raises: StoreUnavailable.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What erasing came to: whether it was the first time, and of how many events and texts something was taken.

    `on_their_way` counts emails that were being written or sent meanwhile, `traceless` says whether the files hold
    nothing of what was taken out of them.
    """

    first: bool
    events: int
    bodies: int
    on_their_way: int
    traceless: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Eraser:
    """Erases participants from a store and from wherever texts lie; `personal` are the fields that go."""

    store: Kept
    bodies: Bodies
    personal: Collection[str]
    clock: Clock

    def erase(self, key: RecipientKey, by: str) -> Erased:
        """Erase a participant, as often as one likes. Raises: StoreUnavailable."""
        with self.store.writing() as transaction:
            first = transaction.mark_erased(*key, self.clock())
            if first:
                _note(transaction, key, by, self.clock())
        with self.store.reading() as snapshot:
            emails, naming = snapshot.emails_naming(*key), _naming(snapshot.kept_of(*key))
        bodies = self.bodies.forget(emails, naming)
        with self.store.writing() as transaction:
            events = transaction.scrub(*key, self.personal, self.clock())
            on_their_way = _on_their_way(transaction, key)
        # Again, for what was sent between the two: nothing that is written from now on knows a name.
        bodies += self.bodies.forget(emails, naming)
        traceless = self.bodies.leave_no_trace() & self.store.leave_no_trace()
        return Erased(first=first, events=events, bodies=bodies, on_their_way=on_their_way, traceless=traceless)


def keep_erased(transaction: Transaction, events: Iterable[Incoming], personal: Collection[str], now: Instant) -> None:
    """Take out of what was just appended whatever is about participants who were erased."""
    about = {
        RecipientKey(each.program, each.subject.id)
        for each in events
        if each.subject.kind is SubjectKind.PARTICIPANT and not each.data.keys().isdisjoint(personal)
    }
    for key in sorted(transaction.erased(about)):
        transaction.scrub(*key, personal, now)


def _note(transaction: Transaction, key: RecipientKey, by: str, now: Instant) -> None:
    about = f"participants/{key.recipient}"
    row = AuditRow(at=now, who=by, action=Action.PARTICIPANT_ERASED, about=about, program=key.program)
    transaction.note(row)


def _on_their_way(snapshot: Snapshot, key: RecipientKey) -> int:
    found = map(snapshot.email, snapshot.emails_naming(*key))
    return sum(each is not None and each.state is EmailState.SENDING for each in found)


def _naming(kept: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """Return the words by which texts name a participant: each address of theirs, each full name as mail has it."""
    events = list(kept)
    firsts, lasts = (_all(events, name) for name in ("first_name", "last_name"))
    full = frozenset(f"{first} {last}" for first, last in product(firsts, lasts)) if lasts else firsts
    return full | _all(events, "email") | _all(events, "advisor_email")


def _all(events: Iterable[Mapping[str, Any]], name: str) -> frozenset[str]:
    return frozenset(str(each[name]) for each in events if each.get(name))
