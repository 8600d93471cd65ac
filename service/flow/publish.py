"""Publish: events, one a line, to wherever they are taken; what is refused is told by its line, the others go.

Each event brings its own id, so that doing it again is safe: what was taken before is known there.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final, NamedTuple, Protocol

from service.domain.errors import EventSenderError, OperatorError

AT_ONCE: Final = 200
"""How many events are sent together."""

TRIES: Final = 6
"""How often a batch is tried before it is given up: with the rests between, about a minute."""

_LONGEST_REST_S: Final = 30.0


class Line(NamedTuple):
    """One event with the number of its line, from 1."""

    number: int
    event: Mapping[str, Any]
    body: bytes


class Refused(NamedTuple):
    """A line that is not taken: where in the event (a JSON pointer, "" for all of it), and what to send instead."""

    line: int
    pointer: str
    message: str


class Sent(NamedTuple):
    """What became of a batch: how many were known there before, and what was refused. All others were taken."""

    duplicates: int
    refused: Sequence[Refused]


class NotNowError(OperatorError):
    """It cannot be taken now; `after_s` is when to try again, None where that is left to us."""

    def __init__(self, message: str, after_s: float | None = None) -> None:
        super().__init__(message)
        self.after_s = after_s


class Target(Protocol):
    """Where events go."""

    def send(self, lines: Sequence[Line]) -> Sent:
        """Return what became of the lines. Raises: NotNowError; OperatorError where trying again does not help."""


@dataclass(slots=True, kw_only=True)
class Publishing:
    """Sends lines in batches and keeps count. `jitter` returns a number in [0, 1), `rest` waits so many seconds."""

    target: Target
    decode: Callable[[bytes], object]
    jitter: Callable[[], float]
    rest: Callable[[float], object]
    taken: int = 0
    duplicates: int = 0
    refused: list[Refused] = field(default_factory=list)

    def run(self, lines: Iterable[bytes]) -> Iterator[int]:
        """Yield, batch by batch, how many bytes of the lines are done. Raises: OperatorError, and what line is next."""
        numbered = enumerate(lines, 1)
        while chunk := list(islice(numbered, AT_ONCE)):
            events = [each for number, text in chunk if (each := self._read(number, text))]
            if events:
                self._count(events, self._sent(events))
            yield sum(len(text) for _, text in chunk)

    def _read(self, number: int, text: bytes) -> Line | None:
        body = text.strip()
        if not body:
            return None
        try:
            event = self.decode(body)
        except EventSenderError as error:
            self.refused.append(Refused(number, "", str(error).replace("The body", "The line")))
            return None
        if not isinstance(event, dict):
            self.refused.append(Refused(number, "", "Send an event as a JSON object."))
            return None
        return Line(number, event, body)

    def _sent(self, events: Sequence[Line]) -> Sent:
        for tries in range(1, TRIES + 1):
            try:
                return self.target.send(events)
            except NotNowError as error:
                if tries == TRIES:
                    raise OperatorError(_stopped(events[0].number, error)) from error
                own_s = min(2.0**tries, _LONGEST_REST_S) * (0.5 + self.jitter() / 2)
                self.rest(own_s if error.after_s is None else error.after_s)
            except OperatorError as error:
                raise OperatorError(_stopped(events[0].number, error)) from error
        raise AssertionError("the last try returns or raises")

    def _count(self, events: Sequence[Line], sent: Sent) -> None:
        lines = {each.line for each in sent.refused}
        self.taken += len(events) - len(lines)
        self.duplicates += sent.duplicates
        self.refused += sent.refused


def _stopped(line: int, error: OperatorError) -> str:
    return f"{error} It stopped before line {line}; to send all of it again is safe."
