"""The links and headers that mail really carries, and that pressing at the same time is pressing once."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from service.adapters.mail.mailbox import StoredMail
from service.domain.calendar import DAY, MINUTE
from service.domain.grants import Purpose
from tests.flow.events import event
from tests.flow.stage import Stage
from tests.pages.visits import Copied, Visits, hidden, visits

HTTPS = "https://mentoring.example.org"
PATH = re.compile(r"/(?:help|log|me|preferences|unsubscribe|acknowledge)/[\w-]+")
ONE_CLICK = "List-Unsubscribe=One-Click"


def mails(people: Visits, who: str) -> list[StoredMail]:
    """Return Northfield's mail to somebody, newest first."""
    found = people.stage.mailbox.page(at_most=500).mails
    ids = [each.send_id for each in found if f"{who}@" in each.recipient and "northfield" in each.from_email]
    return [mail for each in ids if (mail := people.stage.mailbox.read(each)) is not None]


def paths(mail: StoredMail) -> list[str]:
    return list(dict.fromkeys(PATH.findall(mail.text)))


def test_every_link_in_a_participants_mail_opens_their_page(people: Visits) -> None:
    people.stage.work_until(people.stage.clock.now + 15 * DAY)
    found = {path for mail in mails(people, "ben") for path in paths(mail)}
    assert {path.split("/")[1] for path in found} == set(Purpose) - {"acknowledge", "read"}
    assert {people.get(path).status_code for path in found} == {200}
    assert all(PATH.findall(mail.html) for mail in mails(people, "ben"))


def test_a_resource_in_a_participants_mail_can_be_marked_as_read(people: Visits) -> None:
    people.stage.work_until(people.stage.clock.now + 15 * DAY)
    signed = re.compile(r"/resources/\S+&reader=[\w-]+")
    addresses = {each for mail in mails(people, "ben") for each in signed.findall(mail.text)}
    pages = [people.get(each).text for each in sorted(addresses)]
    assert pages
    assert all('action="../read/' in each for each in pages)


def test_a_resource_on_a_sensitive_topic_tells_staff_nothing_of_its_reader(people: Visits) -> None:
    flag: dict[str, Any] = {"flag_id": "f-1", "by": "mentor", "topics": ["career", "stress"], "priority": "routine"}
    people.stage.take(event("flag.submitted", "mentorships/m-1", people.stage.clock.now, **flag))
    people.stage.work_until(people.stage.clock.now + 2 * DAY)
    found = {each for mail in mails(people, "ada") for each in re.findall(r"/resources/([\w-]+)\?(\S*)", mail.text)}
    signed = {slug: "&reader=" in query for slug, query in found}
    assert (signed["exploring-careers"], signed["listen-refer-report"]) == (True, False)


def test_what_is_optional_says_how_to_unsubscribe_and_news_does_not(people: Visits) -> None:
    people.stage.work_until(people.stage.clock.now + 4 * DAY)
    tips, news = mails(people, "ben")
    listed = dict(tips.headers)["List-Unsubscribe"]
    assert people.get(PATH.findall(listed)[0]).status_code == 200
    assert "List-Unsubscribe" not in dict(news.headers)
    assert "/unsubscribe/" not in news.text


def test_over_https_one_press_in_the_mail_program_is_enough(day_one: Stage, tmp_path: Path) -> None:
    people = visits(Copied(day_one, tmp_path, INTOUCH_PUBLIC_URL=HTTPS))
    people.stage.work_until(people.stage.clock.now + 4 * DAY)
    headers = dict(mails(people, "ben")[0].headers)
    assert headers["List-Unsubscribe-Post"] == ONE_CLICK
    address = headers["List-Unsubscribe"].strip("<>")
    assert address.startswith(f"{HTTPS}/unsubscribe/")
    people.post(address.removeprefix(HTTPS), **{"List-Unsubscribe": "One-Click"})
    assert len(people.answers("participants/ben")) == 4
    people.stage.close()


def test_without_https_no_mail_program_is_told_to_post(people: Visits) -> None:
    people.stage.work_until(people.stage.clock.now + 4 * DAY)
    assert "List-Unsubscribe-Post" not in dict(mails(people, "ben")[0].headers)


def test_an_alert_carries_the_link_that_takes_it_on_and_none_of_a_participants(people: Visits) -> None:
    flag: dict[str, Any] = {"flag_id": "f-1", "by": "mentor", "topics": ["safety"], "priority": "immediate"}
    people.stage.take(event("flag.submitted", "mentorships/m-1", people.stage.clock.now, **flag))
    people.stage.work_until(people.stage.clock.now + MINUTE)
    (link,) = paths(mails(people, "mentoring")[0])
    assert link.startswith("/acknowledge/")
    people.post(link)
    assert people.told() == [("flag.acknowledged", {"flag_id": "f-1"})]
    people.stage.work_until(people.stage.clock.now + 2 * DAY)
    assert mails(people, "student-success") == mails(people, "director") == []


@pytest.mark.parametrize(
    ("purpose", "about", "form", "events"),
    [
        (Purpose.UNSUBSCRIBE, "", {}, 4),
        (Purpose.PREFERENCES, "", {"do": "pause", "until": "2026-04-01"}, 1),
        (Purpose.LOG, "m-1", {"held_on": "2026-03-02", "count": "1"}, 1),
        (Purpose.LOG, "m-1", {"do": "talking"}, 1),
        (Purpose.HELP, "m-1", {"option": "remove_me"}, 1),
    ],
)
def test_pressing_at_the_same_time_is_pressing_once(
    people: Visits, purpose: Purpose, about: str, form: dict[str, str], events: int
) -> None:
    link = people.link(purpose, "ben", about)
    query = f"?option={form['option']}" if "option" in form else ""
    filled = {**hidden(people.get(link + query).text), **form}
    with ThreadPoolExecutor(8) as pool:
        pages = list(pool.map(lambda _: people.post(link, **filled).status_code, range(8)))
    assert pages == [200] * 8
    assert len(people.answers("mentorships/m-1" if about else "participants/ben")) == events
