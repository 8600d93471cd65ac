"""Readers of durations, times of day, dates and time zones."""

import re
from datetime import date
from functools import cache
from typing import Final
from zoneinfo import available_timezones

from service.adapters.rulebook.findings import Findings
from service.adapters.rulebook.tree import Node, Text
from service.adapters.rulebook.values import Reader, a_word, unquote
from service.adapters.rulebook.wording import nearest, shorten
from service.domain.calendar import DAY, HOUR, MINUTE, WEEK, Duration, is_zone

LONGEST: Final = 5 * 366 * DAY
_UNITS = {"minute": MINUTE, "hour": HOUR, "day": DAY, "week": WEEK}
_DURATION = re.compile(r"(\d{1,7}) +(minute|hour|day|week)s?")
_NUMBER_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_ABBREVIATIONS = {"m": "minute", "min": "minute", "h": "hour", "hr": "hour", "d": "day", "w": "week", "wk": "week"}
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)|24:00")
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def duration(least: Duration = 0) -> Reader[Duration]:
    """Return a reader of durations of at least `least` and at most five years."""

    def read(node: Node, findings: Findings) -> Duration | None:
        text = a_word(node, findings)
        if text is None:
            return None
        found = _DURATION.fullmatch(text.value)
        span = int(found[1]) * _UNITS[found[2]] if found else None
        if span is not None and least <= span <= LONGEST:
            return span
        _explain_duration(text, span, findings)
        return None

    return read


def _explain_duration(text: Text, span: Duration | None, findings: Findings) -> None:
    shown = shorten(text.value)
    if span is None:
        hint = _better_duration(text.value) or unquote(text) or 'Write it like "14 days", "36 hours" or "0 minutes".'
        findings.error("bad-duration", text.place, f'"{shown}" is not a length of time.', hint)
    elif span > LONGEST:
        findings.error("out-of-bounds", text.place, f'"{shown}" is longer than five years.', "Write a shorter time.")
    else:
        findings.error("out-of-bounds", text.place, f'"{shown}" is too short here.', 'Write at least "1 minute".')


def _better_duration(word: str) -> str:
    """Return advice for the ways in which people write a length of time, or "" for anything else."""
    found = re.fullmatch(r"\s*(-?)([\d.,]{1,9}|[a-z]+)\s*-?\s*([a-z]*)\.?\s*", word.lower())
    if not found:
        return ""
    sign, amount, unit = found.groups()
    count = _amount(amount)
    singular = _ABBREVIATIONS.get(unit.rstrip("s"), nearest(unit.rstrip("s"), (*_UNITS, "month", "year"))) or "day"
    if sign:
        return 'A time cannot be negative. To send ahead of a date, write "before".'
    if count is None:
        return ""
    if singular in ("month", "year"):
        days = round(count * (30 if singular == "month" else 365))
        return f'{singular.capitalize()}s differ in length. Write "{_spell(days, "day")}".'
    return f'Write "{_whole_units(count, singular)}".'


def _amount(text: str) -> float | None:
    if text in _NUMBER_WORDS:
        return float(_NUMBER_WORDS.index(text))
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def _whole_units(count: float, unit: str) -> str:
    """Return the time in the largest unit, no larger than the given one, in which it is a whole number."""
    span = round(count * _UNITS[unit])
    for smaller in reversed(_UNITS):
        if _UNITS[smaller] <= _UNITS[unit] and span % _UNITS[smaller] == 0:
            return _spell(span // _UNITS[smaller], smaller)
    return _spell(max(1, span // MINUTE), "minute")


def _spell(count: int, unit: str) -> str:
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def clock_time(node: Node, findings: Findings) -> int | None:
    """Return a time of day in minutes after 00:00; 24:00 is 1440."""
    text = a_word(node, findings)
    if text is None:
        return None
    if _CLOCK.fullmatch(text.value):
        hour, minute = text.value.split(":")
        return int(hour) * 60 + int(minute)
    shown = shorten(text.value)
    findings.error("bad-time", text.place, f'"{shown}" is not a time of day.', _better_clock(text.value))
    return None


def _better_clock(word: str) -> str:
    found = re.fullmatch(r"[“”]?(\d{1,2})(?:[.:h](\d{2}))?\s*([ap])?\.?m?\.?[“”]?", word.strip().lower())
    hour = int(found[1]) % 12 + 12 * (found[3] == "p") if found and found[3] else int(found[1]) if found else 24
    minute = int(found[2] or 0) if found else 0
    return f'Write "{hour:02}:{minute:02}".' if hour < 24 and minute < 60 else 'Write it like "09:00" or "18:30".'


def weekday(node: Node, findings: Findings) -> int | None:
    """Return the day of the week; Monday is 0."""
    text = a_word(node, findings)
    if text is None or text.value in _DAYS:
        return _DAYS.index(text.value) if text else None
    short = text.value[:3].lower()
    hint = f'Write "{short}".' if short in _DAYS else "Write mon, tue, wed, thu, fri, sat or sun."
    findings.error("unknown-value", text.place, f'"{shorten(text.value)}" is not a day of the week here.', hint)
    return None


def day(node: Node, findings: Findings) -> date | None:
    """Return a date between the years 2000 and 2199."""
    text = a_word(node, findings)
    if text is None:
        return None
    found = _DATE.fullmatch(text.value)
    try:
        parsed = date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        parsed = None
    if parsed is not None and 2000 <= parsed.year < 2200:
        return parsed
    hint = "Look at the calendar." if found else "Write year, month and day in digits: 2026-12-18."
    findings.error("bad-date", text.place, f'"{shorten(text.value)}" is not a date.', hint)
    return None


_ZONES: Final = {
    **dict.fromkeys(("ET", "EST", "EDT", "EASTERN"), "America/New_York"),
    **dict.fromkeys(("CT", "CST", "CDT", "CENTRAL"), "America/Chicago"),
    **dict.fromkeys(("MT", "MST", "MDT", "MOUNTAIN"), "America/Denver"),
    **dict.fromkeys(("PT", "PST", "PDT", "PACIFIC"), "America/Los_Angeles"),
    **dict.fromkeys(("GMT", "BST"), "Europe/London"),
}
"""What people call zones for short."""


def time_zone(*also: str) -> Reader[str]:
    """Return a reader of IANA time zones, and of the further words given."""

    def read(node: Node, findings: Findings) -> str | None:
        text = a_word(node, findings)
        if text is None or text.value in also or is_zone(text.value):
            return text.value if text else None
        found = _ZONES.get(text.value.upper()) or nearest(text.value, (*also, *_all_zones()))
        hint = f'Did you mean "{found}"?' if found else 'Write one like "America/Chicago" or "Europe/London".'
        findings.error("unknown-zone", text.place, f'"{shorten(text.value)}" is not a time zone.', hint)
        return None

    return read


@cache
def _all_zones() -> tuple[str, ...]:
    return tuple(sorted(available_timezones()))
