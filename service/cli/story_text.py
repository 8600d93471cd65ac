"""A recorded story as the YAML that staff would write."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from service.staff.recorded import Recorded, RecordedLine, Time
from service.staff.story import clock

_BARE = re.compile(r"[A-Za-z][A-Za-z0-9_./@-]*|[0-9]{1,9}|[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """One line of `expect`."""

    day: int
    minute: int
    rule: str
    to: str
    message: str


def story_text(recorded: Recorded, name: str, program: str, expected: Iterable[Expected]) -> str:
    """Return the story, line end included. `program` is "" for the story's own."""
    return "\n".join(_lines(recorded, name, program, list(expected))) + "\n"


def _lines(recorded: Recorded, name: str, program: str, expected: list[Expected]) -> Iterator[str]:
    yield f"- story: {name}"
    if program:
        yield f"  program: {program}"
    yield f'  begins: "{recorded.first} {clock(recorded.lines[0].at.minute)} {recorded.zone}"'
    yield "  events:"
    yield from (f"    - {_event(line)}" for line in recorded.lines)
    yield f"  until: day {recorded.until}"
    yield "  expect:" if expected else "  expect: []"
    yield from (f"    - {_expectation(each)}" for each in expected)


def _event(line: RecordedLine) -> str:
    known = {"known": f"day {_day_and_time(line.known)}"} if line.known else {}
    by = {"by": line.by} if line.by else {}
    at = {"day": str(line.at.day), "at": clock(line.at.minute), "event": line.type}
    return _table({**at, **by, **line.fields, **known})


def _expectation(each: Expected) -> str:
    at = {"day": str(each.day), "at": clock(each.minute)}
    return _table({**at, "rule": each.rule, "to": each.to, "message": each.message})


def _day_and_time(time: Time) -> str:
    return f"{time.day} {clock(time.minute)}"


def _table(words: Mapping[str, str | tuple[str, ...]]) -> str:
    parts = (f"{name}: {_value(value)}" for name, value in words.items())
    return f"{{ {', '.join(parts)} }}"


def _value(value: str | tuple[str, ...]) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_value, value))}]"
    return value if _BARE.fullmatch(value) else f'"{value}"'
