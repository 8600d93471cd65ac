"""The string formats that event schemas may use, asserted alike by both validators.

jsonschema-rs knows all of them but the zone; jsonschema needs extra packages for some and, in a plain
install, accepts in silence what it cannot check. So the words are listed here and nothing else is allowed.
"""

import re
import zoneinfo
from collections.abc import Callable
from functools import cache

from jsonschema import FormatChecker

from service.domain.calendar import MINUTE, parse_rfc3339

TIME_ZONE = "iana-time-zone"
FORMATS = frozenset({"date", "date-time", "uri-reference", TIME_ZONE})

_DATE_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt](?:[01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(?:\.[0-9]+)?"
    r"(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
)
_LEAP_SECOND = 1439
"""The minute of the UTC day, 23:59, that alone may have a 61st second."""


@cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def is_time_zone(name: str) -> bool:
    """Return whether this is an IANA zone known here; a `right/` zone, which counts leap seconds, is not."""
    return name in _zones()


def is_date_time(text: str) -> bool:
    """Return whether this is an RFC 3339 date-time; `:60` only where UTC can have a leap second."""
    found = _DATE_TIME.fullmatch(text)
    if found is None:
        return False
    try:
        at = parse_rfc3339(text)
    except ValueError:
        return False
    # parse_rfc3339 reads :60 as the second after :59, so a leap second is the first one of a UTC day.
    return found[1] != "60" or (at // MINUTE - 1) % (24 * 60) == _LEAP_SECOND


def reading_formats() -> FormatChecker:
    """Return the checker for jsonschema, with every format of FORMATS really checked."""
    checker = FormatChecker(formats=("date", "uri-reference"))  # a KeyError where a package is missing
    checker.checks("date-time")(_of_text(is_date_time))
    checker.checks(TIME_ZONE)(_of_text(is_time_zone))
    return checker


def _of_text(check: Callable[[str], bool]) -> Callable[[object], bool]:
    return lambda value: not isinstance(value, str) or check(value)
