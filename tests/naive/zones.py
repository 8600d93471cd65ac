"""Wall clocks, by asking zoneinfo minute by minute: nothing here is shared with `service.domain.calendar` but units."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from service.domain.calendar import DAY, MINUTE, QUARTER, SECOND, Hours, Instant

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def as_instant(moment: datetime) -> Instant:
    """Return the microseconds since the epoch of an aware datetime."""
    since = moment - _EPOCH
    return since.days * DAY + since.seconds * SECOND + since.microseconds


def local(at: Instant, zone: str) -> datetime:
    """Return the aware local datetime of an instant."""
    return (_EPOCH + timedelta(microseconds=at)).astimezone(ZoneInfo(zone))


def day_start(day: date, zone: str) -> Instant:
    """Return the first instant of a calendar day in the zone."""
    return first_showing(day, 0, zone)


@cache
def first_showing(day: date, minute: int, zone: str) -> Instant:
    """Return the first minute at which a clock in the zone shows that day and minute (0..1440), or later."""
    wall = datetime.combine(day, time()) + timedelta(minutes=minute)
    guess = as_instant(wall.replace(tzinfo=ZoneInfo(zone)))
    at = guess - 180 * MINUTE
    while local(at, zone).replace(tzinfo=None) < wall:
        at += MINUTE
    return at


def is_open(hours: Hours, at: Instant, zone: str) -> bool:
    """Return whether the hours are open: on one of their days, opening included, closing not."""
    day = local(at, zone).date()
    return day.weekday() in hours.days and _opens(hours, day, zone) <= at < _closes(hours, day, zone)


def is_first_open_quarter(hours: Hours, at: Instant, zone: str) -> bool:
    """Return whether the instant is the first quarter hour of a day at which the hours are open."""
    return is_open(hours, at, zone) and at == round_up(_opens(hours, local(at, zone).date(), zone))


def round_up(at: Instant) -> Instant:
    """Return the first :00, :15, :30 or :45 at or after the instant."""
    return at + (-at) % QUARTER


def _opens(hours: Hours, day: date, zone: str) -> Instant:
    return first_showing(day, hours.opens, zone)


def _closes(hours: Hours, day: date, zone: str) -> Instant:
    return first_showing(day, hours.closes, zone)
