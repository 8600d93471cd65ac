"""When a rule's slots are due and close: by its start, its clock, quarter hours, breaks. Source: *Meaning* 1, 2."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from service.domain.calendar import NEVER, QUARTER, Duration, Instant, Span, quarter_up
from service.domain.facts import Start
from service.domain.rules import Delivery, Kind, Rule

RESTING = frozenset({Kind.NUDGE, Kind.SERVICE})
"""Kinds that keep a program's breaks."""


class Slot(NamedTuple):
    """One k of one start: open during [due, closes). What was held may go until the next is due, at `ends`."""

    k: int
    due: Instant
    closes: Instant
    ends: Instant = NEVER


Standing = tuple[int, Instant, Instant, Instant]
"""The newest slot that is due (k is -1 before the first): its k, due and closing; and when the next is due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """A rule's clock. `exact` rules count from the arrival of the start, and keep neither quarter hours nor breaks."""

    exact: bool
    rests: bool
    offset: Duration
    every: Duration
    total: int
    stays_open: Duration

    @classmethod
    def of(cls, rule: Rule, delivery: Delivery) -> "Timetable":
        """Return the timetable that the rule's words describe."""
        return cls(
            exact=rule.kind.exact,
            rests=rule.kind in RESTING,
            offset=rule.offset,
            every=rule.every or 0,
            total=rule.total,
            stays_open=delivery.slot_stays_open(rule),
        )

    def standing(self, start: Start, breaks: tuple[Span, ...], now: Instant) -> Standing:
        """Return the newest slot that is due at `now`, and when the next will be (NEVER after the last)."""
        first = (start.recorded if self.exact else start.moment.time) + self.offset
        k = -1
        if first <= now:
            k = min(self.total - 1, (now - first) // self.every) if self.every else 0
        following = NEVER if k == self.total - 1 else self.due(first + (k + 1) * self.every, breaks)
        # Rounding and breaks only ever put a slot off, so the newest one due is at or before the k reckoned without.
        while k >= 0:
            due = self.due(first + k * self.every, breaks)
            if due <= now:
                closes = due + self.stays_open
                return k, due, closes if closes < following else following, following
            k, following = k - 1, due
        return -1, following, following, following

    def slots(self, start: Start, breaks: tuple[Span, ...]) -> Iterator[Slot]:
        """Yield all slots of a start, in order."""
        first = (start.recorded if self.exact else start.moment.time) + self.offset
        due = self.due(first, breaks)
        for k in range(self.total):
            following = self.due(first + (k + 1) * self.every, breaks) if k + 1 < self.total else NEVER
            yield Slot(k=k, due=due, closes=min(due + self.stays_open, following), ends=following)
            due = following

    def due(self, at: Instant, breaks: tuple[Span, ...]) -> Instant:
        """Return when a slot reckoned for `at` is due: on a quarter hour and not in a break, or exactly then."""
        if self.exact:
            return at
        at = -(-at // QUARTER) * QUARTER
        resting = break_at(breaks, at) if self.rests and breaks else None
        return quarter_up(resting.end) if resting else at


def break_at(breaks: tuple[Span, ...], at: Instant) -> Span | None:
    """Return the break that holds the instant, or None."""
    for span in breaks:
        if span.start <= at < span.end:
            return span
    return None
