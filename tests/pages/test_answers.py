"""Logging, choosing what mail comes, unsubscribing, acknowledging, and somebody's own page."""

import re
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from service.domain.calendar import DAY, HOUR, MINUTE
from service.domain.grants import Purpose
from tests.console.site import read
from tests.flow.events import event, pair
from tests.pages.visits import MONDAY, Visits, hidden

ONE_CLICK = "List-Unsubscribe=One-Click"
NUDGES = ("reminders", "resources", "celebrations", "surveys")


def test_a_conversation_is_logged_with_day_number_and_topics(people: Visits) -> None:
    form = MultiDict([("held_on", "2026-03-02"), ("count", "2"), ("topics", "career"), ("topics", "stress")])
    link = people.link(Purpose.LOG, "ben", "m-1")
    thanks = people.app.test_client().post(link, data=MultiDict([*form.items(True), *hidden_of(people, link)]))
    assert "We have logged 2 conversations with Ada" in read(thanks.text).text
    wanted = {"by": "mentee", "held_on": "2026-03-02", "count": 2, "topics": ["stress", "career"]}
    assert people.told() == [("conversation.logged", wanted)]


def hidden_of(people: Visits, link: str) -> list[tuple[str, str]]:
    return list(hidden(people.get(link).text).items())


def test_a_double_click_logs_once_and_another_form_once_more(people: Visits) -> None:
    link = people.link(Purpose.LOG, "ben", "m-1")
    form = {**hidden(people.get(link).text), "held_on": "2026-03-02", "count": "1"}
    assert [people.post(link, **form).status_code for _ in range(3)] == [200, 200, 200]
    assert len(people.answers()) == 1
    people.stage.clock.now += MINUTE
    people.press(link, held_on="2026-03-02", count="1")
    assert len(people.answers()) == 2


