"""Consume: take in what a broker delivers, in micro-batches, each in one transaction, and settle it after the commit.

While one batch is stored, the next is read: that waits for nobody. A message that came back is never read ahead, since
it may be what kills whoever reads it.

What is not valid is refused by itself. A batch that fails is tried again one message at a time, so that a message that
nobody thought of costs only itself. Where the store is away, the batch waits: nothing is refused for that. What is
refused is told to its publisher by an event of our own (`intake.rejected`), kept before the batch is settled.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Event as Signal
from threading import Thread
from typing import Final, Generic, NamedTuple, Protocol, TypeVar

from service.domain.errors import EventSenderError, FaultyEventError
from service.domain.events import Incoming
from service.flow.accept import Acceptor, IdConflict, StoreUnavailable
from service.flow.outbound import Rejection, Sent, tell_rejections
from service.flow.pulse import Beat, unwatched

Delivery = TypeVar("Delivery")

LEAST_AHEAD: Final = 2
"""Of how many messages a batch must be to be read ahead: what came back stands alone."""

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
    reader_beat: Beat = unwatched
    """Called before a batch is read ahead, by the thread that does."""
    reader_rest: Beat = unwatched
    """Called when it is read."""

    def run(self, stop: Signal) -> None:
        """Work until the source has no more, or until told to stop while the store is away."""
        wishes: SimpleQueue[Future[_Read[Delivery]] | None] = SimpleQueue()
        # A daemon: it waits for the source, and nobody may have to wait for it where that never ends.
        Thread(target=self._read_ahead, args=(wishes,), name="reader", daemon=True).start()
        try:
            coming = _wished(wishes)
            while (read := self._awaited(coming)).batch:
                coming = _wished(wishes)
                refusals = self._taken(read, stop)
                if refusals is None:
                    return
                self.source.settle(read.batch, [each.reason if each else None for each in refusals])
        finally:
            wishes.put(None)

    def _awaited(self, coming: "Future[_Read[Delivery]]") -> "_Read[Delivery]":
        self.rest()
        read = coming.result()
        self.beat()
        return read

    def _read_ahead(self, wishes: "SimpleQueue[Future[_Read[Delivery]] | None]") -> None:
        """Fulfil each wish with the next batch; until there is none more."""
        while (wish := wishes.get()) is not None:
            try:
                wish.set_result(self._next())
            except BaseException as error:  # whoever waits for it must hear of it
                wish.set_exception(error)

    def _next(self) -> "_Read[Delivery]":
        """Return the next batch, read where that can do no harm."""
        batch = self.source.take()
        if len(batch) < LEAST_AHEAD:
            return _Read(batch)
        self.reader_beat()
        try:
            return self._read(batch)
        except Exception:  # whatever it is, it comes again when the batch's turn has come
            return _Read(batch)
        finally:
            self.reader_rest()

    def _taken(self, read: "_Read[Delivery]", stop: Signal) -> list[Refusal | None] | None:
        """Return why each is refused, None for what was taken in; None at all when told to stop before that."""
        while True:
            self.beat()
            try:
                refusals = self._take(read)
                self._tell(read.batch, refusals)
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
        return self._take(_Read(batch))

    def _take(self, read: "_Read[Delivery]") -> list[Refusal | None]:
        try:
            return self._stored(self._read(read.batch) if read.events is None else read)
        except StoreUnavailable:
            raise
        except Exception as error:  # whatever it is, it must cost only the message that brings it about
            if len(read.batch) > 1:
                return [refusal for each in read.batch for refusal in self._take(_Read([each]))]
            # Without the exception's words: they may hold a person's data.
            log.error("A message met a defect of ours (%s); it is a dead letter now.", type(error).__name__)
            return [_refusal(EventSenderError(_DEFECT.format(name=type(error).__name__)))]

    def _read(self, batch: Sequence[Delivery]) -> "_Read[Delivery]":
        refusals: dict[int, Refusal] = {}
        events: dict[int, Incoming] = {}
        for index, delivery in enumerate(batch):
            try:
                events[index] = self.read(delivery)
            except EventSenderError as error:
                refusals[index] = _refusal(error)
        return _Read(batch, events, refusals)

    def _stored(self, read: "_Read[Delivery]") -> list[Refusal | None]:
        assert read.events is not None
        appended = self.acceptor.accept_each([[event] for event in read.events.values()])
        conflicts = {
            index: _refusal(IdConflict(each.conflicts))
            for index, each in zip(read.events, appended, strict=True)
            if each.conflicts
        }
        refusals = {**read.refusals, **conflicts}
        return [refusals.get(index) for index in range(len(read.batch))]


def _wished(wishes: "SimpleQueue[Future[_Read[Delivery]] | None]") -> "Future[_Read[Delivery]]":
    wish: Future[_Read[Delivery]] = Future()
    wishes.put(wish)
    return wish


class _Read(NamedTuple, Generic[Delivery]):
    """A batch; its valid events and why the others are refused, by place. `events` is None where nobody read it yet."""

    batch: Sequence[Delivery]
    events: Mapping[int, Incoming] | None = None
    refusals: Mapping[int, Refusal] = {}
