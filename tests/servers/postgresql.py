"""A PostgreSQL server that keeps nothing: no waiting for the disk, one user, everybody of this machine let in."""

import os
import pwd
import select
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import make_url

from service.adapters.store import migrate
from tests.ports import free_port
from tests.servers.process import Process, ServerError, program

_PLACE = "usr/lib/postgresql/*/bin"
_SETTINGS = ("listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=200")
SAFE: Sequence[str] = ("fsync=off",)
"""As for production, but for power cuts: what was committed survives any kill."""
_FORGETFUL = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "shared_buffers=64MB", "autovacuum=off")
_names = count(1)

TEMPLATE = "intouch_template"
"""The database that others are copied from; to migrate each anew would take most of a test's time."""


class PostgreSql:
    """One server over one folder; started again it has what it had. `settings` say how; else as quick as can be."""

    def __init__(self, folder: Path, settings: Sequence[str] = _FORGETFUL) -> None:
        self.folder = folder
        self._settings = (*_SETTINGS, *settings)
        self.port = free_port()
        self.url = f"postgresql://intouch@127.0.0.1:{self.port}/postgres"
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        how = ("-U", "intouch", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        Process(folder, program("initdb", _PLACE), "-D", folder / "data", *how).finish()

    def start(self) -> None:
        # After a kill it does not start as long as one of the processes before is left, which each notices by itself.
        for left in reversed(range(20)):
            try:
                self._start()
                return
            except ServerError as error:
                if "shared memory" not in str(error) or not left:
                    raise
                time.sleep(0.25)

    def _start(self) -> None:
        settings = [part for each in self._settings for part in ("-c", each)]
        where = ("-D", self.folder / "data", "-p", str(self.port))
        self.process = Process(self.folder, program("postgres", _PLACE), *where, *settings)
        self.process.wait_until(self._answers)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def kill(self) -> None:
        """End the server and all its processes as a power cut would, and wait for that: they share memory."""
        self.process.send(signal.SIGSTOP)  # it starts none meanwhile
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        held = [os.pidfd_open(int(each)) for each in children]
        self.process.stop(signal.SIGKILL)
        for each in held:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(each, signal.SIGKILL)
            select.select([each], [], [], 20)
            os.close(each)

    def stop(self) -> None:
        self.process.stop(signal.SIGINT)  # its "fast" shutdown


def new_database(server: str, template: str = "template1") -> str:
    """Return the URL of a database made for one test on the server that the URL names."""
    name = f"intouch_{os.getpid()}_{next(_names)}"
    _execute(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return _beside(server, name)


def make_template(server: str) -> None:
    """Make the database TEMPLATE with Intouch's tables, where it is not there yet."""
    with psycopg.connect(server) as connection:
        is_there = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (TEMPLATE,)).fetchone()
    if not is_there:
        _execute(server, f'CREATE DATABASE "{TEMPLATE}"')
        migrate(_beside(server, TEMPLATE))


def _beside(server: str, name: str) -> str:
    """Return the URL of another database of the same server."""
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def drop_database(url: str, server: str) -> None:
    """Drop a test's database, whoever is still connected to it."""
    _execute(server, f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)')


def _execute(server: str, statement: Any) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement)
