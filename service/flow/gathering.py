"""Gathering: news that comes in a stream is looked at together, once it pauses or has gathered for a while.

A check costs much the same for one event as for ten, and who checks holds up those who bring events about the same
subjects.
"""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Final

LONGEST_S: Final = 2.0
"""How long news gathers at most: who gets mail does not notice."""

QUIET_S: Final = 0.25
"""After how long without any event a stream is over. Consumers bring one batch after the other in less."""


@dataclass(slots=True)
class Gathering:
    """Says whether news gathers now. `longest_s` is 0 where it never does; `seconds` is a clock that only goes on."""

    longest_s: float = 0.0
    seconds: Callable[[], float] = perf_counter
    _until_s: float = 0.0
    _ask_at_s: float = 0.0
    _log_end: int = 0

    def begin(self, log_end: Callable[[], int]) -> None:
        """Let news gather from now on, where it ever does; so far the log goes."""
        if self.longest_s:
            now = self.seconds()
            self._until_s, self._ask_at_s, self._log_end = now + self.longest_s, now + QUIET_S, log_end()

    def goes_on(self, log_end: Callable[[], int]) -> bool:
        """Return whether news is still to gather; asks now and then how far the log goes."""
        now = self.seconds()
        if self._ask_at_s <= now < self._until_s:
            before, self._log_end, self._ask_at_s = self._log_end, log_end(), now + QUIET_S
            if self._log_end == before:
                self._until_s = now
        return now < self._until_s

    def rest_s(self) -> float:
        """Return for how long there is nothing to be asked; 0 where nothing gathers."""
        return max(0.0, min(self._until_s, self._ask_at_s) - self.seconds())
