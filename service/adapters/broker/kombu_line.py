"""A line to any broker that kombu knows (Redis, memory …), behind the same port as RabbitMQ's.

The rules of this file:
- Only the thread that is in `run` touches kombu; others hand it their wishes with `settle`.
- kombu decodes no body: it would acknowledge what it cannot read, and log it. What is no message at all is one here,
  with its bytes as the body, so that it is refused with a reason and lies among the dead letters.
- What a killed process had fetched comes back after `VISIBLE_AFTER_S`, by itself and taken alone.
"""

import base64
import logging
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Event as Signal
from typing import Any, Final

from kombu import Connection, Exchange, Producer, Queue
from kombu.exceptions import KombuError
from kombu.transport import memory, redis
from kombu.utils.json import loads

from service.adapters.broker import topology
from service.adapters.broker.binding import STRUCTURED, Message
from service.adapters.broker.letters import REASON_HEADER, USER_HEADER, without_our_marks
from service.adapters.broker.tray import Delivery, Tray
from service.adapters.broker.uplink import Uplink
from service.domain.errors import OperatorError
from service.flow.relay import Word

VISIBLE_AFTER_S: Final = 300
"""After how long without a word a message that was fetched is somebody else's; a batch takes a second."""

_LOOK_S: Final = 0.05
_OPTIONS: Final = {"visibility_timeout": VISIBLE_AFTER_S, "socket_timeout": 10, "socket_connect_timeout": 3}

log = logging.getLogger("intouch.broker")


class _RedisChannel(redis.Channel):  # type: ignore[misc]  # kombu ships no types
    """Gives what is no message of kombu's as one: whoever pushed it to the list by hand shall hear of it too."""

    def _get(self, queue: str) -> Any:
        with self.conn_or_acquire() as client:
            for step in self.priority_steps:
                item = client.rpop(self._q_for_pri(queue, step))
                if item:
                    return self._payload(item, queue)
        raise Empty

    def _payload(self, item: bytes, queue: str) -> Any:
        try:
            payload = loads(item.decode())
            self.Message(payload, channel=self)  # which reads all that is read of it later
        except Exception:  # whatever is wrong with it: it has left the list, and must not be lost
            return _as_payload(item, queue)
        return payload


class _RedisTransport(redis.Transport):  # type: ignore[misc]  # as above
    Channel = _RedisChannel


_TRANSPORTS: Final = {"redis": _RedisTransport, "rediss": _RedisTransport, "memory": memory.Transport}


def _as_payload(item: bytes, queue: str) -> dict[str, Any]:
    return {
        "body": base64.b64encode(item).decode(),
        "content-type": "application/octet-stream",
        "content-encoding": "",
        "headers": {},
        "properties": {
            "body_encoding": "base64",
            "delivery_tag": str(uuid.uuid4()),
            "delivery_info": {"exchange": "", "routing_key": queue},
        },
    }


def connect(url: str) -> Connection:
    """Return a connection, open. Raises: OperatorError."""
    scheme = url.partition(":")[0]
    options = {} if scheme == "memory" else _OPTIONS
    try:
        connection = Connection(url, transport=_TRANSPORTS.get(scheme), transport_options=options)
        connection.ensure_connection(max_retries=1, timeout=5)
    except Exception as error:  # each client has errors of its own; the URL is left out: it may hold a password
        raise OperatorError(
            "The broker cannot be reached. Check that it runs, and the address and password in INTOUCH_BROKER_URL."
        ) from error
    return connection


def declare(channel: Any) -> None:
    """Make what is missing at the broker."""
    Queue(topology.INTAKE, Exchange(topology.EVENTS, "topic"), routing_key="#")(channel).declare()
    channel.queue_declare(topology.DEAD_LETTERS)


def prepare(url: str) -> None:
    """Make what must be there at the broker. Raises: OperatorError."""
    with connect(url) as connection:
        declare(connection.channel())


def message_of(received: Any) -> Message:
    """Return what a publisher sent, of what kombu received."""
    body = received.body
    return Message(
        body=body if isinstance(body, bytes) else str(body or "").encode("utf-8", "surrogatepass"),
        content_type=received.content_type or "",
        content_encoding="" if received.content_encoding == "binary" else received.content_encoding or "",
        headers={name: value for name, value in (received.headers or {}).items() if name != "redelivered"},
    )


def put(channel: Any, message: Message, headers: dict[str, Any], exchange: str, key: str) -> None:
    """Publish a message."""
    Producer(channel, auto_declare=False).publish(
        message.body,
        exchange=exchange,
        routing_key=key,
        headers=headers,
        content_type=message.content_type or "application/octet-stream",
        content_encoding=message.content_encoding or "binary",
    )


