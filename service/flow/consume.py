"""Consume: take in what a broker delivers, in micro-batches, each in one transaction, and settle it after the commit.

What is not valid is refused by itself. A batch that fails is tried again one message at a time, so that a message that
nobody thought of costs only itself. Where the store is away, the batch waits: nothing is refused for that.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Event as Signal
from typing import Generic, Protocol, TypeVar

from service.domain.errors import EventSenderError
from service.domain.events import Incoming
from service.flow.accept import Acceptor, IdConflict, StoreUnavailable

Delivery = TypeVar("Delivery")

_DEFECT = "Intouch met a defect of its own with this message ({name}). Tell its operators; it may be replayed then."

log = logging.getLogger("intouch.consume")


class Source(Protocol[Delivery]):
    """Where deliveries come from."""

    def take(self) -> Sequence[Delivery]:
        """Return the next batch, in order; an empty one when there will be no more."""

    def settle(self, batch: Sequence[Delivery], reasons: Sequence[str | None]) -> None:
        """Be done with a batch: each was taken in, or is refused for the reason that stands at its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumer(Generic[Delivery]):
    """Takes in what the source delivers. `jitter` returns a number in [0, 1)."""

    source: Source[Delivery]
    read: Callable[[Delivery], Incoming]
    """Returns the event of a delivery. Raises: EventSenderError, with what is wrong in words."""
    acceptor: Acceptor
    jitter: Callable[[], float]

    def run(self, stop: Signal) -> None:
        """Work until the source has no more, or until told to stop while the store is away."""
        while batch := self.source.take():
            reasons = self._taken(batch, stop)
            if reasons is None:
                return
            self.source.settle(batch, reasons)

    def _taken(self, batch: Sequence[Delivery], stop: Signal) -> list[str | None] | None:
        """Return why each is refused, None for what was taken in; None at all when told to stop before that."""
        while True:
            try:
                return self.take(batch)
            except StoreUnavailable as error:
                log.warning("The store cannot be used now; the broker keeps what it has. %s", error)
                if stop.wait(error.retry_after_s * (0.5 + self.jitter() / 2)):
                    return None

    def take(self, batch: Sequence[Delivery]) -> list[str | None]:
        """Return why each is refused, None for what was taken in. Raises: StoreUnavailable."""
        try:
            return self._take(batch)
        except StoreUnavailable:
            raise
        except Exception as error:  # whatever it is, it must cost only the message that brings it about
            if len(batch) > 1:
                return [reason for each in batch for reason in self.take([each])]
            # Without the exception's words: they may hold a person's data.
            log.error("A message met a defect of ours (%s); it is a dead letter now.", type(error).__name__)
            return [_DEFECT.format(name=type(error).__name__)]

    def _take(self, batch: Sequence[Delivery]) -> list[str | None]:
        reasons: list[str | None] = [None] * len(batch)
        events: dict[int, Incoming] = {}
        for index, delivery in enumerate(batch):
            try:
                events[index] = self.read(delivery)
            except EventSenderError as error:
                reasons[index] = str(error)
        appended = self.acceptor.accept_each([[event] for event in events.values()])
        for index, each in zip(events, appended, strict=True):
            if each.conflicts:
                reasons[index] = str(IdConflict(each.conflicts))
        return reasons
