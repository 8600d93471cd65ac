"""How hard a text is to read, and the sentences it is made of."""

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt

_MARKDOWN = MarkdownIt("commonmark").enable("table")
_END = re.compile(r"(?<=[.!?…])[\"')\]]*\s+")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_VOWELS = re.compile(r"[aeiouyéü]+")


def sentences(markdown: str) -> Iterator[str]:
    """Yield the sentences of a text, block by block: a heading, a list item or a table's cell ends one."""
    for token in _MARKDOWN.parse(markdown):
        if token.type == "inline":
            words = "".join(" " if child.type.endswith("break") else child.content for child in token.children or ())
            yield from (each.strip() for each in _END.split(words) if each.strip())


def words(text: str) -> list[str]:
    """Return the words in small letters."""
    return _WORD.findall(text.lower())


def grade(text: list[str]) -> float:
    """Return the school grade in which these sentences are easy. Source: Kincaid and others, 1975."""
    counted = [each for each in map(words, text) if each]
    number = sum(map(len, counted))
    spoken = sum(_syllables(word) for each in counted for word in each)
    return 0.39 * number / len(counted) + 11.8 * spoken / number - 15.59


def _syllables(word: str) -> int:
    """Return an estimate: groups of vowels, without a silent e at the end."""
    silent = word.endswith(("e", "es", "ed")) and not word.endswith(("le", "ted", "ded", "ses", "ces", "ges", "zes"))
    return max(1, len(_VOWELS.findall(word)) - silent)
