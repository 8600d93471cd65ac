"""Noticing that a broker no longer says anything, although its connection stands: within two heartbeats.

pika's own check waits five seconds longer for each of them, and a link that is lost without a word is never reported.
"""

from typing import Any, Final

from pika.exceptions import AMQPHeartbeatTimeout

SILENT_FOR: Final = 1.75
"""After how many heartbeats without a byte a broker is given up; it sends at least one in each."""

CHECKS: Final = 8
"""How often in each heartbeat we look."""


class SilentBrokerError(AMQPHeartbeatTimeout):  # type: ignore[misc]  # pika ships no types
    """The broker said nothing for so long that it is taken for gone."""


class FrozenWatch:
    """Ends a connection whose broker is silent. `connection` is pika's own, below its blocking one."""

    def __init__(self, connection: Any, heartbeat_s: float) -> None:
        self._connection: Final = connection
        self._every_s: Final = heartbeat_s / CHECKS
        self._received = 0
        self._silent = 0
        self._look()

    def _look(self) -> None:
        received = self._connection.bytes_received
        self._silent = 0 if received != self._received else self._silent + 1
        self._received = received
        if self._silent >= SILENT_FOR * CHECKS:
            # As its own check does; a polite close would wait for the broker's answer.
            self._connection._terminate_stream(SilentBrokerError("The broker is silent."))
        else:
            self._connection.ioloop.call_later(self._every_s, self._look)
