"""Gathering: while events come in a stream, a mentorship's news is looked at once it has waited for a moment.

A check costs much the same for one event as for ten. The news of each mentorship gathers by itself, so that several
workers always find some that are to be looked at, and share them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Final

from service.domain.calendar import SECOND, Duration, Instant
from service.flow.ports import LogEnd

SPAN: Final = SECOND
"""How long news gathers: who gets mail does not notice."""

QUIET_S: Final = 0.25
"""After how long without any event a stream is over, and how often is looked while it lasts. Consumers bring one batch
after the other in less."""


@dataclass(slots=True)
class Gathering:
    """Says which news to look at. `span` is 0 where none ever gathers; `seconds` is a clock that only goes on."""

    span: Duration = 0
    seconds: Callable[[], float] = perf_counter
    _log_end: LogEnd | None = None
    """How far the log went when last asked, while a stream goes on."""
    _ask_at_s: float = 0.0

    def begin(self, log_end: Callable[[], LogEnd]) -> None:
        """Take it that a stream goes on, where news ever gathers."""
        if self.span and self._log_end is None:
            self._log_end, self._ask_at_s = log_end(), self.seconds() + QUIET_S

    def is_time(self, log_end: Callable[[], LogEnd]) -> bool:
        """Return whether to look now; asks how far the log goes, to know whether the stream goes on."""
        if self._log_end is None:
            return True
        if self.seconds() < self._ask_at_s:
            return False
        before, now = self._log_end, log_end()
        # By the log's own clock: that of a worker may be another. Where consumers' clocks differ, the latest counts.
        goes_on = now.seq > before.seq
        self._log_end = LogEnd(now.seq, max(before.recorded, now.recorded)) if goes_on else None
        self._ask_at_s = self.seconds() + QUIET_S
        return True

    def until(self, newest: Instant) -> Instant:
        """Return until when news must have come to be looked at now; `newest` is when the newest came."""
        return newest if self._log_end is None else min(newest, self._log_end.recorded - self.span)

    def rest_s(self) -> float:
        """Return for how long there is nothing to look at; 0 where nothing gathers."""
        return 0.0 if self._log_end is None else max(0.0, self._ask_at_s - self.seconds())
