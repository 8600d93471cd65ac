""" "I can't get in touch": who may choose what, one request for one press, and an hour to take it back."""

import pytest

from service.domain.calendar import DAY, HOUR, MINUTE
from service.domain.grants import Purpose
from service.pages.help_options import REACH_OUT
from tests.console.site import read
from tests.flow.events import event
from tests.pages.visits import Visits, hidden

ALL = ["dont_know_how_to_reach_out", "talk_to_institution", "unmatch_and_rematch", "unmatch_no_rematch", "remove_me"]


def choose(people: Visits, link: str, option: str) -> dict[str, str]:
    """Return the form of the page on which a choice is confirmed."""
    return hidden(people.get(f"{link}?option={option}&go=on").text)


def undo_of(html: str) -> str:
    return next(each["value"] for each in read(html).all("button") if each.get("name") == "undo")


@pytest.mark.parametrize(("who", "number"), [("ada", 5), ("ben", 4)])
def test_a_mentor_has_five_choices_and_a_mentee_four(people: Visits, who: str, number: int) -> None:
    page = read(people.get(people.link(Purpose.HELP, who, "m-1")).text)
    offered = [each["value"] for each in page.all("input") if each.get("name") == "option"]
    assert offered == [each for each in ALL if who == "ada" or each != "unmatch_no_rematch"]
    assert len(offered) == number


def test_the_choices_are_those_that_the_event_knows(people: Visits) -> None:
    assert set(ALL) == set(people.stage.schemas.catalogue.types["help.requested"].fields["option"].values)


@pytest.mark.parametrize("option", ALL)
def test_a_confirmed_choice_is_an_event_and_is_answered_at_once(people: Visits, option: str) -> None:
    link = people.link(Purpose.HELP, "ada", "m-1")
    before = len(people.mails_to("ada"))
    response = people.post(link, **choose(people, link, option))
    assert response.status_code == 200
    assert people.told() == [("help.requested", {"by": "mentor", "option": option})]
    people.stage.work_until(people.stage.clock.now + MINUTE)
    assert len(people.mails_to("ada")) > before


def test_a_mentee_cannot_choose_what_only_mentors_may(people: Visits) -> None:
    link = people.link(Purpose.HELP, "ben", "m-1")
    form = {**choose(people, link, "remove_me"), "option": "unmatch_no_rematch"}
    assert people.post(link, **form).status_code == 422
    assert people.answers() == []


def test_sending_the_form_twice_asks_once_before_and_after_it_is_known(people: Visits) -> None:
    link = people.link(Purpose.HELP, "ben", "m-1")
    form = choose(people, link, "talk_to_institution")
    pages = [people.post(link, **form).text for _ in range(2)]
    people.stage.work_until(people.stage.clock.now + MINUTE)
    pages.append(people.post(link, **choose(people, link, "talk_to_institution")).text)
    assert len(people.answers()) == 1
    assert all("We have your request" in each for each in pages)


def test_another_link_of_the_same_person_knows_the_open_request(people: Visits) -> None:
    first = people.link(Purpose.HELP, "ben", "m-1")
    people.post(first, **choose(people, first, "remove_me"))
    people.stage.clock.now += 2 * DAY
    second = people.link(Purpose.HELP, "ben", "m-1")
    assert "Remove me from the program" in read(people.get(second).text).text
    people.post(second, **choose(people, second, "remove_me"))
    assert len(people.answers()) == 1


def test_the_counterpart_does_not_see_it(people: Visits) -> None:
    link = people.link(Purpose.HELP, "ben", "m-1")
    people.post(link, **choose(people, link, "talk_to_institution"))
    page = read(people.get(people.link(Purpose.HELP, "ada", "m-1")).text)
    assert "You have asked" not in page.text


def test_it_can_be_taken_back_for_an_hour(people: Visits) -> None:
    link = people.link(Purpose.HELP, "ben", "m-1")
    undo = undo_of(people.post(link, **choose(people, link, "remove_me")).text)
    people.stage.work_until(people.stage.clock.now + HOUR - MINUTE)
    assert "Taken back" in people.post(link, undo=undo).text
    assert [type for type, _ in people.told()] == ["help.requested", "help.withdrawn"]
    assert "Nothing to take back" in people.post(link, undo=undo).text
    assert len(people.answers()) == 2


def test_after_an_hour_a_person_is_asked_instead(people: Visits) -> None:
    link = people.link(Purpose.HELP, "ben", "m-1")
    undo = undo_of(people.post(link, **choose(people, link, "remove_me")).text)
    people.stage.work_until(people.stage.clock.now + HOUR)
    assert "Take it back" not in people.get(link).text
    assert "Please write to us" in people.post(link, undo=undo).text
    assert len(people.answers()) == 1


def test_what_needs_no_person_can_be_taken_back_at_any_time(people: Visits) -> None:
    link = people.link(Purpose.HELP, "ben", "m-1")
    people.post(link, **choose(people, link, REACH_OUT))
    people.stage.work_until(people.stage.clock.now + 6 * DAY)
    people.post(link, undo=undo_of(people.get(link).text))
    assert [type for type, _ in people.told()] == ["help.requested", "help.withdrawn"]


def test_after_taking_it_back_the_same_can_be_asked_again(people: Visits) -> None:
    link = people.link(Purpose.HELP, "ben", "m-1")
    undo = undo_of(people.post(link, **choose(people, link, "remove_me")).text)
    people.post(link, undo=undo)
    people.stage.clock.now += MINUTE
    people.post(link, **choose(people, link, "remove_me"))
    assert [type for type, _ in people.told()] == ["help.requested", "help.withdrawn", "help.requested"]


def test_nobody_takes_back_the_request_of_the_other(people: Visits) -> None:
    link = people.link(Purpose.HELP, "ben", "m-1")
    undo = undo_of(people.post(link, **choose(people, link, "remove_me")).text)
    assert "Nothing to take back" in people.post(people.link(Purpose.HELP, "ada", "m-1"), undo=undo).text
    assert len(people.answers()) == 1


@pytest.mark.parametrize("at", ["", "x", "-1", "0", "9" * 30])
def test_a_form_from_long_ago_or_of_no_time_is_confirmed_anew(people: Visits, at: str) -> None:
    link = people.link(Purpose.HELP, "ben", "m-1")
    assert "Yes, please do" in people.post(link, option="remove_me", at=at).text
    assert people.answers() == []


def test_going_on_without_a_choice_says_so(people: Visits) -> None:
    response = people.get(people.link(Purpose.HELP, "ben", "m-1") + "?go=on")
    assert response.status_code == 422
    assert "Choose one of these first." in response.text


def test_when_the_mentorship_has_ended_there_is_nothing_to_choose(people: Visits) -> None:
    link = people.link(Purpose.HELP, "ben", "m-1")
    form = choose(people, link, "remove_me")
    people.stage.take(event("mentorship.completed", "mentorships/m-1", people.stage.clock.now))
    assert "rests or has ended" in people.get(link).text
    assert "rests or has ended" in people.post(link, **form).text
    assert people.answers() == []


def test_who_presses_again_after_taking_it_back_is_heard(people: Visits) -> None:
    """By the form of before, as a browser goes back to it: a request that is gone is asked anew."""
    link = people.link(Purpose.HELP, "ben", "m-1")
    form = choose(people, link, "remove_me")
    people.post(link, undo=undo_of(people.post(link, **form).text))
    assert "We have your request" in people.post(link, **form).text
    assert "We have your request" in people.post(link, **form).text
    assert [type for type, _ in people.told()] == ["help.requested", "help.withdrawn", "help.requested"]
