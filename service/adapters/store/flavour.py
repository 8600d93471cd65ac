"""What differs from one database to the next. Everything else in this folder is the same SQL for all of them."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from sqlalchemy import Engine

from service.flow.accept import StoreUnavailable


class Flavour(Protocol):
    """One database's ways. Statements name their parameters `:so`; `sql` puts them as the driver wants them."""

    skip_locked: str
    """What ends a SELECT that claims rows, so that two processes claim different ones."""

    def engines(self) -> tuple[Engine, Engine]:
        """Return an engine for reading and one for writing."""

    def begin_reading(self, connection: Any) -> None:
        """Fix the moment that the connection sees until it ends its transaction."""

    def begin_writing(self, connection: Any) -> None:
        """Begin a transaction that may change the store."""

    def turn_to_write(self) -> AbstractContextManager[None]:
        """Return a context in which this process may begin writing. Raises: StoreUnavailable."""

    def sql(self, statement: str) -> str:
        """Return the statement as the driver takes it."""

    def listed(self, *columns: str) -> str:
        """Return a table expression over the parameter `:rows`, made by `rows`, with those text columns."""

    def rows(self, rows: Sequence[Sequence[str]]) -> Any:
        """Return the value of `:rows` for `listed`."""

    def is_conflict(self, error: BaseException) -> bool:
        """Return whether the database refused a row because its key is taken."""

    def unavailable(self, error: BaseException) -> StoreUnavailable | None:
        """Return what an error of the driver means to whoever waits for the store, or None for a fault of ours."""
