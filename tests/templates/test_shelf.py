"""The pages of resources: their contacts, what they lead to, and the index."""

import re
from dataclasses import replace

import pytest

from service.adapters.templates.book import TemplateBook
from service.adapters.templates.colors import ENOUGH, contrast
from service.adapters.templates.look import ProgramLook
from service.adapters.templates.shelf import Shelf
from service.adapters.templates.values import dialled
from service.domain.errors import RuleAuthorError
from service.domain.rules import Contact
from tests.templates.pages import Seen, layouts

DESK = Contact(name="<b>Help</b> Desk", phone="555-0142 ext. 7", url="https://help.example.org", hours="day and night")
WITH = ProgramLook(name="Northfield", program="north&field", contacts={"help": DESK})
WITHOUT = ProgramLook(name="Eastgate", program="eastgate")


def book(needs: str = "needs_contacts: [help]\n", body: str = "Call {{ contacts.help.name }}.") -> TemplateBook:
    """Return a book of one resource that leads to another, which needs a contact."""
    texts = {
        "templates/resources/plain.md": "---\ntitle: Plain\nrelated: [call]\n---\nText.\n",
        "templates/resources/call.md": f"---\ntitle: Call\nsummary: Whom to call.\n{needs}---\n{body}\n",
    }
    return TemplateBook(texts, layouts())


def test_contacts_lead_the_page_and_stand_in_its_text() -> None:
    seen = Seen(book().pages(WITH).page("call"))

    assert seen.headings == [("h1", "Call"), ("h2", "Who to call")]
    assert [each for each in seen.links if "555" in each or "help" in each] == [
        "tel:5550142;ext=7",
        "https://help.example.org",
    ]
    assert ("strong", "<b>Help</b> Desk") in seen.words
    assert ("span", "day and night") in seen.words
    assert ("p", "Call <b>Help</b> Desk.") in seen.words


def test_a_number_in_the_text_can_be_tapped() -> None:
    seen = Seen(book(body="Dial {{ contacts.help.phone }} now.").pages(WITH).page("call"))

    assert [each for each in seen.links if each.startswith("tel:")] == ["tel:5550142;ext=7"] * 2
    assert seen.words.count(("a", "555-0142 ext. 7")) == 2


def test_a_page_without_its_contact_is_refused_and_the_author_told() -> None:
    pages = book().pages(WITHOUT)

    assert not pages.shows("call")
    with pytest.raises(RuleAuthorError, match=r'call\.md: needs the contact "help".*below "contacts"'):
        pages.page("call")
    with pytest.raises(RuleAuthorError, match='needs the contact "help"'):
        book().resource_context("call", "https://example.org/r", WITHOUT)


@pytest.mark.parametrize("ink", ["ink", "strong", "soft", "link"])
@pytest.mark.parametrize("ground", ["ground", "card"])
def test_the_pages_own_colors_have_contrast(ink: str, ground: str) -> None:
    blocks = re.findall(r":root \{(.*?)\}", book().pages(WITH).page("plain"))
    light, dark, paper = (dict(re.findall(r"--([a-z]+): (#[0-9a-f]+)", block)) for block in blocks)
    for colors in (light, light | dark, light | paper):
        assert contrast(_long(colors[ink]), _long(colors[ground])) >= ENOUGH


def _long(color: str) -> str:
    return color if len(color) == 7 else "#" + "".join(2 * digit for digit in color[1:])


@pytest.mark.parametrize("body", ["{{ contacts.desk.name }}", "{{ contacts.help.hours }}"])
def test_a_text_may_name_only_the_contacts_it_asks_for(body: str) -> None:
    with pytest.raises(RuleAuthorError, match="needs_contacts"):
        book(body=body).pages(WITH).page("call")


def test_a_page_leads_only_to_pages_that_the_program_can_show() -> None:
    assert "call?program=north%26field" in Seen(book().pages(WITH).page("plain")).links
    assert not [each for each in Seen(book().pages(WITHOUT).page("plain")).links if each.startswith("call")]


def test_the_index_shows_shelves_with_something_on_them() -> None:
    stages = [Shelf(id="start", title="Start", slugs=("plain",)), Shelf(id="help", title="Help", slugs=("call",))]

    with_both = Seen(book().pages(WITH).index(stages, ()))
    assert with_both.headings == [("h1", "Resources"), ("h2", "Start"), ("h2", "Help")]
    assert ("span", "Whom to call.") in with_both.words
    assert Seen(book().pages(WITHOUT).index(stages, ())).headings == [("h1", "Resources"), ("h2", "Start")]


@pytest.mark.parametrize(
    ("phone", "address"),
    [("555-0100", "tel:5550100"), ("+1 (555) 555-0142", "tel:+15555550142"), ("555-0142 x 12", "tel:5550142;ext=12")],
)
def test_a_number_is_dialled_as_it_stands(phone: str, address: str) -> None:
    assert dialled(phone) == address


def test_a_logo_stands_for_the_name_and_says_it() -> None:
    logo = "https://northfield.example.org/logo.png"
    seen = Seen(book().pages(replace(WITH, logo=logo)).page("call"))

    assert [(each["src"], each["alt"]) for tag, each in seen.tags if tag == "img"] == [(logo, "Northfield")]
    assert ("p", "Northfield") not in seen.words
    assert ("p", "Northfield") in Seen(book().pages(WITH).page("call")).words


def test_a_source_is_a_whole_address() -> None:
    text = "---\ntitle: T\nsources: [ { title: A, url: a.example.org } ]\n---\nText.\n"
    with pytest.raises(RuleAuthorError, match="https://"):
        TemplateBook({"templates/resources/r.md": text}, layouts()).pages(WITH).page("r")
