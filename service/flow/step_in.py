"""Stepping in: what staff do about mentorships in the console, as events like everybody else's.

The rules of this file:
1. Everything staff do is an event that goes through the same door as all events, so that rules, the timeline and
   other services see it; who did it is in the audit, written before, and in no event's data.
2. An event's id is made of the form in which it was pressed: pressing twice is once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from service.domain.calendar import Instant, format_rfc3339
from service.domain.errors import IntouchError
from service.domain.events import Incoming, Subject
from service.flow.accept import Acceptor, IdConflict
from service.flow.answer import Admit
from service.flow.ports import Action, AuditRow, Clock, Store

SOURCE: Final = "/intouch/console"
_ID_LENGTH: Final = 32
AT_ONCE: Final = 500


class CannotBeSaid(IntouchError):  # noqa: N818 - it names what it is, to staff
    """What somebody asked for is not what an event may say; the words tell why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One event that staff cause. `mark` is the same for the same press of one button."""

    type: str
    subject: Subject
    mark: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SteppingIn:
    """Takes staff's steps in through the same door as all events."""

    store: Store
    acceptor: Acceptor
    admit: Admit
    clock: Clock

    def take(
        self, program: str, who: str, steps: Sequence[Step], beat: Callable[[], None] | None = None
    ) -> tuple[str, ...]:
        """Return the ids of the events, once they are in the log. Raises: CannotBeSaid, StoreUnavailable.

        More than `AT_ONCE` go in several pieces: after a cut the same steps can be taken again, and each is there once.
        """
        now = self.clock()
        forms = [_cloud_event(program, each, now) for each in steps]
        events, faults = self.admit(forms)
        if faults:
            raise CannotBeSaid(f"That cannot be noted: {getattr(faults[0], 'message', faults[0])}")
        self._audit(program, who, steps, now)
        for begin in range(0, len(events), AT_ONCE):
            self._take_in(events[begin : begin + AT_ONCE])
            if beat is not None:
                beat()
        return tuple(str(each["id"]) for each in forms)

    def _take_in(self, events: Sequence[Incoming]) -> None:
        try:
            self.acceptor.accept(events, ours=True)
        except IdConflict:
            # The time of the second press is another one, and so is its body. Those of the first stand.
            for each in events:
                self._once(each)

    def _once(self, event: Incoming) -> None:
        with self.store.reading() as snapshot:
            known = snapshot.event(event.program, event.source, event.id)
        if known is None:
            self.acceptor.accept([event], ours=True)

    def _audit(self, program: str, who: str, steps: Sequence[Step], now: Instant) -> None:
        about = str(steps[0].subject) if len({each.subject for each in steps}) == 1 else f"{len(steps)} mentorships"
        detail = {"events": sorted({each.type for each in steps})}
        row = AuditRow(at=now, who=who, action=Action.STEPPED_IN, about=about, program=program, detail=detail)
        with self.store.writing() as transaction:
            transaction.note(row)


def step_id(program: str, step: Step) -> str:
    """Return the id of a step's event."""
    told = "\n".join((program, step.type, str(step.subject), step.mark))
    return sha256(told.encode()).hexdigest()[:_ID_LENGTH]


def _cloud_event(program: str, step: Step, now: Instant) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": step_id(program, step),
        "source": SOURCE,
        "type": step.type,
        "subject": str(step.subject),
        "program": program,
        "time": format_rfc3339(now),
        "data": dict(step.data),
    }
