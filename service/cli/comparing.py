"""Comparing the rules of `--rules` with those of `--against`: over recorded events, or from now on."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from service.cli.event_file import counting, lines_in, read_events
from service.cli.in_parts import compare_in_parts
from service.cli.line_parts import EVENTS_A_PART, IN_PARTS_FROM, sort_lines
from service.cli.processes import Setting, cores
from service.cli.rule_files import RuleFiles
from service.domain.calendar import DAY, Instant
from service.domain.rules import RuleSet
from service.flow.ahead import Ahead, Recorded
from service.flow.ports import Snapshot
from service.settings import read_settings
from service.staff.ahead import compare_ahead, compare_from
from service.staff.backtest import compare_past
from service.staff.compare import Comparison
from service.staff.comparison_words import Naming
from service.staff.side_by_side import SideBySide
from service.staff.twins import Twins
from service.staff.world import World

if TYPE_CHECKING:
    from service.wiring import Installation

Outcome = tuple[Comparison, Naming]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Over which time: recorded events up to `until`, or (`days` set) so many days from now on."""

    until: Instant | None = None
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Sides:
    """The rules that are tried, and those they are held against (None: those that run)."""

    rules: RuleFiles
    against: RuleFiles | None

    @classmethod
    def of(cls, rules: RuleFiles, against: RuleFiles | None) -> "Sides":
        """Return the sides. One without templates takes the other's: else messages would differ by mistake."""
        if against is None:
            return cls(rules.with_templates(rules.settings.templates_dir), None)
        own, other = rules.templates_dir, against.templates_dir
        return cls(rules.with_templates(other), against.with_templates(own))

    def loaded(self, running: Callable[[], RuleSet]) -> tuple[RuleSet, RuleSet]:
        """Return both, the ones held against first. Ends the command when one does not load."""
        after = self.rules.rule_set()
        return (running() if self.against is None else self.against.rule_set()), after


def compare_file(sides: Sides, path: Path, stretch: Stretch) -> Outcome:
    """Compare over the events of a file; or from its last event on.

    Raises: UnreadableEventsError with every fault of every line.
    """
    assert sides.against is not None
    before, after = sides.loaded(sides.rules.rule_set)
    naming = Naming(before, after)
    if stretch.days is None and lines_in(path) >= IN_PARTS_FROM:
        parts = sort_lines(path, EVENTS_A_PART)
        sources = sides.against.sources, sides.rules.sources
        rules = sides.rules
        setting = Setting(sources, rules.settings.schemas_dir, stretch.until, rules.schemas, (before, after))
        return compare_in_parts(parts, setting, Twins(before, after), cores()), naming
    with path.open("rb") as lines:
        events = read_events(lines, sides.rules.schemas)
    told = counting(events, len(events), "Comparing")
    if stretch.days is None:
        return SideBySide(*Twins(before, after).worlds()).run(told, stretch.until), naming
    world = World(before)
    for _ in world.run(told, now := events[-1].recorded if events else 0):
        pass
    return compare_from(world, after, now, now + stretch.days * DAY), naming


def compare_store(sides: Sides, stretch: Stretch) -> Outcome:
    """Compare over all that the store has recorded, or from now on. It is only read."""
    with _reading() as (intouch, snapshot):
        before, after = sides.loaded(lambda: intouch.rules.of(snapshot).rule_set)
        now = intouch.clock()
        if stretch.days is None:
            recorded = Recorded(snapshot, before, now)
            with _progress(len(recorded.sizes)) as step:
                found = compare_past(before, after, recorded, now if stretch.until is None else stretch.until, step)
        else:
            ahead = Ahead(snapshot, (before, after), now)
            with _progress(len(ahead.sizes)) as step:
                found = compare_ahead(before, after, ahead, now, now + stretch.days * DAY, step)
        return found, Naming(before, after)


@contextmanager
def _reading() -> "Iterator[tuple[Installation, Snapshot]]":
    from service.wiring import Installation

    intouch = Installation(read_settings())
    try:
        with intouch.store.reading() as snapshot:
            yield intouch, snapshot
    finally:
        intouch.close()


@contextmanager
def _progress(parts: int) -> Iterator[Callable[[], None]]:
    hidden = not sys.stderr.isatty()
    with click.progressbar(length=parts, label="Comparing", file=sys.stderr, hidden=hidden) as bar:
        yield lambda: bar.update(1)
