"""Staying with a broker: a connection is opened and served, and when it is lost, opened again after a rest."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event as Signal
from typing import Final

from service.domain.errors import OperatorError

LONGEST_REST_S: Final = 30.0
_FIRST_REST_S: Final = 1.0

log = logging.getLogger("intouch.broker")


@dataclass(slots=True, kw_only=True)
class Uplink:
    """Keeps a connection up. `jitter` returns a number in [0, 1), so that all who lost it do not come back at once."""

    jitter: Callable[[], float]
    beat: Callable[[], None]
    """Called with each try."""
    trouble: str = "The broker is not reached yet."
    """What is wrong, in words; empty while it is up."""

    def keep(
        self,
        stop: Signal,
        open: Callable[[], None],
        serve: Callable[[], None],
        lose: Callable[[], None],
        errors: Callable[[], tuple[type[Exception], ...]],
    ) -> None:
        """Open and serve until `stop`; `lose` forgets what is gone. `errors` says which mean that it is."""
        failures = 0
        while not stop.is_set():
            self.beat()
            try:
                open()
                failures, self.trouble = 0, ""
                serve()
            except errors() as error:
                rest_s = self.jitter() * min(LONGEST_REST_S, _FIRST_REST_S * 2**failures)
                failures += 1
                self._tell(error, rest_s)
                lose()
                stop.wait(rest_s)

    def _tell(self, error: Exception, rest_s: float) -> None:
        why = error if isinstance(error, OperatorError) else type(error).__name__
        self.trouble = f"The broker is lost ({why}). It is tried again and again; events wait there."
        log.warning("The broker is lost (%s); trying again in %.1f s.", why, rest_s)
