"""Spans to a collector, over OpenTelemetry's protocol and HTTP. Imported only where there is one.

Where to, with what headers, how many: the SDK reads all of that from the environment itself (`OTEL_*`).
Source: https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
"""

from collections.abc import Iterable
from threading import Thread
from typing import Final

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, OTELResourceDetector, Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from service.domain.errors import OperatorError
from service.flow.trace_port import Span, Step

_LONGEST_FAREWELL_S: Final = 3.0
"""How long a process that leaves waits for its collector: well within the grace that a container has."""

_NANOSECONDS: Final = 1_000
"""In each microsecond."""

_KINDS: Final = {Step.ACCEPT: SpanKind.SERVER, Step.SEND: SpanKind.CLIENT}


class OtlpTracing:
    """A `Tracing` whose spans go out in batches, from a thread of its own; what finds no place there is dropped."""

    def __init__(self, processor: SpanProcessor) -> None:
        # A name that the environment gives (OTEL_SERVICE_NAME) wins over ours.
        resource = Resource.create({SERVICE_NAME: "intouch"}).merge(OTELResourceDetector().detect())
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("intouch")
        self._propagator = TraceContextTextMapPropagator()

    @property
    def is_on(self) -> bool:
        return True

    def note(self, spans: Iterable[Span]) -> None:
        for each in spans:
            self._note(each)

    def _note(self, span: Span) -> None:
        context = self._propagator.extract({"traceparent": span.traceparent})
        if not get_current_span(context).get_span_context().is_valid:
            return
        made = self._tracer.start_span(
            span.step.value,
            context=context,
            kind=_KINDS.get(span.step, SpanKind.INTERNAL),
            attributes={f"intouch.{name}": value for name, value in span.about.items()},
            start_time=span.began * _NANOSECONDS,
        )
        made.end(span.ended * _NANOSECONDS)

    def close(self) -> None:
        # The SDK would wait half a minute for a collector that is gone.
        leaving = Thread(target=self._provider.shutdown, daemon=True)
        leaving.start()
        leaving.join(_LONGEST_FAREWELL_S)


def open_tracing() -> OtlpTracing:
    """Return what sends spans to the collector that the environment names. Raises: OperatorError."""
    try:
        return OtlpTracing(BatchSpanProcessor(OTLPSpanExporter()))
    except (ValueError, OSError) as error:  # in the SDK's words, which may hold a header's secret: not passed on
        raise OperatorError(
            "OpenTelemetry does not take one of its OTEL_* settings, or cannot read a file that one names. Correct it, "
            "or take OTEL_EXPORTER_OTLP_ENDPOINT away to run without traces."
        ) from error
