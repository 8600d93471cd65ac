"""The public pages of resources."""

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest

from tests.console.site import Site, read

SLUG = "tips-for-your-first-message"
NEEDS_CONTACTS = "counselling-and-crisis-contacts"
RESOURCES = Path(__file__).parents[2] / "templates/resources"


def test_a_resource_is_shown_in_its_programs_look(site: Site) -> None:
    html = site.get(f"/resources/{SLUG}?program=northfield").text
    assert "Northfield Peer Mentoring" in html
    assert "#7a1f2b" in html
    eastgate = site.get(f"/resources/{SLUG}?program=eastgate").text
    assert "Eastgate Mentors" in eastgate
    assert "#1d4e6b" in eastgate


@pytest.mark.parametrize("program", ["", "?program=nobody", "?program=%3Cb%3E", "?program=a&program=b"])
def test_a_program_nobody_knows_gets_a_neutral_look(site: Site, program: str) -> None:
    response = site.get(f"/resources/{SLUG}{program}")
    assert response.status_code == 200
    assert "Mentoring resources" in response.text
    assert "nobody" not in response.text
    assert "<b>" not in response.text


def test_anybody_may_read_it_under_any_name(site: Site) -> None:
    assert site.get(f"/resources/{SLUG}", host="mentoring.example.org").status_code == 200


def test_the_index_leads_to_every_resource_that_the_program_can_show(site: Site) -> None:
    page = site.page("/resources/?program=northfield")
    links = [href for _, href in page.links if "?program=northfield" in href]
    assert {f"{path.stem}?program=northfield" for path in RESOURCES.glob("*.md")} == set(links)
    assert all(site.get(f"/resources/{href}").status_code == 200 for href in set(links))


def test_the_index_has_a_programs_own_words_for_topics_and_leaves_out_what_it_hides(site: Site) -> None:
    northfield = [text for _, text in site.page("/resources/?program=northfield").headings]
    assert "Mental health" in northfield
    assert "Depression" not in northfield
    assert "Transition" in northfield
    eastgate = [text for _, text in site.page("/resources/?program=eastgate").headings]
    assert "Enrolment" in eastgate
    assert "Transition" not in eastgate


def test_the_index_of_no_program_leaves_out_what_needs_contacts(site: Site) -> None:
    page = site.page("/resources/")
    assert NEEDS_CONTACTS not in [href for _, href in page.links]
    assert SLUG in [href for _, href in page.links]


def test_contacts_are_the_programs_own_and_can_be_dialled(site: Site) -> None:
    northfield = site.page(f"/resources/{NEEDS_CONTACTS}?program=northfield")
    assert northfield.address_of("555-0110") == "tel:5550110"
    assert "Northfield Counselling Center" in northfield.text
    assert "Eastgate Counselling Service" in site.page(f"/resources/{NEEDS_CONTACTS}?program=eastgate").text


@pytest.mark.parametrize("program", ["", "?program=nobody"])
def test_without_its_contacts_a_resource_is_not_shown(site: Site, program: str) -> None:
    response = site.get(f"/resources/{NEEDS_CONTACTS}{program}")
    assert response.status_code == 404
    page = read(response.text)
    assert page.headings == [(1, "This page needs your institution's contacts")]
    assert "local emergency number" in page.text


def test_a_resource_leads_on_within_the_program(site: Site) -> None:
    page = site.page(f"/resources/{SLUG}?program=eastgate")
    assert page.address_of("All resources") == "./?program=eastgate"
    assert page.address_of("First-Conversation Agenda") == "first-conversation-agenda?program=eastgate"


@pytest.mark.parametrize("path", ["/resources/none", "/resources/a/b", "/resources/..%2Fx"])
def test_an_unknown_resource_is_a_friendly_page(site: Site, path: str) -> None:
    response = site.get(path)
    assert response.status_code == 404
    assert read(response.text).headings == [(1, "We could not find this page")]


@pytest.mark.parametrize("path", [f"/resources/{SLUG}?program=northfield", "/resources/", "/resources/none"])
def test_only_its_own_style_may_apply(site: Site, path: str) -> None:
    response = site.get(path)
    policy = response.headers["Content-Security-Policy"]
    (style,) = re.findall(r"<style>(.*?)</style>", response.text, re.DOTALL)
    assert f"style-src 'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'" in policy
    assert "default-src 'none'" in policy
    assert " style=" not in response.text
    assert "<script" not in response.text
