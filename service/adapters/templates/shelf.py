"""Pages in a program's look: a resource, all of them on their shelves, and those on which people answer their mail."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from markupsafe import Markup

from service.adapters.templates.colors import palette
from service.adapters.templates.layouts import Layouts
from service.adapters.templates.look import ProgramLook, resource_values, shown_look
from service.adapters.templates.markdown import Dress, as_html
from service.adapters.templates.resources import ResourceFile
from service.adapters.templates.tongue import Tongue
from service.adapters.templates.values import dialled
from service.domain.languages import base

Shelves = Sequence["Shelf"]
_BARE: Final = Dress(styles={}, top_heading=2)
"""A page has a style sheet, and its elements need none of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Resources that stand together under a title, by slug; `id` marks the place in the page."""

    id: str
    title: str
    slugs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageMaker:
    """Makes pages in a program's look from `resource_of(slug)`, which raises RuleAuthorError.

    A page is in the language of its fixed words; a resource that is not there in it stands in its own.
    """

    layouts: Layouts
    resource_of: Callable[[str], ResourceFile]
    look: ProgramLook
    tongue: Tongue

    def page(self, slug: str, *, reader: str = "", is_read: bool = False) -> str:
        """Return a resource's page. With the token of a reader it has a button to say that they have read it.

        Raises: RuleAuthorError, also when the program lacks a contact it needs.
        """
        resource = self.resource_of(slug)
        contacts = resource.own(self.look.contacts)
        body = resource.body(resource_values(self.look))
        return self.layouts.resource.render(
            **self._shared(),
            resource=resource,
            reader=reader,
            is_read=is_read,
            contacts=[(each, dialled(each.phone)) for each in contacts],
            related=[(each, self.resource_of(each)) for each in resource.related if self.shows(each)],
            body=as_html(body.text, body.values, _BARE),
        )

    def index(self, stages: Shelves, topics: Shelves) -> str:
        """Return the page of all resources that the program can show. Raises: RuleAuthorError."""
        return self.layouts.resource_index.render(
            **self._shared(), stages=self._filled(stages), topics=self._filled(topics)
        )

    def answer(self, name: str, values: Mapping[str, object]) -> str:
        """Return one of the pages on which people answer their mail; texts among the values are escaped."""
        return self.layouts.answers[name].render(**self._shared(), **values)

    def shows(self, slug: str) -> bool:
        """Return whether the program names every contact that the resource needs."""
        return not self.resource_of(slug).missing(self.look.contacts)

    def _filled(self, shelves: Shelves) -> list[tuple[Shelf, list[tuple[str, ResourceFile]]]]:
        """Return the shelves with something on them, and what that is."""
        filled = (
            (each, [(slug, self.resource_of(slug)) for slug in each.slugs if self.shows(slug)]) for each in shelves
        )
        return [(shelf, entries) for shelf, entries in filled if entries]

    def _shared(self) -> dict[str, object]:
        asked = {"program": self.look.program, "lang": self.look.asked}
        query = urlencode({name: value for name, value in asked.items() if value})
        return {
            "look": shown_look(self.look),
            "colors": palette(self.look.color),
            "language": self.tongue.language,
            "tongue": self.tongue,
            "say": self.tongue.say,
            "other_language": self._other_language,
            "query": f"?{query}" if query else "",
        }

    def _other_language(self, resource: ResourceFile) -> Markup:
        """Return ` lang="en"` for a resource that is not in the page's language. Source: WCAG 2.1, 3.1.2."""
        is_same = base(resource.language) == base(self.tongue.language)
        return Markup() if is_same else Markup(' lang="{}"').format(resource.language)
