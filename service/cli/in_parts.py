"""Simulating a large file in parts, on every core: each part reads, checks and plays its own lines."""

import gc
import os
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from heapq import merge
from multiprocessing import get_context
from multiprocessing.synchronize import Event as Flag
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import NamedTuple

import click

from service.adapters.rulebook.load import load
from service.adapters.rulebook.sources import Sources
from service.adapters.schemas import Schemas, load_schemas
from service.cli.event_file import Line, LineFault, UnreadableEventsError, read_numbered
from service.cli.line_parts import LineParts
from service.domain.calendar import NEVER, Instant
from service.domain.rules import RuleSet
from service.staff.office import Office, staff_mail
from service.staff.rows import Row, row_of
from service.staff.world import Change, World


class Setting(NamedTuple):
    """What every process begins with. The flag is up once a line is found that is no event: then nobody plays on."""

    sources: Sources
    schemas_dir: Path
    until: Instant | None
    faulty: Flag


class Played(NamedTuple):
    """What one part came to. `begins` is when its first event was recorded, NEVER where it has none."""

    faults: list[LineFault]
    rows: list[Row]
    changes: list[Change]
    begins: Instant


@dataclass(slots=True)
class _Process:
    """What a process made of its setting, once for all its parts."""

    schemas: Schemas
    rule_set: RuleSet
    setting: Setting


_held: list[_Process] = []


def cores() -> int:
    """Return on how many cores this process may run."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def simulate_in_parts(
    lines: LineParts, sources: Sources, schemas_dir: Path, until: Instant | None, office: Office, workers: int
) -> Iterator[tuple[int, Row]]:
    """Yield what is sent, each row with the number of its origin: a part, or one more for the office.

    Raises: UnreadableEventsError with every fault of every line.
    """
    context = get_context()
    setting = Setting(sources, schemas_dir, until, context.Event())
    played = _played(lines, setting, workers)
    schemas = load_schemas(schemas_dir)
    shared, faults = read_numbered(sorted(line for each in lines.shared.values() for line in each), schemas)
    # Lines about a program are read by every part of it, so their faults come more than once.
    faults = sorted(dict.fromkeys([*faults, *(fault for each in played for fault in each.faults)]), key=itemgetter(0))
    if faults:
        raise UnreadableEventsError(faults)
    begins: dict[str, Instant] = {}
    for program, at in [
        *((event.program, event.recorded) for event in shared),
        *zip(lines.programs, (each.begins for each in played), strict=True),
    ]:
        begins[program] = min(at, begins.get(program, NEVER))
    changes = merge(*(each.changes for each in played), key=attrgetter("at"))
    to_staff = [row_of(sent) for sent in staff_mail(office, begins, shared, changes, until)]
    told = [each.rows for each in played] + [to_staff]
    yield from merge(*(_tagged(number, rows) for number, rows in enumerate(told)), key=lambda each: each[1])


def _tagged(number: int, rows: list[Row]) -> Iterator[tuple[int, Row]]:
    return ((number, row) for row in rows)


def _played(lines: LineParts, setting: Setting, workers: int) -> list[Played]:
    """Return what each part came to, the large ones begun first."""
    order = sorted(range(len(lines.parts)), key=lambda part: -len(lines.parts[part]))
    found: dict[int, Played] = {}
    total = sum(map(len, lines.parts))
    hidden = not sys.stderr.isatty()
    with (
        click.progressbar(length=total, label="Simulating", file=sys.stderr, hidden=hidden) as bar,
        ProcessPoolExecutor(workers, initializer=_begin, initargs=setting) as pool,
    ):
        waiting: dict[Future[Played], int] = {pool.submit(_play, lines.lines_of(part)): part for part in order}
        for future in as_completed(waiting):
            part = waiting.pop(future)
            found[part] = future.result()
            bar.update(len(lines.parts[part]))
    return [found[part] for part in range(len(lines.parts))]


def _begin(sources: Sources, schemas_dir: Path, until: Instant | None, faulty: Flag) -> None:
    """Load the rules in this process; they loaded before in the one that asks."""
    gc.disable()
    schemas = load_schemas(schemas_dir)
    rule_set = load(sources, schemas.catalogue).rule_set
    assert rule_set is not None
    _held[:] = [_Process(schemas, rule_set, Setting(sources, schemas_dir, until, faulty))]


def _play(lines: list[Line]) -> Played:
    process = _held[0]
    events, faults = read_numbered(lines, process.schemas)
    if faults:
        process.setting.faulty.set()
    if faults or process.setting.faulty.is_set():
        return Played(faults, [], [], NEVER)
    changes: list[Change] = []
    world = World(process.rule_set, for_staff=changes)
    rows = [row_of(sent) for sent in world.run(events, process.setting.until)]
    return Played([], rows, changes, events[0].recorded if events else NEVER)
