"""The staff of the programs, planned in one place from what the parts of their programs would tell them.

A staff role hears of every mentorship, so its limits, merged alerts and reports join what is otherwise apart. Nothing
comes back from there: what went to staff changes nothing of what anybody else gets.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from heapq import merge
from itertools import groupby
from operator import itemgetter

from service.domain.calendar import NEVER, Instant
from service.domain.delivery import LedgerKey
from service.domain.events import Event
from service.domain.plan import Pending, Plan
from service.domain.rules import RuleSet
from service.staff.program_world import ProgramWorld
from service.staff.world import Change, Sent, World

Known = tuple[str, str]
"""A recipient within its program."""


class Office(World):
    """Programs without their people, where thousands of notices may wait for one role until its hours open.

    So only what is new is planned, until the instant at which any of what waits may change by itself; then all. What
    is new never helps what waits already: it can only use up what that waits for.
    """

    def __init__(self, rule_set: RuleSet) -> None:
        super().__init__(rule_set)
        self._fresh: dict[Known, set[LedgerKey]] = defaultdict(set)
        self._full_at: dict[Known, Instant] = {}

    def _accept(self, event: Event) -> None:
        super()._accept(event)
        self._full_at.clear()

    def _offer(self, world: ProgramWorld, pending: Pending) -> None:
        super()._offer(world, pending)
        key = pending.candidate.key
        self._fresh[world.id, key.recipient].add(key)

    def _withdraw(self, world: ProgramWorld, key: LedgerKey) -> None:
        super()._withdraw(world, key)
        self._fresh[world.id, key.recipient].discard(key)

    def _plan_now(self, world: ProgramWorld, recipient: str) -> Plan:
        known = world.id, recipient
        waiting, fresh = world.waiting[recipient], self._fresh.pop(known, ())
        full_at = self._full_at.get(known, self.now)
        if full_at <= self.now:
            planned, full_at = self.plan_for(world.id, recipient), NEVER
        else:
            planned = self._planned(world, recipient, [waiting[key] for key in fresh])
        self._full_at[known] = min(full_at, planned.next_at)
        return replace(planned, next_at=self._full_at[known])


News = tuple[Instant, str | Event | Change]
"""When, and a program that begins, an event, or a change."""


def staff_mail(
    office: Office,
    beginnings: Mapping[str, Instant],
    events: Iterable[Event],
    changes: Iterable[Change],
    until: Instant | None = None,
) -> Iterator[Sent]:
    """Yield what is sent to staff by an office that has heard of nothing yet.

    It is given when each program was first heard of, the events about the programs themselves, and the changes from
    all parts; events and changes in order of time. Rules about programs are decided here: they write to staff only.
    """
    last = NEVER - 1 if until is None else until
    for at, group in groupby(_news(beginnings, events, changes), key=itemgetter(0)):
        if at > last:
            break
        yield from office.run((), at - 1)
        yield from _together(office, at, [each for _, each in group])
    yield from office.run((), last)


def _news(beginnings: Mapping[str, Instant], events: Iterable[Event], changes: Iterable[Change]) -> Iterator[News]:
    begun = sorted((at, program) for program, at in beginnings.items())
    arrived = ((event.recorded, event) for event in events)
    handed = ((change.at, change) for change in changes)
    return merge(begun, arrived, handed, key=itemgetter(0))


def _together(office: Office, at: Instant, news: list[str | Event | Change]) -> list[Sent]:
    """Return what is sent at one instant, at which all of this is new."""
    office.now = at
    for each in news:
        if isinstance(each, str):
            office.program(each)
    events = [each for each in news if isinstance(each, Event)]
    return office.step(events, at, [each for each in news if isinstance(each, Change)])
