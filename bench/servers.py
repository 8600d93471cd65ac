"""PostgreSQL and RabbitMQ of a measurement's own, as durable as in production, and what processes take of a machine."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

import psycopg
from sqlalchemy import make_url

from tests.servers.postgresql import PostgreSql, new_database
from tests.servers.rabbitmq import RabbitMq

_DURABLE: Final = ("shared_buffers=512MB", "max_wal_size=4GB")
"""The defaults are durable: every commit is on the disk. The rest is what everybody sets for more than a try."""
_TICK: Final = os.sysconf("SC_CLK_TCK")


@contextmanager
def servers() -> Iterator[tuple[PostgreSql, RabbitMq]]:
    """Give both, running."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        root.chmod(0o755)
        (root / "postgresql").mkdir()
        (root / "rabbitmq").mkdir()
        postgresql, rabbitmq = PostgreSql(root / "postgresql", _DURABLE), RabbitMq(root / "rabbitmq")
        postgresql.start()
        rabbitmq.start()
        try:
            yield postgresql, rabbitmq
        finally:
            rabbitmq.stop()
            postgresql.stop()


@contextmanager
def database(server: PostgreSql) -> Iterator[str]:
    """Give the URL of a new database, which is dropped at the end."""
    url = new_database(server.url)
    try:
        yield url
    finally:
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{make_url(url).database}" WITH (FORCE)'.encode())


class Use(NamedTuple):
    """What processes and those that they started took so far: CPU seconds; and MiB, each shared page counted once."""

    cpu_s: float
    mib: float


def use_of(*pids: int) -> Use:
    """Return what the processes and their children took, those that ended among them."""
    everybody = [each for pid in pids for each in _tree(pid)]
    return Use(sum(map(_cpu_s, everybody)), sum(map(_mib, everybody)))


def _tree(pid: int) -> Iterator[int]:
    yield pid
    folder = Path(f"/proc/{pid}/task")
    for task in folder.iterdir() if folder.exists() else ():
        for child in _told(task / "children").split():
            yield from _tree(int(child))


def _told(path: Path) -> str:
    """Return what the kernel says; nothing of a process or thread that has just ended."""
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _cpu_s(pid: int) -> float:
    fields = _told(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / _TICK


def _mib(pid: int) -> float:
    lines: Sequence[str] = _told(Path(f"/proc/{pid}/smaps_rollup")).splitlines()
    return next((int(each.split()[1]) for each in lines if each.startswith("Pss:")), 0) / 1024
