"""Stepping in: what staff do about mentorships in the console, as events like everybody else's.

The rules of this file:
1. Everything staff do is an event that goes through the same door as all events, so that rules, the timeline and
   other services see it; who did it is in the audit, written before, and in no event's data.
2. An event's id is made of the form in which it was pressed: pressing twice is once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from service.domain.calendar import Instant
from service.domain.errors import IntouchError
from service.domain.events import Incoming
from service.flow.accept import Acceptor, IdConflict
from service.flow.act import Act, Admit, cloud_event, id_of
from service.flow.ports import Action, AuditRow, Clock, Store

SOURCE: Final = "/intouch/console"
AT_ONCE: Final = 500


class CannotBeSaid(IntouchError):  # noqa: N818 - it names what it is, to staff
    """What somebody asked for is not what an event may say; the words tell why."""


@dataclass(frozen=True, slots=True)
class SteppingIn:
    """Takes staff's acts in through the same door as all events."""

    store: Store
    acceptor: Acceptor
    admit: Admit
    clock: Clock

    def take(
        self, program: str, who: str, acts: Sequence[Act], beat: Callable[[], None] | None = None
    ) -> tuple[str, ...]:
        """Return the ids of the events, once they are in the log. Raises: CannotBeSaid, StoreUnavailable.

        More than `AT_ONCE` go in several pieces: after a cut the same acts can be taken again, and each is there once.
        """
        now = self.clock()
        forms = [cloud_event(each, event_id(program, each), SOURCE, program, now) for each in acts]
        events, faults = self.admit(forms)
        if faults:
            raise CannotBeSaid(f"That cannot be noted: {getattr(faults[0], 'message', faults[0])}")
        self._audit(program, who, acts, now)
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

    def _audit(self, program: str, who: str, acts: Sequence[Act], now: Instant) -> None:
        about = str(acts[0].subject) if len({each.subject for each in acts}) == 1 else f"{len(acts)} mentorships"
        detail = {"events": sorted({each.type for each in acts})}
        row = AuditRow(at=now, who=who, action=Action.STEPPED_IN, about=about, program=program, detail=detail)
        with self.store.writing() as transaction:
            transaction.note(row)


def event_id(program: str, act: Act) -> str:
    """Return the id of an act's event."""
    return id_of(program, act.type, str(act.subject), act.mark)
