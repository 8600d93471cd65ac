"""Many rows in one statement for PostgreSQL: every column is one array, sent in binary.

A row for each statement costs a round trip each, and arrays in text are parsed for longer than they are stored.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Integer, LargeBinary

from service.adapters.store.schema import metadata

_INSERT = re.compile(r"\s*INSERT INTO (\w+) \(([^)]*)\)\s*VALUES \(([^)]*)\)([^:]*)", re.DOTALL)


@cache
def in_arrays(statement: str) -> str | None:
    """Return an INSERT of one row as one of many, whose parameters are arrays; None for any other statement.

    Its rows must differ in their key, and stand in an order that every transaction keeps to.
    """
    found = _INSERT.fullmatch(statement)
    if found is None:
        return None
    table, columns, values, rest = found.groups()
    types = {column: _type(table, column) for column in _listed(columns)}
    filled = list(zip(_listed(values), types.values(), strict=True))
    given = [(value[1:], kind) for value, kind in filled if value[0] == ":"]
    fields = [f"p{n}" for n in range(len(given))]
    names = {f":{name}": f"given.{field}" for (name, _), field in zip(given, fields, strict=True)}
    chosen = ", ".join(names.get(value, value) for value, _ in filled)
    arrays = ", ".join(f"%({name})b::{kind}[]" for name, kind in given)
    return (
        f"INSERT INTO {table} ({columns}) SELECT {chosen} FROM unnest({arrays}) AS given ({', '.join(fields)}) {rest}"
    )


def columns_of(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Return rows of values as one list for each name."""
    return {name: [row[name] for row in rows] for name in rows[0]}


def _listed(text: str) -> list[str]:
    return [each.strip() for each in text.split(",")]


def _type(table: str, column: str) -> str:
    kind = metadata.tables[table].columns[column].type
    if isinstance(kind, Integer):  # of any size: an assignment takes the larger one
        return "bigint"
    return "bytea" if isinstance(kind, LargeBinary) else "text"
