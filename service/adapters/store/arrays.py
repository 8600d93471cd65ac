"""Many rows in one statement for PostgreSQL: every column is one array, sent in binary.

A row for each statement costs a round trip each, and arrays in text are parsed for longer than they are stored. We
write them out ourselves: psycopg asks every value of a list for its type, which costs more than all else a client does.

The form is that of PostgreSQL's array_recv: dimensions, whether there are nulls, the type of what is in it; length and
lower bound; then the length of each value, -1 for null, and the value.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import chain, repeat
from struct import Struct, pack
from typing import Any, ClassVar, Final

import psycopg
from psycopg.adapt import Dumper
from psycopg.errors import UniqueViolation
from psycopg.pq import Format
from sqlalchemy import Integer, LargeBinary

from service.adapters.store.schema import metadata

_INSERT = re.compile(r"\s*INSERT INTO (\w+) \(([^)]*)\)\s*VALUES \(([^)]*)\)([^:]*)", re.DOTALL)


_HEAD: Final = Struct("!iiIii")
_LENGTH: Final = Struct("!i")
_NULL: Final = _LENGTH.pack(-1)


class _Array:
    """A column of values, as PostgreSQL reads it."""

    __slots__ = ("wire",)
    of: ClassVar[int]
    """The number by which PostgreSQL knows the type of the values."""

    def __init__(self, values: Sequence[Any]) -> None:
        nulls = int(None in values)
        self.wire = _HEAD.pack(1, nulls, self.of, len(values), 1) + self._values(values, nulls)

    def _values(self, values: Sequence[Any], nulls: int) -> bytes:
        raise NotImplementedError


class _Bytes(_Array):
    of = 17

    def _values(self, values: Sequence[Any], nulls: int) -> bytes:
        if nulls:
            return b"".join(_NULL if each is None else _LENGTH.pack(len(each)) + each for each in values)
        sized: list[bytes] = [b""] * (2 * len(values))
        sized[::2] = map(_LENGTH.pack, map(len, values))
        sized[1::2] = values
        return b"".join(sized)


class _Texts(_Bytes):
    of = 25

    def _values(self, values: Sequence[Any], nulls: int) -> bytes:
        encoded = [None if each is None else each.encode() for each in values] if nulls else [*map(str.encode, values)]
        return super()._values(encoded, nulls)


class _Numbers(_Array):
    of = 20

    def _values(self, values: Sequence[Any], nulls: int) -> bytes:
        if nulls:
            return b"".join(_NULL if each is None else pack("!iq", 8, each) for each in values)
        return pack("!" + "iq" * len(values), *chain.from_iterable(zip(repeat(8), values, strict=False)))


_KINDS: Final[Mapping[str, type[_Array]]] = {"bytea": _Bytes, "bigint": _Numbers, "text": _Texts}


def _let_through(kind: type[_Array], own: int) -> None:
    """Tell psycopg to send such columns as they are; `own` is the number of the array's type."""

    class Through(Dumper):
        format = Format.BINARY
        oid = own

        def dump(self, obj: _Array) -> bytes:
            return obj.wire

    psycopg.adapters.register_dumper(kind, Through)


for _kind, _own in ((_Bytes, 1001), (_Numbers, 1016), (_Texts, 1009)):
    _let_through(_kind, _own)


def texts(values: Sequence[str]) -> Any:
    """Return a column of texts, to be given where a statement wants text[]."""
    return _Texts(values)


@cache
def in_arrays(statement: str) -> str | None:
    """Return an INSERT of one row as one of many, whose parameters are arrays; None for any other statement.

    Its rows must differ in their key, and stand in an order that every transaction keeps to.
    """
    found = _INSERT.fullmatch(statement)
    if found is None:
        return None
    table, columns, values, rest = found.groups()
    filled = list(_filled(table, columns, values))
    given = _given(filled)
    fields = [f"p{n}" for n in range(len(given))]
    names = {f":{name}": f"given.{field}" for (name, _), field in zip(given, fields, strict=True)}
    chosen = ", ".join(names.get(value, value) for value, _ in filled)
    arrays = ", ".join(f"%({name})b::{kind}[]" for name, kind in given)
    return (
        f"INSERT INTO {table} ({columns}) SELECT {chosen} FROM unnest({arrays}) AS given ({', '.join(fields)}) {rest}"
    )


def columns_of(statement: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return rows of values as one array for each name that the INSERT of one row fills from them."""
    return {name: kind([row[name] for row in rows]) for name, kind in _kinds(statement).items()}


def pour(connection: Any, statement: str, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Run an INSERT of one row for each of the rows, as COPY: a quarter less for the database than an INSERT of all.

    Return whether all went in. Where a key was taken none did, and the transaction is to go back to a savepoint.
    """
    table, filled = _poured(statement)
    columns, names, kinds = zip(*filled, strict=True)
    with connection.cursor() as cursor:
        try:
            with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)") as copy:
                copy.set_types(kinds)
                for row in rows:
                    copy.write_row([row[name] for name in names])
        except UniqueViolation:
            return False
    return True


@cache
def _poured(statement: str) -> tuple[str, Sequence[tuple[str, str, str]]]:
    """Return the table of an INSERT; and each of its columns, the name of its value, and its type."""
    found = _INSERT.fullmatch(statement)
    assert found is not None
    table, columns, values, _ = found.groups()
    filled = zip(_listed(columns), _filled(table, columns, values), strict=True)
    return table, [(column, value[1:], kind) for column, (value, kind) in filled]


@cache
def _kinds(statement: str) -> Mapping[str, type[_Array]]:
    found = _INSERT.fullmatch(statement)
    assert found is not None
    table, columns, values, _ = found.groups()
    return {name: _KINDS[kind] for name, kind in _given(_filled(table, columns, values))}


def _filled(table: str, columns: str, values: str) -> Iterable[tuple[str, str]]:
    """Return each value of an INSERT with its type."""
    return zip(_listed(values), (_type(table, column) for column in _listed(columns)), strict=True)


def _given(filled: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the names and types of those values that are parameters."""
    return [(value[1:], kind) for value, kind in filled if value[0] == ":"]


def _listed(text: str) -> list[str]:
    return [each.strip() for each in text.split(",")]


def _type(table: str, column: str) -> str:
    kind = metadata.tables[table].columns[column].type
    if isinstance(kind, Integer):  # of any size: an assignment takes the larger one
        return "bigint"
    return "bytea" if isinstance(kind, LargeBinary) else "text"
