"""A Redis server that keeps nothing on disk, with a numbered database for each test."""

import socket
from pathlib import Path

from tests.ports import free_port
from tests.servers.process import Process, program

DATABASES = 4_096


class Redis:
    """One server."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/"

    def start(self) -> None:
        options = {"port": self.port, "bind": "127.0.0.1", "save": "", "appendonly": "no", "databases": DATABASES}
        arguments = [part for name, value in options.items() for part in (f"--{name}", str(value))]
        self.process = Process(self.folder, program("redis-server"), *arguments)
        self.process.wait_until(self._answers)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as line:
                line.sendall(b"PING\r\n")
                return line.recv(7) == b"+PONG\r\n"
        except OSError:
            return False

    def stop(self) -> None:
        self.process.stop()
