"""Mail and pages in their reader's language: whole, and with days and numbers as the reader writes them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from service.adapters.templates.book import Part, TemplateBook
from service.adapters.templates.look import ProgramLook
from service.adapters.templates.samples import sample_context
from service.adapters.templates.tongue import Tongue
from service.domain.languages import wishes
from tests.templates.pages import FOOT, LOOK, Seen, layouts, message

HELLO = message("Hi {{ recipient.first_name }},\n\nMatched on {{ mentorship.matched_on }}.", subject="Hello")
HOLA = message("Hola, {{ recipient.first_name }}:\n\nDesde el {{ mentorship.matched_on }}.", subject="Hola")
ONLY_ENGLISH = message("Hi {{ recipient.first_name }},\n\nOnly here.", subject="Only English")
OFFICE = "---\ntitle: {}\nsummary: S.\naudience: mentee\nminutes: 4\nreviewed: 2026-08-01\n---\n{}\n"
BOOK = TemplateBook(
    {
        "templates/messages/hello.md": HELLO,
        "templates/messages/es/hello.md": HOLA,
        "templates/messages/only.md": ONLY_ENGLISH,
        "templates/resources/office.md": OFFICE.format("Office Hours", "English words."),
        "templates/resources/es/office.md": "---\ntitle: Horas de consulta\nsummary: S.\n---\nPalabras.\n",
        "templates/resources/plain.md": OFFICE.format("Plain", "English only."),
    },
    layouts(),
)


def look(*tags: str) -> ProgramLook:
    return replace(LOOK, languages=wishes(*tags))


def mail(
    *tags: str, names: tuple[str, ...] = ("hello",), context: Mapping[str, object] | None = None
) -> tuple[str, str, str]:
    """Return language, subject and words of the mail that somebody gets who wants these languages."""
    parts = [Part(message=name, context=context or sample_context("mentor")) for name in names]
    made = BOOK.render_email(parts, look(*tags), FOOT)
    assert ("html", made.language) in [(tag, attrs.get("lang")) for tag, attrs in Seen(made.html).tags]
    return made.language, made.subject, made.text


@pytest.mark.parametrize("tags", [("es",), ("es-MX",), ("ES-mx",), ("de", "es"), ("es_MX",)])
def test_a_mail_is_in_the_first_wanted_language_that_there_is(tags: tuple[str, ...]) -> None:
    language, subject, text = mail(*tags)
    assert (language, subject) == ("es", "Hola")
    assert "Hola, Maya:" in text
    assert "Desde el 16 de febrero de 2026." in text
    assert "Recibes este correo porque eres mentor o mentora en Northfield Peer Mentoring." in " ".join(text.split())
    assert "Darme de baja:" in text


@pytest.mark.parametrize(
    ("tag", "day"), [("", "16 February 2026"), ("en-US", "February 16, 2026"), ("en-GB", "16 February 2026")]
)
def test_a_day_is_written_as_in_the_readers_region(tag: str, day: str) -> None:
    assert f"Matched on {day}." in mail(tag)[2]


def test_a_mail_with_one_part_that_is_not_translated_is_english_as_a_whole() -> None:
    language, subject, text = mail("es", names=("hello", "only"))
    assert (language, subject) == ("en", "2 things for your mentorship")
    assert "Hola" not in text
    assert "Unsubscribe:" in text


def test_several_things_are_counted_and_greeted_once_in_the_readers_language() -> None:
    language, subject, text = mail("es", names=("hello", "hello"))
    assert (language, subject) == ("es", "2 cosas para tu mentoría")
    assert text.count("Hola, Maya:") == 1


def test_words_stand_for_names_that_nobody_told() -> None:
    nameless = {**sample_context("mentee"), "recipient": {"name": "", "first_name": "", "role": "mentee"}}
    assert "Hola, qué tal:" in mail("es", context=nameless)[2]
    assert "Hi there," in mail("", context=nameless)[2]


def test_a_resource_in_another_language_says_so_in_mail() -> None:
    url = "https://example.org/r"
    assert BOOK.resource_context("office", url, look("es"))["title"] == "Horas de consulta"
    assert BOOK.resource_context("office", url, look("es"))["minutes"] == "4"
    assert BOOK.resource_context("plain", url, look("es"))["title"] == "Plain (en inglés)"
    assert BOOK.resource_context("plain", url, look("de"))["title"] == "Plain"


def test_a_resource_of_ones_own_is_in_the_language_that_it_names() -> None:
    text = "---\ntitle: Becas\nsummary: S.\nlanguage: es-MX\naudience: both\nminutes: 1\n---\nHay tres becas.\n"
    book = TemplateBook({"templates/resources/becas.md": text}, layouts())
    spanish, english = (book.pages(look(tag)).page("becas") for tag in ("es", "en"))
    assert "<article>" in spanish
    assert "todavía no está" not in spanish
    assert '<article lang="es-MX">' in english
    titles = {tag: book.resource_context("becas", "https://example.org/r", look(tag))["title"] for tag in ("es", "en")}
    assert titles == {"es": "Becas", "en": "Becas (in Spanish)"}


def test_a_page_is_translated_around_a_resource_that_is_not() -> None:
    translated, plain = (BOOK.pages(look("es")).page(slug) for slug in ("office", "plain"))
    assert 'lang="en"' not in translated
    assert "4 minutos de lectura · Revisado el 1 de agosto de 2026" in translated
    assert '<html lang="es">' in plain
    assert '<article lang="en">' in plain
    assert "Esta página todavía no está en español." in plain


@pytest.mark.parametrize(
    ("texts", "tag", "said"),
    [
        ({"en": "Coffee.", "es": "Café.", "es-MX": "Un cafecito."}, "es", "Café."),
        ({"en": "Coffee.", "es": "Café.", "es-MX": "Un cafecito."}, "es-MX", "Un cafecito."),
        ({"en": "Coffee.", "es-MX": "Un cafecito."}, "es-ES", "Un cafecito."),
        ({"en": "Coffee."}, "es", "Coffee."),
        ({"es": "Café.", "en": "Coffee."}, "de", "Coffee."),
        ({"fr": "Un café."}, "es", "Un café."),
    ],
)
def test_an_incentive_is_in_the_language_of_the_mail_else_as_the_program_says_it(
    texts: Mapping[str, str], tag: str, said: str
) -> None:
    words = mail(tag, context={**sample_context("mentor"), "incentive": texts})[2]
    assert [each for each in ("Coffee.", "Café.", "Un cafecito.", "Un café.") if each in words] == [said]


def test_topics_have_the_programs_own_words_only_in_its_own_language() -> None:
    own = {"depression": "Mental health"}
    tongues = {tag: replace(look(tag), labels=own) for tag in ("en", "es")}
    context = {**sample_context("mentor"), "topic": {"key": "depression"}}
    book = TemplateBook(
        {f"templates/messages/{folder}m.md": message("About {{ topic.label }}.") for folder in ("", "es/")}, layouts()
    )
    said = {tag: book.render_email([Part(message="m", context=context)], each).text for tag, each in tongues.items()}
    assert "About Mental health." in said["en"]
    assert "About Depresión." in said["es"]


ENGLISH, SPANISH, MEXICAN = (BOOK.tongue(look(tag)) for tag in ("en", "es", "es-MX"))


@pytest.mark.parametrize(
    ("tongue", "number", "weekday", "time", "zone", "listed"),
    [
        (ENGLISH, "12,345", "Monday, 2 March 2026", "3:30 pm", "Central Time", "a, b and c"),
        (SPANISH, "12.345", "lunes, 2 de marzo de 2026", "15:30", "hora central", "a, b y c"),
        (MEXICAN, "12,345", "lunes, 2 de marzo de 2026", "3:30 p.m.", "hora central", "a, b y c"),
    ],
)
def test_numbers_days_hours_zones_and_lists_are_written_as_the_reader_does(
    tongue: Tongue, number: str, weekday: str, time: str, zone: str, listed: str
) -> None:
    assert tongue.number(12_345) == number
    assert tongue.weekday(date(2026, 3, 2)) == weekday
    assert tongue.time(datetime(2026, 3, 2, 15, 30, tzinfo=UTC)).replace("\u202f", " ").replace("\xa0", " ") == time
    assert tongue.zone("America/Chicago") == zone
    assert tongue.listed(["a", "b", "c"]) == listed


def test_a_count_chooses_its_form() -> None:
    assert SPANISH.say("resources.minutes", count=1) == "1 minuto de lectura"
    assert SPANISH.say("resources.minutes", count=12_000) == "12.000 minutos de lectura"


def test_the_fixed_words_of_a_rule_set_stand_above_the_installations() -> None:
    book = TemplateBook({"templates/words/es.yaml": "mail:\n  questions: ¿Dudas? Escribe a\n"}, layouts())
    assert book.tongue(look("es")).say("mail.questions") == "¿Dudas? Escribe a"
    assert book.tongue(look("es")).say("mail.mine") == "Mis mentorías"
