"""The staff of the programs, planned in one place from what the parts of their programs would tell them.

A staff role hears of every mentorship, so its limits, merged alerts and reports join what is otherwise apart. Nothing
comes back from there: what went to staff changes nothing of what anybody else gets.
"""

from collections.abc import Iterable, Iterator, Mapping
from heapq import merge
from itertools import groupby
from operator import itemgetter

from service.domain.calendar import NEVER, Instant
from service.domain.events import Event
from service.staff.world import Change, Sent, World

News = tuple[Instant, str | Event | Change]
"""When, and a program that begins, an event, or a change."""


def staff_mail(
    world: World,
    beginnings: Mapping[str, Instant],
    events: Iterable[Event],
    changes: Iterable[Change],
    until: Instant | None = None,
) -> Iterator[Sent]:
    """Yield what is sent to staff in an empty world, which holds the programs without their people.

    It is given when each program was first heard of, the events about the programs themselves, and the changes from
    all parts; events and changes in order of time. Rules about programs are decided here: they write to staff only.
    """
    last = NEVER - 1 if until is None else until
    for at, group in groupby(_news(beginnings, events, changes), key=itemgetter(0)):
        if at > last:
            break
        yield from world.run((), at - 1)
        yield from _together(world, at, [each for _, each in group])
    yield from world.run((), last)


def _news(beginnings: Mapping[str, Instant], events: Iterable[Event], changes: Iterable[Change]) -> Iterator[News]:
    begun = sorted((at, program) for program, at in beginnings.items())
    arrived = ((event.recorded, event) for event in events)
    handed = ((change.at, change) for change in changes)
    return merge(begun, arrived, handed, key=itemgetter(0))


def _together(world: World, at: Instant, news: list[str | Event | Change]) -> list[Sent]:
    """Return what is sent at one instant, at which all of this is new."""
    world.now = at
    for each in news:
        if isinstance(each, str):
            world.program(each)
    events = [each for each in news if isinstance(each, Event)]
    return world.step(events, at, [each for each in news if isinstance(each, Change)])
