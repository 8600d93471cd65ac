"""The history of one rule: its text in each rule set that was live, where it differs from the one before."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import unified_diff
from typing import Final

from service.adapters.rulebook.sources import Sources
from service.domain.calendar import Instant
from service.flow.ports import Snapshot

MOST_SHOWN: Final = 10
MOST_READ: Final = 40
"""How many rule sets back it looks."""
_ITEM: Final = re.compile(r"^(\s*)- id:\s*([\w-]+)\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """A rule as it was from an instant on; `lines` are what differs from the one before, each with its sign."""

    hash: str
    at: Instant
    by: str
    lines: tuple[str, ...]
    word: str
    """`new`, `edited` or `taken away`."""


def text_of(sources: Sources, rule: str) -> str:
    """Return the part of a rules file that is the rule, "" where there is none."""
    for path, text in sources.files.items():
        if path.startswith("rules/") and path.endswith((".yaml", ".yml")) and f"id: {rule}" in text:
            found = _part(text.split("\n"), rule)
            if found:
                return "\n".join(found)
    return ""


def _part(lines: Sequence[str], rule: str) -> list[str]:
    found: list[str] = []
    indent = -1
    for line in lines:
        item = _ITEM.match(line)
        if item and item[2] == rule:
            indent = len(item[1])
        elif found and line.strip() and len(line) - len(line.lstrip()) <= indent:
            break
        if indent >= 0:
            found.append(line)
    while found and not found[-1].strip():
        found.pop()
    return found


def history_of(snapshot: Snapshot, rule: str) -> tuple[Edition, ...]:
    """Return each rule set that changed the rule, the newest first."""
    rows = list(snapshot.activations())[:MOST_READ]
    texts = [text_of(Sources.from_json(snapshot.sources_of(row.hash) or "{}"), rule) for row in rows]
    found = []
    for row, text, before in zip(rows, texts, [*texts[1:], ""], strict=True):
        if text != before:
            word = "new" if not before else "taken away" if not text else "edited"
            difference = unified_diff(before.split("\n"), text.split("\n"), lineterm="", n=2)
            lines = tuple(each for each in difference if not each.startswith(("---", "+++", "@@")))
            found.append(Edition(hash=row.hash[:12], at=row.at, by=row.by, lines=lines, word=word))
    return tuple(found[:MOST_SHOWN])
