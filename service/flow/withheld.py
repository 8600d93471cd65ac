"""Withheld: why a notice that the rules would have sent did not go, as only the store knows it and no event tells."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from service.domain.book import ProgramBook
from service.domain.brakes import DROPPED, SAFETY, STOPPED, Hold
from service.domain.calendar import Instant
from service.domain.delivery import ADVISOR_PREFIX, LedgerKey, Verdict, Word
from service.domain.events import Subject, SubjectKind
from service.domain.inbox import addresses_of
from service.domain.rules import STAFF_PREFIX, Kind
from service.flow.brake_port import Scope, Stop
from service.flow.ports import EmailState, RecipientKey, Snapshot, SubjectKey
from service.flow.reach import participant_of, reach_of


class Blocked(NamedTuple):
    """Since when no address of a recipient takes mail, and whether somebody gets their alerts meanwhile."""

    since: Instant
    has_stand_in: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """What stood in the way of notices about one subject, as known at the instant `at`."""

    program: str
    at: Instant
    blocked: Mapping[str, Blocked]
    stops: Sequence[Stop]
    holds: Mapping[LedgerKey, Hold]
    dropped: Collection[LedgerKey]

    def verdict(self, key: LedgerKey, kind: Kind, closes: Instant) -> Verdict | None:
        """Return why a notice whose slot closes then did not go, or None where nothing here kept it."""
        blocked = self.blocked.get(key.recipient)
        if blocked and self._counts(blocked.since, closes) and not (blocked.has_stand_in and kind is Kind.ALERT):
            return Verdict(Word.ADDRESS_BLOCKED)
        if key in self.dropped:
            return Verdict(Word.HELD, DROPPED)
        if any(self._counts(stop.at, closes) and self._is_about(stop, key.rule) for stop in self.stops):
            return Verdict(Word.HELD, STOPPED)
        hold = self.holds.get(key)
        if hold and hold.since <= self.at and (hold.released_at is None or self.at < hold.released_at):
            return Verdict(Word.HELD, SAFETY)
        return None

    def _counts(self, since: Instant, closes: Instant) -> bool:
        return since <= self.at and since < closes

    def _is_about(self, stop: Stop, rule: str) -> bool:
        return stop.scope is Scope.ALL or stop.name == (rule if stop.scope is Scope.RULE else self.program)


def withheld_near(
    snapshot: Snapshot, book: ProgramBook, key: SubjectKey, near: Iterable[Subject], at: Instant
) -> Withheld:
    """Return what withheld notices about a subject; `near` are its people, among others."""
    return Withheld(
        program=key.program,
        at=at,
        blocked=dict(_blocked(snapshot, book, near)),
        stops=snapshot.stops(),
        holds=snapshot.holds_of([key])[key],
        dropped=_dropped(snapshot, key),
    )


def _blocked(snapshot: Snapshot, book: ProgramBook, near: Iterable[Subject]) -> Iterable[tuple[str, Blocked]]:
    people = [each.id for each in near if each.kind is SubjectKind.PARTICIPANT]
    staff = [STAFF_PREFIX + role for role in book.program.staff]
    for recipient in (*people, *(ADVISOR_PREFIX + each for each in people), *staff):
        participant = participant_of(snapshot, RecipientKey(book.program.id, recipient))
        reach = reach_of(snapshot, book, recipient, participant)
        if reach.blocked:
            found = snapshot.suppressed(addresses_of(book, recipient, participant))
            yield recipient, Blocked(max(each.at for each in found.values()), bool(reach.stand_in))


def _dropped(snapshot: Snapshot, key: SubjectKey) -> set[LedgerKey]:
    emails = (each for each in snapshot.emails_about(key) if each.state is EmailState.DROPPED)
    return {notice.candidate.key for email in emails for notice in email.notices}
