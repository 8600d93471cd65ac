"""A problem in a text that people wrote, and how it is shown to them."""

from dataclasses import asdict, dataclass

from service.adapters.rulebook.sources import Sources
from service.staff.check.finding import Severity

_WIDEST_LINE = 160
_INSTEAD = {"\t": " ", "\n": " "}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One problem. `line` and `column` count from 1, `length` is in characters, at least 1.

    `code` is stable and explained in `docs/errors.md`; `rule` is empty where no rule is concerned.
    """

    code: str
    severity: Severity
    message: str
    path: str
    line: int
    column: int
    length: int
    suggestion: str = ""
    rule: str = ""

    def to_json(self) -> dict[str, str | int]:
        """Return the problem as plain JSON values, named like the fields."""
        return asdict(self)


def render(problem: Problem, sources: Sources) -> str:
    """Return the problem as people read it: what and where, the line with a caret, one suggestion."""
    lines = sources.files.get(problem.path, "").split("\n")
    shown = [_headline(problem), f"  --> {problem.path}:{problem.line}:{problem.column}"]
    if problem.line <= len(lines) and lines[problem.line - 1].strip():
        shown += _excerpt(problem, lines[problem.line - 1])
    if problem.suggestion:
        shown.append(f"  {problem.suggestion}")
    return "\n".join(shown)


def annotation(problem: Problem, path: str) -> str:
    """Return the problem as a line that GitHub shows beside a file of a change; `path` is the file's there.

    Source: docs.github.com, "Workflow commands for GitHub Actions".
    """
    about = f'Rule "{problem.rule}": ' if problem.rule else ""
    words = _escaped(f"{about}{_printable(problem.message)}\n{problem.suggestion}".strip())
    end = problem.column + problem.length - 1
    place = f"file={_escaped(path, ',:')},line={problem.line},col={problem.column},endColumn={end}"
    return f"::{problem.severity} {place},title={problem.code}::{words}"


def _escaped(text: str, more: str = "") -> str:
    return "".join(f"%{ord(each):02X}" if each in f"%\r\n{more}" else each for each in text)


def _headline(problem: Problem) -> str:
    about = f'Rule "{problem.rule}": ' if problem.rule else ""
    warning = "Warning. " if problem.severity is Severity.WARNING else ""
    return f"{warning}{about}{_printable(problem.message)} [{problem.code}]"


def _excerpt(problem: Problem, line: str) -> list[str]:
    """Return the line and its caret; of a very long line the part around the caret."""
    start = problem.column - 1
    cut = max(0, start - _WIDEST_LINE // 2) if len(line) > _WIDEST_LINE else 0
    visible = line[cut : cut + _WIDEST_LINE]
    width = max(1, min(problem.length, len(visible) - (start - cut)))
    number = str(problem.line)
    return [
        f"  {number} | {_printable(visible)}".rstrip(),
        f"  {' ' * len(number)} | {' ' * (start - cut)}{'^' * width}",
    ]


def _printable(text: str) -> str:
    """Return the text with a space for a tab or line end, and � for anything else that a terminal might obey."""
    return "".join(each if each.isprintable() else _INSTEAD.get(each, "\N{REPLACEMENT CHARACTER}") for each in text)
