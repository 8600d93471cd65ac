"""The messages and resources of one rule set, compiled, and the mails and pages made of them.

A TemplateBook is made from texts, as a rule set keeps them, and never changes: a new rule set is a new book.
Rendering holds no state of the book, so threads may share it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Final

from service.adapters.templates.colors import Palette, palette
from service.adapters.templates.hrefs import is_link
from service.adapters.templates.layouts import Layouts
from service.adapters.templates.look import ProgramLook, resource_values, shown_look
from service.adapters.templates.markdown import Dress, as_html
from service.adapters.templates.messages import Button, Message, Written
from service.adapters.templates.plain_text import as_text
from service.adapters.templates.resources import ResourceFile
from service.adapters.templates.shelf import PageMaker
from service.adapters.templates.values import cleaned, prepared, unlinked
from service.domain.errors import RuleAuthorError

_MESSAGES: Final = "templates/messages/"
_RESOURCES: Final = "templates/resources/"
_AFTER_PREHEADER: Final = "&#847;&zwnj;&nbsp;" * 60
"""Keeps mail programs from filling the preview line with the beginning of the body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One notice's message and the variables it is rendered with, as plain dicts, lists and texts."""

    message: str
    context: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Foot:
    """Where a mail's foot leads its reader; "" where they have no such page.

    `mine` shows their mentorships, `preferences` what they get, and `unsubscribe` ends what they can do without.
    """

    mine: str = ""
    preferences: str = ""
    unsubscribe: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A mail's words. `subject` and `preheader` are one line each."""

    subject: str
    preheader: str
    html: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Section:
    heading: str
    body: str
    """HTML, escaped where it was made."""
    text: str
    buttons: tuple[Button, ...]


_NO_FOOT: Final = Foot()


class TemplateBook:
    """Messages and resources by path (`templates/messages/NAME.md`), each compiled when first used."""

    def __init__(self, texts: Mapping[str, str], layouts: Layouts) -> None:
        self._texts, self._layouts = texts, layouts
        self._messages: dict[str, Message] = {}
        self._resources: dict[str, ResourceFile] = {}

    @cached_property
    def message_names(self) -> tuple[str, ...]:
        """The names of all messages, sorted."""
        return _names(self._texts, _MESSAGES)

    @cached_property
    def resource_slugs(self) -> tuple[str, ...]:
        """The slugs of all resources, sorted."""
        return _names(self._texts, _RESOURCES)

    def message(self, name: str) -> Message:
        """Return the compiled message. Raises: RuleAuthorError."""
        if name not in self._messages:
            self._messages[name] = Message(*self._file(_MESSAGES, name, "message"))
        return self._messages[name]

    def resource(self, slug: str) -> ResourceFile:
        """Return the compiled resource. Raises: RuleAuthorError."""
        if slug not in self._resources:
            self._resources[slug] = ResourceFile(*self._file(_RESOURCES, slug, "resource"))
        return self._resources[slug]

    def problems_of(self, name: str, contexts: Iterable[Mapping[str, object]]) -> tuple[str, ...]:
        """Return what would go wrong with a message in any of the contexts: each problem once, with its line."""
        try:
            message = self.message(name)
        except RuleAuthorError as error:
            return (str(error),)
        found = (problem for context in contexts for problem in message.problems(prepared(context)))
        return tuple(dict.fromkeys(found))

    def resource_context(self, slug: str, url: str, look: ProgramLook) -> dict[str, object]:
        """Return the variable `resource` of a message that carries this resource.

        Raises: RuleAuthorError, also when the program lacks a contact that the resource needs.
        """
        resource = self.resource(slug)
        resource.own(look.contacts)  # raises where its page would refuse
        return {
            "slug": slug,
            "title": resource.title,
            "summary": resource.summary,
            "minutes": resource.minutes,
            "url": url,
            "body": resource.first_paragraph(resource_values(look)),
        }

    def render_email(self, parts: Sequence[Part], look: ProgramLook, foot: Foot = _NO_FOOT) -> Rendered:
        """Return the mail of one notice, or the digest of several, in their order.

        Raises: RuleAuthorError when a message cannot be rendered in its context; ValueError without parts.
        """
        if not parts:
            raise ValueError("a mail has at least one part")
        colors = palette(look.color)
        written = [self.message(part.message).write(prepared(part.context)) for part in parts]
        digest = len(written) > 1
        sections = [self._section(each, colors, digest) for each in written]
        words = {
            "subject": _digest_subject(parts) if digest else written[0].subject,
            "preheader": " · ".join(each.heading for each in written) if digest else written[0].preheader,
            "title": _digest_subject(parts) if digest else written[0].subject,
            "greeting": written[0].greeting if digest else "",
            "reason": _reason(parts[0].context, look),
        }
        return self._laid_out(words, sections, look, colors, foot)

    def pages(self, look: ProgramLook) -> PageMaker:
        """Return what makes the pages of these resources in a program's look."""
        return PageMaker(layouts=self._layouts, resource_of=self.resource, look=look)

    def _file(self, folder: str, name: str, kind: str) -> tuple[str, str]:
        path = f"{folder}{name}.md"
        if path not in self._texts:
            raise RuleAuthorError(f'There is no {kind} "{name}". Write {path}, or name another.')
        return path, self._texts[path]

    def _section(self, written: Written, colors: Palette, digest: bool) -> _Section:
        body = written.body_after_greeting if digest else written.body
        dress = Dress(styles=self._layouts.styles(colors), top_heading=3 if digest else 2)
        return _Section(
            heading=written.heading if digest else "",
            body=as_html(body, written.values, dress),
            text=as_text(body, written.values),
            buttons=written.buttons,
        )

    def _laid_out(
        self, words: dict[str, str], sections: Sequence[_Section], look: ProgramLook, colors: Palette, foot: Foot
    ) -> Rendered:
        links = {name: link if is_link(link) else "" for name, link in asdict(foot).items()}
        shared = {**words, "sections": sections, "look": shown_look(look), "foot": links}
        return Rendered(
            subject=words["subject"],
            preheader=words["preheader"],
            html=self._layouts.html.render(**shared, colors=colors, language=look.language, padding=_AFTER_PREHEADER),
            text=self._layouts.text.render(**shared).strip() + "\n",
        )


def _names(texts: Mapping[str, str], folder: str) -> tuple[str, ...]:
    return tuple(sorted(path[len(folder) : -3] for path in texts if path.startswith(folder) and path.endswith(".md")))


def _digest_subject(parts: Sequence[Part]) -> str:
    about = {_of(part.context, "mentorship", "id") for part in parts} - {""}
    whose = {0: "for you", 1: "for your mentorship"}.get(len(about), "for your mentorships")
    if _of(parts[0].context, "recipient", "role") in ("staff", "advisor"):
        whose = "that need a look"
    return f"{len(parts)} things {whose}"


_REASONS: Final = {
    "mentor": "You get this email because you are a mentor in {}.",
    "mentee": "You get this email because you are a mentee in {}.",
    "staff": "You get this email because you are on the staff of {}.",
    "advisor": "You get this email because you advise someone who takes part in {}.",
}


def _reason(context: Mapping[str, object], look: ProgramLook) -> str:
    words = _REASONS.get(_of(context, "recipient", "role"), "You get this email because you take part in {}.")
    return words.format(unlinked(cleaned(look.name)) or "this mentoring program")


def _of(context: Mapping[str, object], group: str, key: str) -> str:
    found = context.get(group)
    return str(found.get(key, "")) if isinstance(found, Mapping) else ""
