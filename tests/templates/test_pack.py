"""The standard pack of messages renders for those who can get them."""

import re
from datetime import date
from functools import lru_cache
from itertools import pairwise, product
from urllib.parse import urlsplit

import pytest

from service.adapters.rulebook.load import load
from service.adapters.rulebook.sources import read_sources
from service.adapters.schemas.load import load_schemas
from service.adapters.templates.book import Part, TemplateBook
from service.adapters.templates.plain_text import as_text
from service.adapters.templates.samples import sample_context, sample_start
from service.adapters.templates.values import prepared
from service.domain.catalogue import Catalogue
from service.domain.rules import Kind, RuleSet
from tests.templates.pages import FOOT, LOOK, TEMPLATES, Seen, layouts

TEXTS = {
    f"templates/{path.relative_to(TEMPLATES).as_posix()}": path.read_text("utf-8") for path in TEMPLATES.rglob("*.md")
}
PACK = TemplateBook(TEXTS, layouts())


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    return load_schemas(TEMPLATES.parent / "schemas").catalogue


@lru_cache(maxsize=1)
def pack() -> RuleSet:
    """Return the standard rule set."""
    rule_set = load(read_sources(TEMPLATES.parent / "rules", TEMPLATES), catalogue()).rule_set
    assert rule_set is not None
    return rule_set


def start_with_every_field() -> dict[str, object]:
    """Return data with the fields of all event types, since a message does not say which event starts it."""
    start: dict[str, object] = {}
    for event_type in catalogue().types.values():
        start |= sample_start(event_type)
    return start


@pytest.mark.parametrize("name", PACK.message_names)
def test_every_message_renders(name: str) -> None:
    start = start_with_every_field()
    contexts = [sample_context(role, start=start) for role in ("mentor", "mentee", "staff")]
    contexts.append(sample_context("staff", start=start, mentorship=False))
    fitting = [context for context in contexts if not PACK.problems_of(name, [context])]

    assert fitting, PACK.problems_of(name, contexts)
    for context in fitting:
        mail = PACK.render_email([Part(message=name, context=context)], LOOK, FOOT)
        levels = [int(tag[1]) for tag, _ in Seen(mail.html).headings]
        assert levels[0] == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))
        assert all(mark not in mail.text + mail.html for mark in ("{{", "}}", "None", "\ue000"))
        assert 0 < len(mail.subject) <= 78


@pytest.mark.parametrize("language", ["en", "es"])
def test_no_name_makes_a_subject_of_the_pack_too_long(language: str) -> None:
    long = "Maria Francisca Esperanza Guadalupe Villavicencio y Fernández de la Concepción"
    person = {"name": long, "first_name": long}
    for name, role, number in product(PACK.message_names, ("mentor", "mentee", "staff"), (1, 2, 3)):
        known = {key: {**each, **person} for key, each in read_by(role, number, 3).items() if key in PEOPLE}  # type: ignore[dict-item]
        context = read_by(role, number, 3) | known
        context["program"] = {**context["program"], "name": f"The {long} Program"}  # type: ignore[dict-item]
        if not PACK.problems_of(name, [context], language):
            assert len(PACK.message(name, language).write(prepared(context)).subject) <= 78


PEOPLE = ("recipient", "counterpart", "mentor", "mentee", "participant")
REMINDERS = [path.split("/")[-1][:-3] for path, text in TEXTS.items() if "\ncategory: reminders\n" in text]
SHORT = 150
"""Words: what a nudge may ask of somebody who reads it between two classes."""


def test_a_nudge_is_short_also_with_an_incentive() -> None:
    for name, role, number in product(nudges(), ("mentor", "mentee"), range(1, 7)):
        context = {**read_by(role, number, 6), "incentive": "Show this email at the café for two coffees."}
        written = PACK.message(name).write(prepared(context))
        assert len(as_text(written.body, written.values).split()) <= SHORT


def nudges() -> set[str]:
    """Return the messages that nudges of the pack send."""
    rules = [each for each in pack().rules if each.kind is Kind.NUDGE]
    return {send.message for each in rules for sends in (each.sends, *each.cases.values()) for send in sends}


@pytest.mark.parametrize("role", ["mentor", "mentee", "staff", "advisor"])
def test_a_sample_context_has_all_that_the_reader_can_have(role: str) -> None:
    context = sample_context(role, start={"by": "mentor"})

    assert {"recipient", "program", "rule", "slot", "start", "links", "mentorship", "mentor", "mentee"} <= set(context)
    assert ("counterpart" in context) == (role in ("mentor", "mentee"))
    assert context["start"] == {"by": "mentor", "date": date(2026, 3, 2)}
    bare = sample_context(role, mentorship=False, resource=False, topic=False)
    assert not {"mentorship", "mentor", "mentee", "counterpart", "resource", "topic"} & set(bare)


def test_a_sample_start_has_every_field_and_the_first_of_its_values() -> None:
    flag = sample_start(catalogue().types["flag.submitted"])

    assert set(flag) == {*catalogue().types["flag.submitted"].fields, "date"}
    assert isinstance(flag["topics"], list)
    assert flag["priority"] == catalogue().types["flag.submitted"].fields["priority"].values[0]
    assert sample_start(None, "date.program_ends") == {"date": date(2026, 3, 2)}


LINK = re.compile(r'<a [^>]*href="([^"]*)"[^>]*>([^<]*)</a>')
OWN_PAGES = {
    "log": ("log", "me"),
    "in touch": ("help",),
    "take it back": ("help",),
    "take your request back": ("help",),
    "pause": ("preferences",),
}
"""What a link's words promise, and the pages on which people do it with a press, without their platform's login."""


@pytest.mark.parametrize("name", PACK.message_names)
def test_what_can_be_done_on_our_own_pages_is_linked_there(name: str) -> None:
    for role, number in product(("mentor", "mentee"), range(1, 7)):
        context = read_by(role, number, 6)
        if PACK.problems_of(name, [context]):
            continue  # a message for staff
        mail = PACK.render_email([Part(message=name, context=context)], LOOK, FOOT).html
        for address, label in LINK.findall(mail):
            wanted = [pages for words, pages in OWN_PAGES.items() if re.search(rf"\b{words}\b", label.lower())]
            assert all(urlsplit(address).path.split("/")[1] in pages for pages in wanted), (label, address)


def repeated() -> list[tuple[int, str]]:
    """Return how often each rule of the pack reminds, and the message with which it does."""
    reminding = [each for each in pack().rules if each.total > 1 and each.kind is Kind.NUDGE]
    return sorted({(each.total, send.message) for each in reminding for send in each.sends})


@pytest.mark.parametrize(("total", "name"), repeated())
def test_no_reminder_is_an_earlier_one_again(total: int, name: str) -> None:
    for role in ("mentor", "mentee"):
        written = [PACK.message(name).write(prepared(read_by(role, k, total))) for k in range(1, total + 1)]
        assert len({each.subject for each in written}) == total
        assert len({as_text(each.body, each.values) for each in written}) == total


def read_by(role: str, number: int, total: int) -> dict[str, object]:
    """Return what the message of one slot may speak of."""
    slot = {"number": number, "total": total, "last": number == total}
    return {**sample_context(role, start=start_with_every_field()), "slot": slot}
