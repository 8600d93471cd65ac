"""A table whose words are known beforehand, read one word at a time."""

from collections.abc import Collection
from typing import TypeVar

from service.adapters.rulebook.findings import Findings
from service.adapters.rulebook.tree import Entry, Place, Table, Text, holds_nothing
from service.adapters.rulebook.values import Reader
from service.adapters.rulebook.wording import nearest

T = TypeVar("T")
S = TypeVar("S")


class Form:
    """The words of one table. Words it may not have are reported when it is made; `what` completes "… is not"."""

    def __init__(self, table: Table, findings: Findings, keys: Collection[str], what: str) -> None:
        self.table = table
        self._findings = findings
        self._meant: set[str] = set()
        for entry in table.entries.values():
            if entry.key.value not in keys:
                self._refuse(entry.key, keys, what)
                self._meant.add(nearest(entry.key.value, tuple(keys)))

    def _refuse(self, key: Text, keys: Collection[str], what: str) -> None:
        if key.bare and key.value.startswith("-"):
            message, hint = "A space is missing after the dash.", 'Write "- " before the word.'
            self._findings.error("missing-space", key.place._replace(length=1), message, hint)
        else:
            self._findings.unknown(key, what, keys, "unknown-word")

    def has(self, key: str) -> bool:
        return key in self.table.entries

    def misses(self, key: str) -> bool:
        """Return whether the word is not there, nor any other that was reported as probably meaning it."""
        return key not in self.table.entries and key not in self._meant

    def holds_nothing(self, key: str) -> bool:
        """Return whether an empty list or table stands behind the word."""
        return key in self.table.entries and holds_nothing(self.table.entries[key].value)

    def place(self, key: str) -> Place:
        """Return where the word stands, or where the table begins when it does not."""
        return self.table.entries[key].key.place if key in self.table.entries else self.table.place

    def maybe(self, key: str, reader: Reader[T]) -> T | None:
        """Return the value of a word that may be absent."""
        entry = self.table.entries.get(key)
        if entry is None:
            return None
        if _is_empty(entry):
            message = f'Nothing is written behind "{key}".'
            self._findings.error("empty-value", entry.key.place, message, "Write a value, or take the line out.")
            return None
        return reader(entry.value, self._findings)

    def read(self, key: str, reader: Reader[T], default: S) -> T | S:
        """Return the value of a word, or the default where it is absent or faulty."""
        value = self.maybe(key, reader)
        return default if value is None else value

    def required(self, key: str, reader: Reader[T], hint: str) -> T | None:
        """Return the value of a word that must be there; None when it is not, or is faulty."""
        if self.misses(key):
            self._findings.error("missing-word", self.table.place, f'"{key}" is missing.', hint)
        return self.maybe(key, reader)

    def wanted(self, key: str, reader: Reader[T], hint: str) -> T | None:
        """Return the value of a word that ought to be there, though all works without it."""
        if self.misses(key):
            self._findings.warning("missing-word", self.table.place, f'"{key}" is missing.', hint)
        return self.maybe(key, reader)


def _is_empty(entry: Entry) -> bool:
    return isinstance(entry.value, Text) and entry.value.is_empty
