"""Dead letters as people see them: which event it was, why it was refused, and which of them somebody means."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Final, Protocol

from service.adapters.broker.binding import Decode, Message
from service.adapters.broker.identity import identify, mark_of
from service.domain.errors import OperatorError
from service.flow.outbound import Sent

REASON_HEADER: Final = "x-intouch-reason"
USER_HEADER: Final = "x-intouch-user"
"""Who published what we publish again in our own name."""

_ID_LENGTH: Final = 10
_FROM_THE_BROKER: Final = (
    "It was delivered again and again and never taken in: whoever took it may have ended because of it each time. "
    "Look for what is unusual about it before it is replayed."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """One dead letter, known by its `id` (the same for the same message); `place` is its own while it is held."""

    id: str
    place: Any
    message: Message
    reason: str


class HeldLetters(Protocol):
    """The dead letters while they are held: nobody else gets them, and those that nothing is done with stay."""

    def __iter__(self) -> Iterator[DeadLetter]:
        """Yield them, the longest dead first."""

    def replay(self, letter: DeadLetter) -> None:
        """Publish one to the intake again; it is a dead letter no more once the broker has it there."""

    def discard(self, letter: DeadLetter) -> None:
        """Be rid of one."""


class DeadLetters(Protocol):
    """Where a broker keeps them."""

    def held(self, most: int) -> AbstractContextManager[HeldLetters]:
        """Return a context in which up to so many are held. Raises: OperatorError when the broker is away."""


def letter_of(message: Message, place: Any) -> DeadLetter:
    """Return the dead letter that a message is."""
    reason = str(message.headers.get(REASON_HEADER, "")) or _FROM_THE_BROKER
    return DeadLetter(id=mark_of(message)[:_ID_LENGTH], place=place, message=message, reason=reason)


def told(letter: DeadLetter, decode: Decode) -> Sent:
    """Return what can be read of it."""
    return identify(letter.message, decode)


def without_our_marks(headers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the headers that its publisher gave a message."""
    return {name: value for name, value in headers.items() if not name.startswith("x-")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which dead letters somebody means: by id, by `FIRST..LAST` in their order, by a part of the reason, or all."""

    names: Sequence[str] = ()
    refused_for: str = ""
    everything: bool = False

    def among(self, letters: Iterable[DeadLetter]) -> list[DeadLetter]:
        """Return those that are meant, in order. Raises: OperatorError when one that is named is not there."""
        there = list(letters)
        if self.everything:
            return there
        if self.refused_for:
            return [each for each in there if self.refused_for in each.reason]
        named = {place for name in self.names for place in _places(name, there)}
        return [each for place, each in enumerate(there) if place in named]


def _places(name: str, letters: Sequence[DeadLetter]) -> range | list[int]:
    first, _, last = name.partition("..")
    if not last:
        return _of(first, letters)
    begin, end = _of(first, letters)[0], _of(last, letters)[-1]
    if end < begin:
        raise OperatorError(f"{last} comes before {first}. See `intouch dead-letters list` for their order.")
    return range(begin, end + 1)


def _of(id: str, letters: Sequence[DeadLetter]) -> list[int]:
    places = [place for place, each in enumerate(letters) if each.id == id]
    if not places:
        raise OperatorError(
            f"There is no dead letter {id}. See `intouch dead-letters list`; somebody else may be at it right now."
        )
    return places
