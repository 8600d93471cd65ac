"""Counts what the schemas refuse and leave out, whichever door it came through."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from service.domain.errors import EventSenderError
from service.domain.events import Incoming
from service.flow.fault_port import FaultInEvent
from service.flow.measure_port import Measures, Outcome

F = TypeVar("F", bound=FaultInEvent)
F_co = TypeVar("F_co", bound=FaultInEvent, covariant=True)


class Reader(Protocol[F_co]):
    """Who knows what an event must look like."""

    def decode(self, body: bytes) -> object:
        """Return the value of a JSON text. Raises: EventSenderError."""

    def admit(self, events: Iterable[object]) -> tuple[Sequence[Incoming], Sequence[F_co]]:
        """Return the valid events as values, and the faults of the others."""

    def admit_one(self, event: object) -> Incoming:
        """Return the valid event as a value. Raises: EventSenderError, which names its faults."""


@dataclass(frozen=True, slots=True)
class CountingReader(Generic[F]):
    """Reads as the reader it is given does, and counts what that refuses."""

    reader: Reader[F]
    measures: Measures

    def decode(self, body: bytes) -> object:
        try:
            return self.reader.decode(body)
        except EventSenderError:
            self._refused([None])
            raise

    def admit(self, events: Iterable[object]) -> tuple[Sequence[Incoming], Sequence[F]]:
        told = list(events)
        admitted, faults = self.reader.admit(told)
        self._refused([told[index] for index in sorted({each.index for each in faults})])
        self._dropped(admitted)
        return admitted, faults

    def admit_one(self, event: object) -> Incoming:
        try:
            admitted = self.reader.admit_one(event)
        except EventSenderError:
            self._refused([event])
            raise
        self._dropped([admitted])
        return admitted

    def _dropped(self, events: Sequence[Incoming]) -> None:
        for each in events:
            if each.dropped_fields:
                self.measures.dropped(each.type, each.dropped_fields)

    def _refused(self, events: Sequence[object]) -> None:
        if events:
            types = (event.get("type") if isinstance(event, dict) else None for event in events)
            self.measures.events(Outcome.REFUSED, (each if isinstance(each, str) else "" for each in types))
