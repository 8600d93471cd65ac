"""The dead letters at any broker that kombu knows. What is to leave the queue is acknowledged last, as at RabbitMQ."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from service.adapters.broker import topology
from service.adapters.broker.binding import Message
from service.adapters.broker.kombu_line import connect, declare, message_of, put
from service.adapters.broker.letters import DeadLetter, letter_of, without_our_marks


class KombuLetters:
    """The dead letters of one broker."""

    def __init__(self, url: str) -> None:
        self._url: Final = url

    @contextmanager
    def held(self, most: int) -> Iterator["HeldKombuLetters"]:
        """Return a context in which up to so many are held. Raises: OperatorError when the broker is away."""
        with connect(self._url) as connection:
            channel = connection.channel()
            declare(channel)
            held = HeldKombuLetters(channel, most)
            try:
                yield held
            finally:
                held.let_go()


class HeldKombuLetters:
    """Those that are held on one channel."""

    def __init__(self, channel: Any, most: int) -> None:
        self._channel: Final = channel
        self._most: Final = most
        self._tags: dict[str, None] = {}

    def __iter__(self) -> Iterator[DeadLetter]:
        while len(self._tags) < self._most:
            received = self._channel.basic_get(topology.DEAD_LETTERS)
            if received is None:
                return
            self._tags[received.delivery_tag] = None
            yield letter_of(message_of(received), received.delivery_tag)

    def replay(self, letter: DeadLetter) -> None:
        """Publish one to the intake again; it is a dead letter no more once the broker has it there."""
        message: Message = letter.message
        put(self._channel, message, without_our_marks(message.headers), topology.EVENTS, topology.REPLAYED)
        self.discard(letter)

    def discard(self, letter: DeadLetter) -> None:
        """Be rid of one."""
        self._channel.basic_ack(letter.place)
        del self._tags[letter.place]

    def let_go(self) -> None:
        """Put back those with which nothing was done, in their order."""
        for tag in self._tags:
            self._channel.basic_reject(tag, requeue=True)
