"""The way out to RabbitMQ: many messages at once, and the broker's word on each.

The rules of this file:
- Everything happens in the one thread that calls; callbacks run only while it spins.
- A message that no queue would get comes back before it is confirmed, and says which one it is by its correlation id.
- A line on which anything stayed without a word is given up: a word that comes late must not be taken for another's.
"""

import logging
from collections.abc import Sequence
from contextlib import suppress
from time import sleep
from typing import Any, Final

from pika import BasicProperties, SelectConnection, URLParameters
from pika.exceptions import AMQPError
from pika.spec import Basic

from service.adapters.broker.binding import STRUCTURED
from service.adapters.broker.frozen import FrozenWatch
from service.adapters.broker.topology import PERSISTENT
from service.flow.relay import Word

PATIENCE_S: Final = 10.0
"""How long it waits for a connection, and for the broker's words on what was published together."""

_FAREWELL_S: Final = 1.0

log = logging.getLogger("intouch.broker")


class RabbitOutlet:
    """Publishes CloudEvents to an exchange, persistent, `mandatory` and confirmed; it reconnects when asked again."""

    def __init__(self, parameters: URLParameters, exchange: str, patience_s: float = PATIENCE_S) -> None:
        self._parameters: Final = parameters
        self._exchange: Final = exchange
        self._patience_s: Final = patience_s
        self._connection: Any = None
        self._channel: Any = None
        self._number = 0
        """The delivery tag of what was published last."""
        self._open_tags: set[int] = set()
        self._returned: set[int] = set()
        self._words: dict[int, Word] = {}

    def publish(self, events: Sequence[tuple[str, bytes]]) -> list[Word]:
        """Return the broker's word on each event (routing key and CloudEvent as JSON), `unknown` where none came."""
        if self._channel is None:
            self._open()
        if self._channel is None:
            return [Word.UNKNOWN] * len(events)
        tags = [self._send(key, body) for key, body in events]
        if self._open_tags:
            _turn(self._connection, self._patience_s)
        words = [self._words.pop(tag, Word.UNKNOWN) for tag in tags]
        if Word.UNKNOWN in words:
            self.close()
        return words

    def rest(self, seconds: float) -> None:
        """Wait so long; heartbeats are answered meanwhile."""
        if self._channel is None:
            self.close()
            sleep(seconds)
        else:
            _turn(self._connection, seconds)

    def close(self) -> None:
        """Let go of the line."""
        connection, self._connection, self._channel = self._connection, None, None
        self._open_tags.clear()
        if connection is None:
            return
        with suppress(AMQPError, OSError):
            if connection.is_open:
                connection.close()
                _turn(connection, _FAREWELL_S)
        connection.ioloop.close()

    def _open(self) -> None:
        """Connect, and have a channel with confirms, or none if that does not come about."""
        self.close()
        self._number = 0
        self._connection = SelectConnection(
            self._parameters,
            on_open_callback=self._on_open,
            on_open_error_callback=self._on_lost,
            on_close_callback=self._on_lost,
        )
        _turn(self._connection, self._patience_s)
        if self._channel is None:
            self.close()

    def _on_open(self, connection: Any) -> None:
        FrozenWatch(connection, connection.params.heartbeat)
        connection.channel(on_open_callback=self._on_channel)

    def _on_channel(self, channel: Any) -> None:
        channel.add_on_return_callback(self._on_return)
        channel.add_on_close_callback(self._on_channel_lost)
        channel.confirm_delivery(self._on_word, callback=lambda _: self._on_ready(channel))

    def _on_ready(self, channel: Any) -> None:
        self._channel = channel
        self._connection.ioloop.stop()

    def _send(self, key: str, body: bytes) -> int:
        self._number += 1
        self._open_tags.add(self._number)
        properties = BasicProperties(
            content_type=STRUCTURED,
            delivery_mode=PERSISTENT,
            correlation_id=str(self._number),
            app_id="intouch",
            user_id=self._parameters.credentials.username,
        )
        with suppress(AMQPError):  # the line was lost since the last one: nothing will be heard of this one
            self._channel.basic_publish(self._exchange, key, body, properties, mandatory=True)
        return self._number

    def _on_return(self, _channel: Any, _method: Any, properties: BasicProperties, _body: bytes) -> None:
        self._returned.add(int(properties.correlation_id))

    def _on_word(self, frame: Any) -> None:
        method = frame.method
        upto = method.delivery_tag
        said = {each for each in self._open_tags if each <= upto} if method.multiple else {upto}
        self._open_tags -= said
        self._words |= {tag: self._word(method, tag) for tag in said}
        self._returned -= said
        if not self._open_tags:
            self._connection.ioloop.stop()

    def _word(self, method: Any, tag: int) -> Word:
        if isinstance(method, Basic.Nack):
            return Word.REFUSED
        return Word.UNROUTABLE if tag in self._returned else Word.TAKEN

    def _on_channel_lost(self, channel: Any, reason: Any) -> None:
        if channel.connection.is_open:  # otherwise all of the connection is lost, and tells it
            self._on_lost(channel.connection, reason)

    def _on_lost(self, connection: Any, reason: Any) -> None:
        if connection is self._connection:  # not when it is let go
            # The reply names no person: it is about exchanges, rights and connections.
            log.warning("The way out to the broker is lost (%s).", getattr(reason, "reply_text", type(reason).__name__))
        self._channel = None
        connection.ioloop.stop()


def _turn(connection: Any, seconds: float) -> None:
    """Let the connection's callbacks run until one stops it, or for so long."""
    timer = connection.ioloop.call_later(seconds, connection.ioloop.stop)
    connection.ioloop.start()
    connection.ioloop.remove_timeout(timer)
