"""The port to whoever keeps traces: what was done for an event, and how long it took.

Nothing of a span names a person: steps, event types, rules and outcomes only.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, Protocol

from service.domain.calendar import Instant

About = Mapping[str, str | Sequence[str]]
"""What is told of a step, by the attribute's name."""


class Step(StrEnum):
    """What was done, in the order in which it is done for an event."""

    ACCEPT = "accept"
    """It was appended to the log, or found there."""
    RECONCILE = "reconcile"
    """It was folded, and its subject decided."""
    CLAIM = "claim"
    """A notice that it started was claimed for sending."""
    SEND = "send"
    """The provider was given an email with that notice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One step for one event. `traceparent` is what its publisher sent, which nobody has checked yet."""

    step: Step
    traceparent: str
    began: Instant
    ended: Instant
    about: About = field(default_factory=dict)


class Tracing(Protocol):
    """Keeps spans."""

    @property
    def is_on(self) -> bool:
        """Whether anybody keeps them; nothing is looked up for them otherwise."""

    def note(self, spans: Iterable[Span]) -> None:
        """Keep the spans, each in the trace that its traceparent names; never fails, and waits for nobody."""

    def close(self) -> None:
        """Hand over what was kept; nothing is noted after it."""


class Untraced:
    """Keeps nothing."""

    @property
    def is_on(self) -> bool:
        return False

    def note(self, spans: Iterable[Span]) -> None: ...

    def close(self) -> None: ...


class EventName(NamedTuple):
    """What the log knows an event by."""

    program: str
    source: str
    id: str


class TracedNews(NamedTuple):
    """An event that is not folded yet: its type, and its publisher's traceparent."""

    type: str
    traceparent: str


class TraceReading(Protocol):
    """What the log can tell of traces."""

    def traced_news(self, subjects: Collection[tuple[str, str, str]], limit: int = 1_000) -> Sequence[TracedNews]:
        """Return the events of subjects (program, kind, id) that are not folded yet and came with a traceparent."""

    def traceparents(self, events: Collection[EventName]) -> Mapping[EventName, str]:
        """Return the traceparents of those of the events that came with one."""
