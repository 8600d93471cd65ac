"""The CloudEvents AMQP binding: what a message says is an event, or a sentence that tells what to send instead."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from service.adapters.broker.binding import MAX_EVENT_BYTES, STRUCTURED, Message, read_event
from service.domain.errors import EventSenderError

EVENT = {"specversion": "1.0", "id": "e-1", "type": "conversation.logged", "data": {"by": "mentor"}}


def message(body: bytes, content_type: str = STRUCTURED, headers: Any = (), content_encoding: str = "") -> Message:
    return Message(body=body, content_type=content_type, content_encoding=content_encoding, headers=dict(headers))


@pytest.mark.parametrize("content_type", [STRUCTURED, f"{STRUCTURED}; charset=utf-8", STRUCTURED.upper()])
def test_a_structured_event_is_its_body(content_type: str) -> None:
    assert read_event(message(orjson.dumps(EVENT), content_type), orjson.loads) == EVENT


@pytest.mark.parametrize("prefix", ["cloudEvents:", "cloudEvents_", "ce-"])
def test_a_binary_event_has_its_attributes_in_headers(prefix: str) -> None:
    headers = {f"{prefix}{name}": value for name, value in EVENT.items() if name != "data"}
    read = read_event(message(b'{"by": "mentor"}', "application/json", {**headers, "x-other": "y"}), orjson.loads)
    assert read == EVENT


def test_a_binary_event_needs_no_body() -> None:
    assert read_event(message(b"", "", {"cloudEvents:id": "e-1"}), orjson.loads) == {"id": "e-1"}


def test_times_and_bytes_of_the_broker_are_read_as_text() -> None:
    headers = {"cloudEvents:time": datetime(2026, 3, 2, 15, tzinfo=UTC), "cloudEvents:id": b"e-1"}
    assert read_event(message(b"", "", headers), orjson.loads) == {"time": "2026-03-02T15:00:00Z", "id": "e-1"}


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (message(b"{}", "text/plain"), "content_type application/cloudevents"),
        (message(b"{}", "application/json"), "headers that begin with"),
        (message(b"{}", "application/x-python-serialize"), "content_type"),
        (message(b"{}", content_encoding="gzip"), "without content_encoding"),
        (message(b" " * (MAX_EVENT_BYTES + 1)), "256 KiB"),
    ],
)
def test_what_is_no_event_is_told(wrong: Message, told: str) -> None:
    with pytest.raises(EventSenderError, match=told):
        read_event(wrong, orjson.loads)
