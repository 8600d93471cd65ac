"""Two rule sets over one recorded history, part by part: what each would have sent."""

from collections.abc import Callable, Iterable
from itertools import chain
from typing import Protocol

from service.domain.calendar import Instant
from service.domain.events import Event
from service.domain.rules import RuleSet
from service.staff.ahead import StaffSides
from service.staff.compare import Comparison, joined
from service.staff.office import Office
from service.staff.side_by_side import SideBySide
from service.staff.twins import Twins
from service.staff.world import Change


class History(Protocol):
    """Events in parts that share nothing but their programs and the staff of these."""

    def shared(self) -> list[Event]:
        """Return the events about programs themselves, in order of arrival."""

    def parts(self) -> Iterable[list[Event]]:
        """Return the events of each part with those about its program, in order of arrival."""


def compare_past(
    before: RuleSet,
    after: RuleSet,
    history: History,
    until: Instant | None = None,
    progress: Callable[[], object] | None = None,
) -> Comparison:
    """Return what differs up to and including `until`; `progress` is told of each part that was gone through."""
    sides, found, shared = StaffSides(), list[Comparison](), history.shared()
    twins = Twins(before, after)
    begins: dict[str, Instant] = {}
    for events in chain((shared,), history.parts()):
        for event in events:
            begins[event.program] = min(event.recorded, begins.get(event.program, event.recorded))
        if events is not shared:
            changes: tuple[list[Change], list[Change]] = ([], [])
            pair = SideBySide(*twins.worlds(changes))
            found.append(pair.run(events, until))
            sides.take(changes, pair.staff_whys)
            if progress:
                progress()
    found.append(sides.compare((Office(twins.before), Office(twins.after)), begins, shared, until))
    return joined(found)
