"""Figures: how a program's mentorships stood at the end of each week, for pages that show a course over time.

The rules of this file:
1. A week's figures say how things stood at its last moment as far as is known today: who hears late of a conversation
   sees it in the week in which it was logged.
2. A correction holds from the log on, not from its own time. Rules judge by the moment, a chart by what was so.
3. A pair counts in every group that one of its two is in, and in `EVERYBODY`.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, NamedTuple

from service.domain.calendar import Instant, local_date, start_of_day
from service.domain.engagement import Footing, state_at
from service.domain.programs import Thresholds

EVERYBODY: Final = ""
"""The group of all."""
MATCHED: Final = "matched"
CONNECTED: Final = "connected_ever"
CONVERSATIONS: Final = "conversations"
STATE: Final = "state:"


class Talk(NamedTuple):
    """A logged conversation that stands: when it was logged, and how many it counts for."""

    at: Instant
    number: int


class Week(NamedTuple):
    """A week in a program's zone. `monday` names it (`2026-03-02`); it lasts from `begins` until before `ends`."""

    monday: str
    begins: Instant
    ends: Instant


class Figure(NamedTuple):
    """A number of a group in a week."""

    group: str
    what: str
    monday: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PairCourse:
    """What a pair's course is made of. `talks` are all of its conversations that stand, in any order."""

    footing: Footing
    groups: frozenset[str] = frozenset()
    talks: Sequence[Talk] = ()


def weeks_until(now: Instant, number: int, zone: str) -> tuple[Week, ...]:
    """Return the last weeks, in order; the last is the one that `now` is in."""
    today = local_date(now, zone)
    monday = today - timedelta(days=today.weekday())
    days = [monday - timedelta(weeks=back) for back in range(number - 1, -1, -1)]
    return tuple(
        Week(day.isoformat(), start_of_day(day, zone), start_of_day(day + timedelta(weeks=1), zone)) for day in days
    )


def week_of(at: Instant, weeks: Sequence[Week]) -> Week | None:
    """Return the week that an instant is in, or None where it is in none of these."""
    if not weeks or not weeks[0].begins <= at < weeks[-1].ends:
        return None
    return weeks[bisect_right(weeks, at, key=lambda week: week.begins) - 1]


def footing_at(pair: PairCourse, at: Instant) -> Footing:
    """Return what the pair stood on at an instant, as far as its state then follows from it."""
    whole = pair.footing
    before = [each for each in pair.talks if each.at <= at]
    return replace(
        whole,
        matched_at=whole.matched_at if whole.matched_at is not None and whole.matched_at <= at else None,
        ended_at=whole.ended_at if whole.ended_at is not None and whole.ended_at <= at else None,
        conversations=sum(each.number for each in before),
        last_logged_at=max((each.at for each in before), default=None),
    )


class FigureSum:
    """Adds pairs up, one by one, so that a hundred thousand of them need no memory."""

    def __init__(self, weeks: Sequence[Week], limits: Thresholds, now: Instant) -> None:
        self._weeks, self._limits, self._now = weeks, limits, now
        self._counts: Counter[tuple[str, str, str]] = Counter()

    def add(self, pair: PairCourse) -> None:
        groups = (EVERYBODY, *pair.groups)
        for what, monday, number in self._of(pair):
            for group in groups:
                self._counts[group, what, monday] += number

    def _of(self, pair: PairCourse) -> Iterator[tuple[str, str, int]]:
        for talk in pair.talks:
            week = week_of(talk.at, self._weeks)
            if week is not None:
                yield CONVERSATIONS, week.monday, talk.number
        for week in self._weeks:
            at = min(week.ends - 1, self._now)
            footing = footing_at(pair, at)
            if footing.matched_at is None:
                continue
            yield MATCHED, week.monday, 1
            if footing.conversations:
                yield CONNECTED, week.monday, 1
            state = state_at(footing, self._limits, at)
            if state is not None:
                yield STATE + state.value, week.monday, 1

    def figures(self) -> list[Figure]:
        """Return all that is not zero, in order."""
        return [Figure(*key, number) for key, number in sorted(self._counts.items()) if number]


def figures_of(pairs: Iterable[PairCourse], weeks: Sequence[Week], limits: Thresholds, now: Instant) -> list[Figure]:
    """Return the figures of these pairs."""
    found = FigureSum(weeks, limits, now)
    for pair in pairs:
        found.add(pair)
    return found.figures()
