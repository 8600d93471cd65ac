"""Relay: publish what the outbox holds, and forget it once the broker has it.

At least once: an event is forgotten only after the broker said that it has it. Whoever is cut off in between leaves it
taken until its time is up; then it is published again, with the id that it had. Where a type of event finds no queue,
that type rests, longer each time, and no other waits for it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from logging import getLogger
from threading import Event as Signal
from typing import Final, NamedTuple, Protocol

from service.domain.calendar import SECOND, Duration, Instant
from service.flow.accept import StoreUnavailable
from service.flow.outbox_port import Trouble, Waiting
from service.flow.ports import Clock, Store
from service.flow.pulse import Beat, unwatched

LEASE: Final[Duration] = 60 * SECOND
"""How long events are taken for: longer than an outlet may take for as many."""

AT_ONCE: Final = 200
"""How many events are taken at once: as many may be published again after a cut."""

IDLE_S: Final = 1.0
"""How long it waits before it looks again, where nothing was to do."""

_SHORTEST_REST_S: Final = 1.0
_LONGEST_REST_S: Final = 300.0

log = getLogger("intouch.relay")


class Word(StrEnum):
    """What became of an event that was given to the broker."""

    TAKEN = "taken"
    UNROUTABLE = "unroutable"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """Nothing was heard of it: the broker is gone, or does not answer in time. It may have it."""


TROUBLES: Final[Mapping[Word, Trouble]] = {Word.UNROUTABLE: Trouble.UNROUTABLE, Word.REFUSED: Trouble.REFUSED}


class Outlet(Protocol):
    """Where own events are published."""

    def publish(self, events: Sequence[tuple[str, bytes]]) -> Sequence[Word]:
        """Publish CloudEvents (type and JSON), and return the broker's word on each; trouble is never raised."""

    def rest(self, seconds: float) -> None:
        """Wait, and keep the line to the broker alive meanwhile."""

    def close(self) -> None:
        """Let go of the line."""


class _Resting(NamedTuple):
    """Until when something rests, and after how many failures in a row."""

    until: Instant = 0
    failures: int = 0


@dataclass(slots=True, kw_only=True)
class Relay:
    """Publishes the outbox. `jitter` returns a number in [0, 1)."""

    store: Store
    outlet: Outlet
    clock: Clock
    jitter: Callable[[], float]
    beat: Beat = unwatched
    """Called with each round, and with each type in it: who is not heard of for long is stuck."""
    _types: dict[str, _Resting] = field(default_factory=dict)
    _line: _Resting = field(default_factory=_Resting)

    def run(self, stop: Signal) -> None:
        """Publish until told to stop; what is under way is settled before."""
        try:
            while not stop.is_set():
                self.beat()
                if not self._turned():
                    self.outlet.rest(IDLE_S)
        finally:
            self.outlet.close()

    def _turned(self) -> bool:
        try:
            return self.turn()
        except StoreUnavailable as error:
            log.warning("The store cannot be used now; trying again. %s", error)
            return False

    def turn(self) -> bool:
        """Publish some of what waits, and return whether anything was published."""
        now = self.clock()
        if self._line.until > now:
            return False
        with self.store.reading() as snapshot:
            types = snapshot.waiting_types(now)
        awake = [each for each in types if self._types.get(each, _Resting()).until <= now]
        published = [self._publish(each, now) for each in awake if self._line.until <= now]
        return any(published)

    def _publish(self, type: str, now: Instant) -> bool:
        self.beat()
        # A type that rested is tried with one event before the others of it follow.
        limit = 1 if type in self._types or self._line.failures else AT_ONCE
        with self.store.writing() as transaction:
            taken = transaction.take_waiting(type, now, now + LEASE, limit)
        words = self.outlet.publish([(each.type, each.event.encode()) for each in taken])
        self._record(taken, words)
        self._note(type, words)
        return Word.TAKEN in words

    def _record(self, taken: Sequence[Waiting], words: Sequence[Word]) -> None:
        by_word = {word: [each for each, said in zip(taken, words, strict=True) if said is word] for word in Word}
        with self.store.writing() as transaction:
            transaction.published(by_word[Word.TAKEN])
            for word in (Word.UNROUTABLE, Word.REFUSED, Word.UNKNOWN):
                transaction.put_back(by_word[word], TROUBLES.get(word))

    def _note(self, type: str, words: Sequence[Word]) -> None:
        """Let the type or the whole line rest after a failure, longer each time in a row."""
        if Word.UNKNOWN in words:
            self._line = self._rested(self._line)
            log.warning("The broker does not take Intouch's own events now; they wait in the outbox.")
        elif words:
            self._line = _Resting()
        trouble = next((TROUBLES[each] for each in words if each in TROUBLES), None)
        if trouble:
            self._types[type] = self._rested(self._types.get(type, _Resting()))
            log.warning("Own events of the type %s stay in the outbox: %s.", type, trouble.value)
        elif Word.TAKEN in words:
            self._types.pop(type, None)

    def _rested(self, resting: _Resting) -> _Resting:
        rest_s = min(_SHORTEST_REST_S * 2**resting.failures, _LONGEST_REST_S) * (0.5 + self.jitter() / 2)
        return _Resting(self.clock() + int(rest_s * SECOND), min(resting.failures + 1, 16))
