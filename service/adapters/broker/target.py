"""Events to RabbitMQ: checked here first, since whoever publishes there hears of a fault only later."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, Protocol

from service.domain.errors import OperatorError
from service.flow.fault_port import FaultInEvent
from service.flow.publish import Line, NotNowError, Refused, Sent
from service.flow.relay import Word


class Outlet(Protocol):
    """The way to a broker."""

    def publish(self, events: Sequence[tuple[str, bytes]]) -> Sequence[Word]:
        """Publish CloudEvents (type and JSON), and return the broker's word on each."""

    def close(self) -> None:
        """Let go of it."""


Admit = Callable[[Iterable[object]], tuple[Sequence[object], Sequence[FaultInEvent]]]
"""Returns the valid events as values, and the faults of the others."""


class BrokerTarget:
    """Publishes valid events under their type, and is sure of each."""

    def __init__(self, outlet: Outlet, admit: Admit) -> None:
        self._outlet: Final = outlet
        self._admit: Final = admit

    def send(self, lines: Sequence[Line]) -> Sent:
        """Return what became of the lines. Raises: NotNowError, OperatorError."""
        _, faults = self._admit(each.event for each in lines)
        faulty = {each.index for each in faults}
        good = [each for index, each in enumerate(lines) if index not in faulty]
        words = self._outlet.publish([(str(each.event["type"]), each.body) for each in good])
        if Word.UNROUTABLE in words:
            raise OperatorError("No queue at the broker gets events: run `intouch migrate` with this broker.")
        if set(words) - {Word.TAKEN}:
            raise NotNowError("The broker cannot be reached, or does not take events now.")
        return Sent(0, [Refused(lines[each.index].number, each.pointer, each.message) for each in faults])
