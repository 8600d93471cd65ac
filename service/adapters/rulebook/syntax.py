"""What a YAML parser complains about, in plain words."""

import re
from typing import TypeAlias

import yaml

from service.adapters.rulebook.tree import Place
from service.adapters.rulebook.wording import CURLY_QUOTES

Fault: TypeAlias = tuple[Place, str, str, str]
"""Place, code, message, suggestion."""

_UNREADABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_OPENERS = {"{": "}", "[": "]"}


def unreadable_character(path: str, lines: list[str]) -> Fault | None:
    """Return the first tab outside a comment, or other character that no text needs; None when there is none."""
    for number, line in enumerate(lines, 1):
        tab = line.split(" #")[0].find("\t") if not line.lstrip().startswith("#") else -1
        if tab >= 0:
            length = len(line) - tab - len(line[tab:].lstrip("\t"))
            place = Place(path, number, tab + 1, length)
            return place, "tab", "A tab stands here, and only spaces count.", "Write spaces in its place."
        bad = _UNREADABLE.search(line)
        if bad:
            place = Place(path, number, bad.start() + 1, 1)
            return place, "unreadable-character", "A character that cannot be shown stands here.", "Delete it."
    return None


def explain(error: yaml.MarkedYAMLError, path: str, lines: list[str]) -> Fault:
    """Return the error as a person would put it, at the place where it is to be mended."""
    return _Explaining(error, path, lines).fault()


