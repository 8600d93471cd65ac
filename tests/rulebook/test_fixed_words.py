"""The fixed words of a language: what they lack of the original's, and values that are none."""

import pytest

from service.adapters.rulebook.fixed_words import lacking_words
from service.adapters.rulebook.load import load
from service.adapters.rulebook.sources import Sources
from tests.rulebook.sets import catalogue

ENGLISH = """mail:
  mine: My mentorships
  because: You are in {program}.
  things: { one: "{count} thing", other: "{count} things" }
"""
SPANISH = """mail:
  mine: Mis mentorías
  because: Estás en {program}.
  things: { one: "{count} cosa", other: "{count} cosas" }
"""


def sources(spanish: str, name: str = "es") -> Sources:
    return Sources({"templates/words/en.yaml": ENGLISH, f"templates/words/{name}.yaml": spanish})


def problems(spanish: str, name: str = "es") -> list[tuple[str, int]]:
    """Return code and line of each problem."""
    return [(each.code, each.line) for each in load(sources(spanish, name), catalogue()).problems]


def test_a_whole_translation_has_no_problem() -> None:
    assert problems(SPANISH) == []


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("  mine: Mis mentorías\n", "", ("untranslated", 1)),
        ("mine:", "mime:", ("no-original", 2)),
        ("{program}", "{programa}", ("missing-variable", 3)),
        ("en {program}", "dentro", ("translation-differs", 3)),
        ("one:", "once:", ("unknown-word", 4)),
        ('other: "{count} cosas"', 'many: "{count} cosas"', ("missing-word", 4)),
        ("Mis mentorías", "[Mis, mentorías]", ("not-a-word", 2)),
    ],
)
def test_what_is_wrong_with_a_translation_is_told_at_its_place(old: str, new: str, found: tuple[str, int]) -> None:
    assert old in SPANISH
    assert found in problems(SPANISH.replace(old, new))


def test_a_file_is_named_for_a_language() -> None:
    assert problems(SPANISH, "spanish-words") == [("no-original", 1)]


def test_every_key_that_a_language_lacks_is_listed() -> None:
    assert lacking_words(sources("mail:\n  mine: Mis mentorías\n"), "es") == ("mail.because", "mail.things")
    assert lacking_words(sources(SPANISH), "fr") == ("mail.mine", "mail.because", "mail.things")
