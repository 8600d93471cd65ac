"""The staff of the programs, planned in one place from what the parts of their programs would tell them.

A staff role hears of every mentorship, so its limits, merged alerts and reports join what is otherwise apart. Nothing
comes back from there: what went to staff changes nothing of what anybody else gets.
"""

from collections.abc import Iterable, Iterator, Mapping
from heapq import merge
from itertools import groupby
from operator import itemgetter

from service.domain.calendar import NEVER, Instant
from service.domain.delivery import LedgerKey
from service.domain.events import Event
from service.domain.plan import Plan
from service.domain.rules import RuleSet
from service.staff.agenda import Agenda
from service.staff.program_world import ProgramWorld
from service.staff.world import Change, Sent, World

Known = tuple[str, str]
"""A recipient within its program."""


class Office(World):
    """Programs without their people, where thousands of notices may wait for one role until its hours open.

    So of what waits, only that is planned which may go by now: its last plan said when. What is new never helps what
    waits already: it can only use up what that waits for.
    """

    def __init__(self, rule_set: RuleSet) -> None:
        super().__init__(rule_set)
        self._coming: dict[Known, Agenda[LedgerKey]] = {}
        """What waits for whom, each with the instant from which it may go; without the recipient, all may at once."""

    def _accept(self, event: Event) -> None:
        super()._accept(event)
        self._coming.clear()  # it may have changed everybody's hours

    def _place(self, world: ProgramWorld, key: LedgerKey, at: Instant) -> None:
        super()._place(world, key, at)
        if coming := self._coming.get((world.id, key.recipient)):
            coming.put(key, at)

    def _plan_now(self, world: ProgramWorld, recipient: str) -> Plan:
        coming, waiting = self._coming_for(world, recipient), world.waiting[recipient]
        # What was withdrawn meanwhile waits no more.
        due = [waiting[key] for key in coming.take(self.now) if key in waiting]
        planned = self._planned(world, recipient, due)
        for key, verdict in planned.verdicts.items():
            if verdict.until is not None:
                coming.put(key, verdict.until)
        return planned._replace(next_at=coming.next())

    def _coming_for(self, world: ProgramWorld, recipient: str) -> Agenda[LedgerKey]:
        known = world.id, recipient
        if known not in self._coming:
            coming = self._coming[known] = Agenda[LedgerKey]()
            for key in world.waiting[recipient]:
                coming.put(key, self.now)
        return self._coming[known]


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
