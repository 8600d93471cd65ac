"""The sentences of a resource's text, each with its line, and how easily they read in languages that have a measure.

Tired people read these on a phone, and some of them in a second language.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from markdown_it import MarkdownIt

_MARKDOWN: Final = MarkdownIt("commonmark").enable("table")
_END: Final = re.compile(r"(?<=[.!?…])[\"')\]]*\s+")
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_FEWEST: Final = 6
"""Words: headings, cells and other short bits would make a text look easier than it is, and may stand anywhere."""
_GROUP: Final = re.compile(r"[aeiouyéü]+")
_SILENT: Final = ("e", "es", "ed")
_SPOKEN: Final = ("le", "ted", "ded", "ses", "ces", "ges", "zes")
_MUTE_U: Final = re.compile(r"(?<=q)u|(?<=g)u(?=[eiéí])")
_NUCLEUS: Final = re.compile(r"[iuüy]?[aeoáéó](?:[iuü]|y\b)?|[íú]|[iuü](?:[iuü]|y\b)?|y\b")


class Sentence(NamedTuple):
    """One sentence as its words in small letters, and the line of the text, from 0, on which its block begins."""

    words: tuple[str, ...]
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Measure:
    """How easily sentences read: `told` names the scale; texts score at least `easiest` or at most `hardest`."""

    score: Callable[[Sequence[Sequence[str]]], float]
    told: str
    least: float = float("-inf")
    most: float = float("inf")

    def suits(self, score: float) -> bool:
        """Return whether a text with this score reads easily enough."""
        return self.least <= score <= self.most


@lru_cache(maxsize=512)
def sentences(markdown: str) -> tuple[Sentence, ...]:
    """Return the whole sentences, block by block: a heading, a list item or a table's cell ends one."""
    found = (Sentence(words(text), line, text) for line, text in _parts(markdown))
    return tuple(each for each in found if len(each.words) >= _FEWEST)


def _parts(markdown: str) -> Iterator[tuple[int, str]]:
    for token in _MARKDOWN.parse(markdown):
        if token.type == "inline":
            text = "".join(" " if child.type.endswith("break") else child.content for child in token.children or ())
            line = token.map[0] if token.map else 0
            yield from ((line, each.strip()) for each in _END.split(text) if each.strip())


def words(text: str) -> tuple[str, ...]:
    """Return the words in small letters."""
    return tuple(_WORD.findall(text.lower()))


def grade(text: Sequence[Sequence[str]]) -> float:
    """Return the school grade in which English sentences are easy. Source: Kincaid and others, 1975."""
    number = sum(map(len, text))
    spoken = sum(_english_syllables(word) for each in text for word in each)
    return 0.39 * number / len(text) + 11.8 * spoken / number - 15.59


def perspicuity(text: Sequence[Sequence[str]]) -> float:
    """Return how easily Spanish sentences read, from 0 to about 100. Source: Szigriszt Pazos, 1993."""
    number = sum(map(len, text))
    spoken = sum(spanish_syllables(word) for each in text for word in each)
    return 206.835 - 62.3 * spoken / number - number / len(text)


def _english_syllables(word: str) -> int:
    """Return an estimate: groups of vowels, without a silent e at the end."""
    silent = word.endswith(_SILENT) and not word.endswith(_SPOKEN)
    return max(1, len(_GROUP.findall(word)) - silent)


def spanish_syllables(word: str) -> int:
    """Return the number of syllables: a weak vowel without an accent joins the strong one beside it."""
    return max(1, len(_NUCLEUS.findall(_MUTE_U.sub("", word))))


MEASURES: Final[Mapping[str, Measure]] = {
    "en": Measure(grade, "school grade", most=8.0),
    # 65 is where "quite easy" begins. Source: the INFLESZ scale, Barrio-Cantalejo and others, 2008.
    "es": Measure(perspicuity, "INFLESZ score", least=65.0),
}
"""The measures that there are, by language."""
