"""SQLite's ways: one file in WAL mode, one writer at a time, and readers that never wait for it."""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final
from weakref import WeakValueDictionary

import orjson
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.dialects.sqlite import dialect
from sqlalchemy.engine import URL

from service.adapters.store.fair_lock import FairLock
from service.domain.errors import OperatorError
from service.flow.accept import StoreUnavailable

PATIENCE_S: Final = 5.0
"""How long a writer waits for its turn, and for another process to let go of the file."""

_READERS: Final = 32
_PRAGMAS: Final = (
    f"busy_timeout = {int(PATIENCE_S * 1000)}",  # first, so that the others wait too
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "temp_store = MEMORY",
    "secure_delete = FAST",  # nothing that was changed or deleted stays readable in the pages that we write anyway
    "journal_size_limit = 67108864",
    "wal_autocheckpoint = 4000",  # pages: 16 MB, a fifth more events a second than the default of 4 MB
)
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL})
_TAKEN = frozenset({sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY})
_TROUBLE: Final = {
    sqlite3.SQLITE_FULL: "The disk that holds the store is full. Make room; nothing that was accepted is lost.",
    sqlite3.SQLITE_READONLY: "The store cannot be written. Check the owner and permissions of its file and folder.",
    sqlite3.SQLITE_PERM: "The store cannot be opened. Check the owner and permissions of its file and folder.",
    sqlite3.SQLITE_CANTOPEN: "The store cannot be opened. Check that its folder exists and may be written.",
    sqlite3.SQLITE_IOERR: "The disk that holds the store does not answer as it should. Check the disk.",
    sqlite3.SQLITE_NOMEM: "There is not enough memory for the store. Give this machine more, or stop what takes it.",
    sqlite3.SQLITE_CORRUPT: "The store's file is damaged. Stop Intouch and restore the latest backup.",
    sqlite3.SQLITE_NOTADB: "The store's file is not a database. Check INTOUCH_DATABASE_URL, or restore a backup.",
}

_locks: "WeakValueDictionary[Path, FairLock]" = WeakValueDictionary()
_locks_guard: Final = threading.Lock()


def _lock_of(path: Path) -> FairLock:
    """Return the one lock that this process has for the file."""
    with _locks_guard:
        lock = _locks.get(path)
        if lock is None:
            lock = _locks[path] = FairLock()
        return lock


class Sqlite:
    """The flavour of a SQLite file, which is made, with its folder, when it is not there."""

    skip_locked = held = locked = ""
    writers_meet = False

    def __init__(self, url: URL) -> None:
        """Raises: OperatorError when the URL names no file, or one that cannot be made."""
        if not url.database or url.database == ":memory:":
            raise OperatorError("INTOUCH_DATABASE_URL names no file. Write for example sqlite:///var/intouch.db")
        self._path = Path(url.database).resolve()
        self._lock = _lock_of(self._path)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.touch(mode=0o600)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise OperatorError(f"The store {self._path} cannot be opened: {reason}. Check its folder.") from error

    def taken(self, statement: str) -> str:
        return statement

    def engines(self) -> tuple[Engine, Engine]:
        """Return both. Writing keeps one connection, whose cache then stays warm from one turn to the next."""
        reader = self._engine(_READERS, "cache_size = -8192", "query_only = ON")
        return reader, self._engine(1, "cache_size = -65536")

    def _engine(self, size: int, *pragmas: str) -> Engine:
        engine = create_engine(
            URL.create("sqlite", database=str(self._path)),
            paramstyle="named",
            pool_size=size,
            max_overflow=0,
            pool_timeout=PATIENCE_S,
            pool_use_lifo=True,
            connect_args={"check_same_thread": False, "cached_statements": 256, "isolation_level": None},
        )
        event.listen(engine, "connect", lambda connection, _: _prepare(connection, pragmas))
        return engine

    def begin_reading(self, connection: Any) -> None:
        connection.execute("BEGIN")
        connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()  # what is read first fixes the moment

    def begin_writing(self, connection: Any) -> None:
        connection.execute("BEGIN IMMEDIATE")

    def begin_altering(self, connection: Any) -> None:
        self.begin_writing(connection)

    def leave_no_trace(self, connection: Any) -> bool:
        # Freed pages, and the gaps that older versions left in others, go with a new file; what the log of changes
        # still holds of the old one goes with the log.
        connection.execute("VACUUM")
        (is_busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not is_busy

    @contextmanager
    def turn_to_write(self) -> Iterator[None]:
        if not self._lock.acquire(PATIENCE_S):
            raise _busy()
        try:
            yield
        finally:
            self._lock.release()

    def sql(self, statement: str) -> str:
        return _compiled(statement)

    def listed(self, *columns: str) -> str:
        fields = ", ".join(f"json_extract(value, '$[{n}]') AS {name}" for n, name in enumerate(columns))
        return f"(SELECT {fields} FROM json_each(:rows))"

    def rows(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Mapping[str, str]:  # noqa: ARG002 - the port
        return {"rows": orjson.dumps(rows).decode()}

    def add_each(self, connection: Any, statement: str, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
        compiled = self.sql(statement)
        return [found for row in rows for found in connection.execute(compiled, row).fetchall()]

    def change_each(self, connection: Any, statement: str, rows: Sequence[Mapping[str, Any]]) -> None:
        connection.cursor().executemany(self.sql(statement), rows)

    def ready_each(self, statement: str, rows: Sequence[Mapping[str, Any]]) -> Callable[[Any], int]:
        compiled = self.sql(statement)
        return lambda connection: int(connection.cursor().executemany(compiled, rows).rowcount)

    def ready_new(self, statement: str, rows: Sequence[Mapping[str, Any]]) -> Callable[[Any], bool]:
        run = self.ready_each(statement, rows)
        return lambda connection: run(connection) == len(rows)

    def is_conflict(self, error: BaseException) -> bool:
        return getattr(error, "sqlite_errorcode", None) in _TAKEN

    def is_broken(self, connection: Any) -> bool:  # noqa: ARG002 - the port; a file does not hang up
        return False

    def unavailable(self, error: BaseException) -> StoreUnavailable | None:
        code = getattr(error, "sqlite_errorcode", None) if isinstance(error, sqlite3.Error) else None
        if code is None:
            return None
        primary = code & 0xFF
        if primary in _BUSY:
            return _busy()
        return StoreUnavailable(_TROUBLE[primary], retry_after_s=30.0) if primary in _TROUBLE else None


def _busy() -> StoreUnavailable:
    message = f"The store was busy for more than {PATIENCE_S:.0f} seconds. Try again; if it stays, see what holds it."
    return StoreUnavailable(message, retry_after_s=1.0)


def _prepare(connection: Any, pragmas: tuple[str, ...]) -> None:
    for pragma in (*_PRAGMAS, *pragmas):
        connection.execute(f"PRAGMA {pragma}").fetchall()


@cache
def _compiled(statement: str) -> str:
    return str(text(statement).compile(dialect=dialect(paramstyle="named")))
