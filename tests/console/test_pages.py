"""The console's pages: what staff find on them."""

import logging
from collections.abc import Iterator

import pytest

from service.console.pairs import PAGE_SIZE
from service.domain.calendar import HOUR
from service.domain.errors import ProviderError
from service.flow.mail_port import Fate, Outgoing
from tests.console.site import HOSTILE, MONDAY, Site, read
from tests.flow.events import event, pair
from tests.mail.emails import email


def test_the_overview_counts_and_leads_on(site: Site) -> None:
    page = site.page("/console")
    assert "Mentorships 3 " in page.text
    assert f"Mails {site.stage.mailbox.count()} " in page.text
    assert "33 % (1)" in page.text
    assert page.address_of("Northfield Peer Mentoring") == "/console/northfield"
    with site.stage.intouch.store.reading() as snapshot:
        active = snapshot.active_rule_set()
    assert active is not None
    assert f"Rule set {active.hash[:12]} is active since 2 March 2026, 09:00" in page.text


def test_a_bad_edit_is_told_on_every_page(site: Site) -> None:
    troubled = Site(site.stage, problems='rules/help.yaml:3: [unknown-word] <b>"strats"</b>')
    for path in ("/console/", "/console/mail", "/console/northfield/mentorships"):
        page = troubled.page(path)
        assert (2, "The last edit of the rules is not live") in page.headings
        assert '[unknown-word] <b>"strats"</b>' in page.text
    assert "is not live" not in site.page("/console/").text


def test_before_the_first_event_every_page_says_so(empty: Site) -> None:
    assert "No event has arrived yet" in empty.page("/console/").text
    assert "No mail is here yet" in empty.page("/console/mail").text
    assert empty.get("/console/northfield/mentorships").status_code == 404


# Mail.


def test_mail_is_newest_first_with_its_rule_and_time(site: Site) -> None:
    page = site.page("/console/mail")
    listed = [href.rpartition("/")[2] for _, href in page.links if href.startswith("/console/mail/")]
    assert listed == site.send_ids()
    assert "Both are told about their match 2 March 2026, 09:00" in page.text


def test_mail_is_searched_by_recipient(site: Site) -> None:
    page = site.page("/console/mail?to=BEN%40example")
    found = [href for _, href in page.links if href.startswith("/console/mail/")]
    assert len(found) == 4
    assert "ada@example.org" not in page.text
    assert "No mail to “nobody” was found" in site.page("/console/mail?to=nobody").text
    assert "No mail to “%_” was found" in site.page("/console/mail?to=%25_").text


def test_mail_is_paged_and_keeps_its_search(empty: Site) -> None:
    for number in range(120):
        empty.stage.mailbox.send(email(send_id=f"s{number}", to=f"{'odd' if number % 2 else 'even'}@example.org"))
    seen, path = [], "/console/mail?to=odd"
    while path:
        page = empty.page(path)
        seen += [href.rpartition("/")[2] for _, href in page.links if href.startswith("/console/mail/s")]
        path = next((href for label, href in page.links if label == "Older mail"), "")
    assert seen == [f"s{number}" for number in range(119, 0, -2)]


@pytest.mark.parametrize("before", ["x", "-1", "0", "99999999999999999999", "1e9", ""])
def test_a_page_that_cannot_be_is_the_first(site: Site, before: str) -> None:
    assert site.page(f"/console/mail?before={before}").links == site.page("/console/mail").links


def test_a_mail_shows_what_caused_it(site: Site) -> None:
    confirmed = next(
        each for each in site.stage.mailbox.page(search="ben").mails if "help" in _causes(site, each.send_id)
    )
    page = site.page(f"/console/mail/{confirmed.send_id}")
    assert page.headings[0] == (1, confirmed.subject)
    assert (
        'Rule help-confirmed. It started with “Someone pressed "I can\'t get in touch"” on 10 March 2026' in page.text
    )
    assert page.address_of("Ada and Ben") == "/console/northfield/mentorships/m-1"
    assert "Message-ID" in page.text
    assert "ben@example.org" in page.text


def _causes(site: Site, send_id: str) -> str:
    with site.stage.intouch.store.reading() as snapshot:
        row = snapshot.email(send_id)
    return row.notices[0].candidate.key.rule if row else ""


def test_each_copy_of_a_staff_mail_leads_to_the_same_decision(empty: Site) -> None:
    stage = empty.stage
    stage.take(*pair(MONDAY))
    concern = {"concern_id": "k-1", "about": "mentee", "level": "safety_risk"}
    stage.take(event("concern.raised", "mentorships/m-1", MONDAY, **concern))
    stage.work_until(MONDAY + HOUR)
    second = next(each for each in empty.send_ids() if each.endswith(".2"))
    first = second.removesuffix(".2")
    assert "Rule concern-" in empty.page(f"/console/mail/{second}").text
    assert "duty@northfield.example.org" in empty.page(f"/console/mail/{second}").text
    assert "dean@northfield.example.org" in empty.page(f"/console/mail/{first}").text


def test_words_of_others_are_never_markup(site: Site) -> None:
    pages = [site.get("/console/mail").text, site.get("/console/northfield/mentorships").text]
    pages += [site.get(f"/console/mail/{each}").text for each in site.send_ids()]
    pages += [site.get(f"/console/northfield/{each}").text for each in ("mentorships/m-2", "participants/zoe")]
    assert all("<b>" not in html for html in pages)
    assert HOSTILE in read(pages[1]).text


class Unsure:
    """A provider that never says what became of a mail."""

    patience = 0

    def send(self, outgoing: Outgoing) -> str:
        raise ProviderError(f"no answer for {outgoing.send_id}", temporary=True, unknown=True)

    def settle(self, send_id: str) -> Fate:
        return Fate.UNKNOWN if send_id else Fate.NOT_SENT

    def close(self) -> None:
        pass


