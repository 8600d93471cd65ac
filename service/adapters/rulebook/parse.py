"""YAML text → a tree of texts, lists and tables with their places.

YAML is used as a way to write lists and tables, no more: tags, anchors, aliases and several documents in one
file are refused, as are duplicate keys, and nothing is converted. Events are taken one at a time, so that
nesting is bounded before anything is built.
"""

import re
from collections.abc import Iterator

import yaml

from service.adapters.rulebook.findings import Findings
from service.adapters.rulebook.syntax import explain, unreadable_character
from service.adapters.rulebook.tree import Broken, Entry, Items, Node, Place, Table, Text
from service.adapters.rulebook.wording import shorten

MOST_LEVELS = 16
MOST_NODES = 200_000

_GLUED = re.compile(r"[\w.-]+:(?=\S)")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def parse(path: str, text: str, findings: Findings) -> Node | None:
    """Return the one document in the text; None where it is empty or cannot be read, which is then reported."""
    lines = text.split("\n")
    fault = unreadable_character(path, lines)
    if fault is None:
        try:
            return _Composer(path, lines, yaml.parse(text, Loader=_LOADER), findings).document()
        except _TooMuchError as err:
            fault = (err.place, "too-deep", str(err), "Write less into one file, and fewer lists within lists.")
        except yaml.MarkedYAMLError as err:
            fault = explain(err, path, lines)
        except yaml.YAMLError:
            fault = (Place(path, 1, 1, 1), "not-yaml", "This file cannot be read.", "Save it as plain text.")
    place, code, message, suggestion = fault
    findings.error(code, place, message, suggestion)
    return None


class _TooMuchError(Exception):
    """The file is nested too deeply or holds too much."""

    def __init__(self, message: str, place: Place) -> None:
        super().__init__(message)
        self.place = place


class _Composer:
    """Builds one tree from YAML events. What is refused becomes Broken, so that reading goes on behind it."""

    def __init__(self, path: str, lines: list[str], events: Iterator[yaml.Event], findings: Findings) -> None:
        self._path = path
        self._lines = lines
        self._events = events
        self._findings = findings
        self._nodes = 0

    def document(self) -> Node | None:
        root: Node | None = None
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    self._refuse_second(event)
                    break
                root = self._node(next(self._events), 0)
        return None if isinstance(root, Text) and root.is_empty else root

    def _refuse_second(self, event: yaml.Event) -> None:
        self._findings.error(
            "several-documents",
            self._place(event),
            'A second document starts at this "---".',
            'Take out the "---", or make two files of it.',
        )

    def _node(self, event: yaml.Event, level: int) -> Node:
        self._nodes += 1
        if level > MOST_LEVELS:
            raise _TooMuchError("Lists and tables are nested too deeply here.", self._place(event))
        if self._nodes > MOST_NODES:
            raise _TooMuchError("This file holds too much.", self._place(event))
        refused = self._refuse_extras(event)
        built: Node
        if isinstance(event, yaml.SequenceStartEvent):
            built = self._items(event, level)
        elif isinstance(event, yaml.MappingStartEvent):
            built = self._table(event, level)
        else:
            built = Text(getattr(event, "value", ""), self._place(event), not getattr(event, "style", None))
        return Broken(built.place) if refused else built

    def _refuse_extras(self, event: yaml.Event) -> bool:
        """Report an alias, an anchor or a tag, and return whether there was one."""
        for attribute, code, what in _EXTRAS:
            if getattr(event, attribute, None) is not None:
                self._findings.error(
                    code,
                    self._place(event),
                    f"{what} means something of its own and is not used in this language.",
                    f"If it belongs to the text, put the text into double quotes{_EXTRA_ELSE[code]}.",
                )
                return True
        return False

    def _items(self, start: yaml.Event, level: int) -> Items:
        found = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            found.append(self._node(event, level + 1))
        return Items(tuple(found), self._place(start))

    def _table(self, start: yaml.Event, level: int) -> Table | Broken:
        entries: dict[str, Entry] = {}
        place = self._place(start)
        sound = True
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._node(event, level + 1)
            value = self._node(next(self._events), level + 1)
            if isinstance(key, Text) and not (key.value == "<<" and isinstance(value, Broken)):
                place = place if entries else key.place
                self._keep(Entry(key, value), entries)
            sound = self._is_sound_key(key, value) and sound
        return Table(entries, place) if sound else Broken(place)

    def _is_sound_key(self, key: Node, value: Node) -> bool:
        """Return whether the key is one word; when it is not, that is reported."""
        if isinstance(key, (Items, Table)):
            message = 'A text that begins with "{" or "[" is taken for a table or a list.'
            self._findings.error("not-a-word", key.place, message, "Put the text into double quotes.")
            return False
        glued = _GLUED.match(key.value) if isinstance(key, Text) and key.bare else None
        if glued and isinstance(value, Text) and value.is_empty:
            at = key.place._replace(column=key.place.column + glued.end() - 1, length=1)
            message, hint = "A space is missing after the colon.", 'Write ": " after the word.'
            self._findings.error("missing-space", at, message, hint)
            return False
        return True

    def _keep(self, entry: Entry, entries: dict[str, Entry]) -> None:
        first = entries.setdefault(entry.key.value, entry)
        if first is not entry:
            self._findings.error(
                "duplicate-key",
                entry.key.place,
                f'"{shorten(entry.key.value)}" stands here twice; the first is in line {first.key.place.line}.',
                "Keep one of the two.",
            )

    def _place(self, event: yaml.Event) -> Place:
        start, end = event.start_mark, event.end_mark
        assert start is not None
        assert end is not None
        if isinstance(event, yaml.ScalarEvent) and end.line == start.line:
            length = end.column - start.column
        elif isinstance(event, yaml.ScalarEvent) and start.line < len(self._lines):
            length = len(self._lines[start.line].rstrip()) - start.column
        else:
            length = max(1, end.column - start.column) if end.line == start.line else 1
        return Place(self._path, start.line + 1, start.column + 1, max(1, length))


_EXTRAS = (
    ("anchor", "anchor", 'A name that begins with "&" or "*"'),
    ("tag", "tag", 'A word that begins with "!"'),
)
_EXTRA_ELSE = {"anchor": "; else write the same lines again", "tag": ""}
