"""A staff day in a real browser, with nothing but the keyboard: see who is silent and why, write, celebrate, answer."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from service.domain.calendar import DAY, HOUR, MINUTE
from tests.console.browser import chromium, enter, no_barriers, press, served_live
from tests.console.site import MONDAY
from tests.flow.events import event, pair
from tests.flow.stage import Stage

pytestmark = pytest.mark.browser


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Stage]:
    """Three weeks of a small program: two pairs are silent, one thrives, and one mentor raised a flag."""
    stage = Stage(tmp_path, MONDAY)
    stage.take(*pair(MONDAY), *pair(MONDAY, "m-2", "cleo", "dan"), *pair(MONDAY, "m-3", "eve", "fay"))
    stage.take(
        event("mentorship.message_sent", "mentorships/m-2", MONDAY, by="mentor"),
        event("conversation.logged", "mentorships/m-2", MONDAY, conversation_id="c-1", by="mentor", count=3),
        event("participant.preferences_changed", "participants/fay", MONDAY, category="reminders", wanted=False),
    )
    stage.work_until(MONDAY + 15 * DAY)
    flag = {"flag_id": "f-1", "by": "mentor", "topics": ["belonging"], "priority": "immediate"}
    stage.take(event("flag.submitted", "mentorships/m-2", MONDAY + 15 * DAY, **flag))
    stage.work_until(MONDAY + 15 * DAY + 5 * HOUR)
    stage.intouch.summing_up.sum_up()
    yield stage
    stage.close()


@pytest.fixture
def address(live: Stage) -> Iterator[str]:
    with served_live(live) as served_at:
        yield served_at


def looked_at(page: Page, heading: str) -> None:
    """Wait for the page of that heading, and look for barriers on it."""
    expect(page.get_by_role("heading", level=1, name=heading)).to_be_visible()
    no_barriers(page)


def test_a_staff_day(address: str, live: Stage) -> None:
    with chromium() as page:
        enter(page, address, live.intouch.sessions)
        page.goto(f"{address}/console/northfield")
        looked_at(page, "Overview")
        expect(page.get_by_role("img", name="Connection rate, bars by week")).to_be_visible()

        # Somebody takes the flag on, and sees it settled.
        press(page, "What is open, taken on or not", "link")
        looked_at(page, "Who needs a person")
        press(page, "I have it: flag of Cleo and Dan, immediate")
        expect(page.get_by_role("status")).to_contain_text("climbs no further")
        live.work_until(live.clock.now + MINUTE)
        page.reload()
        expect(page.get_by_role("button", name="I have it")).to_have_count(0)

        # The silent pairs, and why one of them got nothing.
        press(page, "Mentorships", "link")
        press(page, "No conversation, quiet for two weeks", "link")
        looked_at(page, "Mentorships")
        expect(page.get_by_role("rowheader")).to_have_count(2)
        press(page, "Eve and Fay", "link")
        looked_at(page, "Eve and Fay")
        expect(page.get_by_text("They chose to get no reminders.").first).to_be_attached()
        page.go_back()

        # A word to both, with who gets it and who not; it goes, and is in the mailbox.
        press(page, "Write to all of these", "link")
        page.get_by_label("Subject, for your own words").fill("Come and say hello")
        page.get_by_label("What you want to say").fill("HELLO TO EVERYBODY!!!")
        expect(page.get_by_text("read as shouting")).to_be_visible()
        page.get_by_label("What you want to say").fill("We meet on 3 June.\n\nThere is cake.")
        expect(page.get_by_text("Nothing is wrong with it.")).to_be_visible()
        expect(page.locator("#preview")).to_contain_text("Hi Ada")
        looked_at(page, "Write to many")
        press(page, "See who gets it")
        looked_at(page, "Come and say hello")
        expect(page.locator(".fate.not")).to_have_count(1)
        press(page, "Approve, and let it go")
        expect(page.get_by_role("status")).to_contain_text("approved")
        live.work_until(live.clock.now + DAY)
        written = page.url
        enter(page, address, live.intouch.sessions)  # a day later, the session is over
        page.goto(written)
        looked_at(page, "Come and say hello")
        sent = [each for each in live.mailbox.page(at_most=99).mails if each.subject == "Come and say hello"]
        assert sorted(each.to_name for each in sent) == ["Ada", "Ben", "Eve"]

        # Those who thrive are celebrated.
        press(page, "Write to many", "link")
        looked_at(page, "Write to many")
        press(page, "Celebrate pairs with three conversations or more", "link")
        page.get_by_label("Celebrate three conversations or more").check()
        press(page, "See who gets it")
        looked_at(page, "Celebrate three")
        expect(page.get_by_text("An immediate flag is open")).to_have_count(2)

        # A rule in plain words is stopped, and goes on.
        press(page, "Rules", "link")
        looked_at(page, "Rules")
        press(page, "One week after the match, nobody has written", "link")
        looked_at(page, "One week after the match, nobody has written")
        press(page, "Stop this rule")
        expect(page.get_by_role("status")).to_contain_text("stopped")
        press(page, "Resume this rule")
        for name in ("Delivery", "Mail"):
            press(page, name, "link")
            looked_at(page, name if name == "Delivery" else "Mail")
