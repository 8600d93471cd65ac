"""Consume: take in what a broker delivers, in micro-batches, each in one transaction, and settle it after the commit.

What is not valid is refused by itself. A batch that fails is tried again one message at a time, so that a message that
nobody thought of costs only itself. Where the store is away, the batch waits: nothing is refused for that. What is
refused is told to its publisher by an event of our own (`intake.rejected`), kept before the batch is settled.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Event as Signal
from typing import Generic, Protocol, TypeVar

from service.domain.errors import EventSenderError, FaultyEventError
from service.domain.events import Incoming
from service.flow.accept import Acceptor, IdConflict, StoreUnavailable
from service.flow.outbound import Rejection, Sent, tell_rejections
from service.flow.pulse import Beat, unwatched

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
class Refusal:
    """Why a message is refused: in words, and fault by fault (JSON pointer and what to send instead)."""

    reason: str
    faults: Sequence[tuple[str, str]]


def _refusal(error: EventSenderError) -> Refusal:
    faults = error.faults if isinstance(error, FaultyEventError) else [("", str(error))]
    return Refusal(reason=str(error), faults=faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumer(Generic[Delivery]):
    """Takes in what the source delivers. `jitter` returns a number in [0, 1)."""

    source: Source[Delivery]
    read: Callable[[Delivery], Incoming]
    """Returns the event of a delivery. Raises: EventSenderError, with what is wrong in words."""
    identify: Callable[[Delivery], Sent]
    """Returns what can be read of a delivery that is refused, whatever it holds."""
    acceptor: Acceptor
    jitter: Callable[[], float]
    beat: Beat = unwatched
    """Called with each try of a batch."""
    rest: Beat = unwatched
    """Called before it waits for the next one."""

    def run(self, stop: Signal) -> None:
        """Work until the source has no more, or until told to stop while the store is away."""
        while batch := self._next():
            refusals = self._taken(batch, stop)
            if refusals is None:
                return
            self.source.settle(batch, [each.reason if each else None for each in refusals])

    def _next(self) -> Sequence[Delivery]:
        self.rest()
        batch = self.source.take()
        self.beat()
        return batch

    def _taken(self, batch: Sequence[Delivery], stop: Signal) -> list[Refusal | None] | None:
        """Return why each is refused, None for what was taken in; None at all when told to stop before that."""
        while True:
            self.beat()
            try:
                refusals = self.take(batch)
                self._tell(batch, refusals)
                return refusals
            except StoreUnavailable as error:
                log.warning("The store cannot be used now; the broker keeps what it has. %s", error)
                if stop.wait(error.retry_after_s * (0.5 + self.jitter() / 2)):
                    return None

    def _tell(self, batch: Sequence[Delivery], refusals: Sequence[Refusal | None]) -> None:
        rejections = [
            Rejection(sent=self.identify(delivery), faults=refusal.faults)
            for delivery, refusal in zip(batch, refusals, strict=True)
            if refusal is not None
        ]
        if rejections:
            with self.acceptor.store.writing() as transaction:
                tell_rejections(transaction, rejections, self.acceptor.clock())

    def take(self, batch: Sequence[Delivery]) -> list[Refusal | None]:
        """Return why each is refused, None for what was taken in. Raises: StoreUnavailable."""
        try:
            return self._take(batch)
        except StoreUnavailable:
            raise
        except Exception as error:  # whatever it is, it must cost only the message that brings it about
            if len(batch) > 1:
                return [refusal for each in batch for refusal in self.take([each])]
            # Without the exception's words: they may hold a person's data.
            log.error("A message met a defect of ours (%s); it is a dead letter now.", type(error).__name__)
            return [_refusal(EventSenderError(_DEFECT.format(name=type(error).__name__)))]

    def _take(self, batch: Sequence[Delivery]) -> list[Refusal | None]:
        refusals: list[Refusal | None] = [None] * len(batch)
        events: dict[int, Incoming] = {}
        for index, delivery in enumerate(batch):
            try:
                events[index] = self.read(delivery)
            except EventSenderError as error:
                refusals[index] = _refusal(error)
        appended = self.acceptor.accept_each([[event] for event in events.values()])
        for index, each in zip(events, appended, strict=True):
            if each.conflicts:
                refusals[index] = _refusal(IdConflict(each.conflicts))
        return refusals
