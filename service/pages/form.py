"""What forms say, read with care: whoever holds a link can send anything."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from service.domain.calendar import HOUR, Instant

_GOOD_FOR: Final = HOUR
_LONGEST_NUMBER: Final = 18


def is_fresh(form: Mapping[str, str], now: Instant) -> bool:
    """Return whether the form's `at`, when its page was made, lies within the last hour.

    It tells one filled form from the next, so that sending one twice changes nothing twice.
    """
    at = whole_number(form.get("at", ""))
    return at is not None and now - _GOOD_FOR <= at <= now


def whole_number(text: str) -> int | None:
    """Return the number that a field holds, or None."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER
    return int(text) if is_number else None


def day(text: str) -> date | None:
    """Return the day that a date field holds (`2026-03-02`), or None."""
    try:
        return date.fromisoformat(text) if len(text) == len("2026-03-02") else None
    except ValueError:
        return None
