"""PostgreSQL's ways: many writers at once, who meet at the rows of subjects, and readers that never wait for them."""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from typing import Any, Final

import psycopg
from psycopg import errors
from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import URL

from service.adapters.store.arrays import columns_of, in_arrays, pour, texts
from service.flow.accept import StoreUnavailable

PATIENCE_S: Final = 5.0
"""How long a statement waits for a row that somebody else changes, and a thread for a connection."""

MANY: Final = 50
"""From how many rows on new ones are poured in. Fewer, as they come when a broker brings them again, are asked for one
by one: a row that was there is an error in the database's own log otherwise."""

_READERS: Final = 16
_WRITERS: Final = 8
_MIGRATION_LOCK: Final = 0x1270C4
"""A number of our own among the database's advisory locks: one process migrates, the others wait."""

_CONNECTION: Final = {
    "autocommit": True,  # transactions are begun by hand, each in the way that it needs
    "application_name": "intouch",
    "connect_timeout": 3,
    # A server that vanished without a word is noticed by the kernel, not by whoever waits for it.
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
    # A process that froze in a transaction must not hold its rows for ever.
    "options": f"-c lock_timeout={int(PATIENCE_S * 1000)} -c idle_in_transaction_session_timeout=60000",
}
_BY_INDEX: Final = " -c enable_seqscan=off"
"""For who writes: all it asks has an index. Plans made while a table is small would read it whole, and a connection
keeps them until the database next counts its rows: a first import grew slower with every event."""
_BUSY: Final = (
    errors.LockNotAvailable,
    errors.DeadlockDetected,
    errors.SerializationFailure,
    errors.QueryCanceled,
    errors.UniqueViolation,  # two transactions were the first to write the same; the second one will see it
)
_TROUBLE: Final = {
    errors.DiskFull: "The disk that holds the store is full. Make room; nothing that was accepted is lost.",
    errors.OutOfMemory: "The database is out of memory. Give it more, or stop what takes it.",
    errors.TooManyConnections: "The database takes no more connections. Run fewer processes, or let it take more.",
    errors.ReadOnlySqlTransaction: "The database takes no changes. Name one that does in INTOUCH_DATABASE_URL.",
    errors.IoError: "The disk that holds the store does not answer as it should. Check the disk.",
    errors.DataCorrupted: "The store is damaged. Stop Intouch and restore the latest backup.",
    errors.IndexCorrupted: "The store is damaged. Stop Intouch and restore the latest backup.",
}
_GONE: Final = (
    "The database does not answer. Check that it runs, and the address, name and password in INTOUCH_DATABASE_URL; "
    "nothing that was accepted is lost."
)
_PARAMETER: Final = re.compile(r"(?<![:\w]):(\w+)")


class Postgresql:
    """The flavour of a PostgreSQL database, which must be there; its tables are made by `migrate`."""

    skip_locked = " FOR UPDATE SKIP LOCKED"
    held = " FOR SHARE OF s SKIP LOCKED"
    locked = " FOR UPDATE OF s"
    writers_meet = True

    def __init__(self, url: URL) -> None:
        self._url = url.set(drivername="postgresql+psycopg")

    def taken(self, statement: str) -> str:
        # By a lock that has nothing to do with the rows: who appends to a subject does not wait for who checks it.
        key = "hashtextextended(due.program || '/' || due.kind || '/' || due.id, 0)"
        # OFFSET keeps the question in one piece: else rows might be locked that it looks at and does not find.
        due = statement.replace(":limit", ":reach")
        return f"SELECT due.* FROM ({due} OFFSET 0) AS due WHERE pg_try_advisory_xact_lock({key}) LIMIT :limit"

    def engines(self) -> tuple[Engine, Engine]:
        return self._engine(_READERS), self._engine(_WRITERS, _BY_INDEX)

    def _engine(self, size: int, options: str = "") -> Engine:
        return create_engine(
            self._url,
            pool_size=size,
            max_overflow=0,
            pool_timeout=PATIENCE_S,
            pool_use_lifo=True,
            use_native_hstore=False,
            connect_args={**_CONNECTION, "options": f"{_CONNECTION['options']}{options}"},
        )

    def begin_reading(self, connection: Any) -> None:
        # What is read first fixes the moment.
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT 1", prepare=False)

    def begin_writing(self, connection: Any) -> None:
        connection.execute("BEGIN ISOLATION LEVEL READ COMMITTED", prepare=False)

    def begin_altering(self, connection: Any) -> None:
        """Begin a transaction that may change the tables, once nobody else is at it."""
        connection.execute("BEGIN; SET LOCAL lock_timeout = '60s'", prepare=False)
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_MIGRATION_LOCK,))
        # A step that waits for a table holds up everybody behind it, so it gives up soon.
        connection.execute("SET LOCAL lock_timeout = '3s'")

    def leave_no_trace(self, connection: Any) -> bool:  # noqa: ARG002 - the port; old rows go with the next vacuum
        return True

    def turn_to_write(self) -> AbstractContextManager[None]:
        return nullcontext()

    def sql(self, statement: str) -> str:
        return _placed(statement)

    def listed(self, *columns: str) -> str:
        arrays = ", ".join(f"%({_array(name)})b::text[]" for name in columns)
        return f"(SELECT * FROM unnest({arrays}) AS listed ({', '.join(columns)}))"

    def rows(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Mapping[str, Any]:
        return {_array(name): texts(values) for name, values in zip(columns, zip(*rows, strict=True), strict=True)}

    def add_each(self, connection: Any, statement: str, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
        many = in_arrays(statement)
        assert many is not None, "only an INSERT of one row adds"
        found: list[Any] = connection.execute(many, columns_of(statement, rows)).fetchall()
        return found

    def change_each(self, connection: Any, statement: str, rows: Sequence[Mapping[str, Any]]) -> None:
        many = in_arrays(statement)
        if many is None:
            connection.cursor().executemany(self.sql(statement), rows)
        else:
            connection.execute(many, columns_of(statement, rows))

    def ready_each(self, statement: str, rows: Sequence[Mapping[str, Any]]) -> Callable[[Any], int]:
        many = in_arrays(statement)
        assert many is not None, "only an INSERT of one row is made ready"
        columns = columns_of(statement, rows)
        return lambda connection: int(connection.execute(many, columns).rowcount)

    def ready_new(self, statement: str, rows: Sequence[Mapping[str, Any]]) -> Callable[[Any], bool]:
        if len(rows) >= MANY:
            return lambda connection: pour(connection, statement, rows)
        run = self.ready_each(statement, rows)
        return lambda connection: run(connection) == len(rows)

    def is_conflict(self, error: BaseException) -> bool:
        return isinstance(error, errors.UniqueViolation)

    def is_broken(self, connection: Any) -> bool:
        return bool(connection.closed)

    def unavailable(self, error: BaseException) -> StoreUnavailable | None:
        if isinstance(error, _BUSY):
            message = "The store was busy for too long. Try again; if it stays, see what holds its rows."
            return StoreUnavailable(message, retry_after_s=1.0)
        trouble = next((words for kind, words in _TROUBLE.items() if isinstance(error, kind)), None)
        if trouble:
            return StoreUnavailable(trouble, retry_after_s=30.0)
        if isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError)):
            return StoreUnavailable(_GONE, retry_after_s=5.0)
        return None


def _array(column: str) -> str:
    return f"listed_{column}"


@cache
def _placed(statement: str) -> str:
    """Return the statement with its parameters as psycopg wants them; those of a list stand there already."""
    return _PARAMETER.sub(r"%(\1)s", statement)
