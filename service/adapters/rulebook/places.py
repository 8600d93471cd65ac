"""Where each rule and word of a rule set stands, for whoever finds something about it later."""

from collections.abc import Mapping
from dataclasses import dataclass

from service.adapters.rulebook.accepts import Accepted
from service.adapters.rulebook.tree import Items, Node, Place, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Tables by rule id, faulty rules' too; `overrides` by program. `complete`: every file could be read."""

    rules: Mapping[str, Table]
    overrides: Mapping[str, Node]
    delivery: Table | None
    accepted: tuple[Accepted, ...]
    complete: bool

    def place(self, rule: str, at: tuple[str | int, ...], program: str = "") -> Place:
        """Return where the words lead, as far as they are there; the rule's first word, where none of them is."""
        changed = _inside(self.overrides.get(program), rule) if program else None
        for table in (changed, self.rules.get(rule)):
            if table is not None and (found := _follow(table, at)) is not None:
                return found
        table = changed or self.rules.get(rule)
        return self.beginning if table is None else _follow(table, ("id",)) or table.place

    def delivery_place(self, at: tuple[str | int, ...]) -> Place:
        """Return where the words of `delivery` lead; for what is about no word of it, where the set begins."""
        found = None if self.delivery is None else _follow(self.delivery, at)
        return found or (self.delivery.place if self.delivery is not None and at else self.beginning)

    @property
    def beginning(self) -> Place:
        """Return the place for what is about the whole set: where its first rule begins."""
        first = next((table.place for table in self.rules.values()), None)
        return first or (self.delivery.place if self.delivery else Place("rules", 1, 1, 1))


def _inside(node: Node | None, key: str) -> Table | None:
    entry = node.entries.get(key) if isinstance(node, Table) else None
    return entry.value if entry is not None and isinstance(entry.value, Table) else None


def _follow(node: Node, at: tuple[str | int, ...]) -> Place | None:
    """Return the place of the last of the words that is there, or None when not even the first is."""
    found: Place | None = None
    for word in at:
        if isinstance(node, Table) and isinstance(word, str) and word in node.entries:
            found, node = node.entries[word].key.place, node.entries[word].value
        elif isinstance(node, Items) and isinstance(word, int) and word < len(node.items):
            node = node.items[word]
            found = node.place
        else:
            break
    return found
