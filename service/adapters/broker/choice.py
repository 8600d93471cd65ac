"""Which client speaks to the broker that a URL names: pika to RabbitMQ, kombu to all others.

What either needs is imported when it is first used, so that nobody loads both.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from service.adapters.broker import topology
from service.adapters.broker.letters import DeadLetters
from service.adapters.broker.tray import Line, Tray
from service.domain.errors import OperatorError

if TYPE_CHECKING:
    from service.adapters.broker.outlet import RabbitOutlet
    from service.adapters.broker.target import Outlet


class Broker(Protocol):
    """A broker, whichever client speaks to it."""

    def prepare(self) -> None:
        """Make what must be there and is not. Raises: OperatorError."""

    def line(self, tray: Tray, batch: int, jitter: Callable[[], float], beat: Callable[[], None]) -> Line:
        """Return a line that fills the tray."""

    def dead_letters(self) -> DeadLetters:
        """Return the dead letters."""

    def intake(self) -> "Outlet":
        """Return the way of events to the intake."""


@dataclass(frozen=True, slots=True)
class Rabbit:
    """RabbitMQ, through pika."""

    url: str
    heartbeat_s: int

    def prepare(self) -> None:
        """Make what must be there and is not. Raises: OperatorError."""
        from service.adapters.broker.line import prepare

        prepare(self.url, self.heartbeat_s)

    def line(self, tray: Tray, batch: int, jitter: Callable[[], float], beat: Callable[[], None]) -> Line:
        """Return a line that fills the tray. Raises: OperatorError."""
        from service.adapters.broker.line import RabbitLine, parameters_of

        return RabbitLine(parameters_of(self.url, self.heartbeat_s), tray, batch, jitter, beat)

    def dead_letters(self) -> DeadLetters:
        """Return the dead letters. Raises: OperatorError."""
        from service.adapters.broker.line import parameters_of
        from service.adapters.broker.rabbit_letters import RabbitLetters

        return RabbitLetters(parameters_of(self.url, self.heartbeat_s))

    def intake(self) -> "RabbitOutlet":
        """Return the way of events to the intake. Raises: OperatorError."""
        return self._outlet(topology.EVENTS)

    def outbound(self) -> "RabbitOutlet":
        """Return the way of own events to others. Raises: OperatorError."""
        return self._outlet(topology.OUTBOUND)

    def _outlet(self, exchange: str) -> "RabbitOutlet":
        from service.adapters.broker.line import parameters_of
        from service.adapters.broker.outlet import RabbitOutlet

        return RabbitOutlet(parameters_of(self.url, self.heartbeat_s), exchange)


@dataclass(frozen=True, slots=True)
class OtherBroker:
    """Any that kombu knows. Own events do not go through it: it does not say whether anybody got them."""

    url: str

    def prepare(self) -> None:
        """Make what must be there and is not. Raises: OperatorError."""
        from service.adapters.broker.kombu_line import prepare

        prepare(self.url)

    def line(self, tray: Tray, batch: int, jitter: Callable[[], float], beat: Callable[[], None]) -> Line:
        """Return a line that fills the tray."""
        from service.adapters.broker.kombu_line import KombuLine

        return KombuLine(self.url, tray, batch, jitter, beat)

    def dead_letters(self) -> DeadLetters:
        """Return the dead letters."""
        from service.adapters.broker.kombu_letters import KombuLetters

        return KombuLetters(self.url)

    def intake(self) -> "Outlet":
        """Return the way of events to the intake."""
        from service.adapters.broker.kombu_line import KombuOutlet

        return KombuOutlet(self.url)


def broker_at(url: str, heartbeat_s: int) -> Rabbit | OtherBroker:
    """Return the broker that the URL names. Raises: OperatorError where it names none."""
    if not url:
        raise OperatorError("There is no broker: set INTOUCH_BROKER_URL, as in amqps://intouch@mq.example.org/")
    return Rabbit(url, heartbeat_s) if is_rabbit(url) else OtherBroker(url)


def is_rabbit(url: str) -> bool:
    """Return whether the URL names a RabbitMQ; what names nothing is left to its client to complain about."""
    scheme, separator, _ = url.partition("://")
    return not separator or scheme in ("amqp", "amqps")
