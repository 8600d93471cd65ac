"""What became of one event: the worlds to compare, with it and without, for every subject that it could matter to."""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from service.domain.calendar import Instant
from service.domain.events import Event
from service.flow.active import ActiveRules
from service.flow.neighbourhood import Neighbourhood, own_and_mentorships, read_neighbourhood
from service.flow.ports import Snapshot, SubjectKey
from service.flow.withheld import Withheld


class Worlds(NamedTuple):
    """A subject's neighbourhood as it is; and as the rules alone would have it, with an event and without it."""

    real: Neighbourhood
    with_it: Neighbourhood
    without_it: Neighbourhood


def worlds_of(snapshot: Snapshot, rules: ActiveRules[object], event: Event, at: Instant) -> Iterator[Worlds]:
    """Yield the worlds of the event's subject; of a participant's event, also those of their mentorships."""
    for key in own_and_mentorships(snapshot, key_of(event)):
        real = read_neighbourhood(snapshot, rules, key, at)
        nothing = Withheld(program=real.program, at=at, blocked={}, stops=(), holds={}, dropped=())
        with_it = replace(real, went={}, withheld=nothing)
        others = tuple(each for each in real.events if each.moment != event.moment)
        yield Worlds(real, with_it, replace(with_it, events=others))


def key_of(event: Event) -> SubjectKey:
    """Return the subject of the event, within its program."""
    return SubjectKey(event.program, event.subject)


def is_waiting(snapshot: Snapshot, event: Event) -> bool:
    """Return whether nobody has looked at the event since it came in."""
    row = snapshot.subject(key_of(event))
    news = snapshot.news(key_of(event), row.folded_seq if row else 0, None)
    return any(each.moment == event.moment for _, each in news)
