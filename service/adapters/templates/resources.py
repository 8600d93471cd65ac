"""A resource's file, compiled: what messages say of it, and its body as Markdown."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

from markdown_it.token import Token

from service.adapters.templates.front_matter import read_front_matter
from service.adapters.templates.markdown import read_markdown
from service.adapters.templates.pieces import Piece
from service.adapters.templates.values import Values
from service.domain.errors import RuleAuthorError

_READERS: Final = {"mentor": "For mentors", "mentee": "For mentees", "both": "For mentors and mentees"}
_MAY_USE: Final = frozenset({"program", "program.name", "program.email"})
_ISO_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceBody:
    tokens: Sequence[Token]
    values: Values


class ResourceFile:
    """One resource's file, compiled."""

    def __init__(self, path: str, text: str) -> None:
        """Raises: RuleAuthorError when the file is incomplete or uses more than the program's name and address."""
        parts = read_front_matter(path, text)
        if not parts.text("title"):
            raise RuleAuthorError(f"{path}:1: has no title. Add a line `title: …` between the ---.")
        self.title, self.summary = parts.text("title"), parts.text("summary")
        self.minutes = parts.text("minutes")
        self._audience, self._reviewed = parts.text("audience"), parts.text("reviewed")
        self._body = Piece(path, parts.body)
        foreign = sorted(self._body.variables() - _MAY_USE)
        if foreign:
            raise RuleAuthorError(
                f"{path}: uses {{{{ {foreign[0]} }}}}. A resource is the same for every reader: "
                "it has {{ program.name }} and {{ program.email }} only."
            )

    def body(self, program: Mapping[str, object]) -> ResourceBody:
        """Return the Markdown for a prepared `program`. Raises: RuleAuthorError."""
        values = Values()
        return ResourceBody(tokens=read_markdown(self._body.render({"program": program}, values)), values=values)

    def first_paragraph(self, program: Mapping[str, object]) -> str:
        """Return the words of the first paragraph, without markup."""
        body = self.body(program)
        inline = next((token for before, token in pairwise(body.tokens) if before.type == "paragraph_open"), None)
        words = "".join(" " if child.type.endswith("break") else child.content for child in _children(inline))
        return body.values.plain(words)

    def facts(self) -> str:
        """Return the line below the title: for whom, how long, and how fresh."""
        minutes = f"{self.minutes} minute{'' if self.minutes == '1' else 's'} to read" if self.minutes else ""
        reviewed = f"Reviewed {_day(self._reviewed)}" if _ISO_DATE.fullmatch(self._reviewed) else ""
        return " · ".join(part for part in (_READERS.get(self._audience, ""), minutes, reviewed) if part)


def _children(token: Token | None) -> Sequence[Token]:
    return (token.children or ()) if token else ()


def _day(iso: str) -> str:
    day = date.fromisoformat(iso)
    return f"{day.day} {day:%B %Y}"
