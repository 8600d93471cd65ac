"""A TCP proxy that cuts what goes through it: at once, or so that a commit goes through and its answer does not."""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event as Signal
from threading import Lock, Thread

_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends RST


@dataclass
class Proxy:
    """Carries to `target`; `port` is where it listens."""

    target: tuple[str, int]
    port: int = 0
    lost: Signal = field(default_factory=Signal)
    """Set once the answer to a commit was lost."""
    _loses_a_commit: bool = False
    _pairs: list[tuple[socket.socket, socket.socket]] = field(default_factory=list)
    _turn: Lock = field(default_factory=Lock)

    def cut(self) -> None:
        """Reset every connection that stands now."""
        with self._turn:
            pairs, self._pairs = self._pairs, []
        for pair in pairs:
            _reset(pair)

    def lose_a_commit(self) -> None:
        """Reset the next connection that commits, once the server has done it and before it can say so."""
        self.lost.clear()
        self._loses_a_commit = True

    def serve(self, listener: socket.socket) -> None:
        """Take connections until the listener is closed."""
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                pair = client, socket.create_connection(self.target)
                with self._turn:
                    self._pairs.append(pair)
                Thread(target=self._carry, args=pair, daemon=True).start()
                Thread(target=self._carry_back, args=pair, daemon=True).start()

    def _carry(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while said := client.recv(65_536):
                if self._loses_a_commit and b"COMMIT" in said:
                    self._loses_a_commit = False
                    with self._turn:
                        self._pairs.remove((client, server))  # so that the way back is ours
                    server.sendall(said)
                    self.lost.wait(10)
                    _reset((client, server))
                    return
                server.sendall(said)
        _reset((client, server))

    def _carry_back(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while said := server.recv(65_536):
                with self._turn:
                    stands = (client, server) in self._pairs
                if not stands:
                    self.lost.set()
                    return
                client.sendall(said)
        _reset((client, server))


def _reset(pair: tuple[socket.socket, socket.socket]) -> None:
    for each in pair:
        with suppress(OSError):
            each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            each.shutdown(socket.SHUT_RDWR)
        each.close()


@contextmanager
def proxy_to(host: str, port: int) -> Iterator[Proxy]:
    """Run one."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy = Proxy((host, port), listener.getsockname()[1])
        thread = Thread(target=proxy.serve, args=(listener,), daemon=True)
        thread.start()
        yield proxy
        listener.shutdown(socket.SHUT_RDWR)
        proxy.cut()
    thread.join(5)
