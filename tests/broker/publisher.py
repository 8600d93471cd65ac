"""What another service does: publish events, each confirmed by the broker; and what its people see in the queues."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import orjson
import pika
from pika.adapters.blocking_connection import BlockingChannel

from service.adapters.broker import topology
from service.adapters.broker.binding import STRUCTURED
from service.adapters.broker.letters import REASON_HEADER
from tests.servers.rabbitmq import connect


@contextmanager
def channel_to(url: str) -> Iterator[BlockingChannel]:
    connection = connect(url)
    try:
        yield connection.channel()
    finally:
        connection.close()


def publish(
    url: str,
    *bodies: object,
    content_type: str = STRUCTURED,
    headers: dict[str, Any] | None = None,
    user_id: str | None = None,
) -> None:
    """Publish bodies (events as dicts, or bytes as they are), and return when the broker has them all."""
    properties = pika.BasicProperties(content_type=content_type, headers=headers, delivery_mode=2, user_id=user_id)
    with channel_to(url) as channel:
        channel.confirm_delivery()
        for body in bodies:
            text = body if isinstance(body, bytes) else orjson.dumps(body)
            channel.basic_publish(topology.EVENTS, "test", text, properties, mandatory=True)


def left_in(url: str, queue: str) -> int:
    """Return how many messages of a queue nobody holds."""
    with channel_to(url) as channel:
        return int(channel.queue_declare(queue, passive=True).method.message_count)


def dead_letters(url: str) -> list[tuple[bytes, str]]:
    """Return the bodies and reasons of the dead letters, and leave none."""
    with channel_to(url) as channel:
        return list(_taken(channel))


def _taken(channel: BlockingChannel) -> Iterable[tuple[bytes, str]]:
    while True:
        method, properties, body = channel.basic_get(topology.DEAD_LETTERS, auto_ack=True)
        if method is None:
            return
        yield body, (properties.headers or {}).get(REASON_HEADER, "")
