"""Writing to many: who gets it and who not is seen before, two persons above a number, and it can be taken back."""

import re

import pytest

from service.console.interventions import COUNTED
from service.domain.calendar import DAY, HOUR, MINUTE
from service.flow.ports import Action
from tests.console.site import MONDAY, Site
from tests.console.test_overview import press
from tests.console.visitor import Visitor
from tests.flow.events import event, pair

PROGRAM = "/console/northfield"
NEW = f"{PROGRAM}/interventions/new"
WORDS = {"message": "word-from-staff", "heading": "Come and say hello", "text": "We meet on 3 June.\n\nThere is cake."}


@pytest.fixture
def three(empty: Site) -> Site:
    """Three pairs: one has talked, in one the mentee wants no reminders, and one is as it began."""
    stage = empty.stage
    stage.take(*pair(MONDAY), *pair(MONDAY, "m-2", "cleo", "dan"), *pair(MONDAY, "m-3", "eve", "fay"))
    stage.take(
        *(event("mentorship.message_sent", f"mentorships/m-{n}", MONDAY, by="mentor") for n in "123"),
        event("conversation.logged", "mentorships/m-2", MONDAY, conversation_id="c-1", by="mentor"),
        event("participant.preferences_changed", "participants/fay", MONDAY, category="reminders", wanted=False),
    )
    stage.work_until(MONDAY + DAY)
    return empty


def written(site: Site, asked: str = "talks=0", **more: str) -> str:
    """Write to those asked for, and return the address of what was written."""
    answer = site.visitor.post(NEW, **{**WORDS, "asked": asked, "unless_talked": "yes", **more})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def mails(site: Site) -> list[tuple[str, str]]:
    found = site.stage.mailbox.page(at_most=99).mails
    mine = [each for each in found if each.subject == WORDS["heading"]]
    return sorted((each.recipient.partition("@")[0], each.subject) for each in mine)


def test_who_gets_it_and_who_not_is_seen_with_the_reason_before_it_goes(three: Site) -> None:
    page = three.page(written(three))
    assert "Gets it 3 Does not get it 1" in page.text
    assert "They chose to get no reminders" in page.text
    assert "Cleo" not in page.text
    assert "Subject: Come and say hello" in page.text
    assert "There is cake." in page.text
    assert mails(three) == []


def test_the_words_are_shown_as_they_will_read_while_they_are_written(three: Site) -> None:
    told = three.visitor.post(f"{PROGRAM}/interventions/check", **WORDS, asked="talks=0").json
    assert told is not None
    assert told["marks"] == []
    assert "Hi Ada" in told["preview"]
    assert "There is cake." in told["preview"]
    wrong = three.visitor.post(f"{PROGRAM}/interventions/check", **{**WORDS, "heading": ""}, asked="talks=0").json
    assert wrong is not None
    assert (len(wrong["marks"]), wrong["preview"]) == (1, "")


def test_what_is_approved_goes_to_whom_it_was_said_and_what_came_of_it_is_told(three: Site) -> None:
    path = written(three)
    assert press(three, f"{path}/approve") == 303
    three.stage.work_until(three.stage.clock.now + HOUR)
    assert [who for who, _ in mails(three)] == ["ada", "ben", "eve"]
    page = three.page(path)
    assert "Sent 3 Not sent 1" in page.text
    with three.stage.intouch.store.reading() as snapshot:
        assert [row.detail["pairs"] for row in snapshot.audit(Action.INTERVENTION_APPROVED)] == [2]
    assert press(three, f"{path}/approve") == 303
    three.stage.work_until(three.stage.clock.now + DAY)
    assert len(mails(three)) == 3


def test_it_can_be_taken_back_until_it_is_sent(three: Site) -> None:
    path = written(three)
    press(three, f"{path}/approve")
    three.stage.work_until(three.stage.clock.now + 5 * MINUTE)
    assert press(three, f"{path}/withdraw") == 303
    three.stage.work_until(three.stage.clock.now + 2 * DAY)
    assert mails(three) == []
    assert "Taken back" in three.page(path).text


