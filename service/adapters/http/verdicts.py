"""What would become of events if they were sent in earnest: the answer to `POST /events?validate=true`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from service.domain.events import Incoming
from service.domain.publishers import Publisher, trespasses
from service.flow.fault_port import FaultInEvent
from service.flow.ports import Appended


class Outcome(StrEnum):
    """What would become of one event."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What would become of one event, and why where it would be refused: pairs of a JSON pointer and words."""

    outcome: Outcome
    errors: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """What would become of each event of a request, in order."""

    verdicts: Sequence[Verdict]

    def as_json(self) -> dict[str, Any]:
        """Return the answer; `stored` is always false, and `acceptable` says that the request would be answered 202."""
        outcomes = [each.outcome for each in self.verdicts]
        return {
            "stored": False,
            "acceptable": Outcome.REFUSED not in outcomes,
            "accepted": outcomes.count(Outcome.ACCEPTED),
            "duplicates": outcomes.count(Outcome.DUPLICATE),
            "refused": outcomes.count(Outcome.REFUSED),
            "events": [_as_json(index, each) for index, each in enumerate(self.verdicts)],
        }


Foresee = Callable[[Sequence[Incoming]], Sequence[Appended]]
Read = tuple[Sequence[Incoming], Sequence[FaultInEvent]]
"""One event, or none and what is wrong with it."""


def checked(read: Sequence[Read], publisher: Publisher | None, foresee: Foresee) -> Checked:
    """Return what would become of each event. Of what the publisher may not send, nothing is looked up."""
    verdicts = [_refusal(*each, publisher) for each in read]
    good = [events[0] for (events, _), verdict in zip(read, verdicts, strict=True) if verdict is None]
    appended = iter(foresee(good) if good else ())
    return Checked([each or _foreseen(next(appended)) for each in verdicts])


def _refusal(events: Sequence[Incoming], faults: Sequence[FaultInEvent], publisher: Publisher | None) -> Verdict | None:
    """Return why an event would be refused whatever the store holds, or None."""
    found: Sequence[FaultInEvent] = faults or (trespasses(publisher, events) if publisher else ())
    errors = [(each.pointer, each.message) for each in found]
    return Verdict(outcome=Outcome.REFUSED, errors=errors) if errors else None


def _foreseen(appended: Appended) -> Verdict:
    if appended.conflicts:
        return Verdict(outcome=Outcome.REFUSED, errors=[("/id", ID_TAKEN)])
    return Verdict(outcome=Outcome.ACCEPTED if appended.accepted else Outcome.DUPLICATE)


ID_TAKEN = "This id was used before for another event. Send this event with an id of its own."


def _as_json(index: int, verdict: Verdict) -> dict[str, Any]:
    errors = [{"pointer": pointer, "message": message} for pointer, message in verdict.errors]
    return {"index": index, "outcome": verdict.outcome.value, **({"errors": errors} if errors else {})}
