"""The servers that a run's workers share: started by whoever needs one first, kept until the run is over."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.servers.process import ServerError

ROOT = Path(__file__).parents[2]
GIVEN: Final[Mapping[str, str]] = {
    "postgresql": "INTOUCH_TEST_DATABASE_URL",
    "rabbitmq": "INTOUCH_TEST_BROKER_URL",
    "redis": "INTOUCH_TEST_REDIS_URL",
}
"""Where somebody may say which server to use instead."""


def server_url(kind: str, folder: Path, run: int) -> str:
    """Return the URL of the run's server of that kind, from its folder; `run` is its process. Raises: ServerError."""
    given = os.environ.get(GIVEN[kind])
    if given:
        return given.rstrip("/") if kind == "rabbitmq" else given
    note = folder / f"{kind}.url"
    with alone(folder / f"{kind}.lock"):
        if not note.exists():
            note.write_text(_started(kind, run), "utf-8")
        return note.read_text("utf-8")


def next_number(folder: Path, kind: str) -> int:
    """Return 0, 1, 2 …, each once in the run."""
    note = folder / f"{kind}.number"
    with alone(folder / f"{kind}.lock"):
        number = int(note.read_text("utf-8")) if note.exists() else 0
        note.write_text(str(number + 1), "utf-8")
        return number


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Return a context that only one of the run's processes is in at a time."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _started(kind: str, run: int) -> str:
    command = [sys.executable, "-m", "tests.servers.keeper", kind, str(run)]
    keeper = subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert keeper.stdout is not None
    assert keeper.stderr is not None
    with keeper.stdout as said, keeper.stderr as complaints:
        url = said.readline().strip()
        if not url:
            raise ServerError(complaints.read().strip())
    keeper.returncode = 0  # it outlives us on purpose, and nobody waits for it
    return url