def test_a_form_sent_again_with_other_words_says_what_stands(people: Visits) -> None:
    link = people.link(Purpose.LOG, "ben", "m-1")
    form = {**hidden(people.get(link).text), "held_on": "2026-03-02", "count": "1"}
    people.post(link, **form)
    again = people.post(link, **{**form, "count": "5"})
    assert again.status_code == 409
    assert "What you sent first stands" in again.text
    assert people.told() == [("conversation.logged", {"by": "mentee", "held_on": "2026-03-02", "count": 1})]


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"held_on": "2026-03-09", "count": "1"}, "Choose the day"),
        ({"held_on": "2024-03-01", "count": "1"}, "Choose the day"),
        ({"held_on": "yesterday", "count": "1"}, "Choose the day"),
        ({"held_on": "", "count": "1"}, "Choose the day"),
        ({"held_on": "2026-03-02", "count": "0"}, "from 1 to 50"),
        ({"held_on": "2026-03-02", "count": "51"}, "from 1 to 50"),
        ({"held_on": "2026-03-02", "count": "two"}, "from 1 to 50"),
        ({}, "Choose the day"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(people: Visits, form: dict[str, Any], said: str) -> None:
    response = people.press(people.link(Purpose.LOG, "ben", "m-1"), form)
    assert response.status_code == 422
    assert said in response.text
    assert people.answers() == []


@pytest.mark.parametrize(
    ("day", "status"), [("2026-03-01", 422), ("2026-03-02", 200), ("2026-03-13", 200), ("2026-03-15", 422)]
)
def test_a_conversation_is_of_a_day_since_the_match(people: Visits, day: str, status: int) -> None:
    people.stage.clock.now += 10 * DAY
    link = people.link(Purpose.LOG, "ben", "m-1")
    field = next(each for each in read(people.get(link).text).all("input") if each.get("name") == "held_on")
    assert (field["min"], field["max"]) == ("2026-03-02", "2026-03-13")
    response = people.press(link, held_on=day, count="1")
    assert response.status_code == status
    assert ("You two were matched on 2 March 2026." in response.text) == (status == 422)


def test_in_a_long_mentorship_a_year_back_can_be_logged(people: Visits) -> None:
    people.stage.clock.now += 400 * DAY
    response = people.press(people.link(Purpose.LOG, "ben", "m-1"), held_on="2026-03-02", count="1")
    assert (response.status_code, "a day in the past year" in response.text) == (422, True)


def test_unknown_and_hidden_topics_are_left_out(people: Visits) -> None:
    link = people.link(Purpose.LOG, "ada", "m-1", "eastgate")
    assert "Transition" not in people.get(link).text
    people.press(link, held_on="2026-03-02", count="1", topics="transition")
    people.stage.clock.now += MINUTE
    people.press(link, held_on="2026-03-02", count="1", topics="<b>")
    assert all("topics" not in data for _, data in people.told("mentorships/m-1", "eastgate"))


def test_we_are_talking_counts_once_a_day(people: Visits) -> None:
    link = people.link(Purpose.LOG, "ben", "m-1")
    for _ in range(3):
        assert "Good to know that you and Ada are talking" in people.post(link, do="talking").text
    assert people.told() == [("conversation.logged", {"by": "mentee"})]


def test_talking_ends_the_reminders_to_get_in_touch(people: Visits) -> None:
    people.post(people.link(Purpose.LOG, "ben", "m-1"), do="talking")
    people.stage.work_until(people.stage.clock.now + 20 * DAY)
    assert "A plan for your first conversation" not in people.mails_to("ben")
    assert "Your first conversation: well done" in people.mails_to("ben")


def test_a_log_can_be_taken_back_by_whoever_made_it(people: Visits) -> None:
    link = people.link(Purpose.LOG, "ben", "m-1")
    page = read(people.press(link, held_on="2026-03-02", count="1").text)
    undo = next(each["value"] for each in page.all("button") if each.get("name") == "undo")
    people.stage.work_until(people.stage.clock.now + MINUTE)
    people.post(people.link(Purpose.LOG, "ada", "m-1"), undo=undo)
    assert len(people.answers()) == 1
    people.post(link, undo=undo)
    people.post(link, undo=undo)
    assert [type for type, _ in people.told()] == ["conversation.logged", "conversation.deleted"]


def test_one_press_in_a_mail_program_ends_all_optional_mail_and_a_second_changes_nothing(people: Visits) -> None:
    link = people.link(Purpose.UNSUBSCRIBE, "ben")
    client = people.app.test_client()
    for _ in range(3):
        response = client.post(link, data=ONE_CLICK, content_type="application/x-www-form-urlencoded")
        assert response.status_code == 200
        assert "Set-Cookie" not in response.headers
    off = [("participant.preferences_changed", {"category": each, "wanted": False}) for each in sorted(NUDGES)]
    assert people.told("participants/ben") == off


@pytest.mark.parametrize("body", [b"", b"{}", ONE_CLICK.encode(), b"\xff\x00"])
def test_unsubscribing_asks_for_no_certain_body(people: Visits, body: bytes) -> None:
    response = people.app.test_client().post(people.link(Purpose.UNSUBSCRIBE, "ben"), data=body)
    assert response.status_code == 200
    assert len(people.answers("participants/ben")) == 4


def test_after_unsubscribing_no_reminder_comes_and_answers_still_do(people: Visits) -> None:
    people.post(people.link(Purpose.UNSUBSCRIBE, "ben"))
    before = people.mails_to("ben")
    people.stage.work_until(people.stage.clock.now + 15 * DAY)
    assert people.mails_to("ben") == before
    assert len(people.mails_to("ada")) > 1
    asked = {"request_id": "h-1", "by": "mentee", "option": "remove_me"}
    people.stage.take(event("help.requested", "mentorships/m-1", people.stage.clock.now, **asked))
    people.stage.work_until(people.stage.clock.now + DAY)
    assert people.mails_to("ben") == [*before, "We have your request to leave the program"]


def test_unsubscribing_works_again_after_coming_back(people: Visits) -> None:
    off, choices = people.link(Purpose.UNSUBSCRIBE, "ben"), people.link(Purpose.PREFERENCES, "ben")
    people.post(off)
    people.stage.clock.now += MINUTE
    people.post(choices, do="choose", reminders="yes")
    people.stage.clock.now += MINUTE
    people.post(off)
    wishes = [data["wanted"] for _, data in people.told("participants/ben") if data["category"] == "reminders"]
    assert wishes == [False, True, False]


def test_preferences_change_only_what_differs_and_show_what_stands(people: Visits) -> None:
    link = people.link(Purpose.PREFERENCES, "ben")
    for _ in range(2):
        people.post(link, do="choose", reminders="yes", resources="yes", surveys="yes")
    assert people.told("participants/ben") == [
        ("participant.preferences_changed", {"category": "celebrations", "wanted": False})
    ]
    boxes = [each for each in read(people.get(link).text).all("input") if each.get("type") == "checkbox"]
    assert [each["name"] for each in boxes if "checked" in each] == ["reminders", "resources", "surveys"]


def test_a_pause_rests_reminders_until_its_day_and_can_be_ended(people: Visits) -> None:
    link = people.link(Purpose.PREFERENCES, "ben")
    for _ in range(2):
        assert "rests until 20 March 2026" in people.post(link, do="pause", until="2026-03-20").text
    assert people.told("participants/ben") == [("participant.paused", {"until": "2026-03-20"})]
    before = people.mails_to("ben")
    people.stage.work_until(people.stage.clock.now + 10 * DAY)
    assert people.mails_to("ben") == before
    people.post(link, do="resume")
    people.post(link, do="resume")
    assert [type for type, _ in people.told("participants/ben")] == ["participant.paused", "participant.resumed"]
    people.post(link, do="pause", until="2026-03-20")
    assert len(people.answers("participants/ben")) == 3


@pytest.mark.parametrize("until", ["", "2026-03-03", "2026-03-01", "2028-01-01", "soon", "2026-3-9", "9999-12-31"])
def test_a_pause_needs_a_day_to_come(people: Visits, until: str) -> None:
    response = people.post(people.link(Purpose.PREFERENCES, "ben"), do="pause", until=until)
    assert response.status_code == 422
    assert "Choose a day after today" in response.text
    assert people.answers("participants/ben") == []


@pytest.fixture
def alerted(people: Visits) -> Visits:
    """Staff have an immediate flag, an urgent concern and a request for help, each about m-1."""
    now = people.stage.clock.now
    flag: dict[str, Any] = {"flag_id": "f-1", "by": "mentor", "topics": ["safety"], "priority": "immediate"}
    people.stage.take(event("flag.submitted", "mentorships/m-1", now, **flag))
    concern = {"concern_id": "c-1", "about": "mentee", "level": "urgent"}
    people.stage.take(event("concern.raised", "mentorships/m-1", now, **concern))
    people.stage.take(
        event("help.requested", "mentorships/m-1", now, request_id="h-1", by="mentee", option="remove_me")
    )
    people.stage.work_until(now + MINUTE)
    return people


@pytest.mark.parametrize(
    ("thing", "type", "data"),
    [
        ("flag/f-1", "flag.acknowledged", {"flag_id": "f-1"}),
        ("concern/c-1", "concern.acknowledged", {"concern_id": "c-1", "about": "mentee", "level": "urgent"}),
        ("help/h-1", "help.acknowledged", {}),
    ],
)
def test_staff_take_on_what_an_alert_told_them(alerted: Visits, thing: str, type: str, data: dict[str, str]) -> None:
    link = alerted.link(Purpose.ACKNOWLEDGE, "staff.primary", f"m-1/{thing}")
    assert "I have it" in alerted.get(link).text
    for _ in range(2):
        assert "Thank you: it is yours" in alerted.post(link).text
    assert alerted.told() == [(type, data)]
    assert "It is taken care of" in alerted.get(link).text
    text = read(alerted.get(link).text).text
    assert "Safety" not in text


def test_what_is_taken_on_climbs_no_further(alerted: Visits) -> None:
    before = len(alerted.mails_to("student-success"))
    for thing in ("flag/f-1", "concern/c-1"):
        alerted.post(alerted.link(Purpose.ACKNOWLEDGE, "staff.primary", f"m-1/{thing}"))
    alerted.stage.work_until(alerted.stage.clock.now + 30 * HOUR)
    assert len(alerted.mails_to("student-success")) == before


def test_a_flag_that_was_reopened_can_be_taken_on_again(alerted: Visits) -> None:
    link = alerted.link(Purpose.ACKNOWLEDGE, "staff.primary", "m-1/flag/f-1")
    alerted.post(link)
    alerted.stage.clock.now += HOUR
    alerted.stage.take(event("flag.reopened", "mentorships/m-1", alerted.stage.clock.now, flag_id="f-1"))
    alerted.stage.clock.now += MINUTE
    alerted.post(link)
    assert [type for type, _ in alerted.told()] == ["flag.acknowledged", "flag.acknowledged"]


@pytest.mark.parametrize("about", ["m-1/flag/none", "m-1/survey/f-1", "m-1", "m-1/flag", "none/flag/f-1"])
def test_what_nobody_raised_cannot_be_taken_on(alerted: Visits, about: str) -> None:
    assert alerted.get(alerted.link(Purpose.ACKNOWLEDGE, "staff.primary", about)).status_code == 404


def test_who_comes_second_is_told_that_somebody_has_it(alerted: Visits) -> None:
    first, second = (
        alerted.link(Purpose.ACKNOWLEDGE, each, "m-1/help/h-1") for each in ("staff.primary", "staff.backup")
    )
    assert "it is yours" in alerted.post(first).text
    assert "it is yours" in alerted.post(first).text, "whoever has it may press twice"
    assert "it is yours" not in alerted.post(second).text
    assert "Somebody has taken on" in alerted.post(second).text


def test_what_was_taken_back_meanwhile_is_nobodys(alerted: Visits) -> None:
    alerted.stage.take(event("help.withdrawn", "mentorships/m-1", alerted.stage.clock.now, request_id="h-1"))
    link = alerted.link(Purpose.ACKNOWLEDGE, "staff.primary", "m-1/help/h-1")
    for page in (alerted.get(link).text, alerted.post(link).text):
        assert "settled or taken back" in page


def test_my_mentorships_lead_to_what_one_can_do_and_show_what_comes(people: Visits) -> None:
    page = read(people.get(people.link(Purpose.MINE, "ben")).text)
    assert (2, "Ada") in page.headings
    assert "a reminder about you and Ada, and a reminder for you alone" in page.text
    for label in ("Log a conversation", "I can't get in touch", "Choose which emails you get"):
        address = page.address_of(label).removeprefix("..")
        assert people.get(address).status_code == 200


def test_a_mentor_of_three_reads_each_kind_of_mail_once_with_all_whom_it_is_about(people: Visits) -> None:
    for mentee in ("cem", "dana"):
        people.stage.take(*pair(MONDAY, mentorship=f"m-{mentee}", mentee=mentee)[1:])
    people.stage.work_until(people.stage.clock.now + MINUTE)
    told = [each.partition(": ")[2] for each in coming(people, "ada")]
    assert told[0] == "a reminder about you and Ben, Cem and Dana"
    assert "a reminder about you and Ben, Cem and Dana, and a reminder for you alone" in told
    page = read(people.get(people.link(Purpose.MINE, "ada")).text)
    labels = [each["aria-label"] for each in page.all("a") if "aria-label" in each]
    assert len(set(labels)) == len(labels) == 6
    assert "Log a conversation: Cem" in labels


def test_my_page_gives_away_no_flag_and_no_request_of_the_other_one(people: Visits) -> None:
    """Both stop mail: what is missing from the list of the other one would tell."""
    of_ben = coming(people, "ben")
    now = people.stage.clock.now
    flag = {"flag_id": "f-9", "by": "mentor", "topics": ["stress"], "priority": "immediate"}
    help = {"request_id": "h-9", "by": "mentee", "option": "talk_to_institution"}
    people.stage.take(event("flag.submitted", "mentorships/m-1", now, **flag))
    assert coming(people, "ben") == of_ben != []
    of_ada = coming(people, "ada")
    people.stage.take(event("help.requested", "mentorships/m-1", now, **help))
    assert coming(people, "ada") == of_ada != []


def coming(people: Visits, who: str) -> list[str]:
    """Return what somebody's own page says about mail to come."""
    return re.findall(r"<li>(.*?)</li>", people.get(people.link(Purpose.MINE, who)).text, re.DOTALL)


def test_links_on_my_page_last_no_longer_than_its_own(people: Visits) -> None:
    mine = people.link(Purpose.MINE, "ben")
    people.stage.clock.now += 180 * DAY
    onward = read(people.get(mine).text).address_of("Log a conversation").removeprefix("..")
    assert people.get(onward).status_code == 200
    people.stage.clock.now += DAY
    assert people.get(onward).status_code == 410


def test_my_page_shows_nobody_elses_mentorship(people: Visits) -> None:
    text = read(people.get(people.link(Purpose.MINE, "ben")).text).text
    assert "Lea" not in text
    assert "Max" not in text
