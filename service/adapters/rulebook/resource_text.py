"""The shape of a resource's text: its headings in order, its links whole, and something to read.

What stands between `{{` and `}}` is the renderer's to judge.
"""

import re
from collections.abc import Iterator
from typing import Final

from service.adapters.rulebook.findings import Findings
from service.adapters.rulebook.tree import Place
from service.adapters.rulebook.wording import shorten

_HEADING: Final = re.compile(r"(#{1,6})(?:[ \t]+(.*?))?[ \t#]*$")
_LINK: Final = re.compile(r"\]\(([^)\s]*)\)")
_WHOLE: Final = re.compile(r"(?:https?://[^/?#\s@\\]+|mailto:[^\s@]+@[^\s@]+|\{\{).*")
_TITLE_LEVEL: Final = 1


def check_text(path: str, text: str, findings: Findings) -> None:
    """Report what is wrong with the text below the front matter."""
    body = tuple(_body(text))
    if body and not any(each.strip() for _, each in body):
        message = "There is no text below the front matter."
        findings.error("no-text", Place(path, 1, 1, 3), message, "Write what people are to read.")
    _check_headings(path, body, findings)
    for number, each in body:
        for link in _LINK.finditer(each):
            if not _WHOLE.fullmatch(link[1]):
                place = Place(path, number, link.start(1) + 1, len(link[1]))
                message = f'"{shorten(link[1])}" is not an address that a link can lead to.'
                findings.error("bad-link", place, message, "Write it whole, from https:// or mailto: on.")


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
        if not found[2]:
            findings.error("bad-heading", place, "This heading has no words.", "Write some, or take the line out.")
        elif level == _TITLE_LEVEL:
            message = "The title stands in the front matter and leads the page already."
            findings.error("bad-heading", place, message, 'Begin the headings of the text with "##".')
        elif level > above + 1:
            message = f"This heading is {level - above} levels below the one before it."
            findings.error("bad-heading", place, message, f'Begin it with "{"#" * (above + 1)}".')
        above = max(level, _TITLE_LEVEL)
