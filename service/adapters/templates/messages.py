"""A message's file as compiled pieces, and what they say in one context."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from service.adapters.templates.front_matter import read_front_matter
from service.adapters.templates.hrefs import href
from service.adapters.templates.markdown import Body, read_markdown
from service.adapters.templates.pieces import Piece
from service.adapters.templates.short_line import LONGEST_SUBJECT, cut, fitted, one_line
from service.adapters.templates.values import Values
from service.domain.errors import RuleAuthorError

_GREETING: Final = re.compile(
    r"(?:Hi|Hello|Hey|Dear|Good (?:morning|day)|¡?(?:Hola|Buenos días|Buenas tardes|Estimad[oa]))\b.{0,80}[,!:]"
)
"""A first line that only greets, in the languages of the standard pack."""
_LONGEST_LINE: Final = 180
_REQUIRED: Final = ("subject", "preheader")


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    label: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A message worked out for one context; in the body's tokens its values are still placeholders."""

    subject: str
    title: str
    """The subject in full, for where there is room."""
    preheader: str
    heading: str
    body: Body
    buttons: tuple[Button, ...]
    values: Values

    @property
    def greeting(self) -> str:
        """The words of a first paragraph that only greets ("Hi Sam,"), or nothing."""
        tokens = self.body.tokens
        if len(tokens) < 3 or tokens[0].type != "paragraph_open":
            return ""
        words = self.values.plain(tokens[1].content)
        return words if _GREETING.fullmatch(words) else ""

    @property
    def body_after_greeting(self) -> Body:
        return self.body.after_first if self.greeting else self.body


class Message:
    """One message's file, compiled."""

    def __init__(self, path: str, text: str) -> None:
        """Raises: RuleAuthorError when the file is incomplete or its Jinja cannot be used."""
        parts = read_front_matter(path, text)
        missing = [key for key in _REQUIRED if not parts.text(key)]
        if missing:
            raise RuleAuthorError(f"{path}:1: has no {' and no '.join(missing)}. Add a line for it between the ---.")
        self._path = path
        self._lines = {
            key: Piece(path, parts.keys[key]) for key in ("subject", "preheader", "digest_title") if parts.text(key)
        }
        self._body = Piece(path, parts.body)
        self._buttons = tuple((Piece(path, label), Piece(path, url)) for label, url in parts.buttons)

    def write(self, context: Mapping[str, object], written: Callable[[object], str] = str) -> Written:
        """Return what the message says in a prepared context, its numbers `written`. Raises: RuleAuthorError."""
        values = Values(written)
        title = self._line("subject", context, values)
        return Written(
            subject=self._line("subject", context, values, LONGEST_SUBJECT),
            title=title,
            preheader=self._line("preheader", context, values),
            heading=self._line("digest_title", context, values) or title,
            body=self._read_body(context, values),
            buttons=tuple(self._read_buttons(context, values)),
            values=values,
        )

    def problems(self, context: Mapping[str, object]) -> Iterator[str]:
        """Yield what is wrong in each piece of the message in a prepared context."""
        parts: list[Callable[[], object]] = [
            lambda: self._line("subject", context, Values()),
            lambda: self._line("preheader", context, Values()),
            lambda: self._line("digest_title", context, Values()),
            lambda: list(self._read_buttons(context, Values())),
            lambda: self._read_body(context, Values()),
        ]
        for part in parts:
            try:
                part()
            except RuleAuthorError as error:
                yield str(error)

    def variables(self) -> frozenset[str]:
        """Return the variables that any piece of the message uses, as dotted paths."""
        pieces = [*self._lines.values(), self._body, *(piece for pair in self._buttons for piece in pair)]
        return frozenset().union(*(piece.variables() for piece in pieces))

    def _line(self, key: str, context: Mapping[str, object], values: Values, most: int = _LONGEST_LINE) -> str:
        piece = self._lines.get(key)
        return "" if piece is None else cut(fitted(piece.render(context, values), values, most), _LONGEST_LINE)

    def _read_body(self, context: Mapping[str, object], values: Values) -> Body:
        body = read_markdown(self._body.render(context, values).strip("\n") + _incentive(context, values))
        for target in body.targets:
            self._href(target, values)
        return body

    def _read_buttons(self, context: Mapping[str, object], values: Values) -> Iterator[Button]:
        for label, url in self._buttons:
            target = self._href(url.render(context, values).strip(), values)
            if target:
                yield Button(label=one_line(label.render(context, values), values), url=target)

    def _href(self, target: str, values: Values) -> str | None:
        try:
            return href(target, values)
        except RuleAuthorError as error:
            raise RuleAuthorError(f"{self._path}: {error}") from error


def _incentive(context: Mapping[str, object], values: Values) -> str:
    """Return the last paragraph of a message in which the program shows what it gives, or nothing."""
    given = values.keep(context.get("incentive", ""))
    return f"\n\n**{given}**" if given else ""
