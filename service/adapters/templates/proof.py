"""Proofreading a rendered mail: what its readers would trip over. Nothing is fetched.

Sources: WCAG 2.1, success criteria 1.1.1 and 1.4.3; RFC 5322, section 2.1.1, from which the 78 characters come.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from html.parser import HTMLParser
from typing import Final
from urllib.parse import unquote, urlsplit

from service.adapters.templates.book import Rendered
from service.adapters.templates.colors import ENOUGH, contrast
from service.adapters.templates.ground import Shade, shades
from service.adapters.templates.hrefs import is_link
from service.adapters.templates.short_line import LONGEST_SUBJECT

_HOST: Final = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")
_LOCAL: Final = ("localhost", "127.0.0.1")
"""Where an installation on one machine has its own pages."""
_LEFT_OVER: Final = re.compile(
    r"todo|fixme|tbd|xxx+|lorem|insert|placeholder|change-?me|your-?(?:domain|link|url|site)|example\.com"
    r"|[{}<>\[\]…]|\.\.\.",
    re.IGNORECASE,
)
_RESOURCE: Final = re.compile(r"/resources/([^/]*)/?")
_HEX: Final = re.compile(r"#[0-9a-f]{6}")


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing to mend, in a sentence. `near` is text by which its place can be found in what the author wrote."""

    words: str
    near: str = ""
    in_layout: bool = False


def flaws(mail: Rendered, resources: Collection[str], public_url: str) -> Iterator[Flaw]:
    """Yield what is wrong with a mail. `resources` are the slugs that there are, `public_url` where their pages are."""
    page = _Page()
    page.feed(mail.html)
    page.close()
    yield from _subject(mail.subject)
    yield from _text(mail.text, page.links)
    for link in page.links:
        yield from _link(link, resources, public_url)
    for source in page.bare_images:
        yield Flaw(f"The image {source} has no alt text. Say in alt what it shows.", source, in_layout=True)
    yield from dict.fromkeys(flaw for shade in shades(mail.html) for flaw in _shade(shade))


def _subject(subject: str) -> Iterator[Flaw]:
    if len(subject) > LONGEST_SUBJECT:
        told = f"The subject has {len(subject)} characters, and {LONGEST_SUBJECT} are the most"
        yield Flaw(f"{told}: “{subject}”. Shorten it.", "subject:")
    elif not subject:
        yield Flaw("The subject is empty. Write one.", "subject:")


def _text(text: str, links: list[str]) -> Iterator[Flaw]:
    if not text.strip():
        yield Flaw("There is no text part. Let layouts/email.txt show the message.", in_layout=True)
        return
    for link in links:
        if link.removeprefix("mailto:") not in text:
            yield Flaw(f"The text part lacks the link {link}. Let layouts/email.txt show it.", link, in_layout=True)


def _link(link: str, resources: Collection[str], public_url: str) -> Iterator[Flaw]:
    fault = _fault_of(link)
    if fault:
        yield Flaw(f"The link “{link}” {fault}. Write the address it should lead to.", link)
        return
    own, found = urlsplit(public_url), urlsplit(link)
    page = _RESOURCE.fullmatch(found.path) if found.netloc.lower() == own.netloc.lower() else None
    slug = unquote(page[1]) if page else ""
    if slug and slug not in resources:
        near = get_close_matches(slug, resources, 1)
        hint = f"Did you mean {near[0]}?" if near else f"Write templates/resources/{slug}.md, or name another."
        yield Flaw(f"The link “{link}” leads to a resource that does not exist. {hint}", link)


def _fault_of(link: str) -> str:
    """Return what is wrong with an address, or "". Whether anybody answers there is not looked at."""
    if not is_link(link):
        return "is no web or mail address"
    if _LEFT_OVER.search(unquote(link)):
        return "looks as if it was to be filled in"
    try:
        parts = urlsplit(link)
        host, _ = (parts.hostname or "", parts.port) if parts.scheme != "mailto" else (parts.path.rpartition("@")[2], 0)
    except ValueError:
        return "is no web or mail address"
    return "" if _HOST.fullmatch(host.lower()) or host in _LOCAL else f"has no host that can be: “{host}”"


def _shade(shade: Shade) -> Iterator[Flaw]:
    unknown = next((each for each in (shade.color, shade.ground) if not _HEX.fullmatch(each)), None)
    if unknown is not None:
        yield Flaw(f"The color “{unknown}” cannot be judged. Write it as #rrggbb.", unknown, in_layout=True)
    elif (found := contrast(shade.color, shade.ground)) < ENOUGH:
        words = shade.words if len(shade.words) <= 40 else f"{shade.words[:39]}…"
        yield Flaw(
            f"“{words}” is hard to read: {shade.color} on {shade.ground} has a contrast of {found:.1f}, "
            f"and {ENOUGH} are the least. Make one of the two darker or lighter.",
            shade.color,
            in_layout=True,
        )


class _Page(HTMLParser):
    """The links of a mail, each once, and the images without words."""

    def __init__(self) -> None:
        super().__init__()
        self._links: dict[str, None] = {}
        self.bare_images: list[str] = []

    @property
    def links(self) -> list[str]:
        return list(self._links)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given: Mapping[str, str | None] = dict(attrs)
        if tag == "a":
            self._links[given.get("href") or ""] = None
        elif tag == "img" and not (given.get("alt") or "").strip():
            self.bare_images.append(given.get("src") or "without src")
