"""Pace: how much a publisher may send at once. Each process keeps its own count, by a bucket for each key."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from service.domain.errors import EventSenderError

LARGEST_BATCH: Final = 1_000
BURST_S: Final = 10
"""How many seconds' worth of events may come at once, after as long a silence."""


class TooFast(EventSenderError):  # noqa: N818 - it names what it is, to a sender
    """The publisher has sent more than it may just now; the same request may come again after `retry_after_s`."""

    def __init__(self, events_per_s: int, retry_after_s: float) -> None:
        super().__init__(
            f"This key may send {events_per_s:,} events a second, and has sent more. Nothing of this request was "
            "stored. Send it again, with the same ids, after Retry-After seconds."
        )
        self.retry_after_s = retry_after_s


@dataclass(slots=True)
class _Bucket:
    left: float
    at_s: float


@dataclass(slots=True)
class Pace:
    """Counts events by publisher. `seconds` is a clock that only goes on."""

    events_per_s: int
    seconds: Callable[[], float]
    _buckets: dict[str, _Bucket] = field(default_factory=dict)
    _turn: Lock = field(default_factory=Lock)

    def spend(self, publisher: str, events: int) -> None:
        """Count events of the publisher. Raises: TooFast, and then none of them is counted."""
        with self._turn:
            short = self._short(publisher, events)
        if short > 0:
            raise TooFast(self.events_per_s, short / self.events_per_s)

    def _short(self, publisher: str, events: int) -> float:
        """Return how many events are wanting; where none are, take them."""
        now, most = self.seconds(), float(max(self.events_per_s * BURST_S, LARGEST_BATCH))
        bucket = self._buckets.setdefault(publisher, _Bucket(most, now))
        bucket.left = min(most, bucket.left + (now - bucket.at_s) * self.events_per_s)
        bucket.at_s = now
        short = max(0.0, events - bucket.left)
        if not short:
            bucket.left -= events
        return short
