"""The messages and resources of one rule set, compiled, and the mails and pages made of them.

A TemplateBook is made from texts, as a rule set keeps them, and never changes: a new rule set is a new book.
Rendering holds no state of the book, so threads may share it.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Final

from service.adapters.templates.colors import Palette, palette
from service.adapters.templates.hrefs import is_link
from service.adapters.templates.layouts import Layouts
from service.adapters.templates.look import ProgramLook, resource_values, shown_look
from service.adapters.templates.markdown import as_html
from service.adapters.templates.messages import Button, Message, Written
from service.adapters.templates.plain_text import as_text
from service.adapters.templates.resources import ResourceFile
from service.adapters.templates.shelf import PageMaker
from service.adapters.templates.speaking import spoken, title_in
from service.adapters.templates.tongue import Tongue
from service.adapters.templates.translations import MESSAGES, RESOURCES, Translations
from service.adapters.templates.values import cleaned, prepared, unlinked
from service.domain.errors import RuleAuthorError
from service.domain.languages import ORIGINAL

_AFTER_PREHEADER: Final = "&#847;&zwnj;&nbsp;" * 60
"""Keeps mail programs from filling the preview line with the beginning of the body."""


MOST_BYTES: Final = 68_000
"""Of a mail's two parts together. For the way they grow by a third, and from 100 KiB on mail programs cut."""
_HEADINGS: Final = 5
"""How many of a digest's headings the preview line names: nobody sees more of it."""


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
    """A mail's words. `subject` and `preheader` are one line each; `language` is a tag (`es`)."""

    language: str
    subject: str
    preheader: str
    html: str
    text: str

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return len(self.html.encode()) + len(self.text.encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Section:
    heading: str
    body: str
    """HTML, escaped where it was made."""
    text: str
    buttons: tuple[Button, ...]


_NO_FOOT: Final = Foot()
_MOST_TOLD: Final = 1_000
"""Of so many resources, to readers of different programs and languages, is remembered what mails say of them."""


class TemplateBook:
    """Messages and resources by path (`templates/messages/NAME.md`), each compiled when first used."""

    def __init__(self, texts: Mapping[str, str], layouts: Layouts) -> None:
        """Raises: RuleAuthorError when fixed words cannot be read."""
        self._texts, self._layouts = texts, layouts
        self._there = Translations(texts, layouts.words)
        self._messages: dict[tuple[str, str], Message] = {}
        self._resources: dict[tuple[str, str], ResourceFile] = {}
        self._told: dict[Hashable, Mapping[str, object]] = {}

    @cached_property
    def message_names(self) -> tuple[str, ...]:
        """The names of all messages, sorted."""
        return self._there.names(MESSAGES)

    @cached_property
    def resource_slugs(self) -> tuple[str, ...]:
        """The slugs of all resources, sorted."""
        return self._there.names(RESOURCES)

    def message(self, name: str, language: str = ORIGINAL) -> Message:
        """Return the compiled message. Raises: RuleAuthorError."""
        if (name, language) not in self._messages:
            self._messages[name, language] = Message(*self._file(MESSAGES, name, language))
        return self._messages[name, language]

    def resource(self, slug: str, wanted: Sequence[str] = (ORIGINAL,)) -> ResourceFile:
        """Return the compiled resource in the first wanted language in which it is. Raises: RuleAuthorError."""
        language = self._there.language(RESOURCES, slug, wanted)
        if (slug, language) not in self._resources:
            original = None if language == ORIGINAL else self.resource(slug)
            path, text = self._file(RESOURCES, slug, language)
            self._resources[slug, language] = ResourceFile(path, text, language=language, original=original)
        return self._resources[slug, language]

    def tongue(self, look: ProgramLook, messages: Iterable[str] = ()) -> Tongue:
        """Return the language of a page, or of a mail of these messages, to the reader whom the look knows."""
        return self._there.tongue(look.languages, tuple(messages))

    def problems_of(
        self, name: str, contexts: Iterable[Mapping[str, object]], language: str = ORIGINAL
    ) -> tuple[str, ...]:
        """Return what would go wrong with a message in any of the contexts: each problem once, with its line."""
        try:
            message = self.message(name, language)
        except RuleAuthorError as error:
            return (str(error),)
        found = (problem for context in contexts for problem in message.problems(prepared(context)))
        return tuple(dict.fromkeys(found))

    def resource_context(self, slug: str, url: str, look: ProgramLook) -> dict[str, object]:
        """Return the variable `resource` of a message that carries this resource.

        Raises: RuleAuthorError, also when the program lacks a contact that the resource needs.
        """
        key = (slug, look.languages, look.name, look.email, *look.contacts.items())
        told = self._told.get(key)
        if told is None:
            if len(self._told) >= _MOST_TOLD:
                self._told.clear()
            told = self._told[key] = self._tell_of(slug, look)
        return {**told, "url": url}

    def _tell_of(self, slug: str, look: ProgramLook) -> Mapping[str, object]:
        """Return what a resource is to a program's readers of one language, wherever it is."""
        resource = self.resource(slug, look.languages)
        resource.own(look.contacts)  # raises where its page would refuse
        return {
            "slug": slug,
            "title": title_in(self.tongue(look), resource),
            "summary": resource.summary,
            "minutes": resource.minutes,
            "body": resource.first_paragraph(resource_values(look)),
        }

    def render_email(self, parts: Sequence[Part], look: ProgramLook, foot: Foot = _NO_FOOT) -> Rendered:
        """Return the mail of one notice, or the digest of several, in their order.

        Raises: RuleAuthorError when a message cannot be rendered in its context; ValueError without parts.
        """
        if not parts:
            raise ValueError("a mail has at least one part")
        tongue = self.tongue(look, [part.message for part in parts])
        written = [self._written(part, look, tongue) for part in parts]
        words = _headed(parts, written, look, tongue)
        shown = len(written)
        while (found := self._laid_out(words, written, shown, look, tongue, foot)).size > MOST_BYTES and shown > 1:
            shown = min(shown - 1, max(1, shown * MOST_BYTES // found.size))
        return found

    def pages(self, look: ProgramLook) -> PageMaker:
        """Return what makes the pages of these resources in a program's look."""
        tongue = self.tongue(look)
        return PageMaker(
            layouts=self._layouts,
            resource_of=lambda slug: self.resource(slug, look.languages),
            look=look,
            tongue=tongue,
        )

    def _file(self, folder: str, name: str, language: str) -> tuple[str, str]:
        path = self._there.path(folder, name, language)
        if path is None:
            kind = "message" if folder == MESSAGES else "resource"
            raise RuleAuthorError(f'There is no {kind} "{name}". Write {folder}{name}.md, or name another.')
        return path, self._texts[path]

    def _written(self, part: Part, look: ProgramLook, tongue: Tongue) -> Written:
        context = prepared(spoken(part.context, look, tongue), tongue.day)
        return self.message(part.message, tongue.language).write(context, tongue.written)

    def _section(self, written: Written, colors: Palette, digest: bool) -> _Section:
        body = written.body_after_greeting if digest else written.body
        dress = self._layouts.dress(colors, 3 if digest else 2)
        return _Section(
            heading=written.heading if digest else "",
            body=as_html(body, written.values, dress),
            text=as_text(body, written.values),
            buttons=written.buttons,
        )

    def _laid_out(
        self,
        words: dict[str, str],
        written: Sequence[Written],
        shown: int,
        look: ProgramLook,
        tongue: Tongue,
        foot: Foot,
    ) -> Rendered:
        """Return the mail with so many of its sections, and how many more there would be."""
        colors = palette(look.color)
        links = {name: link if is_link(link) else "" for name, link in asdict(foot).items()}
        sections = [self._section(each, colors, len(written) > 1) for each in written[:shown]]
        left = len(written) - shown
        more = tongue.say("mail.and_more", count=left) if left else ""
        shared = {
            **words,
            "sections": sections,
            "more": more,
            "look": shown_look(look),
            "foot": links,
            "say": tongue.say,
        }
        html = self._layouts.html.render(**shared, colors=colors, language=tongue.language, padding=_AFTER_PREHEADER)
        return Rendered(
            language=tongue.language,
            subject=words["subject"],
            preheader=words["preheader"],
            html=html,
            text=self._layouts.text.render(**shared).strip() + "\n",
        )


def _headed(parts: Sequence[Part], written: Sequence[Written], look: ProgramLook, tongue: Tongue) -> dict[str, str]:
    """Return what stands around the sections of a mail."""
    digest = len(written) > 1
    subject = _digest_subject(parts, tongue) if digest else written[0].subject
    return {
        "subject": subject,
        "preheader": " · ".join(each.heading for each in written[:_HEADINGS]) if digest else written[0].preheader,
        "title": subject if digest else written[0].title,
        "greeting": written[0].greeting if digest else "",
        "reason": _reason(parts[0].context, look, tongue),
    }


def _digest_subject(parts: Sequence[Part], tongue: Tongue) -> str:
    about = {_of(part.context, "mentorship", "id") for part in parts} - {""}
    whose = {0: "several_for_you", 1: "several_for_mentorship"}.get(len(about), "several_for_mentorships")
    if _of(parts[0].context, "recipient", "role") in ("staff", "advisor"):
        whose = "several_to_look_at"
    return tongue.say(f"mail.{whose}", count=len(parts))


def _reason(context: Mapping[str, object], look: ProgramLook, tongue: Tongue) -> str:
    key = f"mail.because_{_of(context, 'recipient', 'role')}"
    program = unlinked(cleaned(look.name)) or tongue.say("mail.a_program")
    return tongue.say(key if tongue.knows(key) else "mail.because_other", program=program)


def _of(context: Mapping[str, object], group: str, key: str) -> str:
    found = context.get(group)
    return str(found.get(key, "")) if isinstance(found, Mapping) else ""
