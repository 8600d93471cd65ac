"""A line that fits: where a name or a title makes it too long, the name gives way, and the words around it stay.

Whoever wrote the line sees to its own words (`proof`); how long somebody's name is, nobody can know before.
"""

from textwrap import shorten
from typing import Final

from service.adapters.templates.values import PLACEHOLDER, Values, shown

LONGEST_SUBJECT: Final = 78
"""Characters. Source: RFC 5322, section 2.1.1."""
_CUT: Final = "…"
_LEAST: Final = 12
"""Characters: a name with fewer would tell nobody whom it means."""


def one_line(source: str, values: Values) -> str:
    """Return the text with its values put in, on one line."""
    return " ".join(values.plain(source).split())


def fitted(source: str, values: Values, most: int) -> str:
    """Return the text on one line of at most so many characters, its longest values shortened first, between words.

    A line that is too long by its author's own words stays as it is, so that the author is told.
    """
    known = {found[1]: " ".join(shown(values.behind(found[1])).split()) for found in PLACEHOLDER.finditer(source)}
    texts = dict(known)
    for number in sorted(texts, key=lambda each: len(texts[each]), reverse=True):
        excess = len(_put(source, texts)) - most
        if excess > 0:
            texts[number] = cut(texts[number], max(_LEAST, len(texts[number]) - excess))
    return _put(source, texts) if texts == known else cut(_put(source, texts), most)


def _put(source: str, texts: dict[str, str]) -> str:
    return " ".join(PLACEHOLDER.sub(lambda found: texts[found[1]], source).split())


def cut(text: str, most: int) -> str:
    """Return the text with at most so many characters: whole words and "…"; a single word that is longer is cut."""
    if len(text) <= most:
        return text
    whole = shorten(text, most, placeholder=_CUT).removesuffix(_CUT).rstrip(" ,;:–—-([¿¡")
    return f"{whole or text[: most - 1].rstrip()}{_CUT}"
