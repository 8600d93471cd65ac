"""A line to RabbitMQ that stays up: one thread owns the connection, answers heartbeats and reconnects.

The rules of this file:
- Only the thread that is in `run` touches pika; others hand it their wishes with `settle`.
- A batch is settled with one multiple-ack, after the dead letters have what was refused of it.
- A new line fetches one message at a time until it gets a fresh one: should one that came back be what kills us, the
  broker counts that against it alone, and against none of its neighbours.
- A consumer is cancelled only at the end: pika returns what it has not handed out yet, and the broker counts that too.
"""

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from queue import SimpleQueue
from threading import Event as Signal
from time import monotonic
from typing import Any, Final

from pika import BasicProperties, BlockingConnection, URLParameters
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import AMQPError, ConnectionWrongStateError

from service.adapters.broker import topology
from service.adapters.broker.binding import Message
from service.adapters.broker.frozen import FrozenWatch
from service.adapters.broker.letters import REASON_HEADER, USER_HEADER, without_our_marks
from service.adapters.broker.tray import Delivery, Tray
from service.adapters.broker.uplink import Uplink
from service.domain.errors import OperatorError

LOOK_EVERY_S: Final = 15.0
"""How often a line asks how much waits in the queues."""

_LOST: Final = (AMQPError, OSError, OperatorError)

log = logging.getLogger("intouch.broker")


def parameters_of(url: str, heartbeat_s: int) -> URLParameters:
    """Return what pika needs of the URL. Raises: OperatorError."""
    try:
        parameters = URLParameters(url)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        # The URL itself is left out: it may hold a password.
        raise OperatorError(
            "INTOUCH_BROKER_URL is not one that Intouch knows. Write for example amqps://intouch@mq.example.org/"
        ) from error
    parameters.heartbeat = heartbeat_s
    parameters.socket_timeout = parameters.blocked_connection_timeout = 10
    parameters.stack_timeout = 15
    parameters.client_properties = {"connection_name": "intouch"}
    return parameters


def prepare(url: str, heartbeat_s: int) -> None:
    """Make what must be there at the broker. Raises: OperatorError."""
    try:
        connection = BlockingConnection(parameters_of(url, heartbeat_s))
    except (AMQPError, OSError) as error:
        raise OperatorError(
            "The broker cannot be reached. Check that it runs, and the address and password in INTOUCH_BROKER_URL."
        ) from error
    try:
        topology.declare(connection.channel)
    finally:
        connection.close()


def _came_back(method: Any, properties: BasicProperties) -> bool:
    """Return whether a message was delivered before and not settled."""
    return bool(method.redelivered or (properties.headers and properties.headers.get("x-delivery-count")))


def _publisher(properties: BasicProperties, own: str) -> str:
    """Return who published a message; of one that we published again (`own` is our name there), who did first."""
    user: str = properties.user_id or ""
    if user == own and properties.headers and USER_HEADER in properties.headers:
        return str(properties.headers[USER_HEADER])
    return user


