"""What a start's rules do as it grows older: which of their slots may be open, and which come next.

Most rules of a start are over or far ahead. A start's age tells which: between two ages at which some slot opens or
shuts, the same few rules are to be looked at, so each such stretch of age is worked out once for all starts.
The stretches are a first sieve by reckoned ages; what rounding and breaks make of a slot, `Timetable` says exactly.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from service.domain.calendar import QUARTER, Duration, Instant
from service.domain.compiled import Compiled
from service.domain.facts import Start


class Stretch(NamedTuple):
    """The rules to look at while a start is of some age."""

    opened: tuple[Compiled, ...]
    """Those of which a slot may be open, or is reckoned to be and put off by the quarter hour or a break."""
    coming: tuple[tuple[Duration, Compiled], ...]
    """The age at which the next slot opens, least first; of the rules that share a bar only the earliest."""


class Lane:
    """Rules whose clock runs from the same instant of a start: when it was recorded (`exact`), or its time."""

    def __init__(self, rules: Iterable[Compiled], *, exact: bool, rest: Duration = 0) -> None:
        """`rest` is how much later than reckoned a break may put a slot that keeps breaks."""
        self.exact = exact
        slots = [slot for each in rules for slot in _ages(each, rest)]
        self._slots = sorted(slots, key=lambda slot: slot[0])
        self._opens = [opens for opens, _, _ in self._slots]
        self._bounds = sorted({bound for opens, shuts, _ in slots for bound in (opens, shuts)})
        self._stretches: dict[int, Stretch] = {}

    def clock(self, start: Start) -> Instant:
        """Return the instant from which the ages of the start count."""
        return start.recorded if self.exact else start.moment.time

    def at(self, age: Duration) -> Stretch:
        """Return what is to be looked at when a start is of that age; negative ahead of a date."""
        place = bisect_right(self._bounds, age)
        stretch = self._stretches.get(place)
        if stretch is None:
            stretch = self._stretches[place] = self._stretch(age)
        return stretch

    def _stretch(self, age: Duration) -> Stretch:
        came = bisect_right(self._opens, age)
        coming: dict[object, tuple[Duration, Compiled]] = {}
        for opens, _, compiled in self._slots[came:]:
            coming.setdefault(compiled.bar, (opens, compiled))
        # A dictionary, because two slots of one rule may be open by their reckoned ages.
        still_open = dict.fromkeys(compiled for _, shuts, compiled in self._slots[:came] if age < shuts)
        return Stretch(tuple(still_open), tuple(coming.values()))


def _ages(compiled: Compiled, rest: Duration) -> Iterable[tuple[Duration, Duration, Compiled]]:
    """Yield of each slot the age at which it opens by reckoning, and the age at which it has shut for certain."""
    times = compiled.times
    late = 0 if times.exact else 2 * QUARTER + (rest if times.rests else 0)
    for k in range(times.total):
        opens = times.offset + k * times.every
        yield opens, opens + times.stays_open + late, compiled


@dataclass(frozen=True, slots=True)
class Course:
    """The rules that one start set going, in rule order, and the same by their clocks."""

    rules: tuple[Compiled, ...]
    lanes: tuple[Lane, ...]
    lanes_near_breaks: tuple[Lane, ...]
    """Instead, while a break that is or was just now may have put slots off."""

    @classmethod
    def of(cls, rules: Iterable[Compiled], rest: Duration) -> "Course":
        """Return the course of these rules in a program whose breaks last `rest` at most."""
        ordered = sorted(rules, key=lambda each: each.rule.position)
        exact = [each for each in ordered if each.times.exact]
        planned = [each for each in ordered if not each.times.exact]
        return cls(tuple(ordered), _lanes(exact, planned, 0), _lanes(exact, planned, rest))


def _lanes(exact: Sequence[Compiled], planned: Sequence[Compiled], rest: Duration) -> tuple[Lane, ...]:
    lanes = (Lane(exact, exact=True) if exact else None, Lane(planned, exact=False, rest=rest) if planned else None)
    return tuple(lane for lane in lanes if lane)
