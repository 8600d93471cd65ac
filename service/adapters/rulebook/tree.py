"""A YAML document as plain texts, lists and tables, each knowing its place in a file.

Every scalar stays the text that stands in the file; what it means is for the readers to say.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias


class Place(NamedTuple):
    """A stretch of one line. `line` and `column` count from 1; `length` is in characters."""

    path: str
    line: int
    column: int
    length: int


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar. `bare` is true when it was written without quotes."""

    value: str
    place: Place
    bare: bool = True

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all was written, as in `send:` with nothing behind it."""
        return self.bare and not self.value


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple["Node", ...]
    place: Place


class Entry(NamedTuple):
    """A key and its value, as one table holds them."""

    key: Text
    value: "Node"


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping, in the order of the file. Its place is that of its first key."""

    entries: Mapping[str, Entry]
    place: Place


@dataclass(frozen=True, slots=True)
class Broken:
    """Something already reported, about which no reader says anything more."""

    place: Place


Node: TypeAlias = Text | Items | Table | Broken


def holds_nothing(node: Node | None) -> bool:
    """Return whether the node is a list or table that was written empty."""
    return (isinstance(node, Items) and not node.items) or (isinstance(node, Table) and not node.entries)


def plain(node: Node) -> object:
    """Return the node as str, list and dict, without places."""
    if isinstance(node, Table):
        return {key: plain(entry.value) for key, entry in node.entries.items()}
    if isinstance(node, Items):
        return [plain(each) for each in node.items]
    return node.value if isinstance(node, Text) else ""
