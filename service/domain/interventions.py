"""Interventions: what staff may write to many, how many people have to approve it, and what becomes of it for each.

The rules of this file:
1. Words to many are plain: paragraphs without links or names in braces, for what stands in them goes to everybody.
2. Above a number of people two different persons have to approve, and nobody counts twice.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from service.domain.calendar import Instant
from service.domain.delivery import Verdict

LONGEST_HEADING: Final = 78
LONGEST_PARAGRAPH: Final = 1_000
MOST_PARAGRAPHS: Final = 20
MOST_WORDS: Final = 250
_LINK: Final = re.compile(r"https?://|www\.|\b[\w-]+\.(?:com|org|edu|net|gov|io)\b", re.IGNORECASE)
_PLACEHOLDER: Final = re.compile(r"[{}\[\]<>]")
_SHOUTED: Final = re.compile(r"\b[A-Z]{4,}(?:\W+[A-Z]{3,})+\b|!{2,}")


class Bar(StrEnum):
    """What stands between an intervention and its pairs."""

    NOTHING = "nothing"
    FIRST = "first"
    """Nobody has approved it yet."""
    SECOND = "second"
    """A second person has to."""


def bar_of(approvals: Sequence[str], people: int, alone_up_to: int) -> Bar:
    """Return what is missing; one person may approve alone for that many people."""
    persons = len(set(approvals))
    if persons == 0:
        return Bar.FIRST
    return Bar.SECOND if people > alone_up_to and persons < 2 else Bar.NOTHING


def paragraphs_of(text: str) -> tuple[str, ...]:
    """Return the paragraphs of what somebody typed: parts between empty lines, each on one line."""
    parts = re.split(r"\n\s*\n", text.replace("\0", ""))
    return tuple(filter(None, (" ".join(each.split()) for each in parts)))


@dataclass(frozen=True, slots=True)
class Remark:
    """What is to say about somebody's words; an error keeps them from going out."""

    text: str
    is_error: bool


def remarks_on(heading: str, paragraphs: Sequence[str]) -> Iterator[Remark]:
    """Yield what would go wrong with the words, errors first."""
    if not heading.strip():
        yield Remark("Write a subject: it is what people see first.", True)
    if len(heading) > LONGEST_HEADING:
        yield Remark(f"The subject has {len(heading)} characters. Phones show the first 40; keep it under 79.", True)
    if not paragraphs:
        yield Remark("Write at least one paragraph.", True)
    if len(paragraphs) > MOST_PARAGRAPHS:
        yield Remark(f"That are {len(paragraphs)} paragraphs. Keep it to {MOST_PARAGRAPHS}.", True)
    yield from (
        Remark(f"Paragraph {n} has {len(each):,} characters. Split it: {LONGEST_PARAGRAPH:,} at most.", True)
        for n, each in enumerate(paragraphs, 1)
        if len(each) > LONGEST_PARAGRAPH
    )
    yield from _style(heading, paragraphs)


def _style(heading: str, paragraphs: Sequence[str]) -> Iterator[Remark]:
    text = "\n".join((heading, *paragraphs))
    if _PLACEHOLDER.search(text):
        yield Remark("Braces and brackets go out as they are. Names are put in by themselves, in the greeting.", True)
    if _LINK.search(text):
        yield Remark("An address will not be a link, so that nobody can be led astray. Name where to find it.", False)
    if sum(len(each.split()) for each in paragraphs) > MOST_WORDS:
        yield Remark(f"That are more than {MOST_WORDS} words. Fewer are read to the end.", False)
    if _SHOUTED.search(text):
        yield Remark("Capitals and rows of exclamation marks read as shouting, and are taken for spam.", False)
    if paragraphs and re.match(r"(hi|hello|dear|hey)\b", paragraphs[0], re.IGNORECASE):
        yield Remark('Each email begins with "Hi" and the name already.', False)


class Fate(StrEnum):
    """What becomes of an intervention for one person, as things stand."""

    GETS = "gets"
    LATER = "later"
    """They get it once their hours open, or there is room."""
    NOT = "not"


def fate_of(verdict: Verdict | None, closes: Instant) -> Fate:
    """Return what becomes of a notice with that verdict, which may go until `closes`."""
    if verdict is None:
        return Fate.GETS
    return Fate.LATER if verdict.until is not None and verdict.until < closes else Fate.NOT
