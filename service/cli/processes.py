"""Work on the lines of a large file, part by part, on every core. Each process inherits the rules or loads them."""

import gc
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.synchronize import Event as Flag
from pathlib import Path
from typing import NamedTuple, TypeVar

import click

from service.adapters.rulebook.load import load
from service.adapters.rulebook.sources import Sources
from service.adapters.schemas import Schemas, load_schemas
from service.cli.event_file import Line, LineFault, read_numbered
from service.cli.line_parts import LineParts, Place
from service.domain.calendar import Instant
from service.domain.events import Event
from service.domain.rules import RuleSet
from service.staff.twins import Twins

T = TypeVar("T")


class Setting(NamedTuple):
    """What every process begins with: the files of one rule set or several, and what they were loaded as here."""

    sources: tuple[Sources, ...]
    schemas_dir: Path
    until: Instant | None
    schemas: Schemas
    rule_sets: tuple[RuleSet, ...]


@dataclass(slots=True)
class Process:
    """What a process made of its setting, once for all its parts.

    The flag is up once a line is found that is no event: then nobody plays on.
    """

    schemas: Schemas
    rule_sets: tuple[RuleSet, ...]
    until: Instant | None
    faulty: Flag
    _twins: list[Twins] = field(default_factory=list)

    @property
    def twins(self) -> Twins:
        """The two rule sets, made comparable once."""
        if not self._twins:
            self._twins.append(Twins(*self.rule_sets))
        return self._twins[0]

    def events(self, lines: Iterable[Line]) -> tuple[list[Event] | None, list[LineFault]]:
        """Return the part's events, None where any line of the file is known to be no event; and this part's faults."""
        events, faults = read_numbered(lines, self.schemas)
        if faults:
            self.faulty.set()
        return (None if faults or self.faulty.is_set() else events), faults


_held: list[Process] = []
"""This process's own, which one that is forked from it finds here."""


def cores() -> int:
    """Return on how many cores this process may run."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def each_part(
    lines: LineParts, setting: Setting, workers: int, work: Callable[[Process, Iterable[Line]], T], label: str
) -> Iterator[tuple[int, T]]:
    """Yield what `work` (a function of a module) makes of each part, as it is done, with the number of the part.

    The large ones are begun first; what was yielded is held here no longer.
    """
    order = sorted(range(len(lines.parts)), key=lambda part: -len(lines.parts[part]))
    total = sum(map(len, lines.parts))
    hidden = not sys.stderr.isatty()
    # Forked, a process has the rules at once; nothing here runs threads that a fork could catch in the middle.
    context = get_context("fork" if "fork" in get_all_start_methods() else None)
    faulty = context.Event()
    _held[:] = [Process(setting.schemas, setting.rule_sets, setting.until, faulty)]
    begun = (setting.sources, setting.schemas_dir, setting.until, faulty)
    with (
        click.progressbar(length=total, label=label, file=sys.stderr, hidden=hidden) as bar,
        ProcessPoolExecutor(workers, context, initializer=_begin, initargs=begun) as pool,
    ):
        waiting: dict[Future[T], int] = {
            pool.submit(_work, work, lines.path, lines.place_of(part)): part for part in order
        }
        for future in as_completed(waiting):
            part = waiting.pop(future)
            yield part, future.result()
            bar.update(len(lines.parts[part]))


def _begin(sources: tuple[Sources, ...], schemas_dir: Path, until: Instant | None, faulty: Flag) -> None:
    """Load the rules in this process, unless it inherited them; they loaded before in the one that asks."""
    gc.disable()
    if _held:
        return
    schemas = load_schemas(schemas_dir)
    rule_sets = tuple(rule_set for each in sources if (rule_set := load(each, schemas.catalogue).rule_set))
    _held[:] = [Process(schemas, rule_sets, until, faulty)]


def _work(work: Callable[[Process, Iterable[Line]], T], path: Path, place: Place) -> T:
    return work(_held[0], place.read(path))
