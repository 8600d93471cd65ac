"""Instants, durations, quarter hours, zones: all the arithmetic of time, and no clock.

An Instant is a whole number of microseconds since 1970-01-01T00:00Z. Rules compare and add instants by
the million; integers are exact, sort as they should, and cost a tenth of aware datetimes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

Instant = int
Duration = int
"""Both in microseconds. A day is 24 hours; only hours, breaks and dates know zones."""

SECOND: Duration = 1_000_000
MINUTE: Duration = 60 * SECOND
HOUR: Duration = 60 * MINUTE
DAY: Duration = 24 * HOUR
WEEK: Duration = 7 * DAY
QUARTER: Duration = 15 * MINUTE
NEVER: Instant = 2**62
"""Later than any instant that can happen; the neutral element of `min`."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant(moment: datetime) -> Instant:
    """Return the instant of an aware datetime. Raises: ValueError on a naive one."""
    if moment.tzinfo is None:
        raise ValueError("a datetime without a zone is not an instant")
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * SECOND + since.microseconds


def to_datetime(at: Instant) -> datetime:
    """Return the aware UTC datetime of an instant."""
    return _EPOCH + timedelta(microseconds=at)


def parse_rfc3339(text: str) -> Instant:
    """Return the instant that an RFC 3339 date-time names. Raises: ValueError.

    A leap second (`:60`) is read as the second after it; fractions beyond microseconds are cut.
    """
    body = text.replace("z", "Z")
    if body[17:19] == "60":
        return parse_rfc3339(f"{body[:17]}59{body[19:]}") + SECOND
    return instant(datetime.fromisoformat(body))


def format_rfc3339(at: Instant) -> str:
    """Return `2026-03-02T15:00:00Z`; a fraction is written only where there is one."""
    moment = to_datetime(at).replace(tzinfo=None)
    return moment.isoformat(timespec="microseconds" if at % SECOND else "seconds") + "Z"


def span(duration: Duration) -> str:
    """Return a span of time as a person would say it: `3 days`, `an hour`, `2 weeks`."""
    for unit, name, most in ((MINUTE, "minute", HOUR), (HOUR, "hour", 36 * HOUR), (DAY, "day", 3 * WEEK)):
        if duration < most:
            number = max(1, round(duration / unit))
            return f"{number} {name}{'' if number == 1 else 's'}"
    return f"{round(duration / WEEK)} weeks"


def quarter_up(at: Instant) -> Instant:
    """Return the first quarter hour at or after the instant."""
    return -(-at // QUARTER) * QUARTER


def quarter_down(at: Instant) -> Instant:
    """Return the quarter hour in which the instant lies."""
    return at // QUARTER * QUARTER


@cache
def zone(name: str) -> ZoneInfo:
    """Return the IANA zone of that name. Raises: KeyError or ValueError when there is none."""
    return ZoneInfo(name)


def is_zone(name: str) -> bool:
    """Return whether the name is an IANA zone known here."""
    try:
        zone(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


@cache
def local_instant(day: date, minute: int, zone_name: str) -> Instant:
    """Return the first instant at which a clock in the zone shows that day and minute, or has passed it.

    `minute` counts from 00:00 and may be 1440. A wall time that the clock skips in spring is the end of
    the gap; one it shows twice in autumn is the first showing. zoneinfo accepts a skipped 02:30 in silence.
    """
    try:
        return _local_instant(day + timedelta(days=minute // 1440), minute % 1440, zone_name)
    except OverflowError:
        # Beyond what a calendar can show: before or after everything.
        return NEVER if day.year > _MIDDLE_YEAR else -NEVER


_MIDDLE_YEAR = 5000


def _local_instant(day: date, minute: int, zone_name: str) -> Instant:
    wall = datetime.combine(day, time(minute // 60, minute % 60), tzinfo=zone(zone_name))
    at = instant(wall)
    if to_datetime(at).astimezone(zone(zone_name)).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return at
    # In a gap, fold=0 reads the wall with the offset before it, which lands after the gap by as much as
    # the wall lies within it; the gap's end is where the offset before it stops holding.
    before, after = wall.utcoffset(), wall.replace(fold=1).utcoffset()
    assert before is not None and after is not None
    low, high = at - instant_span(after - before), at
    while high - low > 1:
        middle = (low + high) // 2
        if to_datetime(middle).astimezone(zone(zone_name)).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high


def instant_span(delta: timedelta) -> Duration:
    """Return a timedelta as a Duration."""
    return (delta.days * 86_400 + delta.seconds) * SECOND + delta.microseconds


def start_of_day(day: date, zone_name: str) -> Instant:
    """Return 00:00 of the day in the zone (or the end of a gap that swallows midnight)."""
    return local_instant(day, 0, zone_name)


def end_of_day(day: date, zone_name: str) -> Instant:
    """Return 24:00 of the day in the zone."""
    return local_instant(day, 1440, zone_name)


def local_date(at: Instant, zone_name: str) -> date:
    """Return the date that a calendar in the zone shows at the instant."""
    try:
        return to_datetime(at).astimezone(zone(zone_name)).date()
    except OverflowError:
        return date.max if at > 0 else date.min


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open stretch of time: `start` belongs to it, `end` does not."""

    start: Instant
    end: Instant

    def holds(self, at: Instant) -> bool:
        return self.start <= at < self.end


class Hours(NamedTuple):
    """When mail may reach a person: on `days` (Monday is 0), from `opens` to `closes`, minutes after 00:00."""

    opens: int
    closes: int
    days: frozenset[int]

    def spell(self, at: Instant, zone_name: str) -> Span:
        """Return the open spell that holds the instant, or else the next one to come."""
        return _next_spell(self, at, zone_name)


@lru_cache(maxsize=1_024)  # Thousands of people wait for the same morning.
def _next_spell(hours: Hours, at: Instant, zone_name: str) -> Span:
    day = local_date(at, zone_name)
    for ahead in range(_TWO_WEEKS):
        candidate = day + timedelta(days=ahead)
        if candidate.weekday() in hours.days:
            span = _spell(candidate, hours.opens, hours.closes, zone_name)
            if at < span.end and span.start < span.end:
                return span
    return Span(NEVER, NEVER)


_TWO_WEEKS = 15
"""Days to look at: of hours on one day a week, the next may lie in a gap of the clock, and the one after counts."""


@cache
def _spell(day: date, opens: int, closes: int, zone_name: str) -> Span:
    return Span(local_instant(day, opens, zone_name), local_instant(day, closes, zone_name))


def merge_spans(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return the same time as sorted spans that neither overlap nor touch."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda each: each.start):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return tuple(merged)
