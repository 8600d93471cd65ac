"""Readers of single values: a node in, a typed value out, or None after the problem is reported."""

import re
from collections.abc import Callable, Collection, Mapping
from typing import TypeAlias, TypeVar

from service.adapters.rulebook.findings import Findings
from service.adapters.rulebook.tree import Broken, Items, Node, Table, Text
from service.adapters.rulebook.wording import CURLY_QUOTES, shorten

T = TypeVar("T")
Reader: TypeAlias = Callable[[Node, Findings], T | None]

LONGEST_LINE = 300
LONGEST_TEXT = 5_000
_LARGEST = 1_000_000
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_ADDRESS = re.compile(r"[^\s@<>(),;:\"\\\[\]]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_COLOR = re.compile(r"#[0-9A-Fa-f]{6}")
_URL = re.compile(r"https?://[A-Za-z0-9.-]+(:\d+)?([/?#]\S*)?")
_TRUE = ("true", "yes", "on")
_FALSE = ("false", "no", "off")


def a_word(node: Node, findings: Findings) -> Text | None:
    """Return the node if it is a text with something in it."""
    if isinstance(node, Text) and not node.is_empty:
        return node
    if isinstance(node, Text):
        findings.error("empty-value", node.place, "Nothing is written here.", "Write a value, or take the line out.")
    elif not isinstance(node, Broken):
        found = "list" if isinstance(node, Items) else "table"
        hint = "If it belongs to a text, put the text into double quotes." if found == "table" else ""
        findings.error(
            "not-a-word",
            node.place,
            f"One word or text is expected here, and this is a {found}.",
            hint or "Write one value, without brackets or dashes. For several, write the whole once for each.",
        )
    return None


def a_table(node: Node, findings: Findings) -> Table | None:
    """Return the node if it is a table; an empty text counts as an empty one."""
    if isinstance(node, Table):
        return node
    if isinstance(node, Text) and node.is_empty:
        return Table({}, node.place)
    if not isinstance(node, Broken):
        found = "list" if isinstance(node, Items) else "single text"
        if isinstance(node, Text) and (glued := re.match(r"[\w.-]+:(?=\S)", node.value)):
            at = node.place._replace(column=node.place.column + glued.end() - 1, length=1)
            findings.error("missing-space", at, "A space is missing after the colon.", 'Write ": " after the word.')
            return None
        findings.error(
            "not-a-table",
            node.place,
            f'Words with values ("word: value") are expected here, and this is a {found}.',
            'Write { word: value }, or "word: value" on lines of their own, further right.',
        )
    return None


def a_list(node: Node, findings: Findings, example: str = "") -> tuple[Node, ...] | None:
    """Return the parts of the node if it is a list.

    `example` is a right one, for lists whose parts are no texts that could be put into brackets as they stand.
    """
    if isinstance(node, Items):
        return node.items
    message, hint = "A list is expected here.", 'Begin each part with "- ", or put the parts into square brackets.'
    if isinstance(node, Text) and not node.is_empty:
        hint = f"Write {example or f'[{shorten(node.value)}]'}."
    elif isinstance(node, Table):
        message = "A dash is missing: this is a part of a list."
        hint = 'Begin it with "- " on a line of its own, or put it into square brackets: [ { … } ].'
    if not isinstance(node, Broken):
        findings.error("not-a-list", node.place, message, hint)
    return None


def list_of(reader: Reader[T], example: str = "") -> Reader[tuple[T, ...]]:
    """Return a reader of lists, each part read by `reader`; parts with problems are left out."""

    def read(node: Node, findings: Findings) -> tuple[T, ...] | None:
        parts = a_list(node, findings, example)
        if parts is None:
            return None
        read_parts = (reader(each, findings) for each in parts)
        return tuple(each for each in read_parts if each is not None)

    return read


def set_of(reader: Reader[T], example: str = "") -> Reader[frozenset[T]]:
    """Return a reader of lists whose order means nothing."""
    read_list = list_of(reader, example)

    def read(node: Node, findings: Findings) -> frozenset[T] | None:
        found = read_list(node, findings)
        return None if found is None else frozenset(found)

    return read


def table_of(key_reader: Reader[str], reader: Reader[T]) -> Reader[Mapping[str, T]]:
    """Return a reader of tables whose words are the writer's own; lines with problems are left out."""

    def read(node: Node, findings: Findings) -> Mapping[str, T] | None:
        table = a_table(node, findings)
        if table is None:
            return None
        found: dict[str, T] = {}
        for key, value in table.entries.values():
            word, read_value = key_reader(key, findings), reader(value, findings)
            if word is not None and read_value is not None:
                found[word] = read_value
        return found

    return read


def choice(words: Collection[str], what: str, code: str = "unknown-value") -> Reader[str]:
    """Return a reader of one of the words; `what` completes "… is not"."""

    def read(node: Node, findings: Findings) -> str | None:
        text = a_word(node, findings)
        if text is None or text.value in words:
            return text.value if text else None
        findings.unknown(text, what, words, code)
        return None

    return read


def matching(pattern: re.Pattern[str], code: str, what: str, hint: str) -> Reader[str]:
    """Return a reader of texts that match the pattern as a whole; `what` completes "… is not"."""

    def read(node: Node, findings: Findings) -> str | None:
        text = a_word(node, findings)
        if text is None or pattern.fullmatch(text.value):
            return text.value if text else None
        findings.error(code, text.place, f'"{shorten(text.value)}" is not {what}.', unquote(text) or hint)
        return None

    return read


LANGUAGE = re.compile("[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
language = matching(LANGUAGE, "bad-name", "a language", 'Write one like "es-MX".')


def unquote(text: Text) -> str:
    """Return the advice for curly quotes, which word processors write and YAML takes for letters."""
    return 'Write straight quotes: " at both ends.' if text.value[0] in CURLY_QUOTES else ""


def kebab(node: Node, findings: Findings) -> str | None:
    """Return a name of small letters, digits and dashes, at most 100 long."""
    text = a_word(node, findings)
    if text is None or (_SLUG.fullmatch(text.value) and len(text.value) <= 100):
        return text.value if text else None
    better = re.sub(r"[^a-z0-9]+", "-", text.value.lower()[:100]).strip("-")
    findings.error(
        "bad-name",
        text.place,
        f'"{shorten(text.value)}" is not a name: small letters, digits and single dashes, at most 100.',
        f'Write "{better}".' if better else 'Write a name like "first-message".',
    )
    return None


name = matching(_NAME, "bad-name", "a name", "Use small letters, digits, _ and -, beginning with a letter.")
identifier = matching(_IDENTIFIER, "bad-name", "an id", "Use letters, digits, dots and dashes; no spaces.")
_plain_address = matching(_ADDRESS, "bad-address", "an email address", 'Write one like "mentoring@example.org".')


def address(node: Node, findings: Findings) -> str | None:
    """Return an email address, with no name around it."""
    inside = _ADDRESS.search(node.value) if isinstance(node, Text) else None
    if isinstance(node, Text) and inside is not None and inside[0] != node.value:
        message = f'"{shorten(node.value)}" is more than an email address.'
        findings.error("bad-address", node.place, message, f'Write it alone: "{inside[0]}".')
        return None
    return _plain_address(node, findings)


color = matching(_COLOR, "bad-color", "a colour", 'Write six digits behind a #, in quotes: "#7a1f2b".')
url = matching(_URL, "bad-url", "a web address", 'Write it in full: "https://example.org/page".')


def line(node: Node, findings: Findings) -> str | None:
    """Return a text of one line."""
    text = a_word(node, findings)
    if text is None or ("\n" not in text.value and len(text.value) <= LONGEST_LINE):
        return text.value if text else None
    findings.error("too-long", text.place, f"This is to be one line of at most {LONGEST_LINE} letters.", "Shorten it.")
    return None


def prose(node: Node, findings: Findings) -> str | None:
    """Return a text of any number of lines."""
    text = a_word(node, findings)
    if text is None or len(text.value) <= LONGEST_TEXT:
        return text.value.strip() if text else None
    findings.error("too-long", text.place, f"This is longer than {LONGEST_TEXT} letters.", "Shorten it.")
    return None


def boolean(node: Node, findings: Findings) -> bool | None:
    """Return true or false."""
    text = a_word(node, findings)
    if text is None or text.value.lower() in _TRUE + _FALSE:
        return text.value.lower() in _TRUE if text else None
    shown = f'"{shorten(text.value)}" is neither true nor false.'
    findings.error("not-true-or-false", text.place, shown, "Write true or false.")
    return None


def truth_word(word: str) -> str:
    """Return `true` or `false` for the ways to write them, and any other word as it is."""
    lower = word.lower()
    return "true" if lower in _TRUE else "false" if lower in _FALSE else word


def whole(least: int, most: int = _LARGEST) -> Reader[int]:
    """Return a reader of whole numbers within the bounds, both included."""

    def read(node: Node, findings: Findings) -> int | None:
        text = a_word(node, findings)
        if text is None:
            return None
        number = int(text.value) if re.fullmatch(r"-?[0-9]{1,9}", text.value) else None
        if number is not None and least <= number <= most:
            return number
        bounds = f"from {least} to {most:,}" if most < _LARGEST else f"of at least {least}"
        problem = f'"{shorten(text.value)}" is not a whole number {bounds}.'
        code = "not-a-number" if number is None else "out-of-bounds"
        findings.error(code, text.place, problem, _nearest_number(number, least, most))
        return None

    return read


def _nearest_number(number: int | None, least: int, most: int) -> str:
    if number is None:
        return f"Write it in digits, as in {max(least, 3) if most >= 3 else least}."
    return f"Write {least if number < least else most}."
