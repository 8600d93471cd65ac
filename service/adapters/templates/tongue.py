"""A language as one reader of it sees it: the fixed words, and how it writes days, hours, numbers and lists.

Source: Unicode's CLDR, through Babel. Plain `en` is written as the world's English writes it (`en-001`), where a day
comes before its month; `en-US` as the United States do.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time, get_timezone_name
from babel.lists import format_list
from babel.numbers import format_decimal

from service.adapters.templates.words import Words
from service.domain.calendar import zone
from service.domain.languages import ORIGINAL, base

_VALUE: Final = re.compile(r"\{(\w+)\}")
_AS_THE_WORLD: Final = {"en": "en_001"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tongue:
    """`language` is that of the words, `locale` CLDR's name of how days are written; `words` know every key."""

    language: str
    locale: str
    words: Words

    @classmethod
    def of(cls, language: str, wanted: Iterable[str], words: Words) -> "Tongue":
        """Return the language as the reader's own region writes it: `es` for somebody who wants `es-MX` first."""
        return cls(language=language, locale=locale_of(language, tuple(wanted)), words=words)

    def say(self, key: str, /, **values: object) -> str:
        """Return a fixed text with its values put in; of several forms the one that `count` asks for.

        Raises: KeyError for a key that no language has.
        """
        text = self.words[key]
        if not isinstance(text, str):
            count = values.get("count")
            text = text.get(_plural(self.locale, count if isinstance(count, int) else 1), text["other"])
        if not values:
            return text
        return _VALUE.sub(lambda found: self.written(values.get(found[1], found[0])), text)

    def knows(self, key: str) -> bool:
        return key in self.words

    def written(self, value: object) -> str:
        """Return a value in text, numbers as the language writes them."""
        return self.number(value) if _is_number(value) else str(value)

    def number(self, number: object) -> str:
        """Return `1,234` or `1.234`."""
        return _number(self.locale, number)

    def day(self, day: date) -> str:
        """Return `2 March 2026`."""
        return _day(self.locale, "long", day)

    def weekday(self, day: date) -> str:
        """Return `Monday, 2 March 2026`."""
        return _day(self.locale, "full", day)

    def time(self, at: datetime) -> str:
        """Return `3:30 pm` or `15:30`."""
        return format_time(at.time(), "short", locale=self.locale)

    def zone(self, name: str) -> str:
        """Return what people there call their time: `Central Time` for America/Chicago."""
        return _zone(self.locale, name)

    def listed(self, parts: Sequence[str]) -> str:
        """Return `a, b and c`."""
        return format_list(parts, locale=self.locale)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


@lru_cache(maxsize=1_024)
def locale_of(language: str, wanted: tuple[str, ...]) -> str:
    """Return the first locale of that language that is wanted and that CLDR knows; else the language's own."""
    region = (each for each in wanted if base(each) == base(language) and each != base(each))
    found = next((each for each in map(_known, region) if each), None)
    return found or _AS_THE_WORLD.get(language) or _known(language) or _AS_THE_WORLD[ORIGINAL]


def _known(tag: str) -> str | None:
    try:
        return str(Locale.parse(tag, sep="-", resolve_likely_subtags=False))
    except (UnknownLocaleError, ValueError):
        return None


@lru_cache(maxsize=4_096)
def _day(locale: str, form: str, day: date) -> str:
    return format_date(day, form, locale)


@lru_cache(maxsize=4_096)
def _number(locale: str, number: object) -> str:
    return format_decimal(number, locale=locale)  # type: ignore[arg-type] # asked for numbers only, see `_is_number`


@lru_cache(maxsize=1_024)
def _plural(locale: str, count: int) -> str:
    return Locale.parse(locale).plural_form(count)


@lru_cache(maxsize=1_024)
def _zone(locale: str, name: str) -> str:
    return get_timezone_name(zone(name), locale=locale)
