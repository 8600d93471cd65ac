"""What a link opens, to whom, and what it never does."""

import pytest

from service.domain.calendar import DAY
from service.domain.grants import GOOD_FOR_DAYS, Purpose
from tests.console.site import read
from tests.flow.events import event
from tests.pages.visits import Visits

OWN = [
    (Purpose.HELP, "ada", "m-1"),
    (Purpose.LOG, "ada", "m-1"),
    (Purpose.MINE, "ada", ""),
    (Purpose.PREFERENCES, "ada", ""),
    (Purpose.UNSUBSCRIBE, "ada", ""),
    (Purpose.ACKNOWLEDGE, "staff.primary", "m-1/help/h-1"),
    (Purpose.READ, "ada", "active-listening"),
]
SUBJECTS = ("mentorships/m-1", "participants/ada", "participants/ben")


@pytest.fixture
def asked(people: Visits) -> Visits:
    """Somebody asked for help, so that there is something to acknowledge."""
    data = {"request_id": "h-1", "by": "mentee", "option": "talk_to_institution"}
    people.stage.take(event("help.requested", "mentorships/m-1", people.stage.clock.now, **data))
    return people


@pytest.mark.parametrize(("purpose", "who", "about"), OWN)
def test_opening_a_link_any_number_of_times_changes_nothing(
    asked: Visits, purpose: Purpose, who: str, about: str
) -> None:
    link = asked.link(purpose, who, about)
    answered = [asked.get(link + query).status_code for query in ("", "", "?option=remove_me&do=log&undo=x")]
    assert answered == [200, 200, 200]
    assert asked.app.test_client().head(link).status_code == 200
    assert [each for subject in SUBJECTS for each in asked.answers(subject)] == []


@pytest.mark.parametrize(("purpose", "who", "about"), OWN)
def test_a_link_opens_no_page_of_another_purpose(asked: Visits, purpose: Purpose, who: str, about: str) -> None:
    token = asked.link(purpose, who, about).rpartition("/")[2]
    for other in set(Purpose) - {purpose}:
        assert asked.get(f"/{other}/{token}").status_code == 404
        assert asked.post(f"/{other}/{token}").status_code == 404


@pytest.mark.parametrize(("purpose", "who", "about"), OWN)
def test_a_changed_link_opens_nothing(asked: Visits, purpose: Purpose, who: str, about: str) -> None:
    link = asked.link(purpose, who, about)
    head, _, token = link.rpartition("/")
    for place in range(0, len(token), 7):
        other = "A" if token[place] != "A" else "B"
        assert asked.post(f"{head}/{token[:place]}{other}{token[place + 1 :]}").status_code == 404


@pytest.mark.parametrize(("purpose", "who", "about"), OWN)
def test_an_old_link_says_so_and_acts_no_more(asked: Visits, purpose: Purpose, who: str, about: str) -> None:
    link = asked.link(purpose, who, about)
    asked.stage.clock.now += GOOD_FOR_DAYS[purpose] * DAY
    assert asked.get(link).status_code == 200
    asked.stage.clock.now += DAY
    assert asked.get(link).status_code == asked.post(link).status_code == 410


@pytest.mark.parametrize(("purpose", "who", "about"), OWN)
def test_no_page_shows_an_address_of_anybody_or_keeps_a_trace(
    asked: Visits, purpose: Purpose, who: str, about: str
) -> None:
    response = asked.get(asked.link(purpose, who, about))
    assert "ada@" not in response.text
    assert "ben@" not in response.text
    assert "Set-Cookie" not in response.headers
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert "<script" not in response.text


@pytest.mark.parametrize("purpose", [Purpose.PREFERENCES, Purpose.UNSUBSCRIBE, Purpose.ACKNOWLEDGE])
def test_pages_that_need_no_name_show_none(asked: Visits, purpose: Purpose) -> None:
    who, about = ("staff.primary", "m-1/help/h-1") if purpose is Purpose.ACKNOWLEDGE else ("ada", "")
    text = read(asked.get(asked.link(purpose, who, about)).text).text
    assert "Ada" not in text
    assert "Ben" not in text


@pytest.mark.parametrize(("who", "about"), [("ada", "m-9"), ("lea", "m-1"), ("ada", "none"), ("nobody", "m-1")])
@pytest.mark.parametrize("purpose", [Purpose.HELP, Purpose.LOG])
def test_nobody_acts_on_a_mentorship_that_is_not_theirs(asked: Visits, purpose: Purpose, who: str, about: str) -> None:
    link = asked.link(purpose, who, about)
    assert asked.get(link).status_code == asked.post(link, do="talking").status_code == 404
    assert asked.answers("mentorships/m-9") == asked.answers() == []


def test_a_link_of_one_program_acts_in_no_other(people: Visits) -> None:
    people.press(people.link(Purpose.LOG, "ada", "m-1", "eastgate"), held_on="2026-03-02", count="1")
    people.post(people.link(Purpose.UNSUBSCRIBE, "ada", "", "eastgate"))
    assert people.answers() == people.answers("participants/ada") == []
    assert len(people.answers("mentorships/m-1", "eastgate")) == 1
    assert len(people.answers("participants/ada", "eastgate")) == 4
    page = people.get(people.link(Purpose.HELP, "ada", "m-1", "eastgate")).text
    assert "Eastgate Mentors" in page
    assert "Northfield" not in page


def test_links_outlive_a_change_of_address(people: Visits) -> None:
    link = people.link(Purpose.UNSUBSCRIBE, "ada")
    people.stage.take(event("participant.updated", "participants/ada", people.stage.clock.now, email="a@example.org"))
    assert people.post(link).status_code == 200
    assert len(people.answers("participants/ada")) == 4


@pytest.mark.parametrize("path", ["/help/", "/help/x/y", "/log/%00", "/me/" + "A" * 5_000, "/unsubscribe/é"])
def test_what_is_no_link_gets_a_friendly_page(people: Visits, path: str) -> None:
    for response in (people.get(path), people.post(path)):
        assert response.status_code == 404
        assert read(response.text).headings == [(1, "This link does not work")]


def test_a_form_that_is_too_big_is_not_read(people: Visits) -> None:
    response = people.post(people.link(Purpose.LOG, "ada", "m-1"), held_on="x" * 100_000)
    assert response.status_code == 413
    assert people.answers() == []
