"""Values on their way into a mail: cleaned, made unlinkable, and kept out of the parser.

The rules of this file:
1. A value never stands in the Markdown that is parsed. Jinja's `finalize` gives a placeholder (two private-use
   characters around a number); what stands behind it is put in afterwards, escaped for the place it lands in.
   So no value can become markup, Markdown, a link or a template, whatever it holds.
2. `cleaned` takes the placeholder characters out of every value, so a value cannot name another one.
3. Mail programs make links out of text that looks like an address. Text in values is therefore spaced out
   ("www. evil. example"): visible, readable, and safe in programs that drop invisible joiners from a host name.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

OPEN: Final = "\ue000"
CLOSE: Final = "\ue001"
PLACEHOLDER: Final = re.compile(f"{OPEN}([0-9]+){CLOSE}")

LONGEST_VALUE: Final = 2_000
LONGEST_LIST: Final = 100
_DEEPEST: Final = 5

_JOINERS: Final = "\u200c\u200d"
"""Emoji families and Persian names need them; every other invisible character goes."""
_DOTTED: Final = re.compile(rf"(?<=[\w-])([.\u3002\uff0e\uff61][{_JOINERS}]?)(?=[^\W\d_]{{2}})")
_SCHEME: Final = re.compile(r"(?<![\w])([A-Za-z][A-Za-z0-9+-]+:)(?=[^\s\d])|(:)(?=//)")
_SPACES: Final = re.compile(r"\s+")


class Link(str):
    """An address that Intouch or the program's own file gave; only these values may become links."""

    __slots__ = ()


class Address(str):
    """The program's contact address; it may stand after `mailto:`."""

    __slots__ = ()


class Phone(str):
    """A telephone number of the program's file; a reader's tap dials it."""

    __slots__ = ()


def dialled(phone: str) -> str:
    """Return the address that dials a number. Source: RFC 3966."""
    number, _, extension = re.sub(r"[^0-9+x]", "", phone.lower().replace("ext", "x")).partition("x")
    return f"tel:{number}" + (f";ext={extension}" if extension else "")


def cleaned(text: str) -> str:
    """Return the text on one line, without control, bidirectional, private-use and lone surrogate characters."""
    short = text[:LONGEST_VALUE]
    if short.isascii() and short.isprintable():
        return short.strip()
    kept = "".join(char for char in short if char.isspace() or _shown(char))
    return _SPACES.sub(" ", kept).strip()


def _shown(char: str) -> bool:
    return char in _JOINERS or unicodedata.category(char) not in ("Cc", "Cf", "Co", "Cs", "Cn")


def unlinked(text: str) -> str:
    """Return the text so that no mail program takes a part of it for an address to follow."""
    return _DOTTED.sub(r"\1 ", _SCHEME.sub(r"\1\2 ", text))


_LINKS: Final = frozenset({"links", "resource.url", "program.dashboard"})
_PHONE_PATH: Final = re.compile(r"contacts\.[^.]+\.phone")


def prepared(context: Mapping[str, object], day: Callable[[date], str] = str) -> dict[str, object]:
    """Return the context as plain dicts, lists, numbers and cleaned text, its links and addresses marked.

    `day` writes dates as the reader's language does.
    """
    return {str(key): _prepared(value, str(key), _DEEPEST, day) for key, value in context.items()}


def _prepared(value: object, path: str, depth: int, day: Callable[[date], str]) -> object:
    if isinstance(value, str):
        return _marked(cleaned(value), path)
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, date):
        return day(value)
    if depth and isinstance(value, Mapping):
        return {str(key): _prepared(each, f"{path}.{key}", depth - 1, day) for key, each in value.items()}
    if depth and isinstance(value, list | tuple | set | frozenset):
        return [_prepared(each, path, depth - 1, day) for each in list(value)[:LONGEST_LIST]]
    return _marked(cleaned(str(value)), path)


def _marked(text: str, path: str) -> str:
    group = path.partition(".")[0]
    if path in _LINKS or group in _LINKS:
        return Link(text)
    if group == "contacts" and _PHONE_PATH.fullmatch(path):
        return Phone(text)
    return Address(text) if path == "program.email" else text


class Values:
    """What stands behind the placeholders of one rendering; `written` writes what is no text, such as numbers."""

    __slots__ = ("_kept", "_written", "length")

    def __init__(self, written: Callable[[object], str] = str) -> None:
        self._kept: list[str] = []
        self._written = written
        self.length = 0
        """How long all that is kept is, together."""

    def keep(self, value: object) -> str:
        """Return a placeholder for the value; nothing for an empty one, so that Markdown sees nothing."""
        text = value if isinstance(value, str) else self._written(value)
        if not text:
            return ""
        self._kept.append(text)
        self.length += len(text)
        return f"{OPEN}{len(self._kept) - 1}{CLOSE}"

    def behind(self, number: str) -> str:
        return self._kept[int(number)]

    def filled(self, text: str, each: Callable[[str], str]) -> str:
        """Return the text with `each(value)` in the place of every placeholder."""
        return PLACEHOLDER.sub(lambda match: each(self.behind(match[1])), text) if OPEN in text else text

    def plain(self, text: str) -> str:
        """Return the text for a reader of plain text: a subject, a label, the text part."""
        return self.filled(text, shown)


def shown(value: str) -> str:
    """Return a value as text: unlinked, unless it is a link or an address on purpose."""
    return str(value) if isinstance(value, Link | Address) else unlinked(value)
