"""What each YAML file is for: rules, one program, or stories. Its words tell, not its name."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from service.adapters.rulebook.findings import Findings
from service.adapters.rulebook.parse import parse
from service.adapters.rulebook.sources import RULES, Sources
from service.adapters.rulebook.tree import Broken, Items, Node, Place, Table
from service.adapters.rulebook.values import a_table
from service.adapters.rulebook.vocabulary import PROGRAM_KEYS, RULE_FILE_KEYS


class FileKind(StrEnum):
    RULES = "rules"
    PROGRAM = "program"
    STORIES = "stories"


@dataclass(frozen=True, slots=True)
class File:
    """One parsed file."""

    path: str
    kind: FileKind
    node: Table | Items


@dataclass(frozen=True, slots=True)
class StorySource:
    """One story as it is written. `line` counts from 1; `mapping` keeps the place of every word (see tree.plain)."""

    path: str
    line: int
    mapping: Table


def open_files(sources: Sources, findings: Findings) -> Iterator[File]:
    """Yield the YAML files in order of path; those that cannot be read are reported and left out."""
    for path, text in sorted(sources.files.items()):
        if path.startswith(RULES):
            node = parse(path, text, findings)
            kind = None if node is None else _kind(node, findings)
            if kind is not None and isinstance(node, (Table, Items)):
                yield File(path, kind, node)


def _kind(node: Node, findings: Findings) -> FileKind | None:
    if isinstance(node, Table):
        return _kind_of_table(node, findings)
    if isinstance(node, Items) and any(_has(each, "story") for each in node.items):
        return FileKind.STORIES
    if isinstance(node, Items) and any(_has(each, "id", "starts", "kind") for each in node.items):
        _misses_first_word(node.place, findings)
    elif not isinstance(node, Broken):
        message = "This file holds neither rules, nor a program, nor stories."
        findings.error("unknown-file", node.place, message, 'Begin it with "rules:", "program:" or "- story:".')
    return None


def _kind_of_table(table: Table, findings: Findings) -> FileKind | None:
    if _has(table, "program"):
        return FileKind.PROGRAM
    if _has(table, *RULE_FILE_KEYS):
        return FileKind.RULES
    if _has(table, "story"):
        hint = 'Write "- story:", and indent the lines below.'
        findings.error("not-a-list", table.place, "Stories are a list.", hint)
        return None
    if _has(table, "starts", "kind"):
        _misses_first_word(table.place, findings)
        return None
    return FileKind.PROGRAM if sum(each in PROGRAM_KEYS for each in table.entries) > 1 else FileKind.RULES


def _misses_first_word(place: Place, findings: Findings) -> None:
    message = 'These look like rules, and the word "rules:" above them is missing.'
    findings.error("missing-word", place, message, 'Write "rules:" in a line above, and indent the rules below it.')


def _has(node: Node, *words: str) -> bool:
    return isinstance(node, Table) and any(word in node.entries for word in words)


def stories_of(file: File, findings: Findings) -> Iterator[StorySource]:
    """Yield the stories of a file, unread but for their first word."""
    for node in file.node.items if isinstance(file.node, Items) else ():
        table = a_table(node, findings)
        if table is not None and "story" not in table.entries:
            findings.error("missing-word", table.place, '"story" is missing.', 'Begin with "- story: what it shows".')
        elif table is not None:
            yield StorySource(file.path, table.place.line, table)
