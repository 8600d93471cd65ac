"""Free ports for servers of the tests' own.

Not those that the system hands out when it is asked for any: between asking and listening, somebody's outgoing
connection may take one. They come from below that range, where only who asks for a number gets it.
"""

import socket
from random import SystemRandom

_LOWEST, _HIGHEST = 15_000, 30_000
_random = SystemRandom()


def free_port() -> int:
    """Return a port of this machine that nobody listens on now."""
    return free_ports(1)[0]


def free_ports(count: int) -> list[int]:
    """Return so many ports of this machine, all different, that nobody listens on now."""
    found: list[int] = []
    while len(found) < count:
        port = _random.randrange(_LOWEST, _HIGHEST)
        if port not in found and _is_free(port):
            found.append(port)
    return found


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
