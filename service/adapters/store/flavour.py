"""What differs from one database to the next. Everything else in this folder is the same SQL for all of them."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from sqlalchemy import Engine

from service.flow.accept import StoreUnavailable


class Flavour(Protocol):
    """One database's ways. Statements name their parameters `:so`; `sql` puts them as the driver wants them."""

    skip_locked: str
    """What ends a SELECT that claims rows, so that two processes claim different ones."""

    held: str
    """What ends a SELECT of subjects, `s`, that nobody may change until we end; without those changed right now."""

    locked: str
    """What ends a SELECT of rows, `s`, that we are about to change: it waits for whoever changes them right now."""

    writers_meet: bool
    """Whether somebody else may commit while we write, so that what we looked up before our turn may be old."""

    def taken(self, statement: str) -> str:
        """Return a SELECT of `:limit` due subjects (an order, then their keys) as one of those that nobody else took.

        What it returns is ours until our transaction ends. `:reach` says among how many it looks for them.
        """

    def engines(self) -> tuple[Engine, Engine]:
        """Return an engine for reading and one for writing."""

    def begin_reading(self, connection: Any) -> None:
        """Fix the moment that the connection sees until it ends its transaction."""

    def begin_writing(self, connection: Any) -> None:
        """Begin a transaction that may change the store."""

    def begin_altering(self, connection: Any) -> None:
        """Begin a transaction that may change the tables."""

    def leave_no_trace(self, connection: Any) -> bool:
        """Clear from the files what was deleted, outside of a transaction; return whether nobody stood in the way."""

    def turn_to_write(self) -> AbstractContextManager[None]:
        """Return a context in which this process may begin writing. Raises: StoreUnavailable."""

    def sql(self, statement: str) -> str:
        """Return the statement as the driver takes it."""

    def listed(self, *columns: str) -> str:
        """Return a table expression with those text columns, over the parameters that `rows` makes."""

    def rows(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Mapping[str, Any]:
        """Return the parameters of `listed`."""

    def add_each(self, connection: Any, statement: str, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
        """Run an INSERT … RETURNING for each row of values, and return what it returned for all of them."""

    def change_each(self, connection: Any, statement: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run the statement for each of two or more rows of values."""

    def ready_each(self, statement: str, rows: Sequence[Mapping[str, Any]]) -> Callable[[Any], int]:
        """Return what runs an INSERT for each of the rows on a connection, and says how many went in.

        All that can be done before is done now.
        """

    def ready_new(self, statement: str, rows: Sequence[Mapping[str, Any]]) -> Callable[[Any], bool]:
        """Return the same for rows likely to be new; it says whether all were, or else may spoil the transaction."""

    def is_conflict(self, error: BaseException) -> bool:
        """Return whether the database refused a row because its key is taken."""

    def is_broken(self, connection: Any) -> bool:
        """Return whether nothing more can be asked through the connection."""

    def unavailable(self, error: BaseException) -> StoreUnavailable | None:
        """Return what an error of the driver means to whoever waits for the store, or None for a fault of ours."""
