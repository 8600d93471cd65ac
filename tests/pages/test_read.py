"""A resource counts as read when its reader says so on a page that their own link opened, and by nothing else."""

import pytest

from service.domain.calendar import DAY
from service.domain.grants import GOOD_FOR_DAYS, Purpose
from tests.console.site import read
from tests.pages.visits import Visits

SLUG = "active-listening"
VIEWED = [("resource.viewed", {"resource": SLUG})]
PRESS = "I have read this"


def token_of(people: Visits, slug: str = SLUG, purpose: Purpose = Purpose.READ) -> str:
    return people.link(purpose, "ada", slug).rpartition("/")[2]


def article(token: str, program: str = "northfield", slug: str = SLUG) -> str:
    """Return the address of a resource as mail has it."""
    return f"/resources/{slug}?program={program}&reader={token}"


def told(people: Visits, program: str = "northfield") -> list[tuple[str, dict[str, object]]]:
    return people.told("participants/ada", program)


def test_reading_tells_nobody_and_the_button_says_it_once(people: Visits) -> None:
    token = token_of(people)
    for method in ("GET", "HEAD"):
        for path in (article(token), f"/read/{token}"):
            assert people.app.test_client().open(path, method=method).status_code == 200
    assert told(people) == []
    assert f'method="post" action="../read/{token}"' in people.get(article(token)).text
    thanks = [people.post(f"/read/{token}") for _ in range(3)]
    assert [each.status_code for each in thanks] == [200] * 3
    assert "We have noted that you have read “Active Listening”." in read(thanks[0].text).text
    assert told(people) == VIEWED


def test_it_is_said_once_whichever_mail_the_link_was_in(people: Visits) -> None:
    people.post(f"/read/{token_of(people)}")
    people.stage.clock.now += 30 * DAY
    people.post(f"/read/{token_of(people)}")
    people.post(f"/read/{token_of(people, 'office-hours')}")
    assert told(people) == [*VIEWED, ("resource.viewed", {"resource": "office-hours"})]


def test_who_has_said_so_is_not_asked_again(people: Visits) -> None:
    token = token_of(people)
    people.post(f"/read/{token}")
    for path in (article(token), f"/read/{token}"):
        html = people.get(path).text
        assert "You have said that you have read this." in html or "We have noted" in html
        assert PRESS not in html


def test_a_page_with_a_button_may_send_its_form_here_and_nobody_keeps_it(people: Visits) -> None:
    headers = people.get(article(token_of(people))).headers
    assert "form-action 'self'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "form-action 'none'" in people.get(f"/resources/{SLUG}").headers["Content-Security-Policy"]


@pytest.mark.parametrize("token", ["", "none", "é", "a" * 2_000])
def test_without_a_good_link_anybody_reads_and_nobody_is_asked(people: Visits, token: str) -> None:
    response = people.get(article(token))
    assert response.status_code == 200
    assert PRESS not in response.text


def test_a_link_for_something_else_asks_nobody(people: Visits) -> None:
    others = (
        article(token_of(people, "office-hours")),
        article(token_of(people, purpose=Purpose.LOG)),
        article(token_of(people), program="eastgate"),
    )
    assert [PRESS in people.get(each).text for each in others] == [False] * 3


def test_the_resource_is_there_for_longer_than_its_button(people: Visits) -> None:
    token = token_of(people)
    people.stage.clock.now += (GOOD_FOR_DAYS[Purpose.READ] + 1) * DAY
    response = people.get(article(token))
    assert response.status_code == 200
    assert PRESS not in response.text


def test_of_a_resource_that_is_gone_or_a_person_whom_nobody_knows_nothing_is_noted(people: Visits) -> None:
    strangers = people.link(Purpose.READ, "nobody", SLUG)
    gone = people.link(Purpose.READ, "ada", "taken-off-the-shelf")
    for link in (strangers, gone):
        assert people.get(link).status_code == people.post(link).status_code == 404
    assert people.told("participants/nobody") == told(people) == []
