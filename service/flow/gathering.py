"""Gathering: while events come in a stream, a mentorship's news is looked at once it has waited for a moment.

A check costs much the same for one event as for ten. The news of each mentorship gathers by itself, so that several
workers always find some that are to be looked at, and share them.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter
from typing import Final

from service.domain.calendar import Instant

SPAN_S: Final = 1.0
"""How long news gathers: who gets mail does not notice."""

QUIET_S: Final = 0.25
"""After how long without any event a stream is over, and how often is looked while it lasts. Consumers bring one batch
after the other in less."""


@dataclass(slots=True)
class Gathering:
    """Says which news to look at. `span_s` is 0 where none ever gathers; `seconds` is a clock that only goes on."""

    span_s: float = 0.0
    seconds: Callable[[], float] = perf_counter
    _streams: bool = False
    _log_end: int = 0
    _look_at_s: float = 0.0
    _seen: deque[tuple[float, Instant]] = field(default_factory=deque)
    """When it was looked, and what was the newest news then."""

    def begin(self, log_end: Callable[[], int]) -> None:
        """Take it that a stream goes on, where news ever gathers; so far the log goes."""
        if self.span_s and not self._streams:
            self._streams, self._log_end, self._look_at_s = True, log_end(), self.seconds() + QUIET_S
            self._seen.clear()

    def is_time(self, log_end: Callable[[], int]) -> bool:
        """Return whether to look now; asks how far the log goes, to know whether the stream goes on."""
        if not self._streams:
            return True
        if self.seconds() < self._look_at_s:
            return False
        before, self._log_end = self._log_end, log_end()
        self._streams, self._look_at_s = self._log_end > before, self.seconds() + QUIET_S
        return True

    def until(self, newest: Instant) -> Instant:
        """Return until when news must have come to be looked at now; `newest` is when the newest came.

        While a stream goes on: what was news when it was looked a while ago. How old that is by the clocks of those who
        brought it does not matter: one that is wrong must keep nothing waiting.
        """
        if not self._streams:
            return newest
        now = self.seconds()
        self._seen.append((now, newest))
        while len(self._seen) > 1 and self._seen[1][0] <= now - self.span_s:
            self._seen.popleft()
        looked_s, seen = self._seen[0]
        return seen if looked_s <= now - self.span_s else 0

    def rest_s(self) -> float:
        """Return for how long there is nothing to look at; 0 where nothing gathers."""
        return max(0.0, self._look_at_s - self.seconds()) if self._streams else 0.0
