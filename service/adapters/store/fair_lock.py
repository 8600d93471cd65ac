"""A lock that serves threads in the order in which they came."""

import threading
from collections import deque
from typing import Final


class FairLock:
    """Unlike `threading.Lock`, whoever waits longest is next, so that a busy thread cannot starve another."""

    def __init__(self) -> None:
        self._mutex: Final = threading.Lock()
        self._waiting: Final[deque[threading.Lock]] = deque()
        self._held = False

    @property
    def waiting(self) -> int:
        """How many threads wait for their turn."""
        return len(self._waiting)

    def acquire(self, timeout_s: float) -> bool:
        """Return True once the lock is held, or False when it was not to be had in that time."""
        turn = threading.Lock()
        with self._mutex:
            if not self._held:
                self._held = True
                return True
            turn.acquire()
            self._waiting.append(turn)
        got = False
        try:
            got = turn.acquire(timeout=timeout_s)
        finally:
            got = self._leave(turn, got)
        return got

    def _leave(self, turn: threading.Lock, got: bool) -> bool:
        """Stop waiting; the lock may have been handed over just as the wait ended."""
        with self._mutex:
            if not got and turn in self._waiting:
                self._waiting.remove(turn)
                return False
        return True

    def release(self) -> None:
        """Hand the lock to whoever waits longest."""
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._held = False
