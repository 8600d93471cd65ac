"""Whoever keeps traces, in memory; and events that are on one."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from service.domain.events import Incoming
from service.flow.trace_port import Span


@dataclass
class Keeping:
    """A `Tracing` that remembers."""

    spans: list[Span] = field(default_factory=list)

    @property
    def is_on(self) -> bool:
        return True

    def note(self, spans: Iterable[Span]) -> None:
        self.spans += spans

    def close(self) -> None: ...


def traced(event: Incoming, traceparent: str) -> Incoming:
    return event._replace(traceparent=traceparent)
