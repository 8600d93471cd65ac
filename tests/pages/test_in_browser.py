"""The pages in a real browser, behind the real server: without barriers, and from mail to mail."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped] # it has no types
from playwright.sync_api import Page

from service.adapters.http.server import HttpServer
from service.domain.calendar import DAY, MINUTE
from service.domain.grants import Purpose
from tests.console.browser import chromium, enter
from tests.flow.events import event
from tests.flow.stage import Stage
from tests.pages.visits import Copied, Visits, visits

WIDTHS = (320, 600, 1200)


@pytest.fixture(scope="module")
def seen(day_one: Stage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Visits, str]]:
    """Two programs behind the server that `intouch run` starts, and its address."""
    people = visits(Copied(day_one, tmp_path_factory.mktemp("browser"), INTOUCH_HTTP="127.0.0.1:0"))
    asked = {"request_id": "h-1", "by": "mentor", "option": "talk_to_institution"}
    people.stage.take(event("help.requested", "mentorships/m-9", people.stage.clock.now, **asked))
    server: HttpServer = people.stage.intouch.server()
    server.start()
    yield people, f"http://{server.address}"
    server.stop(5)
    people.stage.close()


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with chromium() as opened:
        yield opened


def looked_at(page: Page) -> None:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_load_state("load")  # frames too: axe looks into them
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(
    ("purpose", "who", "about"),
    [
        (Purpose.HELP, "lea", "m-9"),
        (Purpose.LOG, "lea", "m-9"),
        (Purpose.MINE, "ada", ""),
        (Purpose.PREFERENCES, "ada", ""),
        (Purpose.UNSUBSCRIBE, "ada", ""),
        (Purpose.ACKNOWLEDGE, "staff.primary", "m-9/help/h-1"),
        (Purpose.READ, "ada", "active-listening"),
    ],
)
def test_nothing_stands_in_the_way(
    seen: tuple[Visits, str], page: Page, purpose: Purpose, who: str, about: str
) -> None:
    people, base = seen
    response = page.goto(base + people.link(purpose, who, about))
    assert response is not None
    assert response.ok
    looked_at(page)


def test_from_a_mail_to_its_answer_and_the_timeline(seen: tuple[Visits, str], page: Page) -> None:
    people, base = seen
    people.stage.work_until(people.stage.clock.now + 15 * DAY)
    page.goto(base + help_link(people, "ben"))
    page.check("text=I don't know how to reach out")
    page.click("text=Go on")
    looked_at(page)
    page.click("text=Yes, please do")
    looked_at(page)
    assert page.inner_text("h1") == "We have your request"
    people.stage.work_until(people.stage.clock.now + MINUTE)
    assert "Words you can borrow for your message" in people.mails_to("ben")
    enter(page, base, people.stage.intouch.sessions)
    page.goto(f"{base}/console/northfield/mentorships/m-1")
    assert 'Someone pressed "I can\'t get in touch"' in page.inner_text("main")


def help_link(people: Visits, who: str) -> str:
    """Return the path of "I can't get in touch" in the newest mail to somebody that has it."""
    mails = people.stage.mailbox.page(at_most=500).mails
    bodies = [people.stage.mailbox.read(each.send_id) for each in mails if f"{who}@" in each.recipient]
    found = (re.search(r"/help/[\w-]+", body.text) for body in bodies if body)
    return next(each[0] for each in found if each)
