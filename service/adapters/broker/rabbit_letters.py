"""The dead letters in RabbitMQ's queue.

The rules of this file:
- Whatever is to leave the queue is acknowledged last: after the broker confirmed it elsewhere, or somebody's order is
  in the audit. Cut off at any point, a letter is still there; at worst it was replayed too, and the intake knows it.
- To look at a letter is to fetch it and let it go again, and some brokers lose what came back often enough. So one that
  did is put at the end of the queue as a new message.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from pika import BasicProperties, BlockingConnection, URLParameters
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import AMQPError, NackError, UnroutableError

from service.adapters.broker import topology
from service.adapters.broker.binding import Message
from service.adapters.broker.frozen import FrozenWatch
from service.adapters.broker.letters import USER_HEADER, DeadLetter, letter_of, without_our_marks
from service.domain.errors import OperatorError

LOOKS: Final = 10
"""How often a letter may be looked at before it is put in the queue anew; RabbitMQ 4 takes 20 for too many."""

_AWAY: Final = "The broker cannot be reached, or was lost meanwhile. Nothing is lost by that; try again."
_NOT_TAKEN: Final = (
    "The broker does not take the message for the intake; it stays a dead letter. Run `intouch migrate`."
)


class RabbitLetters:
    """The dead letters of one broker."""

    def __init__(self, parameters: URLParameters) -> None:
        self._parameters: Final = parameters

    @contextmanager
    def held(self, most: int) -> Iterator["HeldRabbitLetters"]:
        """Return a context in which up to so many are held. Raises: OperatorError when the broker is away."""
        try:
            connection = BlockingConnection(self._parameters)
        except (AMQPError, OSError) as error:
            raise OperatorError(_AWAY) from error
        FrozenWatch(connection._impl, connection._impl.params.heartbeat)
        try:
            topology.declare(connection.channel)
            yield HeldRabbitLetters(connection, self._parameters.credentials.username, most)
        except (NackError, UnroutableError) as error:
            raise OperatorError(_NOT_TAKEN) from error
        except (AMQPError, OSError) as error:
            raise OperatorError(_AWAY) from error
        finally:
            if connection.is_open:
                connection.close()


class HeldRabbitLetters:
    """Those that are held on one connection; `user` is who we are at the broker."""

    def __init__(self, connection: BlockingConnection, user: str, most: int) -> None:
        self._letters: Final[BlockingChannel] = connection.channel()
        self._out: Final[BlockingChannel] = connection.channel()
        self._out.confirm_delivery()
        self._user: Final = user
        self._most: Final = most
        self._properties: dict[int, BasicProperties] = {}

    def __iter__(self) -> Iterator[DeadLetter]:
        held = 0
        while held < self._most:
            method, properties, body = self._letters.basic_get(topology.DEAD_LETTERS)
            if method is None:
                return
            if (properties.headers or {}).get("x-delivery-count", 0) >= LOOKS:
                self._renew(method, properties, body)
                continue
            held += 1
            yield self._letter(method, properties, body)

    def _letter(self, method: Any, properties: BasicProperties, body: bytes) -> DeadLetter:
        headers = properties.headers or {}
        message = Message(
            body=body,
            content_type=properties.content_type or "",
            content_encoding=properties.content_encoding or "",
            headers=headers,
            user_id=properties.user_id or str(headers.get(USER_HEADER, "")),
        )
        self._properties[method.delivery_tag] = properties
        return letter_of(message, method.delivery_tag)

    def _renew(self, method: Any, properties: BasicProperties, body: bytes) -> None:
        headers = {**(properties.headers or {}), USER_HEADER: self._publisher(properties)}
        headers.pop("x-delivery-count", None)
        self._publish(topology.DEAD_LETTERS, "", properties, headers, body)
        self._letters.basic_ack(method.delivery_tag)

    def replay(self, letter: DeadLetter) -> None:
        """Publish one to the intake again; it is a dead letter no more once the broker has it there."""
        properties = self._properties[letter.place]
        headers = {**without_our_marks(properties.headers or {}), USER_HEADER: letter.message.user_id}
        self._publish(topology.EVENTS, topology.REPLAYED, properties, headers, letter.message.body)
        self.discard(letter)

    def discard(self, letter: DeadLetter) -> None:
        """Be rid of one."""
        self._letters.basic_ack(letter.place)

    @staticmethod
    def _publisher(properties: BasicProperties) -> str:
        return properties.user_id or str((properties.headers or {}).get(USER_HEADER, ""))

    def _publish(
        self, exchange: str, key: str, properties: BasicProperties, headers: dict[str, Any], body: bytes
    ) -> None:
        ours = BasicProperties(
            content_type=properties.content_type,
            content_encoding=properties.content_encoding,
            headers=headers,
            delivery_mode=topology.PERSISTENT,
            user_id=self._user,
        )
        self._out.basic_publish(exchange, key, body, ours, mandatory=True)
