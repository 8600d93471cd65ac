"""The pulse of a process: each thread that it needs says again and again that it goes on, and who is silent is stuck.

A thread that works at much says so with each piece; one that waits for something to do says that it rests. So a busy
process is never taken for a stuck one, and a silent one was at a single piece for all that time.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

STUCK_AFTER_S: Final = 300.0
"""Longer than any single piece takes: whatever it waits for, a database or a provider, is given up well before."""

Beat = Callable[[], None]


def unwatched() -> None:
    """Beat for nobody."""


@dataclass(slots=True)
class Pulse:
    """Knows when each thread was last heard of, None while it rests. `now_s` never goes back."""

    now_s: Callable[[], float]
    _heard: dict[str, float | None] = field(default_factory=dict)

    def beat(self, thread: str) -> None:
        """Say that the thread goes on."""
        self._heard[thread] = self.now_s()

    def rest(self, thread: str) -> None:
        """Say that the thread waits, for as long as it takes, until its next beat."""
        self._heard[thread] = None

    def trouble(self) -> str:
        """Return who is stuck, in words; "" where nobody is."""
        now = self.now_s()
        silent = {name: now - at for name, at in list(self._heard.items()) if at is not None}
        stuck = [f"{name} for {int(s)} s" for name, s in sorted(silent.items()) if s > STUCK_AFTER_S]
        return f"Stuck: {', '.join(stuck)}. Restart this process; it goes on from where it stood." if stuck else ""
