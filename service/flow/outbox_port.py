"""The port to the outbox: Intouch's own events, kept in the transaction of their cause until a broker has them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

from service.domain.calendar import Instant


class Trouble(StrEnum):
    """Why the broker did not take an event."""

    UNROUTABLE = "unroutable"
    """No queue is bound that would get it."""
    REFUSED = "refused"
    """A queue that would get it is full, or cannot keep it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnEvent:
    """Something that happened here and that others may want to know. `subject` and `program` are "" for none.

    Its (source, id) is the same whenever the same is told again: who gets it twice knows it by that.
    """

    source: str
    id: str
    type: str
    program: str
    subject: str
    time: Instant
    data: Mapping[str, Any]


class Waiting(NamedTuple):
    """An event in the outbox: its place, its type, and the CloudEvent as JSON."""

    n: int
    type: str
    event: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbox:
    """How many events wait, since when the first of them does, and for which types what trouble was met last."""

    waiting: int
    since: Instant | None
    troubles: Mapping[str, Trouble]


class OutboxReading(Protocol):
    """What can be read of the outbox."""

    def outbox(self) -> Outbox:
        """Return how the outbox stands."""

    def waiting_types(self, now: Instant) -> Sequence[str]:
        """Return the types of which an event may be published now, by name."""


class OutboxWriting(Protocol):
    """What can be changed of it."""

    def use_outbox(self, now: Instant, *, wanted: bool) -> None:
        """Keep own events from now on; or keep none, and forget those that wait."""

    def publish_later(self, events: Iterable[OwnEvent]) -> None:
        """Keep own events until they are published; nothing where nobody wants them (`use_outbox`)."""

    def take_waiting(self, type: str, now: Instant, until: Instant, limit: int) -> Sequence[Waiting]:
        """Return events of a type that may be published now, oldest first; nobody else gets them before `until`."""

    def published(self, events: Sequence[Waiting]) -> None:
        """Forget events that the broker has."""

    def put_back(self, events: Sequence[Waiting], trouble: Trouble | None) -> None:
        """Let events be taken again, and note what trouble they met."""
