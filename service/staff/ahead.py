"""Two rule sets going on from one present: what each would send if nothing more happened.

For whoever has a store, a snapshot of it, the active rule set and one that may take its place::

    ahead = Ahead(snapshot, (active, candidate), now)              # flow/ahead.py
    comparison = compare_ahead(active, candidate, ahead, now, now + 30 * DAY)

The brake on bad rules (`safety`) does not apply. Nobody gets old mail: slots past their `send_within` are closed.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from heapq import merge
from itertools import groupby
from operator import attrgetter
from typing import Protocol

from service.domain.calendar import Instant
from service.domain.delivery import LedgerKey
from service.domain.events import Event
from service.domain.present import Present
from service.domain.rules import RuleSet
from service.staff.compare import Comparison, Known, Why, joined
from service.staff.matching import Matching, Side
from service.staff.office import Office, staff_mail
from service.staff.present import presents_of
from service.staff.side_by_side import SideBySide
from service.staff.why_not import Answer, why_not
from service.staff.world import Change, Sent, World

Both = tuple[Present, Present]
"""One present for the rule set before, one for that after; facts are folded for each."""


class Source(Protocol):
    """A present in parts that share nothing but their programs and the staff of these."""

    def programs(self) -> Iterable[tuple[Present, ...]]:
        """Return of each program its own facts, what waits about it, and what went to its staff."""

    def parts(self) -> Iterable[tuple[Present, ...]]:
        """Return the parts, each with the facts of its program."""


def compare_ahead(
    before: RuleSet,
    after: RuleSet,
    present: Source,
    now: Instant,
    until: Instant,
    progress: Callable[[], object] | None = None,
) -> Comparison:
    """Return what differs from `now` to `until`; `progress` is told of each part that was gone through."""
    sides, found = StaffSides(), list[Comparison]()
    for both in present.parts():
        worlds = World(before, for_staff=[]), World(after, for_staff=[])
        for world, part in zip(worlds, both, strict=True):
            world.resume(part, now)
        pair = SideBySide(*worlds, since=now)
        found.append(pair.run(until=until))
        sides.take((world.for_staff or [] for world in worlds), pair.staff_whys)
        if progress:
            progress()
    offices = Office(before), Office(after)
    for both in present.programs():
        for office, program in zip(offices, both, strict=True):
            office.resume(program, now)
    found.append(sides.compare(offices, {}, (), until, now))
    return joined(found)


def compare_from(world: World, after: RuleSet, now: Instant, until: Instant) -> Comparison:
    """Return what differs from `now` to `until` where a world has come to, under its own rules and under others."""
    pair = World(world.rule_set), World(after)
    for each in pair:
        for present in presents_of(world, each.rule_set, now):
            each.resume(present, now)
    return SideBySide(*pair, since=now).run(until=until)


@dataclass(slots=True)
class StaffSides:
    """What the parts of both sides offered to staff, gathered until all parts are played."""

    changes: tuple[list[list[Change]], list[list[Change]]] = field(default_factory=lambda: ([], []))
    whys: dict[Known, Why] = field(default_factory=dict)

    def take(self, changes: Iterable[list[Change]], whys: Mapping[Known, Why]) -> None:
        """Take in one part: the changes of each side, by time, and why one side never offered what the other did."""
        for side, each in zip(self.changes, changes, strict=True):
            side.append(each)
        self.whys.update(whys)

    def compare(
        self,
        offices: tuple[Office, Office],
        beginnings: Mapping[str, Instant],
        events: list[Event] | tuple[()],
        until: Instant | None,
        since: Instant | None = None,
    ) -> Comparison:
        """Return what differs in the mail to staff; the other arguments are those of `staff_mail`."""

        def ask(side: Side, program: str, key: LedgerKey, now: Instant) -> Answer:
            told = self.whys.get((program, key))
            return Answer(told if told else why_not(offices[side], program, key, now).why)

        matching = Matching(offices[0].rule_set, offices[1].rule_set, ask, since)
        sent = [
            list(staff_mail(office, beginnings, events, merge(*lists, key=attrgetter("at")), until))
            for office, lists in zip(offices, self.changes, strict=True)
        ]
        for at, before, after in _together(*sent):
            matching.take(before, after, at)
        return matching.comparison(until)


def _together(before: list[Sent], after: list[Sent]) -> Iterator[tuple[Instant, list[Sent], list[Sent]]]:
    """Yield what both sides sent by instant."""
    tagged = ([(sent.notice.at, side, sent) for sent in sents] for side, sents in enumerate((before, after)))
    for at, group in groupby(merge(*tagged, key=lambda each: each[0]), key=lambda each: each[0]):
        both: tuple[list[Sent], list[Sent]] = ([], [])
        for _, side, sent in group:
            both[side].append(sent)
        yield at, *both