class _Explaining:
    """One parser error beside the lines it is about; places are (line, column) from 0."""

    def __init__(self, error: yaml.MarkedYAMLError, path: str, lines: list[str]) -> None:
        mark = error.problem_mark or error.context_mark
        self._at = self._clamp(lines, mark)
        self._context = self._clamp(lines, error.context_mark) if error.context_mark else self._at
        self._problem = error.problem or ""
        self._opening = error.context or ""
        self._path = path
        self._lines = lines

    @staticmethod
    def _clamp(lines: list[str], mark: yaml.Mark | None) -> tuple[int, int]:
        """The end of the file is after its last line with something on it; a person looks there."""
        line, column = (mark.line, mark.column) if mark else (0, 0)
        last = max((number for number, each in enumerate(lines) if each.strip()), default=0)
        return (line, column) if line <= last else (last, len(lines[last].rstrip()))

    def fault(self) -> Fault:
        if "quoted scalar" in self._opening and "end of stream" in self._problem:
            return self._unclosed_quote(self._context)
        if "escape" in self._problem:
            return self._say(
                self._at, "bad-escape", "A backslash inside double quotes begins a special character.",
                "Write two backslashes, or single quotes around the text."
            )  # fmt: skip
        if "simple key" in self._opening:
            return self._missing_colon()
        if "flow" in self._opening:
            return self._unclosed_bracket()
        if "cannot start any token" in self._problem or "anchor" in self._opening or "alias" in self._opening:
            return self._special_character()
        if "block sequence entries" in self._problem:
            return self._say(
                self._at, "list-on-the-same-line", "A list with dashes begins on a line of its own.",
                "Move the dash to the next line, or write the list in square brackets."
            )  # fmt: skip
        if "block scalar" in self._opening:
            return self._say(
                self._context, "quote-needed", "Behind this sign the text begins on the next line.",
                "Put the text into double quotes, or move it to the next line, further right."
            )  # fmt: skip
        return self._from_the_line()

    def _from_the_line(self) -> Fault:
        """Return what the line itself shows to be wrong."""
        row, column = self._at
        line = self._lines[row]
        for number in (row, row - 1):
            if number >= 0 and self._lines[number].count('"') % 2:
                return self._unclosed_quote((number, self._lines[number].index('"')))
        for number in (row, row - 1):
            if number >= 0 and re.match(r"\s*-[A-Za-z]\w*:", self._lines[number]):
                at = (number, self._lines[number].index("-"))
                hint = 'Write "- " before the word.'
                return self._say(at, "missing-space", "A space is missing after the dash.", hint)
        if line[column : column + 1] in tuple(_OPENERS.values()):
            message = f'"{line[column]}" closes nothing.'
            return self._say(self._at, "stray-bracket", message, "Take it out, or write the bracket that opens it.")
        curly = re.search(rf":\s+[{CURLY_QUOTES}]", line)
        if curly:
            hint = 'Write straight ones: " at both ends.'
            return self._say((row, curly.end() - 1), "curly-quotes", "Curly quotes are not quotes here.", hint)
        if line[:column].count(":") > 0 and line[column : column + 1] == ":":
            return self._second_colon()
        if re.search(r""":\s+["'].*["']\s*\S""", line) and column > len(line) - len(line.lstrip()):
            return self._say(
                self._at, "after-the-quote", "Something stands behind the closing quote.",
                "Put the whole text into double quotes; a double quote inside is written \\\"."
            )  # fmt: skip
        return self._indentation()

    def _second_colon(self) -> Fault:
        row, column = self._at
        above = self._lines[row - 1] if row else ""
        if _content(self._lines[row]) > _content(above) and re.match(r"\s*(- )?\S+:\s+\S", above):
            return self._indentation()
        return self._say(
            (row, column), "colon-in-text", "A second colon stands in this line.",
            'Put the text behind the first colon into double quotes: "…".'
        )  # fmt: skip

    def _indentation(self) -> Fault:
        row, column = self._at
        line = self._lines[row]
        if column > _indent(line) and line[column : column + 1] != ":":
            return self._say(self._at, "not-yaml", "This cannot be read from here on.", "Look for a stray character.")
        return self._say(
            (row, _indent(line)), "indentation", "This line begins further left or right than its neighbours.",
            "Let it begin exactly under the word, or the dash, that it belongs beside."
        )  # fmt: skip

    def _missing_colon(self) -> Fault:
        row, column = self._context
        glued = re.match(r"[\w.-]+:(?=\S)", self._lines[row][column:])
        if glued:
            at = (row, column + glued.end() - 1)
            return self._say(at, "missing-space", "A space is missing after the colon.", 'Write ": " after the word.')
        return self._say(
            self._context, "missing-colon", "A colon is missing in this line.", 'Write "word: value".', whole_line=True
        )

    def _unclosed_quote(self, at: tuple[int, int]) -> Fault:
        return self._say(
            at, "unclosed-quote", "A quote is opened here and not closed.", "Close it at the end of the text."
        )

    def _unclosed_bracket(self) -> Fault:
        row, column = self._context
        opener = self._lines[row][column : column + 1]
        line, at = self._at
        if line == row and at < len(self._lines[row].rstrip()):
            return self._say(
                self._at, "missing-comma", "A comma or a closing bracket is missing before this.",
                "Separate the parts by commas; put text that holds commas or colons into double quotes."
            )  # fmt: skip
        closer = _OPENERS.get(opener, "}")
        message = f'"{opener}" is opened here and not closed.'
        return self._say(self._context, "unclosed-bracket", message, f'Write "{closer}" at its end.')

    def _special_character(self) -> Fault:
        row, column = self._context
        shown = self._lines[row][column : column + 1]
        return self._say(
            self._context, "quote-needed", f'"{shown}" cannot begin a text.', "Put the text into double quotes."
        )

    def _say(self, at: tuple[int, int], code: str, message: str, suggestion: str, *, whole_line: bool = False) -> Fault:
        row, column = at
        length = len(self._lines[row].rstrip()) - column if whole_line else 1
        return Place(self._path, row + 1, column + 1, max(1, length)), code, message, suggestion


def _content(line: str) -> int:
    """Return the column at which a line's first word begins, behind any dashes."""
    return len(line) - len(re.sub(r"^( |- )+", "", line))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
