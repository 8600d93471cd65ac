"""A book to render from, a message made of one body, and what an HTML parser sees in a mail."""

from collections.abc import Mapping
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path

from service.adapters.templates.book import Foot, Part, Rendered, TemplateBook
from service.adapters.templates.layouts import Layouts, load_layouts
from service.adapters.templates.look import ProgramLook
from service.adapters.templates.samples import sample_context

TEMPLATES = Path(__file__).parents[2] / "templates"
LOOK = ProgramLook(name="Northfield Peer Mentoring", email="mentoring@northfield.example.org", color="#7a1f2b")
FOOT = Foot(
    mine="https://mentoring.example.org/me/t",
    preferences="https://mentoring.example.org/preferences/t",
    unsubscribe="https://mentoring.example.org/unsubscribe/t",
)
FOOT_LINKS = [FOOT.mine, FOOT.preferences, FOOT.unsubscribe]


@lru_cache(maxsize=1)
def layouts() -> Layouts:
    """Return the installation's own layouts."""
    return load_layouts(TEMPLATES)


def message(
    body: str, *, subject: str = "A subject", preheader: str = "A preheader", more: str = "", buttons: str = "[]"
) -> str:
    """Return a message's file."""
    keys = f'subject: "{subject}"\npreheader: "{preheader}"\ncategory: reminders\n{more}buttons: {buttons}\n'
    return f"---\n{keys}---\n{body}\n"


def book(**messages: str) -> TemplateBook:
    """Return a book of messages by name."""
    return TemplateBook({f"templates/messages/{name}.md": text for name, text in messages.items()}, layouts())


def render(text: str, context: Mapping[str, object] | None = None, look: ProgramLook = LOOK) -> Rendered:
    """Return the mail of one message's file, by default for a mentor."""
    parts = [Part(message="m", context=context or sample_context("mentor"))]
    return book(m=text).render_email(parts, look, FOOT)


class Seen(HTMLParser):
    """What stands in a page: its tags with attributes, in order, and the words of each."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in ("meta", "br", "img", "link"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip() and self._open:
            self.words.append((self._open[-1], " ".join(data.split())))

    @property
    def links(self) -> list[str]:
        return [attrs["href"] for tag, attrs in self.tags if tag == "a"]

    @property
    def headings(self) -> list[tuple[str, str]]:
        return [(tag, words) for tag, words in self.words if tag in ("h1", "h2", "h3", "h4", "h5", "h6")]

    @property
    def text(self) -> str:
        return " ".join(words for tag, words in self.words if tag not in ("style", "title"))

    def count(self, tag: str) -> int:
        return sum(1 for name, _ in self.tags if name == tag)