def test_a_mail_nobody_is_sure_of_is_shown_as_such(empty: Site) -> None:
    stage = empty.stage
    stage.worker.carrier.mailer = Unsure()
    stage.take(*pair(MONDAY))
    stage.work_until(MONDAY)
    page = empty.page("/console/northfield/mentorships/m-1")
    assert "nobody knows whether it arrived" in page.text
    mail = empty.page(page.address_of("Ada"))
    assert mail.headings[0] == (1, "A mail whose text is not kept here")
    assert "nobody knows whether it arrived" in mail.text
    assert "Rule you-are-matched" in mail.text


# Mentorships and participants.


def test_the_list_shows_each_pair_as_it_stands(site: Site) -> None:
    page = site.page("/console/northfield/mentorships")
    assert page.address_of("Ada and Ben") == "/console/northfield/mentorships/m-1"
    assert (
        "Ada and Ben m-1 not yet connected waits for help 2 March 2026 0 none yet none yet quiet for 8 days"
        in page.text
    )
    assert "and Kim m-2 connected 1 open flag 2 March 2026 1 7 March 2026 7 March 2026 quiet for 3 days" in page.text


def test_the_list_is_paged_by_id(empty: Site) -> None:
    ids = [f"m-{number:03}" for number in range(PAGE_SIZE + 2)]
    match = {"mentor_id": "ada", "mentee_id": "ben"}
    empty.stage.take(*(event("mentorship.matched", f"mentorships/{each}", MONDAY, **match) for each in ids))
    empty.stage.work_until(MONDAY)
    first = empty.page("/console/northfield/mentorships")
    second = empty.page(first.address_of("Next page"))
    shown = [[href.rpartition("/")[2] for _, href in page.links if "/mentorships/" in href] for page in (first, second)]
    assert shown == [ids[:PAGE_SIZE], ids[PAGE_SIZE:]]
    assert "Next page" not in second.text
    assert second.address_of("First page") == "/console/northfield/mentorships"


def test_a_timeline_marks_now_between_past_and_future(site: Site) -> None:
    page = site.page("/console/northfield/mentorships/m-1")
    text = page.text
    assert page.headings[0] == (1, "Ada and Ben mentorship m-1")
    order = ["A mentor and a mentee were matched", "Someone pressed", "Now 10 March 2026, 23:00", "If nothing happens"]
    assert [text.index(each) for each in order] == sorted(text.index(each) for each in order)
    assert "option: talk to institution" in text
    assert "It rests while the pause “help-is-on-the-way” lasts." in text
    assert page.address_of("Ada, mentor") == "/console/northfield/participants/ada"


def test_a_timeline_speaks_of_late_arrivals_and_leads_to_the_mail(site: Site) -> None:
    page = site.page("/console/northfield/mentorships/m-2")
    assert "arrived 3 days later" in page.text
    assert "about financial concerns" in page.text
    href = page.address_of("Kim")
    assert site.page(href).headings[0][0] == 1
    assert href.rpartition("/")[2] in site.send_ids()


def test_what_waits_says_why(site: Site) -> None:
    text = site.page("/console/northfield/mentorships/m-3").text
    assert "waits since 10 March 2026, 22:00" in text
    assert "It waits for mail hours, which open on 11 March 2026, 09:00." in text


def test_a_participant_has_a_page(site: Site) -> None:
    page = site.page("/console/northfield/participants/ben")
    assert page.address_of("Mentorship with Ada") == "/console/northfield/mentorships/m-1"
    assert "ben@example.org" in page.text


def test_a_program_has_a_page(empty: Site) -> None:
    empty.stage.take(event("program.launched", "programs/northfield", MONDAY, ends_on="2026-12-18"))
    empty.stage.work_until(MONDAY)
    page = empty.page("/console/northfield/programs/northfield")
    assert page.headings[0] == (1, "Northfield Peer Mentoring program northfield")
    assert "A program began · ends on: 18 December 2026" in page.text


# What goes wrong.


@pytest.mark.parametrize(
    "path",
    [
        "/console/none/mentorships",
        "/console/northfield/mentorships/none",
        "/console/northfield/participants/%00",
        "/console/northfield/robots/x",
        "/console/mail/none",
        "/console/mail/none/html",
        "/console/a/b/c/d/e",
        "/console/static/none.css",
        "/console/static/../app.py",
    ],
)
def test_what_is_not_there_is_a_friendly_page(site: Site, path: str) -> None:
    response = site.get(path)
    assert response.status_code == 404
    assert read(response.text).headings == [(1, "There is nothing at this address")]


def test_a_defect_shows_a_reference_and_no_trace(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    personal = "@".join(("kim", "example.org"))
    answers: Iterator[str | None] = iter([None])

    def fails_first() -> str | None:
        if not caplog.records:
            raise ZeroDivisionError(personal)
        return next(answers)

    with caplog.at_level(logging.ERROR):
        response = Site(site.stage, ask_problems=fails_first).get("/console/mail")
    assert response.status_code == 500
    assert read(response.text).headings == [(1, "Something went wrong here")]
    assert "Traceback" not in response.text
    assert "ZeroDivisionError" not in response.text
    assert "ZeroDivisionError" in caplog.text
    assert personal not in caplog.text + response.text


def test_without_rules_the_console_says_what_to_do(empty: Site) -> None:
    with empty.stage.intouch.store.altering() as connection:
        connection.exec_driver_sql("DELETE FROM activations")
    response = empty.get("/console/")
    assert response.status_code == 503
    assert "No rule set is active yet" in response.text
