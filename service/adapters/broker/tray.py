"""Deliveries that wait to be taken in, in micro-batches: filled by the broker's thread, emptied by the intake's."""

from collections import deque
from collections.abc import Sequence
from threading import Condition
from threading import Event as Signal
from time import monotonic
from typing import Any, Final, NamedTuple, Protocol

from service.adapters.broker.binding import Message


class Line(Protocol):
    """What brings messages, whichever client it is."""

    def run(self, stop: Signal, drained: Signal) -> None:
        """Keep the line up until `stop`, then take no more and settle what is in hand until `drained`."""

    def take(self) -> Sequence["Delivery"]:
        """Return the next batch, in order; an empty one when there will be no more."""

    def settle(self, batch: Sequence["Delivery"], reasons: Sequence[str | None]) -> None:
        """Be done with a batch: each was taken in, or is refused for the reason that stands at its place."""

    def in_words(self) -> str:
        """Return what is wrong with the line, or `ok`."""

    def depths(self) -> dict[str, int]:
        """Return how many messages wait in each queue, where that is known."""


class Delivery(NamedTuple):
    """One message as it came. `line` tells connections apart: a tag means nothing on another one."""

    message: Message
    tag: Any
    line: int
    came_back: bool
    """Whether it was delivered before and not settled: it may be what killed whoever took it."""


class Tray:
    """Holds deliveries in order. A batch is ready when it is full, or when nothing came for a moment."""

    def __init__(self, batch: int, quiet_s: float) -> None:
        self._batch: Final = batch
        self._quiet_s: Final = quiet_s
        self._waiting: Final[deque[Delivery]] = deque()
        self._changed: Final = Condition()
        self._is_closed = False

    def put(self, delivery: Delivery) -> None:
        with self._changed:
            self._waiting.append(delivery)
            if len(self._waiting) in (1, self._batch):
                self._changed.notify()

    def clear(self) -> None:
        """Forget what waits: its connection is gone, and the broker delivers it again."""
        with self._changed:
            self._waiting.clear()

    def close(self) -> None:
        """Let `take` return at once from now on, with nothing when nothing is left."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()

    def take(self) -> list[Delivery]:
        """Return the next batch, in order; what came back stands alone. Empty when closed and nothing is left."""
        with self._changed:
            while True:
                self._changed.wait_for(lambda: self._waiting or self._is_closed)
                if self._waiting and not self._waiting[0].came_back:
                    self._gather()
                # A connection that was lost meanwhile took all of it along: that is no end, and more will come.
                if self._waiting or self._is_closed:
                    return self._cut()

    def _gather(self) -> None:
        """Wait until the batch is full or nothing more comes."""
        seen = 0
        while seen < len(self._waiting) < self._batch and not self._is_closed:
            seen, until = len(self._waiting), monotonic() + self._quiet_s
            self._changed.wait_for(lambda: len(self._waiting) >= self._batch or self._is_closed, until - monotonic())

    def _cut(self) -> list[Delivery]:
        batch: list[Delivery] = []
        while self._waiting and len(batch) < self._batch:
            if self._waiting[0].came_back and batch:
                break
            batch.append(self._waiting.popleft())
            if batch[-1].came_back:
                break
        return batch
