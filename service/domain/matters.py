"""Matters: flags, concerns and requests for help that are open, in the order in which a person should look at them.

The rules of this file:
1. A matter is open as a gate would say it, or nobody has taken it on: a concern has no end, only somebody who has it.
2. Weight goes before age: who may be in danger comes first, then what was called immediate, then who cannot go on
   alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final

from service.domain.calendar import DAY, HOUR, WEEK, Duration, Instant
from service.domain.facts import SubjectFacts, Thing


class Weight(IntEnum):
    """How pressing a matter is; the least first."""

    SAFETY = 1
    URGENT = 2
    IMMEDIATE = 3
    ASKS_A_PERSON = 4
    ROUTINE = 5
    ASKS_FOR_WORDS = 6
    """Asked for how to reach out, which mail answers; a person only where it stays open."""


class Age(StrEnum):
    """How long a matter has been open."""

    TODAY = "less than a day"
    DAYS = "one to six days"
    WEEKS = "a week or more"


LONG_FOR_WORDS: Final[Duration] = 10 * DAY
"""From when on a request that mail answers needs a person all the same."""
_KINDS: Final = ("flag", "concern", "help")


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """One of them. `kind` is the thing (`flag`), `ref` its business id; `about` are a flag's topics, else one word.

    `acknowledged_at` is when somebody took it on, None before.
    """

    kind: str
    ref: str
    weight: Weight
    about: tuple[str, ...]
    by: str
    since: Instant
    acknowledged_at: Instant | None = None

    @property
    def priority(self) -> str:
        return self.weight.name.lower().replace("_", " ")


def matters_of(mentorship: SubjectFacts) -> Iterator[Matter]:
    """Yield the matters of a mentorship."""
    for thing in mentorship.things.values():
        if thing.kind in _KINDS and thing.opened is not None and (thing.is_open or thing.is_unacknowledged):
            yield Matter(
                kind=thing.kind,
                ref=thing.id,
                weight=_weight(thing),
                about=_about(thing),
                by=thing.opened_by,
                since=(thing.reopened or thing.opened).time,
                acknowledged_at=None if thing.is_unacknowledged or not thing.acknowledged else thing.acknowledged.time,
            )


def _weight(thing: Thing) -> Weight:
    if thing.kind == "concern":
        return Weight.SAFETY if thing.value("level") == "safety_risk" else Weight.URGENT
    if thing.kind == "flag":
        return Weight.IMMEDIATE if thing.value("priority") == "immediate" else Weight.ROUTINE
    by_mail = thing.value("option") == "dont_know_how_to_reach_out"
    return Weight.ASKS_FOR_WORDS if by_mail else Weight.ASKS_A_PERSON


def _about(thing: Thing) -> tuple[str, ...]:
    if thing.kind == "flag":
        return tuple(map(str, thing.value("topics") or ()))
    return (str(thing.value("level" if thing.kind == "concern" else "option") or ""),)


def age_of(since: Instant, now: Instant) -> Age:
    """Return how old something is that has been open since then."""
    age = now - since
    return Age.TODAY if age < DAY else Age.DAYS if age < WEEK else Age.WEEKS


def looked_for_again(weight: Weight, since: Instant, now: Instant) -> bool:
    """Return whether a matter that nobody took on needs a person today."""
    return weight is not Weight.ASKS_FOR_WORDS or now - since >= LONG_FOR_WORDS


def overdue(weight: Weight, since: Instant, now: Instant) -> bool:
    """Return whether nobody took it on in the time in which the standard rules tell the next person of it."""
    allowed = 4 * HOUR if weight <= Weight.IMMEDIATE else 2 * DAY
    return weight is not Weight.ASKS_FOR_WORDS and now - since >= allowed
