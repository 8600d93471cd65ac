"""The standard pack in Spanish: every message and every fixed word, and the twelve resources that go out most."""

import re
from dataclasses import replace

import pytest

from service.adapters.templates.book import Part
from service.adapters.templates.plain_text import as_text
from service.adapters.templates.values import prepared
from service.domain.languages import wishes
from tests.templates.pages import FOOT, LOOK, TEMPLATES, Seen, layouts
from tests.templates.test_pack import PACK, REMINDERS, SHORT, read_by

SPANISH = replace(LOOK, languages=wishes("es"))
RESOURCES = {path.stem: path.read_text("utf-8") for path in sorted((TEMPLATES / "resources/es").glob("*.md"))}
ENGLISH_WORDS = re.compile(r"\b(the|your|you|and|with|for|this|from|Hi|Read|Write)\b")


@pytest.mark.parametrize("name", PACK.message_names)
def test_every_message_is_spanish_to_all_who_get_it(name: str) -> None:
    for role in ("mentor", "mentee", "staff"):
        context = read_by(role, 1, 3)
        if PACK.problems_of(name, [context], "es"):
            continue  # it is not for them
        mail = PACK.render_email([Part(message=name, context={**context, "resource": READING})], SPANISH, FOOT)
        assert mail.language == "es"
        assert 0 < len(mail.subject) <= 78
        words = mail.text.replace("Northfield Peer Mentoring", "")
        assert ENGLISH_WORDS.findall(re.sub(r"https?://\S+", "", words)) == []
        assert ("html", "es") in [(tag, attrs.get("lang")) for tag, attrs in Seen(mail.html).tags]


READING = {
    "slug": "office-hours",
    "title": "Horas de consulta",
    "summary": "Qué son y qué decir al entrar.",
    "minutes": "3",
    "url": "https://mentoring.example.org/resources/office-hours",
    "body": "Las horas de consulta son para ti.",
}


@pytest.mark.parametrize("name", REMINDERS)
def test_a_reminder_is_as_short_in_spanish_and_each_is_another(name: str) -> None:
    for role in ("mentor", "mentee"):
        written = [PACK.message(name, "es").write(prepared(read_by(role, number, 6))) for number in range(1, 7)]
        assert all(len(as_text(each.body, each.values).split()) <= SHORT for each in written)
        english = [PACK.message(name).write(prepared(read_by(role, number, 6))) for number in range(1, 7)]
        assert len({each.subject for each in written}) == len({each.subject for each in english})


def test_there_are_the_ten_resources_that_go_out_most() -> None:
    assert set(RESOURCES) >= {
        "introductions-and-setting-expectations",
        "reflect-and-pay-it-forward",
        "setting-goals-together",
        "tips-for-your-first-message",
        "flags-when-how-and-telling-your-mentee",
        "reopening-messages",
        "exam-preparation",
        "office-hours",
        "asking-better-questions",
        "active-listening",
    }


@pytest.mark.parametrize("slug", RESOURCES)
def test_a_resource_has_the_headings_and_the_examples_of_its_original(slug: str) -> None:
    body = RESOURCES[slug].split("\n---\n", 1)[1]
    original = (TEMPLATES / f"resources/{slug}.md").read_text("utf-8").split("\n---\n", 1)[1]
    headings, wanted = (re.findall(r"^(#+) (.+)$", each, re.MULTILINE) for each in (body, original))
    assert [level for level, _ in headings] == [level for level, _ in wanted]
    assert body.count("\n> ") == original.count("\n> ")


def test_every_fixed_word_that_code_and_layouts_name_is_there_in_both_languages() -> None:
    sources = [path.read_text("utf-8") for path in (TEMPLATES.parent / "service").rglob("*.py")]
    sources += [path.read_text("utf-8") for path in TEMPLATES.rglob("*.*") if path.suffix in (".html", ".txt")]
    named = {key for each in sources for key in re.findall(r"say\(\s*\"([a-z]+\.[a-z_]+)\"\s*[,)]", each)}
    words = layouts().words
    assert len(named) > 100
    assert named <= set(words["en"])
    assert set(words["es"]) == set(words["en"])
