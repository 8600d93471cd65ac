"""Languages as tags (`es`, `es-MX`): which of those that there are somebody gets. Source: BCP 47; RFC 4647, 3.4."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

ORIGINAL: Final = "en"
"""The language in which messages, resources and fixed words are first written; nothing lacks in it."""
_MOST: Final = 20
"""More wishes than anybody has; whoever sends more is not asking for a language."""


@lru_cache(maxsize=1_024)
def wishes(*tags: str | None) -> tuple[str, ...]:
    """Return what to look for, best first: each tag, then less of it (`es-MX`, `es`), and the original at last."""
    wider = [each for tag in tags[:_MOST] if tag for each in _wider(tag)]
    return tuple(dict.fromkeys((*wider, ORIGINAL)))


def _wider(tag: str) -> Iterable[str]:
    parts = tag.replace("_", "-").split("-")
    return ("-".join(parts[:length]) for length in range(len(parts), 0, -1))


def chosen(wanted: Iterable[str], known: Iterable[str]) -> str:
    """Return the first wish among those that are known, as it is written there; the original where none is."""
    by_tag = _folded(tuple(known))
    return next((by_tag[each.casefold()] for each in wanted if each.casefold() in by_tag), ORIGINAL)


@lru_cache(maxsize=1_024)
def _folded(known: tuple[str, ...]) -> Mapping[str, str]:
    return {each.casefold(): each for each in known}


def base(tag: str) -> str:
    """Return the language of a tag without its region or script: `es` of `es-MX`."""
    return tag.partition("-")[0].casefold()
