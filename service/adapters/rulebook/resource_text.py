"""The shape of a resource's text: headings in order, whole links, no more variables than it has, something to read."""

import re
from collections.abc import Collection, Iterator
from typing import Final

from service.adapters.rulebook.findings import Findings
from service.adapters.rulebook.tree import Place
from service.adapters.rulebook.wording import shorten

# Each pattern passes over a line once, however it is made: nobody's file may keep the checker busy.
_HEADING: Final = re.compile(r"(#{1,6})(?:[ \t].*)?")
_LINK: Final = re.compile(r"\]\(([^()\s]*)\)")
_WHOLE: Final = re.compile(r"(?:https?://[^/?#\s@\\]+|mailto:[^\s@]+@[^\s@]+|\{\{).*")
_VARIABLE: Final = re.compile(r"\{\{([^{}]*)\}\}")
_NOT_A_VALUE: Final = re.compile(r"\{%|\{\{(?![^{}]*\}\})|\{#")
_NO_WORDS: Final = re.compile(r"(?<!!)\[[ \t]*\]\(")
_NOT_SHOWN: Final[tuple[tuple[re.Pattern[str], str, str], ...]] = (
    (
        re.compile(r"!\["),
        "Pictures are not shown: whoever keeps one would learn who opens it and when, and it says nothing to many.",
        "Say in words what it shows, or lead to it with a link.",
    ),
    (
        re.compile(r"</?[A-Za-z][A-Za-z0-9-]*(?:[ \t][^<>]*)?/?>|<!--"),
        "HTML is not shown as such: readers would see its signs.",
        "Write it in Markdown, or take it out.",
    ),
    (
        re.compile(r"^(?:`{3,}|~{3,}).*|^(?:-{3,}[ \t]*|={3,}[ \t]*|(?:\*[ \t]*){3,}|_{3,}[ \t]*)$"),
        "Lines across the page and frames for code are not shown: readers would see the signs, or a heading.",
        'Take it out; a heading with "##" parts a text, and ">" sets an example off.',
    ),
)
"""What Markdown can do elsewhere and pages and mail do not: how it looks, what is wrong with it, what to do."""
_CONTACT: Final = re.compile(r"contacts\.(\w+)\.(?:name|phone)")
_OF_PROGRAM: Final = ("program.name", "program.email")
_TITLE_LEVEL: Final = 1


def check_text(path: str, text: str, contacts: Collection[str], findings: Findings) -> None:
    """Report what is wrong with the text below the front matter. `contacts` are those that the resource needs."""
    body = tuple(_body(text))
    if body and not any(each.strip() for _, each in body):
        message = "There is no text below the front matter."
        findings.error("no-text", Place(path, 1, 1, 3), message, "Write what people are to read.")
    _check_headings(path, body, findings)
    check_shown(path, text, findings)
    _check_links(path, body, findings)
    _check_values_only(path, body, findings)
    _check_variables(path, body, contacts, findings)


def check_shown(path: str, text: str, findings: Findings) -> None:
    """Report what readers of a resource or a message would see as bare signs."""
    for number, each in _body(text):
        for pattern, message, hint in _NOT_SHOWN:
            for found in pattern.finditer(each):
                place = Place(path, number, found.start() + 1, len(found[0].rstrip()))
                findings.error("not-shown", place, message, hint)


def _check_links(path: str, body: tuple[tuple[int, str], ...], findings: Findings) -> None:
    for number, each in body:
        for bare in _NO_WORDS.finditer(each):
            place = Place(path, number, bare.start() + 1, len(bare[0]) - 1)
            findings.error("bad-link", place, "This link has no words.", "Say between the brackets where it leads.")
        for link in _LINK.finditer(each):
            if not _WHOLE.fullmatch(link[1]):
                place = Place(path, number, link.start(1) + 1, len(link[1]))
                message = f'"{shorten(link[1])}" is not an address that a link can lead to.'
                findings.error("bad-link", place, message, "Write it whole, from https:// or mailto: on.")


def _check_values_only(path: str, body: tuple[tuple[int, str], ...], findings: Findings) -> None:
    for number, each in body:
        for found in _NOT_A_VALUE.finditer(each):
            message = "A resource is the same for every reader, so it has only values: {{ program.name }}."
            hint = 'Close it with "}}" on the same line.' if found[0] == "{{" else "Take it out."
            findings.error("bad-template", Place(path, number, found.start() + 1, 2), message, hint)


def _check_variables(
    path: str, body: tuple[tuple[int, str], ...], contacts: Collection[str], findings: Findings
) -> None:
    for number, each in body:
        for found in _VARIABLE.finditer(each):
            name = found[1].strip()
            contact = _CONTACT.fullmatch(name)
            if name in _OF_PROGRAM or (contact and contact[1] in contacts):
                continue
            place = Place(path, number, each.index(name, found.start(1)) + 1, len(name))
            message = f'"{shorten(name)}" is nothing that this resource has.'
            findings.error("missing-variable", place, message, _instead(contact))


def _instead(contact: re.Match[str] | None) -> str:
    if contact:
        return f'Add "{contact[1]}" to needs_contacts in the front matter.'
    return "It has program.name, program.email, and the name and phone of the contacts that it needs."


def _body(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines below the front matter, each with its number in the file; none without front matter."""
    lines = text.split("\n")
    end = next((number for number, each in enumerate(lines) if number and each.rstrip() == "---"), len(lines))
    yield from enumerate(lines[end + 1 :], end + 2)


def _check_headings(path: str, body: tuple[tuple[int, str], ...], findings: Findings) -> None:
    above = _TITLE_LEVEL
    for number, each in body:
        found = _HEADING.fullmatch(each)
        if found is None:
            continue
        place, level = Place(path, number, 1, len(found[1])), len(found[1])
        if not each.strip(" \t#"):
            findings.error("bad-heading", place, "This heading has no words.", "Write some, or take the line out.")
        elif level == _TITLE_LEVEL:
            message = "The title stands in the front matter and leads the page already."
            findings.error("bad-heading", place, message, 'Begin the headings of the text with "##".')
        elif level > above + 1:
            message = f"This heading is {level - above} levels below the one before it."
            findings.error("bad-heading", place, message, f'Begin it with "{"#" * (above + 1)}".')
        above = max(level, _TITLE_LEVEL)
