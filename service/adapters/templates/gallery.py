"""The gallery: every version of a message, as on a phone and on a desk, in one page that needs nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from service.adapters.templates.book import Rendered

PHONE, DESK = 375, 1200
"""Widths in CSS pixels."""
CUT_OFF_AT = 102_000
"""Bytes of HTML beyond which Gmail hides the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A message as one reader gets it, in one case of one rule."""

    message: str
    way: str
    """By which rule, in which case, to whom."""
    mail: Rendered

    @property
    def title(self) -> str:
        return f"{self.message}, {self.way}"

    @property
    def size_kb(self) -> str:
        """The size of the HTML, in kB with one decimal."""
        return f"{len(self.mail.html.encode()) / 1000:.1f}"

    @property
    def is_cut_off(self) -> bool:
        return len(self.mail.html.encode()) > CUT_OFF_AT


@dataclass(frozen=True)
class _Shelf:
    """The versions of one message."""

    name: str
    versions: Sequence[Version]

    @cached_property
    def id(self) -> str:
        return f"message-{self.name}"


def gallery(versions: Sequence[Version], heading: str, mentorship: str = "") -> str:
    """Return the page, as HTML. `mentorship` is the one whose people it is for, "" where they are samples."""
    shelves = [_Shelf(name, list(group)) for name, group in groupby(versions, key=lambda each: each.message)]
    source = Path(__file__).with_name("gallery.html").read_text("utf-8")
    page = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return page.from_string(source).render(
        shelves=shelves, heading=heading, mentorship=mentorship, number=len(versions), phone=PHONE, desk=DESK
    )
