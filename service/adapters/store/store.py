"""The store: where everything is kept, behind the ports of the flows."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, PoolProxiedConnection, make_url
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

_PROPOSE: Final = "INSERT INTO secrets (name, value) VALUES ('shared', :value) ON CONFLICT (name) DO NOTHING"
_SHARED: Final = "SELECT value FROM secrets WHERE name = 'shared'"


def _sqlite(url: URL) -> Flavour:
    return Sqlite(url)


def _postgresql(url: URL) -> Flavour:
    # Imported here: whoever keeps a SQLite file need not load a driver for another database.
    from service.adapters.store.postgresql import Postgresql

    return Postgresql(url)


_FLAVOURS: Final = {"sqlite": _sqlite, "postgresql": _postgresql}


def flavour_of(url: str) -> Flavour:
    """Return the ways of the database that the URL names. Raises: OperatorError when there is none for it."""
    try:
        parsed = make_url(url)
        flavour = _FLAVOURS[parsed.get_backend_name()]
    except (ArgumentError, KeyError) as error:
        # The URL itself is left out: it may hold a password.
        hint = (
            "INTOUCH_DATABASE_URL is not one that Intouch knows. Write for example sqlite:///var/intouch.db or "
            "postgresql://intouch@db.example.org/intouch"
        )
        raise OperatorError(hint) from error
    return flavour(parsed)


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
        self.secret = secret
        self._sources: dict[str, str] = {}
        self.reader: Engine
        self.writer: Engine
        self.reader, self.writer = flavour.engines()

    @contextmanager
    def reading(self) -> Iterator[SqlSnapshot]:
        """Return a context whose snapshot does not change. Raises: StoreUnavailable."""
        with self._told_plainly(), self._begun(self.reader, self._flavour.begin_reading) as connection:
            yield SqlSnapshot(Session(connection, self._flavour), self._sources, self.secret)

    @contextmanager
    def writing(self) -> Iterator[SqlTransaction]:
        """Return a context that commits at its end, or rolls back when it raises. Raises: StoreUnavailable."""
        begun = self._begun(self.writer, self._flavour.begin_writing)
        with self._flavour.turn_to_write(), self._told_plainly(), begun as connection:
            transaction = SqlTransaction(Session(connection, self._flavour), self._sources, self.secret)
            with _given_up(transaction):
                yield transaction
            transaction.finish()
            connection.commit()

    @contextmanager
    def altering(self) -> Iterator[Connection]:
        """Return a context like `writing`, with a connection that can change the tables. Raises: StoreUnavailable."""
        with self._flavour.turn_to_write(), self._told_plainly(), self.writer.connect() as connection:
            self._flavour.begin_altering(connection.connection.driver_connection)
            yield connection
            connection.commit()

    def leave_no_trace(self) -> bool:
        """Clear from the files what was deleted, and return whether nobody who reads stood in the way.

        Raises: StoreUnavailable.
        """
        with self._flavour.turn_to_write(), self._told_plainly():
            pooled = self.writer.raw_connection()
            try:
                return self._flavour.leave_no_trace(pooled.driver_connection)
            finally:
                self._let_go(pooled)

    @contextmanager
    def _begun(self, engine: Engine, begin: Callable[[Any], None]) -> Iterator[Any]:
        """Give the driver's own connection with a transaction begun, which ends with what was not committed undone."""
        pooled = engine.raw_connection()
        try:
            begin(pooled.driver_connection)
        except Exception:
            # The database was restarted since the connection was last used: none that the pool keeps is better.
            if not self._let_go(pooled):
                raise
            engine.dispose()
            pooled = engine.raw_connection()
            begin(pooled.driver_connection)
        try:
            yield pooled.driver_connection
        finally:
            self._let_go(pooled)

    def _let_go(self, pooled: PoolProxiedConnection) -> bool:
        """Give a connection back, and return whether it was broken."""
        broken = self._flavour.is_broken(pooled.driver_connection)
        if broken:
            pooled.invalidate()
        pooled.close()
        return broken

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
        with self._told_plainly(), self._begun(self.reader, self._flavour.begin_reading) as connection:
            found = _revision(connection)
        # A newer version only ever adds to the tables while this one may still run (docs/decisions/0021).
        if found is None or found < REVISION:
            state = "has no tables yet" if found is None else f"is at version {found}, this Intouch needs {REVISION}"
            raise OperatorError(f"The store {state}. Run `intouch migrate`.")

    def share_secret(self, proposed: bytes) -> bytes:
        """Return the secret that all processes of this store use from now on: the one that was proposed first.

        Raises: StoreUnavailable.
        """
        with self._told_plainly(), self._begun(self.writer, self._flavour.begin_writing) as connection:
            session = Session(connection, self._flavour)
            session.change(_PROPOSE, {"value": proposed})
            self.secret = bytes(session.one(_SHARED, {})[0])
            connection.commit()
        return self.secret

    def close(self) -> None:
        """Let go of every connection."""
        self.reader.dispose()
        self.writer.dispose()


@contextmanager
def _given_up(transaction: SqlTransaction) -> Iterator[None]:
    """Raises: IntouchError when a claim failed and its error was swallowed, whatever failed because of it."""
    trouble: Exception | None = None
    try:
        yield
    except IntouchError:
        raise
    except Exception as error:
        if not transaction.given_up:
            raise
        trouble = error
    if transaction.given_up:
        raise IntouchError("A claim failed in this transaction, so nothing of it was kept.") from trouble


def _revision(connection: Any) -> str | None:
    """Return the version of the tables, or None where there are none."""
    try:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except Exception as error:
        if "alembic_version" in str(error):
            return None
        raise
    return str(row[0]) if row else None
