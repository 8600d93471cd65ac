"""What resources are like to read is asked of whatever lies in the folder, by one checker."""

from dataclasses import replace

import pytest

from service.adapters.rulebook.check import check
from service.adapters.rulebook.prose import LONGEST, SHORTEST
from service.adapters.rulebook.readable import MEASURES, grade, sentences, spanish_syllables, words
from service.adapters.rulebook.sources import RESOURCES, Sources
from service.adapters.rulebook.translations import lacking
from service.staff.check.finding import Severity
from tests.rulebook.sets import TODAY, catalogue, sound_sources

HEAD = "title: Own\nsummary: Ours.\naudience: both\nstage: start\nreviewed: 2026-08-01\n"
ENDS = {"": "## Do this today\n\nWrite.\n", "es/": "## Hazlo hoy\n\nEscribe.\n", "fr/": "## Et maintenant\n"}


def told(folder: str = "", *, length: int = SHORTEST, head: str = "", body: str | None = None) -> list[str]:
    """Return the codes of what the checker says of one more resource, or of its translation."""
    end, original = ENDS[folder], f"---\n{HEAD}{head}---\n{_text(SHORTEST, ENDS[''])}"
    keys = f'title: Own\nsummary: Ours.\ntranslates: "00000000"\n{head}' if folder else f"{HEAD}{head}"
    text = f"---\n{keys}---\n{_text(length, end) if body is None else body}"
    files = {"templates/resources/own.md": original, f"templates/resources/{folder}own.md": text}
    sources = Sources({**sound_sources().files, **files})
    found = check(sources, catalogue(), today=TODAY).problems
    assert [each for each in found if each.severity is Severity.ERROR] == []
    page = f"templates/resources/{folder}own.md"
    return [each.code for each in found if each.path == page and each.code not in ("missing-word", "stale-translation")]


def _text(length: int, end: str) -> str:
    """Return a text of so many words that says nothing twice and ends as it should."""
    count = length - len(end.split())
    return f"{' '.join(['go.'] * count)}\n\n{end}"


@pytest.mark.parametrize("folder", ENDS)
@pytest.mark.parametrize(
    ("length", "codes"),
    [(SHORTEST - 1, ["resource-length"]), (SHORTEST, []), (LONGEST, []), (LONGEST + 1, ["resource-length"])],
)
def test_a_resource_of_ones_own_is_as_long_as_a_standard_one(folder: str, length: int, codes: list[str]) -> None:
    assert told(folder, length=length) == codes


@pytest.mark.parametrize(("minutes", "codes"), [(1, ["reading-minutes"]), (2, []), (3, ["reading-minutes"])])
def test_its_minutes_are_those_of_its_words(minutes: int, codes: list[str]) -> None:
    assert told(head=f"minutes: {minutes}\n") == codes


HARD = {
    "": "Institutional administrative considerations necessitate comprehensive documentation.",
    "es/": "Consideraciones institucionales administrativas necesitan documentaciones interdisciplinarias.",
    "fr/": "Considérations institutionnelles administratives nécessitent documentations interdisciplinaires.",
}


@pytest.mark.parametrize(("folder", "codes"), [("", ["hard-to-read"]), ("es/", ["hard-to-read"]), ("fr/", [])])
def test_a_hard_text_is_told_in_the_languages_that_have_a_measure(folder: str, codes: list[str]) -> None:
    assert told(folder, body=f"{HARD[folder]}\n\n{_text(SHORTEST, ENDS[folder])}") == codes


@pytest.mark.parametrize(("folder", "codes"), [("", ["nothing-to-do"]), ("es/", ["nothing-to-do"]), ("fr/", [])])
def test_it_ends_with_something_to_do(folder: str, codes: list[str]) -> None:
    assert told(folder, body=_text(SHORTEST, "## The end\n")) == codes


def test_a_resource_of_ones_own_is_held_to_the_language_that_it_names() -> None:
    spanish = f"{'va. ' * SHORTEST}\n\n{ENDS['es/']}"
    assert told(body=spanish) == ["nothing-to-do"]
    assert told(body=spanish, head="language: es-MX\n") == []
    page = f"---\n{HEAD}language: es\n---\n{spanish}"
    sources = Sources({**sound_sources().files, "templates/resources/own.md": page})
    assert lacking(sources, "es", RESOURCES) == ("tips-for-your-first-message",)
    assert lacking(sources, "fr", RESOURCES) == ("own", "tips-for-your-first-message")


def test_the_later_one_in_the_catalogue_is_told_of_a_sentence_that_stands_in_another() -> None:
    again = "A first message has one job: to make it easy for the other person to answer."
    assert told(body=f"{again}\n\n{_text(SHORTEST, ENDS[''])}") == ["said-twice"]


def test_what_a_page_accepts_is_not_told_of_it_and_stays_told_of_others() -> None:
    accept = "accept: [ { warning: resource-length, because: It is a list., until: 2027-01-31 } ]\n"
    assert told(length=20, head=accept) == []
    assert told(length=SHORTEST, head=accept) == ["accept-unused"]
    assert told(length=20, head=accept.replace("2027-01", "2026-10")) == ["resource-length", "accept-expired"]
    base = dict(sound_sources().files)
    page = next(path for path in base if path.startswith("templates/resources/"))
    short = base | {
        page: base[page].split("## Three")[0],
        "templates/resources/own.md": f"---\n{HEAD}{accept}---\n{_text(20, ENDS[''])}",
    }
    found = check(replace(sound_sources(), files=short), catalogue(), today=TODAY).problems
    assert [each.path for each in found if each.code == "resource-length"] == [page]


@pytest.mark.parametrize(
    ("said", "least", "most"),
    [
        ("The cat sat on the mat.", -3, 1),
        ("Institutional administrative considerations necessitate comprehensive documentation.", 25, 60),
    ],
)
def test_a_grade_tells_easy_from_hard(said: str, least: float, most: float) -> None:
    assert least <= grade([words(said)]) <= most


@pytest.mark.parametrize(
    ("word", "syllables"),
    [
        ("ciudad", 2),
        ("aéreo", 4),
        ("hacia", 2),
        ("hacía", 3),
        ("seguir", 2),
        ("muy", 1),
        ("pingüino", 3),
        ("aunque", 2),
    ],
)
def test_spanish_syllables_are_counted_as_spanish_joins_its_vowels(word: str, syllables: int) -> None:
    assert spanish_syllables(word) == syllables


def test_sentences_end_with_their_block_and_short_bits_are_left_out() -> None:
    text = "## A head of six words here\n\n- One two three four five six? Seven.\n- One two\n  three four five six"
    assert [(each.line, len(each.words)) for each in sentences(text)] == [(0, 6), (2, 6), (3, 6)]
    assert MEASURES["es"].score([words("El gato duerme en la casa de mi abuela.")]) > 80
