"""Keeps one server for as long as a run of the tests lives, however that ends.

    python -m tests.servers.keeper KIND PID

It starts the server, writes its URL on one line, and stops the server when the process PID, the run, is gone: also
when that was killed. It is nobody's child, so that neither Ctrl-C nor a killed group takes it along before it has
cleaned up; should it be killed itself, the kernel kills the server.
"""

import os
import select
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol

from tests.servers.postgresql import PostgreSql
from tests.servers.process import ServerError
from tests.servers.rabbitmq import RabbitMq
from tests.servers.redis import Redis


class Server(Protocol):
    """A server over a folder."""

    url: str

    def start(self) -> None: ...

    def stop(self) -> None: ...


SERVERS: Final[Mapping[str, Callable[[Path], Server]]] = {
    "postgresql": PostgreSql,
    "rabbitmq": RabbitMq,
    "redis": Redis,
}


@contextmanager
def running(kind: str) -> Iterator[Server]:
    """Give a running server of that kind, and leave nothing of it. Raises: ServerError."""
    folder = Path(tempfile.mkdtemp(prefix=f"intouch-{kind}-"))
    try:
        server = SERVERS[kind](folder)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main(kind: str, run: int) -> None:
    """Keep a server until the run is gone, or until we are asked to end."""
    ended = os.pidfd_open(run)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    try:
        with running(kind) as server:
            print(server.url, flush=True)
            os.close(sys.stdout.fileno())
            select.select([ended], [], [])
    except ServerError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