def test_who_talks_before_it_goes_is_spared_where_that_was_asked(three: Site) -> None:
    path = written(three)
    press(three, f"{path}/approve")
    three.stage.clock.now += MINUTE
    at = three.stage.clock.now
    talked = event("conversation.logged", "mentorships/m-1", at, conversation_id="c-9", by="mentee")
    three.stage.take(talked)
    three.stage.work_until(three.stage.clock.now + HOUR)
    assert [who for who, _ in mails(three)] == ["eve"]
    assert "1 pair has logged a conversation since" in three.page(path).text


def test_above_a_number_of_people_a_second_person_has_to_approve(three: Site) -> None:
    three.alone_up_to = 3
    three.__post_init__()
    path = written(three)
    assert "two persons have to approve it" in three.page(path).text
    press(three, f"{path}/approve")
    press(three, f"{path}/approve")
    three.stage.work_until(three.stage.clock.now + HOUR)
    assert mails(three) == []
    assert "waits for a second person" in three.page(path).text
    second = Visitor(three.app).enter(three.stage.intouch.sessions, person="kim")
    assert second.post(f"{path}/approve").status_code == 303
    three.stage.work_until(three.stage.clock.now + HOUR)
    assert len(mails(three)) == 3


@pytest.mark.parametrize(
    "more",
    [
        {"message": "nonsense"},
        {"heading": ""},
        {"text": ""},
        {"text": "Dear {{ name }}"},
        {"asked": "q=nobody-at-all"},
    ],
)
def test_what_cannot_go_is_said_and_kept_for_mending(three: Site, more: dict[str, str]) -> None:
    said = {**WORDS, "asked": "talks=0", **more}
    answer = three.visitor.post(NEW, **said)
    assert answer.status_code == 422
    assert said["heading"] in answer.text
    assert re.search(r'class="error"', answer.text)


def test_a_message_of_the_pack_celebrates_those_who_thrive(three: Site) -> None:
    more = event("conversation.logged", "mentorships/m-2", MONDAY, conversation_id="c-2", by="mentor", count=2)
    three.stage.take(more)
    three.stage.work_until(MONDAY + 20 * DAY)
    path = written(three, "talks=3%2B", message="celebrate-three", unless_talked="")
    assert "3 conversations: that is worth celebrating" in three.page(path).text


def test_those_are_named_of_whom_both_agreed_and_still_do(three: Site) -> None:
    stage = three.stage
    given = "participant.consent_given"
    agreed = [event(given, f"participants/{who}", MONDAY, to="newsletter") for who in ("cleo", "dan")]
    more = event("conversation.logged", "mentorships/m-2", MONDAY, conversation_id="c-2", by="mentor", count=2)
    stage.take(more, agreed[0])
    stage.work_until(MONDAY + 2 * DAY)
    assert "Nobody yet" in three.page(f"{PROGRAM}/newsletter").text
    stage.take(agreed[1])
    stage.work_until(MONDAY + 3 * DAY)
    assert "Cleo and Dan" in three.page(f"{PROGRAM}/newsletter").text
    assert "m-2,Cleo,Dan,3" in three.get(f"{PROGRAM}/newsletter.csv").text
    stage.take(event("participant.consent_withdrawn", "participants/dan", MONDAY + DAY, to="newsletter"))
    stage.work_until(MONDAY + 4 * DAY)
    assert "Nobody yet" in three.page(f"{PROGRAM}/newsletter").text


def test_resources_and_delivery_say_what_there_is(site: Site) -> None:
    text = site.page(f"{PROGRAM}/resources").text
    assert re.search(r"Tips for your first message 4 0 0", text, re.IGNORECASE)
    assert "All mail arrived" in site.page("/console/delivery").text
    assert "There is no broker here" in site.page("/console/delivery/dead-letters").text


def test_totals_are_of_the_first_pairs_and_of_all_when_asked_for(empty: Site) -> None:
    stage, number = empty.stage, COUNTED + 2
    for n in range(number):
        stage.take(
            *pair(MONDAY, f"p-{n}", f"mentor-{n}", f"mentee-{n}"),
            event("mentorship.message_sent", f"mentorships/p-{n}", MONDAY, by="mentor"),
        )
    stage.work_until(MONDAY + DAY)
    path = written(empty)
    page = empty.page(path)
    assert f"Gets it {2 * COUNTED}" in page.text
    assert f"Counted for the first {COUNTED} pairs of {number}. Count all" in page.text
    all_of_them = empty.page(f"{path}?count=more")
    assert f"Gets it {2 * number}" in all_of_them.text
    assert "Counted for" not in all_of_them.text
