"""Looks at the broker: whether it is there, has what it should have, and how much waits. Makes and changes nothing."""

from collections.abc import Iterator
from typing import Final

from pika import BlockingConnection
from pika.exceptions import AMQPError, ChannelClosedByBroker

from service.adapters.broker import topology
from service.adapters.broker.line import parameters_of
from service.flow.checkup import Finding, broken, doubtful, well

_MANY: Final = 50_000
_HEARTBEAT_S: Final = 20


def examine_broker(url: str) -> Iterator[Finding]:
    """Yield what is found. Raises: OperatorError when the URL is none."""
    try:
        connection = BlockingConnection(parameters_of(url, _HEARTBEAT_S))
    except (AMQPError, OSError) as error:
        todo = "Check that it runs, and the address, name and password in INTOUCH_BROKER_URL."
        yield broken("broker", f"It cannot be reached ({type(error).__name__}).", todo)
        return
    try:
        yield well("broker", "RabbitMQ takes our connection.")
        yield from (_exchange(connection, name) for name in topology.EXCHANGES)
        for queue in topology.QUEUES:
            yield _queue(connection, queue.name)
    finally:
        connection.close()


def _exchange(connection: BlockingConnection, name: str) -> Finding:
    try:
        connection.channel().exchange_declare(name, passive=True)
    except ChannelClosedByBroker:
        return broken("broker", f"The exchange {name} is not there.", "Run `intouch migrate`.")
    return well("broker", f"The exchange {name} is there.")


def _queue(connection: BlockingConnection, name: str) -> Finding:
    try:
        method = connection.channel().queue_declare(name, passive=True).method
    except ChannelClosedByBroker:
        return broken("broker", f"The queue {name} is not there.", "Run `intouch migrate`.")
    told = f"The queue {name} holds {method.message_count:,} messages and has {method.consumer_count} consumers."
    if name == topology.DEAD_LETTERS and method.message_count:
        return doubtful("broker", told, "`intouch dead-letters list` says what is wrong with each.")
    if name == topology.INTAKE and not method.consumer_count:
        return doubtful("broker", told, "Start `intouch consume`; until then events wait.")
    if name == topology.INTAKE and method.message_count > _MANY:
        return doubtful("broker", told, "Run more `intouch consume`, and look at the database that they wait for.")
    return well("broker", told)
