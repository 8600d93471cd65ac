"""A resource's file, compiled: what messages say of it, and its body as Markdown."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

from markdown_it.token import Token

from service.adapters.templates.front_matter import FrontMatter, read_front_matter
from service.adapters.templates.hrefs import is_link
from service.adapters.templates.markdown import Body, read_markdown
from service.adapters.templates.pieces import Piece
from service.adapters.templates.tongue import Tongue
from service.adapters.templates.values import Values
from service.domain.errors import RuleAuthorError
from service.domain.languages import ORIGINAL
from service.domain.rules import Contact

_MAY_USE: Final = frozenset({"program", "program.name", "program.email", "contacts"})
_OF_CONTACTS: Final = ("name", "phone")
_ISO_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a fact of a resource can be read up."""

    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceBody:
    text: Body
    values: Values


class ResourceFile:
    """One resource's file, compiled. A translation says what people read; the rest is its original's.

    An original may name another language than that of the standard resources; `language` is the one it is written in.
    """

    def __init__(
        self, path: str, text: str, *, language: str = ORIGINAL, original: "ResourceFile | None" = None
    ) -> None:
        """Raises: RuleAuthorError when the file is incomplete or uses more than the program's name and address."""
        parts = read_front_matter(path, text)
        if not parts.text("title"):
            raise RuleAuthorError(f"{path}:1: has no title. Add a line `title: …` between the ---.")
        self.language = language if original else parts.text("language") or language
        self.title, self.summary = parts.text("title"), parts.text("summary")
        self.minutes: str = parts.text("minutes") or (original.minutes if original else "")
        self._audience: str = original._audience if original else parts.text("audience")
        self._reviewed: str = original._reviewed if original else parts.text("reviewed")
        self.needs_contacts: tuple[str, ...] = original.needs_contacts if original else _listed(parts, "needs_contacts")
        self.related: tuple[str, ...] = original.related if original else _listed(parts, "related")
        self.sources = tuple(Source(title=title.text, url=_whole(path, url.text)) for title, url in parts.sources)
        if original is not None:
            self.sources = original.sources
        self._path, self._body = path, Piece(path, parts.body)
        foreign = sorted(self._body.variables() - _MAY_USE - self._own_contacts())
        if foreign:
            raise RuleAuthorError(
                f"{path}: uses {{{{ {foreign[0]} }}}}. A resource is the same for every reader: it has "
                "{{ program.name }}, {{ program.email }} and, for what it names under needs_contacts, "
                "{{ contacts.NAME.name }} and {{ contacts.NAME.phone }} only."
            )

    def _own_contacts(self) -> set[str]:
        needed = {f"contacts.{each}" for each in self.needs_contacts}
        return needed | {f"{each}.{word}" for each in needed for word in _OF_CONTACTS}

    def missing(self, contacts: Mapping[str, Contact]) -> tuple[str, ...]:
        """Return the contacts that it needs and a program with these lacks."""
        return tuple(each for each in self.needs_contacts if each not in contacts)

    def own(self, contacts: Mapping[str, Contact]) -> tuple[Contact, ...]:
        """Return the contacts that it needs, in its own order. Raises: RuleAuthorError when one is missing."""
        for each in self.missing(contacts):
            raise RuleAuthorError(
                f'{self._path}: needs the contact "{each}", which the program\'s file does not name. '
                'Add it there below "contacts".'
            )
        return tuple(contacts[each] for each in self.needs_contacts)

    def body(self, context: Mapping[str, object]) -> ResourceBody:
        """Return the Markdown for a prepared `program` and `contacts`. Raises: RuleAuthorError."""
        values = Values()
        return ResourceBody(text=read_markdown(self._body.render(context, values)), values=values)

    def first_paragraph(self, context: Mapping[str, object]) -> str:
        """Return the words of the first paragraph, without markup."""
        body = self.body(context)
        inline = next((token for before, token in pairwise(body.text.tokens) if before.type == "paragraph_open"), None)
        words = "".join(" " if child.type.endswith("break") else child.content for child in _children(inline))
        return body.values.plain(words)

    def facts(self, tongue: Tongue) -> str:
        """Return the line below the title: for whom, how long, and how fresh."""
        is_day = _ISO_DATE.fullmatch(self._reviewed)
        day = tongue.day(date.fromisoformat(self._reviewed)) if is_day else ""
        reviewed = tongue.say("resources.reviewed", day=day) if day else ""
        return " · ".join(part for part in (self.short_facts(tongue), reviewed) if part)

    def short_facts(self, tongue: Tongue) -> str:
        """Return for whom it is, and how long it takes to read."""
        key = f"resources.for_{self._audience}"
        readers = tongue.say(key) if tongue.knows(key) else ""
        minutes = tongue.say("resources.minutes", count=int(self.minutes)) if self.minutes.isdecimal() else ""
        return " · ".join(part for part in (readers, minutes) if part)


def _listed(parts: FrontMatter, key: str) -> tuple[str, ...]:
    return tuple(filter(None, parts.text(key).split(", ")))


def _whole(path: str, url: str) -> str:
    if not is_link(url):
        raise RuleAuthorError(f'{path}: "{url}" is not where a source can be read. Write it whole, from https:// on.')
    return url


def _children(token: Token | None) -> Sequence[Token]:
    return (token.children or ()) if token else ()
