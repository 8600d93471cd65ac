"""The page that says why: one sentence first, then what was asked, what was seen, and what became of each message."""

from service.domain.calendar import DAY, format_rfc3339
from tests.console.site import MONDAY, Site, read

M1 = "/console/northfield/mentorships/m-1"


def test_every_message_of_a_timeline_leads_to_its_why(site: Site) -> None:
    page = site.page(M1)
    asked = {href.partition("?")[0].rpartition("/")[2] for text, href in page.links if text == "why?"}
    assert {"first-message", "not-connecting-first", "not-connecting-second", "help-task"} <= asked
    for text, href in page.links:
        if text == "why?":
            assert site.page(href).headings[0][0] == 1


def test_what_went_says_so_in_its_moment(site: Site) -> None:
    page = site.page(M1)
    href = next(href for text, href in page.links if text == "why?" and "/why/first-message?" in href)
    text = site.page(href).text
    assert "It went on" in text
    assert "all that the rule asks for held" in page.text


def test_a_message_that_waits_names_what_holds_it_and_people_by_name(site: Site) -> None:
    text = site.page(f"{M1}/why/not-connecting-second").text
    assert "“not-connecting-second” would be due for Ada" in text
    assert "It rests while the pause “help-is-on-the-way” lasts." in text


def test_an_earlier_moment_knows_nothing_of_what_came_later(site: Site) -> None:
    at = format_rfc3339(MONDAY + DAY)
    text = site.page(f"{M1}/why/not-connecting-second?at={at}").text
    assert "help-is-on-the-way” lasts" not in text
    assert "As of 3 March 2026, 09:00" in text


def test_a_moment_that_cannot_be_read_is_now_and_an_unknown_rule_is_not_there(site: Site) -> None:
    assert "As of 10 March 2026, 23:00" in site.page(f"{M1}/why/first-message?at=yesterday").text
    response = site.get(f"{M1}/why/none")
    assert response.status_code == 404
    assert read(response.text).headings == [(1, "There is nothing at this address")]
