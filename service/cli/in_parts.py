"""Simulating a large file in parts, on every core: each part reads, checks and plays its own lines."""

from collections.abc import Iterable, Iterator, Mapping
from heapq import merge
from operator import attrgetter, itemgetter
from typing import NamedTuple

from service.cli.event_file import Line, LineFault, UnreadableEventsError, read_numbered
from service.cli.line_parts import LineParts
from service.cli.processes import Process, Setting, each_part
from service.domain.calendar import NEVER, Instant
from service.domain.events import Event
from service.staff.ahead import StaffSides
from service.staff.compare import Comparison, Known, Why, joined
from service.staff.office import Office, staff_mail
from service.staff.rows import Row, row_of
from service.staff.side_by_side import SideBySide
from service.staff.twins import Twins
from service.staff.world import Change, World


class Played(NamedTuple):
    """What one part came to. `begins` is when its first event was recorded, NEVER where it has none."""

    faults: list[LineFault]
    rows: list[Row]
    changes: list[Change]
    begins: Instant


class Compared(NamedTuple):
    """What one part came to on both sides; `changes` and `whys` are for whoever plans the mail to staff."""

    faults: list[LineFault]
    comparison: Comparison
    changes: tuple[list[Change], list[Change]]
    whys: Mapping[Known, Why]
    begins: Instant


def simulate_in_parts(lines: LineParts, setting: Setting, office: Office, workers: int) -> Iterator[tuple[int, Row]]:
    """Yield what is sent, each row with the number of its origin: a part, or one more for the office.

    Raises: UnreadableEventsError with every fault of every line.
    """
    found = dict(each_part(lines, setting, workers, play_part, "Simulating"))
    played = [found[part] for part in range(len(lines.parts))]
    shared, begins = _shared(lines, setting, played)
    changes = merge(*(each.changes for each in played), key=attrgetter("at"))
    to_staff = [row_of(sent) for sent in staff_mail(office, begins, shared, changes, setting.until)]
    told = [each.rows for each in played] + [to_staff]
    yield from merge(*(_tagged(number, rows) for number, rows in enumerate(told)), key=lambda each: each[1])


def compare_in_parts(lines: LineParts, setting: Setting, twins: Twins, workers: int) -> Comparison:
    """Return what differs between the setting's two rule sets; `twins` are of these.

    Raises: UnreadableEventsError with every fault of every line.
    """
    sides, comparisons, played = StaffSides(), list[Comparison](), list[tuple[int, Compared]]()
    for part, each in each_part(lines, setting, workers, compare_part, "Comparing"):
        sides.take(each.changes, each.whys)
        comparisons.append(each.comparison)
        played.append((part, each._replace(comparison=Comparison(), changes=([], []), whys={})))
    shared, begins = _shared(lines, setting, [each for _, each in sorted(played, key=itemgetter(0))])
    offices = Office(twins.before), Office(twins.after)
    return joined([*comparisons, sides.compare(offices, begins, shared, setting.until)])


def play_part(process: Process, lines: Iterable[Line]) -> Played:
    """Play one part in this process."""
    events, faults = process.events(lines)
    if events is None:
        return Played(faults, [], [], NEVER)
    changes: list[Change] = []
    world = World(process.rule_sets[0], for_staff=changes)
    rows = [row_of(sent) for sent in world.run(events, process.until)]
    return Played([], rows, changes, _begin_of(events))


def compare_part(process: Process, lines: Iterable[Line]) -> Compared:
    """Play one part under both rule sets in this process."""
    events, faults = process.events(lines)
    if events is None:
        return Compared(faults, Comparison(), ([], []), {}, NEVER)
    changes: tuple[list[Change], list[Change]] = ([], [])
    pair = SideBySide(*process.twins.worlds(changes))
    comparison = pair.run(events, process.until)
    return Compared([], comparison, changes, pair.staff_whys, _begin_of(events))


def _begin_of(events: list[Event]) -> Instant:
    return events[0].recorded if events else NEVER


def _shared(
    lines: LineParts, setting: Setting, played: Iterable[Played | Compared]
) -> tuple[list[Event], dict[str, Instant]]:
    """Return the events about programs themselves, and when each program was first heard of.

    Raises: UnreadableEventsError with every fault of every line.
    """
    parts = list(played)
    shared, faults = read_numbered(lines.shared_place().read(lines.path), setting.schemas)
    # Lines about a program are read by every part of it, so their faults come more than once.
    faults = sorted(dict.fromkeys([*faults, *(fault for each in parts for fault in each.faults)]), key=itemgetter(0))
    if faults:
        raise UnreadableEventsError(faults)
    begins: dict[str, Instant] = {}
    for program, at in [
        *((event.program, event.recorded) for event in shared),
        *zip(lines.programs, (each.begins for each in parts), strict=True),
    ]:
        begins[program] = min(at, begins.get(program, NEVER))
    return shared, begins


def _tagged(number: int, rows: list[Row]) -> Iterator[tuple[int, Row]]:
    return ((number, row) for row in rows)
