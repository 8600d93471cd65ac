"""All chance and all calendars of the example: one seeded source, and when people are awake.

Times are whole seconds since 1970-01-01T00:00Z; days are `date.toordinal()` numbers.
"""

import random
from datetime import date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

MINUTE, HOUR, DAY = 60, 3_600, 86_400
WEEK = 7 * DAY
ALWAYS = 2**40
"""Later than anything here."""

OFFICE = "America/Chicago"
_OFFICE_HOURS = (9, 10, 11, 13, 14, 15, 16)
_WAKING_HOURS = (8, 9, 10, 11, 12, 12, 13, 14, 15, 16, 17, 18, 18, 19, 19, 20, 20, 21, 22)


@lru_cache(maxsize=8192)
def midnight(day: int, zone: str) -> int:
    """Return when the day begins in the zone."""
    return int(datetime.combine(date.fromordinal(day), time(), tzinfo=ZoneInfo(zone)).timestamp())


def day_at(at: int) -> int:
    """Return the day that it is in Greenwich at the time."""
    return at // DAY + date(1970, 1, 1).toordinal()


def iso(day: int) -> str:
    """Return the day as `2026-08-24`."""
    return date.fromordinal(day).isoformat()


class Chance(random.Random):
    """A seeded source that knows when things tend to happen."""

    def awake(self, day: int, zone: str) -> int:
        """Return a time of that day at which a person there is awake."""
        return int(midnight(day, zone) + self.choice(_WAKING_HOURS) * HOUR + self.random() * HOUR)

    def office(self, day: int, *hours: int) -> int:
        """Return a time just past an office hour of that day, or of the Monday after a weekend."""
        weekday = (day - 1) % 7
        day += 7 - weekday if weekday > 4 else 0
        return int(midnight(day, OFFICE) + self.choice(hours or _OFFICE_HOURS) * HOUR + self.random() * MINUTE)

    def later(self, at: float, least: float, most: float) -> int:
        """Return a time between `least` and `most` hours after another."""
        return int(at + self.uniform(least, most) * HOUR)

    def often(self, average: float) -> int:
        """Return how often this time something happens that happens so often on average."""
        return int(average) + (self.random() < average % 1)

    def is_so(self, share: float) -> bool:
        """Return True in that share of cases."""
        return self.random() < share
