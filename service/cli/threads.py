"""The threads that a process is made of. It needs each: when one ends unasked, it leaves, and not with success.

Whoever watches the process then starts another, which nobody would do for one that only looks alive.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import click

from service.domain.errors import IntouchError


@dataclass(slots=True)
class Threads:
    """Runs work in threads until `stop` is set, by a signal or by the end of one of them."""

    stop: threading.Event
    _started: list[threading.Thread] = field(default_factory=list)
    _troubles: list[str] = field(default_factory=list)

    def start(self, name: str, work: Callable[[], object]) -> None:
        """Begin a thread of that name, which does the work until `stop` is set."""
        thread = threading.Thread(target=self._run, args=(name, work), name=name, daemon=True)
        self._started.append(thread)
        thread.start()

    def join(self, within_s: float) -> None:
        """Wait for each to finish what is under way. Raises: ClickException, saying which ended unasked, and why."""
        for each in self._started:
            each.join(within_s)
        if self._troubles:
            raise click.ClickException(self._troubles[0])

    def _run(self, name: str, work: Callable[[], object]) -> None:
        try:
            work()
            if not self.stop.is_set():
                self._troubles.append(f"The thread {name} ended unasked. Please report it.")
        except IntouchError as error:
            self._troubles.append(str(error))
        except Exception as error:  # the edge of a thread: told in a line, as a trace may hold somebody's address
            kind = type(error).__name__
            self._troubles.append(f"Intouch met a defect of its own in the thread {name} ({kind}). Please report it.")
        finally:
            self.stop.set()