class RabbitLine:
    """Fills the tray from the intake queue for as long as it runs, and beats. `jitter` returns a number in [0, 1)."""

    def __init__(
        self,
        parameters: URLParameters,
        tray: Tray,
        batch: int,
        jitter: Callable[[], float],
        beat: Callable[[], None],
    ) -> None:
        self._parameters: Final = parameters
        self._own_name: Final = parameters.credentials.username
        self._tray: Final = tray
        self._prefetch: Final = 2 * batch
        self._beat: Final = beat
        self._uplink: Final = Uplink(jitter=jitter, beat=beat)
        self._depths: Final[dict[str, int]] = {}
        self._look_at = 0.0
        self._number = 0
        self._connection: BlockingConnection | None = None
        self._intake: BlockingChannel | None = None
        self._letters: BlockingChannel | None = None
        self._consumer = ""
        self._in_hand = 0
        """How many messages were delivered and are not settled."""
        self._wishes: Final[SimpleQueue[tuple[Sequence[Delivery], Sequence[str | None]]]] = SimpleQueue()

    def run(self, stop: Signal, drained: Signal) -> None:
        """Keep the line up until `stop`, then take no more and settle what is in hand until `drained`."""
        self._uplink.keep(stop, self._open, lambda: self._serve(stop, drained), self._lose, lambda: _LOST)
        self._tray.close()

    def _open(self) -> None:
        self._number += 1
        self._connection = BlockingConnection(self._parameters)
        FrozenWatch(self._connection._impl, self._connection._impl.params.heartbeat)
        topology.declare(self._connection.channel)
        self._letters = self._connection.channel()
        self._letters.confirm_delivery()
        self._intake = self._connection.channel()

    def _fetch_one(self, intake: BlockingChannel) -> None:
        """Fetch the next message, if none is in hand; let the broker deliver by itself once none came back."""
        if self._in_hand:
            return
        method, properties, body = intake.basic_get(topology.INTAKE)
        if method is None or not _came_back(method, properties):
            intake.basic_qos(prefetch_count=self._prefetch)
            self._consumer = intake.basic_consume(topology.INTAKE, self._on_message)
        if method is not None:
            self._on_message(intake, method, properties, body)

    def _on_message(self, channel: Any, method: Any, properties: BasicProperties, body: bytes) -> None:  # noqa: ARG002 - pika calls it so
        message = Message(
            body,
            properties.content_type or "",
            properties.content_encoding or "",
            properties.headers or {},
            _publisher(properties, self._own_name),
        )
        self._in_hand += 1
        self._tray.put(Delivery(message, method.delivery_tag, self._number, _came_back(method, properties)))

    def _serve(self, stop: Signal, drained: Signal) -> None:
        assert self._connection is not None
        assert self._intake is not None
        while not stop.is_set():
            self._beat()
            if not self._consumer:
                self._fetch_one(self._intake)
            self._look()
            self._connection.process_data_events(time_limit=1)
        if self._consumer:
            self._intake.basic_cancel(self._consumer)
        self._tray.close()
        while not (drained.is_set() and self._wishes.empty()):
            self._connection.process_data_events(time_limit=0.1)
            self._settle_all()
        self._connection.close()

    def _lose(self) -> None:
        """Forget a connection that is gone or of no more use, and what it brought: the broker delivers that again."""
        connection, self._connection = self._connection, None
        self._consumer, self._in_hand = "", 0
        self._tray.clear()
        if connection is not None and connection.is_open:
            with suppress(AMQPError, OSError):
                connection.close()

    def depths(self) -> dict[str, int]:
        """Return how many messages each queue held a moment ago; nothing where the broker is lost."""
        return {} if self._uplink.trouble else dict(self._depths)

    def _look(self) -> None:
        """Ask now and then how much waits."""
        if monotonic() < self._look_at:
            return
        self._look_at = monotonic() + LOOK_EVERY_S
        assert self._letters is not None
        for queue in topology.QUEUES:
            self._depths[queue.name] = self._letters.queue_declare(queue.name, passive=True).method.message_count

    def in_words(self) -> str:
        """Return `ok`, or what is wrong with the line."""
        return self._uplink.trouble or "ok"

    def take(self) -> Sequence[Delivery]:
        """Return the next batch, in order; an empty one when there will be no more."""
        return self._tray.take()

    def settle(self, batch: Sequence[Delivery], reasons: Sequence[str | None]) -> None:
        """Hand what is refused for a reason to the dead letters, then acknowledge the batch, the oldest in hand.

        Returns at once. Where the connection is gone in between, the broker delivers the batch again.
        """
        self._wishes.put((batch, reasons))
        connection = self._connection
        if connection is not None:
            with suppress(ConnectionWrongStateError):
                connection.add_callback_threadsafe(self._settle_all)

    def _settle_all(self) -> None:
        assert self._intake is not None
        while not self._wishes.empty():
            batch, reasons = self._wishes.get()
            if batch[0].line != self._number:
                continue  # it comes again on this line
            for delivery, reason in zip(batch, reasons, strict=True):
                if reason is not None:
                    self._bury(delivery.message, reason)
            self._intake.basic_ack(batch[-1].tag, multiple=True)
            self._in_hand -= len(batch)

    def _bury(self, message: Message, reason: str) -> None:
        """Publish a message to the dead letters with the reason. Raises: AMQPError when the broker does not have it."""
        assert self._letters is not None
        properties = BasicProperties(
            content_type=message.content_type or None,
            content_encoding=message.content_encoding or None,
            headers={**without_our_marks(message.headers), REASON_HEADER: reason, USER_HEADER: message.user_id},
            delivery_mode=topology.PERSISTENT,
        )
        self._letters.basic_publish(topology.DEAD_LETTERS, "", message.body, properties, mandatory=True)
        log.info("A message was refused and is a dead letter now.")
