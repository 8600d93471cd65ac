"""The standard pack of messages renders for those who can get them."""

from functools import lru_cache
from itertools import pairwise

import pytest

from service.adapters.schemas.load import load_schemas
from service.adapters.templates.book import Part, TemplateBook
from service.adapters.templates.plain_text import as_text
from service.adapters.templates.samples import sample_context, sample_start
from service.adapters.templates.values import prepared
from service.domain.catalogue import Catalogue
from tests.templates.pages import FOOT, LOOK, TEMPLATES, Seen, layouts

TEXTS = {
    f"templates/{path.relative_to(TEMPLATES).as_posix()}": path.read_text("utf-8") for path in TEMPLATES.rglob("*.md")
}
PACK = TemplateBook(TEXTS, layouts())


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    return load_schemas(TEMPLATES.parent / "schemas").catalogue


def start_with_every_field() -> dict[str, object]:
    """Return data with the fields of all event types, since a message does not say which event starts it."""
    start: dict[str, object] = {}
    for event_type in catalogue().types.values():
        start |= sample_start(event_type)
    return start


@pytest.mark.parametrize("name", PACK.message_names)
def test_every_message_renders(name: str) -> None:
    contexts = {role: sample_context(role, start=start_with_every_field()) for role in ("mentor", "mentee", "staff")}
    readers = [role for role, context in contexts.items() if not PACK.problems_of(name, [context])]

    assert readers, PACK.problems_of(name, contexts.values())
    for role in readers:
        mail = PACK.render_email([Part(message=name, context=contexts[role])], LOOK, FOOT)
        levels = [int(tag[1]) for tag, _ in Seen(mail.html).headings]
        assert levels[0] == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))
        assert all(mark not in mail.text + mail.html for mark in ("{{", "}}", "None", "\ue000"))
        assert 0 < len(mail.subject) <= 78


REMINDERS = [path.split("/")[-1][:-3] for path, text in TEXTS.items() if "\ncategory: reminders\n" in text]
SHORT = 150
"""Words: what a nudge may ask of somebody who reads it between two classes."""


@pytest.mark.parametrize("role", ["mentor", "mentee"])
@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("name", REMINDERS)
def test_a_reminder_is_short(name: str, number: int, role: str) -> None:
    slot = {"number": number, "total": 3, "last": number == 3}
    context = {**sample_context(role, start=start_with_every_field()), "slot": slot}
    written = PACK.message(name).write(prepared(context))
    assert len(as_text(written.body, written.values).split()) <= SHORT


@pytest.mark.parametrize("role", ["mentor", "mentee", "staff", "advisor"])
def test_a_sample_context_has_all_that_the_reader_can_have(role: str) -> None:
    context = sample_context(role, start={"by": "mentor"})

    assert {"recipient", "program", "rule", "slot", "start", "links", "mentorship", "mentor", "mentee"} <= set(context)
    assert ("counterpart" in context) == (role in ("mentor", "mentee"))
    assert context["start"] == {"by": "mentor", "date": "2 March 2026"}
    bare = sample_context(role, mentorship=False, resource=False, topic=False)
    assert not {"mentorship", "mentor", "mentee", "counterpart", "resource", "topic"} & set(bare)


def test_a_sample_start_has_every_field_and_the_first_of_its_values() -> None:
    flag = sample_start(catalogue().types["flag.submitted"])

    assert set(flag) == {*catalogue().types["flag.submitted"].fields, "date"}
    assert isinstance(flag["topics"], list)
    assert flag["priority"] == catalogue().types["flag.submitted"].fields["priority"].values[0]
    assert sample_start(None, "date.program_ends") == {"date": "2 March 2026"}
