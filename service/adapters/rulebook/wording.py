"""How a wrong word is shown, and which right one was probably meant."""

import re
from collections.abc import Collection
from difflib import SequenceMatcher, get_close_matches
from functools import lru_cache

CURLY_QUOTES = "\u201c\u201d\u201e\u2018\u2019"
"""What word processors write for straight quotes; to YAML they are letters."""

_LONGEST_WORD = 60
_FEW = 8

_SYNONYMS = {
    "after": "wait",
    "delay": "wait",
    "ahead": "before",
    "when": "starts",
    "on": "starts",
    "event": "starts",
    "trigger": "starts",
    "if": "only_while",
    "only_if": "only_while",
    "condition": "only_while",
    "conditions": "only_while",
    "unless": "until",
    "stop": "until",
    "stops": "until",
    "name": "title",
    "description": "why",
    "reason": "why",
    "type": "kind",
    "template": "message",
    "recipient": "to",
    "times": "total",
    "max": "at_most",
    "maximum": "at_most",
    "min": "at_least",
    "minimum": "at_least",
    "per": "in",
    "within": "in",
    "disabled": "enabled",
    "active": "enabled",
    "groups": "only_for",
    "reminder": "nudge",
    "confirmation": "answer",
    "everyone": "both",
    "all": "both",
    "student": "mentee",
    "colour": "color",
    "none": "never",
    "no": "never",
    "not": "never",
    "false": "never",
    "ye": "happened",
    "true": "happened",
    "mentorship.created": "mentorship.matched",
    "mentorship.started": "mentorship.matched",
    "mentorship.ended": "mentorship.completed",
    "conversation.held": "conversation.logged",
    "message.sent": "mentorship.message_sent",
    "flag.raised": "flag.submitted",
    "flag.created": "flag.submitted",
    "concern.submitted": "concern.raised",
}


def shorten(word: str) -> str:
    """Return the word on one line, cut where it is too long to be one."""
    flat = " ".join(word.split())
    return flat if len(flat) <= _LONGEST_WORD else flat[: _LONGEST_WORD - 1] + "…"


def suggest(word: str, known: Collection[str]) -> str:
    """Return one sentence that leads on: the nearest known word, else the known ones where they are few."""
    found = nearest(word, tuple(known))
    if found:
        return f'Did you mean "{found}"?'
    family = [each for each in known if "." in word and each.startswith(f"{word.partition('.')[0]}.")]
    shown = known if len(known) <= _FEW else family
    return f"Write {one_of(shown)}." if 0 < len(shown) <= 2 * _FEW else ""


def one_of(words: Collection[str]) -> str:
    """Return the words as people list them: `a`, `a or b`, `one of: a, b, c`."""
    quoted = [f'"{each}"' for each in words]
    return " or ".join(quoted) if len(quoted) < 3 else f"one of: {', '.join(quoted)}"


def listed(words: Collection[str]) -> str:
    """Return the words in quotes: `"a"`, `"a" and "b"`, `"a", "b" and "c"`."""
    quoted = [f'"{each}"' for each in words]
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]]) if len(quoted) > 1 else "".join(quoted)


@lru_cache(maxsize=4096)
def nearest(word: str, known: tuple[str, ...]) -> str:
    """Return the known word that was probably meant, or "" when none is near."""
    plain = _plain(word[:_LONGEST_WORD])
    if _SYNONYMS.get(plain) in known:
        return _SYNONYMS[plain]
    by_plain = {_plain(each): each for each in known}
    close = get_close_matches(plain, by_plain, n=5, cutoff=0.7)
    return next((by_plain[each] for each in close if _parts_are_near(plain, each)), "")


def _parts_are_near(word: str, other: str) -> bool:
    """Return whether each side of the dot is near by itself: `a.created` is not `a.completed` for the same `a`."""
    if "." not in word or "." not in other:
        return True
    sides = zip(word.split(".", 1), other.split(".", 1), strict=True)
    return all(SequenceMatcher(None, one, another).ratio() >= 0.7 for one, another in sides)


def _plain(word: str) -> str:
    """Return the word without what people vary: case, plural, and what joins its parts."""
    parts = re.split(r"[\s_-]+", word.strip().lower())
    return re.sub(r"s(?=\.|_|$)", "", "_".join(parts))
