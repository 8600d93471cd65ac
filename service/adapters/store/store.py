"""The store: where everything is kept, behind the ports of the flows."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from service.adapters.store.flavour import Flavour
from service.adapters.store.schema import REVISION
from service.adapters.store.session import Session
from service.adapters.store.snapshot import SqlSnapshot
from service.adapters.store.sqlite import Sqlite
from service.adapters.store.transaction import SqlTransaction
from service.domain.errors import IntouchError, OperatorError
from service.flow.accept import StoreUnavailable

_FLAVOURS: Final = {"sqlite": Sqlite}


def flavour_of(url: str) -> Flavour:
    """Return the ways of the database that the URL names. Raises: OperatorError when there is none for it."""
    try:
        parsed = make_url(url)
        return _FLAVOURS[parsed.get_backend_name()](parsed)
    except (ArgumentError, KeyError) as error:
        # The URL itself is left out: it may hold a password.
        hint = "INTOUCH_DATABASE_URL is not one that Intouch knows. Write for example sqlite:///var/intouch.db"
        raise OperatorError(hint) from error


def open_store(url: str, secret: bytes = b"") -> "SqlStore":
    """Return the store at the URL, whose tables `migrate` has made; `secret` is the key for hashes of addresses.

    Raises: OperatorError when it is not there or has other tables, StoreUnavailable when it cannot be used now.
    """
    store = SqlStore(flavour_of(url), secret)
    try:
        store.check()
    except BaseException:
        store.close()
        raise
    return store


class SqlStore:
    """A `Store`; one for a process, used from all its threads at once. `reader` and `writer` are its engines."""

    def __init__(self, flavour: Flavour, secret: bytes = b"") -> None:
        self._flavour = flavour
        self._secret = secret
        self._sources: dict[str, str] = {}
        self.reader: Engine
        self.writer: Engine
        self.reader, self.writer = flavour.engines()

    @contextmanager
    def reading(self) -> Iterator[SqlSnapshot]:
        """Return a context whose snapshot does not change. Raises: StoreUnavailable."""
        with self._told_plainly(), _taken(self.reader) as connection:
            self._flavour.begin_reading(connection)
            yield SqlSnapshot(Session(connection, self._flavour), self._sources, self._secret)

    @contextmanager
    def writing(self) -> Iterator[SqlTransaction]:
        """Return a context that commits at its end, or rolls back when it raises. Raises: StoreUnavailable."""
        with self._flavour.turn_to_write(), self._told_plainly(), _taken(self.writer) as connection:
            self._flavour.begin_writing(connection)
            transaction = SqlTransaction(Session(connection, self._flavour), self._sources, self._secret)
            yield transaction
            if transaction.given_up:
                raise IntouchError("A claim failed in this transaction, so nothing of it was kept.")
            connection.commit()

    @contextmanager
    def altering(self) -> Iterator[Connection]:
        """Return a context like `writing`, with a connection that can change the tables. Raises: StoreUnavailable."""
        with self._flavour.turn_to_write(), self._told_plainly(), self.writer.connect() as connection:
            self._flavour.begin_writing(connection.connection.driver_connection)
            yield connection
            connection.commit()

    @contextmanager
    def _told_plainly(self) -> Iterator[None]:
        """Turn what the database reports of its troubles into StoreUnavailable."""
        try:
            yield
        except PoolTimeoutError as error:
            message = "Too many threads read the store at once. Try again; if it stays, run more processes."
            raise StoreUnavailable(message, retry_after_s=1.0) from error
        except Exception as error:
            original = error.orig if isinstance(error, DBAPIError) and error.orig else error
            unavailable = self._flavour.unavailable(original)
            if unavailable is None:
                raise
            raise unavailable from error

    def check(self) -> None:
        """Raises: OperatorError when the tables are not those of this version, StoreUnavailable."""
        with self._told_plainly(), _taken(self.reader) as connection:
            found = _revision(connection)
        if found != REVISION:
            state = "has no tables yet" if found is None else f"is at version {found}, this Intouch needs {REVISION}"
            raise OperatorError(f"The store {state}. Run `intouch migrate`.")

    def close(self) -> None:
        """Let go of every connection."""
        self.reader.dispose()
        self.writer.dispose()


@contextmanager
def _taken(engine: Engine) -> Iterator[Any]:
    """Give the driver's own connection from the pool, which takes it back and rolls back what was not committed."""
    pooled = engine.raw_connection()
    try:
        yield pooled.driver_connection
    finally:
        pooled.close()


def _revision(connection: Any) -> str | None:
    """Return the version of the tables, or None where there are none."""
    try:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except Exception as error:
        if "alembic_version" in str(error):
            return None
        raise
    return str(row[0]) if row else None
