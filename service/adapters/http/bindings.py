"""The CloudEvents HTTP binding: from headers and a body to events, as dicts that nobody has checked yet.

Parsed by hand: the SDK gives an event without an id a fresh one, and a second sending is then another event.
Source: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from urllib.parse import unquote_to_bytes

from service.adapters.http.problems import RefusedError, refused

MAX_BATCH_EVENTS = 1_000
MAX_EVENT_BYTES = 256 * 1024
MAX_BATCH_BYTES = 4 * 1024 * 1024

Decode = Callable[[bytes], object]


class Mode(StrEnum):
    """How the events of a request are written."""

    STRUCTURED = "application/cloudevents+json"
    BATCH = "application/cloudevents-batch+json"
    BINARY = "application/json"

    @property
    def max_bytes(self) -> int:
        """The longest body there may be."""
        return MAX_BATCH_BYTES if self is Mode.BATCH else MAX_EVENT_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What the headers say: the mode, and the attributes of binary mode, still encoded."""

    mode: Mode
    attributes: Mapping[str, str]


def read_head(content_type: str, content_encoding: str, attributes: Mapping[str, str]) -> Head:
    """Return what the headers say; `attributes` are the `ce-` headers without their prefix. Raises: RefusedError."""
    if content_encoding.strip().lower() not in ("", "identity"):
        raise _unsupported("Send the body as it is, without Content-Encoding.")
    media_type, _, parameters = content_type.partition(";")
    media_type = media_type.strip().lower()
    charset = re.search(r"charset\s*=\s*\"?([^\s;\"]+)", parameters, re.IGNORECASE) if parameters else None
    if charset and charset[1].lower() not in ("utf-8", "utf8"):
        raise _unsupported("Send the body in UTF-8.")
    if media_type in (Mode.STRUCTURED, Mode.BATCH):
        return Head(mode=Mode(media_type), attributes={})
    if attributes and media_type in (Mode.BINARY, ""):
        return Head(mode=Mode.BINARY, attributes=attributes)
    raise _unsupported(
        f"Send one event as Content-Type {Mode.STRUCTURED}, several as {Mode.BATCH}, "
        f"or one as {Mode.BINARY} with its attributes in ce- headers."
    )


def read_events(head: Head, body: bytes, decode: Decode) -> list[object]:
    """Return the events of a request whose body is no longer than its mode allows.

    Raises: RefusedError, or the EventSenderError of `decode`.
    """
    if head.mode is Mode.BINARY:
        event: dict[str, object] = {name: _decoded(name, value) for name, value in head.attributes.items()}
        if body:
            event["data"] = decode(body)
        return [event]
    value = decode(body)
    if head.mode is Mode.STRUCTURED:
        if not isinstance(value, dict):
            raise _malformed(f"Send one event as a JSON object; for a list of events, Content-Type {Mode.BATCH}.")
        return [value]
    if not isinstance(value, list):
        raise _malformed(f"Send a JSON array of events; for a single event, Content-Type {Mode.STRUCTURED}.")
    if len(value) > MAX_BATCH_EVENTS:
        raise refused(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"The batch has {len(value):,} events. Send at most {MAX_BATCH_EVENTS:,} at once.",
        )
    return value


def too_large(mode: Mode) -> RefusedError:
    """Return the error for a body longer than the mode allows."""
    what = "A batch" if mode is Mode.BATCH else "An event"
    detail = f"{what} may have {mode.max_bytes // 1024:,} KiB. Send less at once; free text is never carried."
    return refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)


def _decoded(name: str, value: str) -> str:
    """Return the attribute that a `ce-` header carries: quotes undone as RFC 9110 has them, then percents, once."""
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = re.sub(r"\\(.)", r"\1", value[1:-1])
    try:
        return unquote_to_bytes(value.encode("latin-1")).decode("utf-8")
    except UnicodeDecodeError:
        raise _malformed(f"The header ce-{name[:60]} is not UTF-8 in percent-encoding.") from None


def _unsupported(detail: str) -> RefusedError:
    return refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail)


def _malformed(detail: str) -> RefusedError:
    return refused(HTTPStatus.BAD_REQUEST, detail)