class KombuLine:
    """Fills the tray from the intake queue for as long as it runs. `jitter` returns a number in [0, 1)."""

    def __init__(self, url: str, tray: Tray, batch: int, jitter: Callable[[], float], beat: Callable[[], None]) -> None:
        self._url: Final = url
        self._tray: Final = tray
        self._most: Final = 2 * batch
        self._beat: Final = beat
        self._uplink: Final = Uplink(jitter=jitter, beat=beat)
        self._number = 0
        self._connection: Any = None
        self._channel: Any = None
        self._in_hand = 0
        self._wishes: Final[SimpleQueue[tuple[Sequence[Delivery], Sequence[str | None]]]] = SimpleQueue()

    def run(self, stop: Signal, drained: Signal) -> None:
        """Keep the line up until `stop`, then take no more and settle what is in hand until `drained`."""
        self._uplink.keep(stop, self._open, lambda: self._serve(stop, drained), self._lose, self._errors)
        self._tray.close()

    def _errors(self) -> tuple[type[Exception], ...]:
        connection = self._connection
        theirs = () if connection is None else (*connection.connection_errors, *connection.channel_errors)
        return (KombuError, OSError, OperatorError, *theirs)

    def _open(self) -> None:
        self._number += 1
        self._connection = connect(self._url)
        self._channel = self._connection.channel()
        declare(self._channel)

    def _serve(self, stop: Signal, drained: Signal) -> None:
        while not stop.is_set():
            self._beat()
            self._settle_all()
            if not self._fetch():
                self._channel.qos.restore_visible()
                stop.wait(_LOOK_S)
        self._tray.close()
        while not (drained.is_set() and self._wishes.empty()):
            self._settle_all()
            drained.wait(_LOOK_S)
        self._connection.close()

    def _fetch(self) -> bool:
        """Fetch the next message into the tray, and return whether there was one."""
        received = self._channel.basic_get(topology.INTAKE) if self._in_hand < self._most else None
        if received is None:
            return False
        came_back = bool((received.headers or {}).get("redelivered"))
        self._in_hand += 1
        delivery = Delivery(
            message=message_of(received), tag=received.delivery_tag, line=self._number, came_back=came_back
        )
        self._tray.put(delivery)
        return True

    def _lose(self) -> None:
        connection, self._connection, self._channel = self._connection, None, None
        self._in_hand = 0
        self._tray.clear()
        if connection is not None:
            with suppress(Exception):  # it is of no more use, whatever it says at its end
                connection.close()

    def in_words(self) -> str:
        """Return what is wrong with the line, or `ok`."""
        return self._uplink.trouble or "ok"

    def depths(self) -> dict[str, int]:
        """Return nothing: not every such broker knows how much waits."""
        return {}

    def take(self) -> Sequence[Delivery]:
        """Return the next batch, in order; an empty one when there will be no more."""
        return self._tray.take()

    def settle(self, batch: Sequence[Delivery], reasons: Sequence[str | None]) -> None:
        """Hand what is refused for a reason to the dead letters, then acknowledge each. Returns at once."""
        self._wishes.put((batch, reasons))

    def _settle_all(self) -> None:
        while not self._wishes.empty():
            batch, reasons = self._wishes.get()
            if batch[0].line != self._number:
                continue  # it comes again
            for delivery, reason in zip(batch, reasons, strict=True):
                if reason is not None:
                    self._bury(delivery.message, reason)
                self._channel.basic_ack(delivery.tag)
            self._in_hand -= len(batch)

    def _bury(self, message: Message, reason: str) -> None:
        headers = {**without_our_marks(message.headers), REASON_HEADER: reason, USER_HEADER: message.user_id}
        put(self._channel, message, headers, "", topology.DEAD_LETTERS)
        log.info("A message was refused and is a dead letter now.")


class KombuOutlet:
    """Publishes CloudEvents to the intake. Such brokers say no more than that they have a message."""

    def __init__(self, url: str) -> None:
        self._url: Final = url
        self._connection: Any = None

    def publish(self, events: Sequence[tuple[str, bytes]]) -> list[Word]:
        """Return `taken` for each event, or `unknown` where the broker is away."""
        words: list[Word] = []
        try:
            self._connection = self._connection or connect(self._url)
            channel = self._connection.default_channel
            declare(channel)
            for key, body in events:
                message = Message(body=body, content_type=STRUCTURED, content_encoding="utf-8", headers={})
                put(channel, message, {}, topology.EVENTS, key)
                words.append(Word.TAKEN)
        except Exception:  # each client has errors of its own; that nothing was heard is all that matters here
            self.close()
        return words + [Word.UNKNOWN] * (len(events) - len(words))

    def close(self) -> None:
        """Let go of the line."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(Exception):  # as above
                connection.close()
