"""What staff hand in on the try-it page: a file's name and text, put in the place of one file of what runs."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from service.adapters.rulebook.problems import Problem
from service.adapters.rulebook.sources import RULES, Sources, unix_lines
from service.trial.trial import Tried

LONGEST_TEXT = 256 * 1024
"""Characters of one file; whoever writes more writes several files."""

_NAME = re.compile(r"rules/[a-z0-9][a-z0-9_-]*(/[a-z0-9][a-z0-9_-]*)?\.yaml")
NEW_FILE = "rules/new-rules.yaml"


@dataclass(frozen=True, slots=True)
class Draft:
    """One edited file. `fault` says in a sentence what keeps it from being tried, "" for nothing."""

    path: str
    text: str
    fault: str = ""

    def on(self, base: Sources) -> Sources:
        """Return the texts with this file in its place."""
        return Sources({**base.files, self.path: self.text})


def read_draft(form: Mapping[str, str]) -> Draft:
    """Return the draft that a form carries."""
    path, text = form.get("path", "").strip(), unix_lines(form.get("text", ""))
    draft = Draft(path=path, text=text)
    if not _NAME.fullmatch(path) or len(path) > 100:
        return replace(draft, fault=f"Name the file in small letters below rules/, as in {NEW_FILE}.")
    if len(text) > LONGEST_TEXT:
        return replace(draft, fault="This file is longer than 256 KiB. Split it into several files.")
    if not text.strip():
        return replace(draft, fault="The file is empty. Write or paste a rule, or open a file.")
    return draft


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One problem as the page shows it; `line` is 0 where it lies in another file, named in `where`."""

    is_error: bool
    message: str
    suggestion: str
    code: str
    line: int
    column: int
    length: int
    where: str

    def to_json(self) -> dict[str, object]:
        """Return the mark as plain JSON values, named like the fields."""
        return {name: getattr(self, name) for name in self.__slots__}


def marks_of(tried: Tried, path: str) -> list[Mark]:
    """Return the problems, those of the file that is edited first."""
    found = [_mark(each, path, is_error=each in tried.errors) for each in tried.problems]
    return sorted(found, key=lambda each: (not each.line, each.line, each.column))


def _mark(problem: Problem, path: str, *, is_error: bool) -> Mark:
    here = problem.path == path
    about = f'Rule "{problem.rule}": ' if problem.rule else ""
    return Mark(
        is_error=is_error,
        message=about + problem.message,
        suggestion=problem.suggestion,
        code=problem.code,
        line=problem.line if here else 0,
        column=problem.column,
        length=problem.length,
        where=f"line {problem.line}" if here else f"{problem.path}, line {problem.line}",
    )


def files_of(sources: Sources) -> list[str]:
    """Return the files that can be edited here: rules, programs and stories."""
    return sorted(path for path in sources.files if path.startswith(RULES))
