"""What is wrong with an event, as a value for whoever sends it."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

JsonPath = tuple[str | int, ...]

_MAX_NAME = 60
"""Names longer than this are neither quoted nor compared: a fault must stay short whatever was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault of one event: its `index` in the batch (0 alone), where it is, what to send instead.

    `pointer` is an RFC 6901 JSON pointer into the CloudEvent, such as `/data/topics/0`; for something
    missing it is where that belongs.
    """

    index: int
    pointer: str
    message: str


def pointer_to(path: Iterable[str | int]) -> str:
    """Return the JSON pointer of a path; it ends early at a name too long to repeat."""
    pointer = ""
    for step in path:
        if isinstance(step, str) and len(step) > _MAX_NAME:
            break
        pointer += "/" + str(step).replace("~", "~0").replace("/", "~1")
    return pointer


def quoted(name: str) -> str:
    """Return the name in quotes, cut where it is too long to repeat."""
    return f'"{name}"' if len(name) <= _MAX_NAME else f'"{name[:_MAX_NAME]}…"'


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ` Did you mean "…"?` for the nearest known word, or nothing where none is near."""
    near = difflib.get_close_matches(word[:_MAX_NAME], list(known), n=1)
    return f' Did you mean "{near[0]}"?' if near else ""
