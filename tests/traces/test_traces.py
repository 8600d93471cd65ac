"""A publisher's trace goes on through Intouch to the provider, whichever door its event came through."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event as Signal
from typing import Any

import orjson
import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from service.adapters.broker.binding import STRUCTURED, Message
from service.adapters.traces.otlp import OtlpTracing
from service.domain.calendar import SECOND, parse_rfc3339
from service.flow.consume import Consumer
from service.flow.outbound import Sent
from service.flow.trace_port import Step
from tests.flow.events import event, pair
from tests.flow.stage import Stage

MONDAY = parse_rfc3339("2026-03-02T15:00:00Z")
WHOLE_WAY = {each.value for each in Step}


def traceparent(number: int) -> str:
    """Return the context of a span that has the same number as its trace."""
    return f"00-{number:032x}-{number:016x}-01"


@pytest.fixture
def kept() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def stage(tmp_path: Path, kept: InMemorySpanExporter) -> Iterator[Stage]:
    made = Stage(tmp_path, MONDAY, tracing=OtlpTracing(SimpleSpanProcessor(kept)))
    made.take(*pair(MONDAY))
    yield made
    made.close()


def asked_for_help(**changes: Any) -> dict[str, Any]:
    """Return an event that the standard pack answers at once."""
    data = {"request_id": "r-1", "by": "mentee", "option": "dont_know_how_to_reach_out"}
    return event("help.requested", "mentorships/m-1", MONDAY, **data) | changes


def post(stage: Stage, body: object, mode: str = STRUCTURED, **headers: str) -> None:
    answer = (
        stage.intouch.door()
        .test_client()
        .post("/events", data=orjson.dumps(body), headers={"Content-Type": mode, **headers})
    )
    assert answer.status_code == 202, answer.text


@dataclass
class OneMessage:
    """A source with a single message."""

    message: Message | None

    def take(self) -> Sequence[Message]:
        taken, self.message = self.message, None
        return [taken] if taken else []

    def settle(self, batch: Sequence[Message], reasons: Sequence[str | None]) -> None:
        assert reasons == [None] * len(batch)


def consume(stage: Stage, message: Message) -> None:
    def never(refused: Message) -> Sent:
        raise AssertionError(refused)

    intouch = stage.intouch
    consumer = Consumer(
        source=OneMessage(message),
        read=intouch._read_message,
        identify=never,
        acceptor=intouch.acceptor,
        jitter=lambda: 0.5,
    )
    consumer.run(Signal())


def steps_by_trace(kept: InMemorySpanExporter) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for each in kept.get_finished_spans():
        assert each.context is not None
        assert each.parent is not None
        found.setdefault(each.context.trace_id, set()).add(each.name)
        assert each.parent.span_id == each.context.trace_id, "its parent is not the publisher's span"
    return found


def about(span: ReadableSpan) -> Iterable[tuple[str, object]]:
    return (span.attributes or {}).items()


@pytest.fixture(scope="module")
def whole_way(tmp_path_factory: pytest.TempPathFactory) -> InMemorySpanExporter:
    """Return the spans of one event that came over HTTP and was answered three seconds later."""
    kept = InMemorySpanExporter()
    made = Stage(tmp_path_factory.mktemp("stage"), MONDAY, tracing=OtlpTracing(SimpleSpanProcessor(kept)))
    made.take(*pair(MONDAY))
    post(made, asked_for_help(), traceparent=traceparent(7))
    made.clock.now += 3 * SECOND
    made.worker.turn()
    made.close()
    return kept


def test_an_events_trace_goes_from_its_http_request_to_the_provider(whole_way: InMemorySpanExporter) -> None:
    assert steps_by_trace(whole_way) == {7: WHOLE_WAY}


def test_a_span_begins_when_its_step_does(whole_way: InMemorySpanExporter) -> None:
    began = {each.name: (each.start_time or 0) // 1_000 - MONDAY for each in whole_way.get_finished_spans()}
    assert began == {"accept": 0, "reconcile": 3 * SECOND, "claim": 3 * SECOND, "send": 3 * SECOND}


def test_an_events_trace_goes_from_its_amqp_message_to_the_provider(stage: Stage, kept: InMemorySpanExporter) -> None:
    body, headers = orjson.dumps(asked_for_help()), {"traceparent": traceparent(8)}
    consume(stage, Message(body=body, content_type=STRUCTURED, content_encoding="", headers=headers))
    stage.worker.turn()
    assert steps_by_trace(kept) == {8: WHOLE_WAY}


def test_a_batchs_events_are_on_their_own_traces_or_on_their_requests(stage: Stage, kept: InMemorySpanExporter) -> None:
    batch = [asked_for_help(traceparent=traceparent(9)), asked_for_help()]
    post(stage, batch, "application/cloudevents-batch+json", traceparent=traceparent(7))
    assert steps_by_trace(kept) == {9: {"accept"}, 7: {"accept"}}


def test_the_same_event_on_another_trace_is_a_repeat(stage: Stage, kept: InMemorySpanExporter) -> None:
    sent = asked_for_help()
    post(stage, sent, traceparent=traceparent(7))
    post(stage, sent, traceparent=traceparent(8))
    outcomes = [dict(about(each))["intouch.outcome"] for each in kept.get_finished_spans()]
    assert outcomes == ["accepted", "duplicate"]


def test_a_span_tells_types_rules_and_outcomes_and_nothing_else(whole_way: InMemorySpanExporter) -> None:
    told = {(each.name, name, value) for each in whole_way.get_finished_spans() for name, value in about(each)}
    rules = {value for _, name, value in told if name == "intouch.rules"}
    assert rules == {("help-confirmed",), ("help-more-openings",)}
    assert {each for each in told if each[1] != "intouch.rules"} == {
        ("accept", "intouch.event.type", "help.requested"),
        ("accept", "intouch.outcome", "accepted"),
        ("reconcile", "intouch.event.type", "help.requested"),
        ("send", "intouch.outcome", "sent"),
    }
