"""The CloudEvents AMQP binding: from one message to one event, as a dict that nobody has checked yet.

RabbitMQ speaks AMQP 0.9.1, where the application properties of the binding are headers.
Source: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/amqp-protocol-binding.md
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from service.domain.errors import EventSenderError
from service.flow.trace import TRACEPARENT, on_the_trace

MAX_EVENT_BYTES: Final = 256 * 1024
STRUCTURED: Final = "application/cloudevents+json"
PREFIXES: Final = ("cloudEvents:", "cloudEvents_", "ce-")
"""How attributes are marked in binary mode: as the binding says, as JMS can, and as in HTTP."""

Decode = Callable[[bytes], object]


class Message(NamedTuple):
    """What a publisher sent."""

    body: bytes
    content_type: str
    content_encoding: str
    headers: Mapping[str, Any]
    user_id: str = ""
    """Who published it, if that was said: RabbitMQ lets nobody say another name than the one they connected with."""


def read_event(message: Message, decode: Decode) -> object:
    """Return the event of a message, on that one's trace unless it names one itself.

    Raises: EventSenderError, with what to send instead.
    """
    return on_the_trace(_event(message, decode), message.headers.get(TRACEPARENT))


def _event(message: Message, decode: Decode) -> object:
    if message.content_encoding.lower() not in ("", "identity", "utf-8", "utf8"):
        raise EventSenderError("Send the body as it is, without content_encoding.")
    if len(message.body) > MAX_EVENT_BYTES:
        raise EventSenderError(f"An event may have {MAX_EVENT_BYTES // 1024} KiB; free text is never carried.")
    media_type = message.content_type.partition(";")[0].strip().lower()
    if media_type == STRUCTURED:
        return decode(message.body)
    attributes = dict(_attributes(message.headers))
    if attributes and media_type in ("application/json", ""):
        return {**attributes, **({"data": decode(message.body)} if message.body else {})}
    raise EventSenderError(
        f"Send one event with content_type {STRUCTURED}, or as application/json with its attributes in headers that "
        f'begin with "{PREFIXES[0]}".'
    )


def _attributes(headers: Mapping[str, Any]) -> list[tuple[str, object]]:
    return [
        (name[len(prefix) :].lower(), _plain(value))
        for name, value in headers.items()
        for prefix in PREFIXES
        if name.startswith(prefix)
    ]


def _plain(value: Any) -> object:
    """Return a header's value as JSON would have it; brokers know times and bytes of their own."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")  # AMQP's times are whole seconds UTC
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if isinstance(value, (str, int, bool)) else str(value)
