"""One server's process: started on a free port, waited for, stopped, and gone with whoever started it."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

READY_S = 120
"""How long a server may take to answer: RabbitMQ needs half a minute on a machine that does much else."""


class ServerError(Exception):
    """A server that the tests need is not installed, or did not start."""


def program(name: str, *places: str) -> Path:
    """Return where a program is. Raises: ServerError, with what to do."""
    found = [path for place in places for path in sorted(Path("/").glob(f"{place}/{name}"))]
    on_path = shutil.which(name)
    if found or on_path:
        return found[-1] if found else Path(str(on_path))
    raise ServerError(
        f'The program {name} is not installed: let "make test" install it, give the address of a server in '
        'INTOUCH_TEST_DATABASE_URL, INTOUCH_TEST_BROKER_URL or INTOUCH_TEST_REDIS_URL, or run "make test-embedded".'
    )


class Process:
    """A command that runs until it is stopped. The kernel kills it when the process that started it is gone."""

    def __init__(self, folder: Path, *command: str | Path, environment: Mapping[str, str] | None = None) -> None:
        self.log = folder / f"{Path(command[0]).name}.log"
        tied = [str(program("setpriv")), "--pdeathsig", "KILL", *_as_somebody(folder), *map(str, command)]
        with self.log.open("ab") as log:
            self._running = subprocess.Popen(
                tied, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    @property
    def pid(self) -> int:
        return self._running.pid

    def wait_until(self, answers: Callable[[], bool]) -> None:
        """Wait until the server answers. Raises: ServerError, with the end of its log."""
        until = time.monotonic() + READY_S
        while not answers():
            if self._running.poll() is not None or time.monotonic() > until:
                self.stop(signal.SIGKILL)
                raise ServerError(f"{self.log.stem} did not start:\n{self._last_words()}")
            time.sleep(0.05)

    def finish(self) -> None:
        """Wait until it ends by itself. Raises: ServerError when it failed, with the end of its log."""
        if self._running.wait(READY_S):
            raise ServerError(f"{self.log.stem} failed:\n{self._last_words()}")

    def _last_words(self) -> str:
        return self.log.read_text("utf-8", "replace")[-2_000:]

    def send(self, sign: signal.Signals) -> None:
        self._running.send_signal(sign)

    def stop(self, sign: signal.Signals = signal.SIGTERM) -> None:
        """Ask it to end and wait for that; insist after a while."""
        self._running.send_signal(sign)
        try:
            self._running.wait(20)
        except subprocess.TimeoutExpired:
            self._running.kill()
            self._running.wait(20)


def _as_somebody(folder: Path) -> list[str]:
    """Return how setpriv runs a command as the folder's owner, where that is not us: root may not run PostgreSQL."""
    owner = folder.stat()
    if owner.st_uid == os.geteuid():
        return []
    return [f"--reuid={owner.st_uid}", f"--regid={owner.st_gid}", "--clear-groups"]
