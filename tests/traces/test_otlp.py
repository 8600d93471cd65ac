"""Spans as a collector gets them, and where nobody wants any."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from service.adapters.traces.otlp import OtlpTracing, open_tracing
from service.domain.errors import OperatorError
from service.flow.trace_port import Span, Step, Untraced
from service.settings import read_settings
from service.wiring import Installation

TRACE = "0" * 31 + "7"


def span(traceparent: str) -> Span:
    return Span(step=Step.SEND, traceparent=traceparent, began=2_000_000, ended=5_000_000, about={"outcome": "sent"})


@contextmanager
def collector(taken: list[tuple[str, bytes]]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            taken.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_collector_gets_what_was_noted_before_a_process_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[tuple[str, bytes]] = []
    with collector(taken) as address:
        environment = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": address,
            "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment=test",
        }
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        intouch = Installation(read_settings({"INTOUCH_DATA_DIR": str(tmp_path), **environment}))
        intouch.tracing.note([span(f"00-{TRACE}-{'0' * 15}8-01")])
        intouch.close()
    ((path, body),) = taken
    (resource,) = ExportTraceServiceRequest.FromString(body).resource_spans
    named = {each.key: each.value.string_value for each in resource.resource.attributes}
    (got,) = resource.scope_spans[0].spans
    assert path == "/v1/traces"
    assert (named["service.name"], named["deployment.environment"]) == ("intouch", "test")
    assert (got.name, got.trace_id.hex(), got.parent_span_id.hex()) == ("send", TRACE, "0" * 15 + "8")
    assert (got.start_time_unix_nano, got.end_time_unix_nano) == (2_000_000_000, 5_000_000_000)


@pytest.mark.parametrize(
    "traceparent",
    [f"00-{TRACE}-{'0' * 15}8-00", f"00-{'0' * 32}-{'0' * 16}-01", "00-7-7-01", "anything"],
    ids=["not sampled by its publisher", "no trace", "too short", "something else"],
)
def test_nothing_is_kept_of_what_is_on_no_trace_or_is_not_sampled(traceparent: str) -> None:
    kept = InMemorySpanExporter()
    tracing = OtlpTracing(SimpleSpanProcessor(kept))
    tracing.note([span(traceparent)])
    assert kept.get_finished_spans() == ()
    tracing.close()


@pytest.mark.parametrize(
    ("environment", "on"),
    [
        ({}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": " "}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector.example.org:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://collector.example.org:4318/v1/traces"}, True),
    ],
)
def test_traces_are_on_where_a_collector_is_named(environment: dict[str, str], on: bool) -> None:
    settings = read_settings(environment)
    assert settings.traces is on
    if not on:
        assert isinstance(Installation(settings).tracing, Untraced)


def test_a_collector_that_cannot_be_reached_by_http_is_refused() -> None:
    with pytest.raises(OperatorError, match="must begin with http:// or https://, as in http://collector:4318"):
        read_settings({"OTEL_EXPORTER_OTLP_ENDPOINT": "collector:4318"})


def test_a_setting_that_the_sdk_does_not_take_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_BSP_MAX_QUEUE_SIZE", "0")
    with pytest.raises(OperatorError, match=r"one of its OTEL_\* settings"):
        open_tracing()
