"""What is to be looked at when, on virtual time."""

from collections.abc import Hashable
from heapq import heappop, heappush
from typing import Generic, TypeVar

from service.domain.calendar import NEVER, Instant

K = TypeVar("K", bound=Hashable)


class Agenda(Generic[K]):
    """Keys, each with the earliest instant asked for. An entry of the heap that `_due` does not confirm is stale."""

    def __init__(self) -> None:
        self._heap: list[tuple[Instant, int, K]] = []
        self._due: dict[K, Instant] = {}
        self._pushed = 0

    def put(self, key: K, at: Instant) -> None:
        """Make the key due at that instant, or earlier if it was."""
        if at < self._due.get(key, NEVER):
            self._due[key] = at
            self._pushed += 1
            heappush(self._heap, (at, self._pushed, key))

    def next(self) -> Instant:
        """Return when the next key is due; NEVER when none is."""
        heap, due = self._heap, self._due
        while heap:
            at, _, key = heap[0]
            if due.get(key) == at:
                return at
            heappop(heap)
        return NEVER

    def take(self, now: Instant) -> list[K]:
        """Return the keys that are due, and forget them."""
        heap, due, found = self._heap, self._due, []
        while heap and heap[0][0] <= now:
            at, _, key = heappop(heap)
            if due.get(key) == at:
                del due[key]
                found.append(key)
        return found
