"""JSON from strangers: one value, or one sentence that says why not.

orjson refuses NaN, infinities, lone surrogates, bad UTF-8, a byte order mark and deep nesting by itself, and
reads an over-long whole number as a float. What it takes in silence, duplicate names and NUL characters, is
found here without a second parse.
"""

import orjson

from service.domain.errors import EventSenderError

MAX_DEPTH = 32
"""Levels of nesting; an event has four, a batch five."""

MAX_VALUES = 200_000
"""Values in one text; a batch of the most and the fullest events has fewer, and looking at each takes its time."""


class MalformedJsonError(EventSenderError):
    """The body is not JSON that Intouch takes; the message says why and never quotes it."""


def decode(body: bytes) -> object:
    """Return the value that the JSON text holds. Raises: MalformedJsonError."""
    try:
        value: object = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise MalformedJsonError(f"The body is not valid JSON: {error}. Send UTF-8 JSON as RFC 8259 has it.") from None
    except RecursionError:
        raise _too_deep() from None
    if _is_simple(body):
        if orjson.dumps(value).count(b'"') != body.count(b'"'):
            raise _same_name_twice()
        return value
    plain = body.replace(b"\\\\", b"") if b"\\" in body else body
    # With escaped backslashes gone, a backslash can only begin an escape.
    if b"\\u0000" in plain:
        raise MalformedJsonError("A text holds a NUL character (\\u0000). Leave it out.")
    quotes = plain.count(b'"') - (plain.count(b'\\"') if b"\\" in plain else 0)
    # A duplicate name makes the value hold fewer texts than were written.
    if 2 * _texts(value) != quotes:
        raise _same_name_twice()
    return value


def _is_simple(body: bytes) -> bool:
    """Return whether a text is written without escapes, and cannot hold too much nor be too deep: most events.

    Written again, its value has as many quotes, unless a name was there twice; that is found out much quicker.
    """
    return len(body) <= MAX_VALUES and b"\\" not in body and body.count(b"{") + body.count(b"[") < MAX_DEPTH


def _texts(value: object) -> int:
    """Return how many texts the value holds, names included, level by level. Raises: MalformedJsonError."""
    found = seen = 0
    level = [value]
    for _ in range(MAX_DEPTH):
        below: list[object] = []
        for each in level:
            kind = type(each)
            if kind is str:
                found += 1
            elif kind is dict:
                found += len(each)  # type: ignore[arg-type]  # its type was just compared
                below.extend(each.values())  # type: ignore[attr-defined]  # a dict
            elif kind is list:
                below.extend(each)  # type: ignore[arg-type]  # a list
        if not below:
            return found
        seen += len(below)
        if seen > MAX_VALUES:
            raise MalformedJsonError(f"The JSON holds more than {MAX_VALUES:,} values. Send less at once.")
        level = below
    raise _too_deep()


def _same_name_twice() -> MalformedJsonError:
    return MalformedJsonError("An object has the same name twice. Send each name once.")


def _too_deep() -> MalformedJsonError:
    return MalformedJsonError(f"The JSON is nested deeper than {MAX_DEPTH} levels. Send it flatter.")
