"""How stories came out, as words for people and as JSON for programs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import orjson

from service.staff.stories import Line, Matched, Played
from service.staff.story import clock
from service.trial.story_set import StoryAt

_MARKS = {Matched.EVENT: "*", Matched.AS_EXPECTED: " ", Matched.MISSING: "-", Matched.UNEXPECTED: "+"}
_LEGEND = "* happened, - expected and not sent, + sent and not expected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A story, where it stands, how it came out, and how long that took, in seconds."""

    at: StoryAt
    played: Played
    took_s: float

    @property
    def place(self) -> str:
        return f"{self.at.path}:{self.at.line}"


def summary(results: Sequence[Result]) -> str:
    """Return the last line: how many passed and failed."""
    failed = sum(not each.played.passed for each in results)
    return f"{len(results) - failed} passed, {failed} failed"


def as_text(result: Result) -> Iterator[str]:
    """Yield the lines that show a failed story: everything on one time line, with the reason for each difference."""
    lines = result.played.lines
    yield f"FAILED  {result.played.story.title}"
    yield f"  --> {result.place}   ({_LEGEND})"
    what = max((len(line.what) for line in lines), default=0)
    whom = max((len(_whom(line)) for line in lines), default=0)
    for line in lines:
        yield from _told(line, what, whom)


def _told(line: Line, what: int, whom: int) -> Iterator[str]:
    at = "     " if line.minute is None else clock(line.minute)
    when = f"{_MARKS[line.matched]} day {line.day:>3}  {at}"
    yield f"  {when}  {line.what:<{what}}  {_whom(line):<{whom}}  {line.message}".rstrip()
    if line.reason:
        yield f"             {line.reason}"


def _whom(line: Line) -> str:
    return (f"by {line.to}" if line.to else "") if line.matched is Matched.EVENT else f"to {line.to}"


def differences(result: Result) -> Iterator[str]:
    """Yield one line for each difference of a failed story."""
    for line in result.played.lines:
        if line.matched in (Matched.MISSING, Matched.UNEXPECTED):
            yield f"day {line.day}: {line.what} to {line.to} is {line.matched}: {line.reason}"


def as_json(results: Sequence[Result]) -> str:
    """Return all stories with their time lines as one JSON object."""
    failed = sum(not each.played.passed for each in results)
    document = {
        "passed": len(results) - failed,
        "failed": failed,
        "stories": [_story_as_json(each) for each in results],
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()


def _story_as_json(result: Result) -> dict[str, object]:
    return {
        "story": result.played.story.name,
        "variant": result.played.story.variant,
        "file": result.at.path,
        "line": result.at.line,
        "passed": result.played.passed,
        "time_line": [_line_as_json(each) for each in result.played.lines],
    }


def _line_as_json(line: Line) -> dict[str, object]:
    at = None if line.minute is None else clock(line.minute)
    found: dict[str, object] = {"outcome": str(line.matched), "day": line.day, "at": at}
    if line.matched is Matched.EVENT:
        return {**found, "event": line.what, "by": line.to, "data": line.message}
    return {**found, "rule": line.what, "to": line.to, "message": line.message, "reason": line.reason}
