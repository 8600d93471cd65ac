"""What is to be looked at when, on virtual time."""

from collections.abc import Hashable
from heapq import heappop, heappush
from typing import Generic, TypeVar

from service.domain.calendar import NEVER, Instant

K = TypeVar("K", bound=Hashable)


class Agenda(Generic[K]):
    """Keys, each with the earliest instant asked for. A key of an instant that `_due` does not confirm is stale."""

    def __init__(self) -> None:
        self._instants: list[Instant] = []
        """A heap, with each instant once: thousands wait for the same morning."""
        self._at: dict[Instant, list[K]] = {}
        self._due: dict[K, Instant] = {}

    def put(self, key: K, at: Instant) -> None:
        """Make the key due at that instant, or earlier if it was."""
        if at >= self._due.get(key, NEVER):
            return
        self._due[key] = at
        keys = self._at.get(at)
        if keys is None:
            self._at[at] = [key]
            heappush(self._instants, at)
        else:
            keys.append(key)

    def next(self) -> Instant:
        """Return when the next key is due; NEVER when none is."""
        instants, due = self._instants, self._due
        while instants:
            at = instants[0]
            keys = self._at[at]
            while keys and due.get(keys[-1]) != at:
                keys.pop()
            if keys:
                return at
            del self._at[heappop(instants)]
        return NEVER

    def take(self, now: Instant) -> list[K]:
        """Return the keys that are due, and forget them."""
        instants, due, found = self._instants, self._due, list[K]()
        while instants and instants[0] <= now:
            at = heappop(instants)
            for key in self._at.pop(at):
                if due.get(key) == at:
                    del due[key]
                    found.append(key)
        return found
