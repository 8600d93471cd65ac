"""What must be there at the broker: made by `intouch migrate`, and compared at each start.

An exchange or queue that is there already is never changed: its messages may be somebody's. Whoever finds it otherwise
than it should be says so, with both values.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import ChannelClosedByBroker
from pika.spec import PERSISTENT_DELIVERY_MODE

from service.domain.errors import OperatorError

EVENTS: Final = "intouch.events"
INTAKE: Final = "intouch.intake"
DEAD_LETTERS: Final = "intouch.dead-letters"
OUTBOUND: Final = "intouch.outbound"
REPLAYED: Final = "replayed"
"""The routing key of a dead letter that goes to the intake again; its own may be what was wrong with it."""

DELIVERY_LIMIT: Final = 5
"""How often a message may come back before it counts as one that kills whoever takes it."""

PERSISTENT: Final = PERSISTENT_DELIVERY_MODE

_DIFFERENCE = re.compile(r"inequivalent arg '([^']+)' for (\w+) '([^']+)'.*received (.+) but current is (.+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """A queue that survives the loss of a node, and the exchange and key that fill it."""

    name: str
    exchange: str
    key: str
    more: Mapping[str, Any]

    @property
    def arguments(self) -> dict[str, Any]:
        return {"x-queue-type": "quorum", **self.more}


EXCHANGES: Final = {EVENTS: "topic", DEAD_LETTERS: "fanout", OUTBOUND: "topic"}
QUEUES: Final = (
    Queue(name=DEAD_LETTERS, exchange=DEAD_LETTERS, key="", more={}),
    Queue(
        name=INTAKE,
        exchange=EVENTS,
        key="#",
        more={
            "x-delivery-limit": DELIVERY_LIMIT,
            "x-dead-letter-exchange": DEAD_LETTERS,
            # A message leaves the queue only when the dead letters have it.
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
        },
    ),
)


def declare(open_channel: Callable[[], BlockingChannel]) -> None:
    """Make what is missing at the broker. Raises: OperatorError where something is there, but not as it should be."""
    try:
        channel = open_channel()
        for exchange, kind in EXCHANGES.items():
            channel.exchange_declare(exchange, kind, durable=True)
        for queue in QUEUES:
            channel.queue_declare(queue.name, durable=True, arguments=queue.arguments)
            channel.queue_bind(queue.name, queue.exchange, queue.key)
        channel.close()
    except ChannelClosedByBroker as error:
        raise OperatorError(_told(error)) from error


def _told(error: ChannelClosedByBroker) -> str:
    """Return what is different at the broker, in words."""
    found = _DIFFERENCE.search(error.reply_text)
    if found is None:
        return f"The broker does not let Intouch make its queues: {error.reply_text}. Ask whoever runs the broker."
    argument, what, name, wanted, held = found.groups()
    return (
        f"The {what} {name} at the broker has {argument} {_value(held)}, and Intouch needs {_value(wanted)}. "
        f"Empty it and delete it there, then run `intouch migrate`; or ask whoever runs the broker."
    )


def _value(text: str) -> str:
    """Return a value as the broker quotes it: `the value '5' of type 'long'` is 5."""
    found = re.search(r"'([^']*)'", text)
    return found[1] if found else text
