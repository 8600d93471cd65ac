"""A program's overview, who needs a person, and what staff do about it."""

import csv
import re
from io import StringIO

from service.console.charts import round_up
from service.domain.calendar import DAY, HOUR
from service.flow.ports import Action
from tests.console.site import MONDAY, Site
from tests.flow.events import event, pair

PROGRAM = "/console/northfield"


def form_of(site: Site, path: str, do: str, **more: str) -> dict[str, str]:
    """Return what a browser sends with a form of the page that does this."""
    tags = site.page(path).tags
    hidden = {each["name"]: each["value"] for tag, each in tags if tag == "input" and each.get("type") == "hidden"}
    return {**hidden, "do": do, **more}


def press(site: Site, path: str, **said: str) -> int:
    return site.visitor.post(path, **said).status_code


def test_the_overview_has_what_figures_say(site: Site) -> None:
    page = site.page(PROGRAM)
    assert "Connection rate 33 % Ever matched 3 New 1 Not yet connected 1 Not connected 0 Connected 1" in page.text
    assert "Financial concerns routine – 1 –" in page.text
    assert "Talk to institution asks a person 1 – –" in page.text
    assert page.address_of("Ada and Ben") == f"{PROGRAM}/mentorships/m-1"
    assert "less than a day" in page.text.lower()


def test_every_chart_has_its_numbers_in_a_table_and_in_a_file(site: Site) -> None:
    page = site.page(PROGRAM)
    files = [href for text, href in page.links if text == "As CSV"]
    drawn = [each for each in page.all("svg") if each.get("role") == "img"]
    assert len(drawn) == len(files) == len(page.all("summary"))
    assert all(each["aria-label"] for each in drawn)
    rows = list(csv.reader(StringIO(site.get(f"{PROGRAM}/figures/connection-rate.csv").text.removeprefix("\ufeff"))))
    assert rows[0] == ["week of", "Connection rate %"]
    assert rows[1:3] == [["2026-03-09", "33"], ["2026-03-02", "50"]]
    assert site.get(f"{PROGRAM}/figures/nonsense.csv").status_code == 404


def test_before_figures_are_made_the_page_says_so(empty: Site) -> None:
    empty.stage.take(*pair(MONDAY))
    empty.stage.work_until(MONDAY)
    assert "Figures are being made" in empty.page(PROGRAM).text


def test_axes_have_round_numbers() -> None:
    assert [round_up(each) for each in (0, 1, 5, 9, 21, 81, 399, 1_000)] == [4, 4, 8, 20, 40, 200, 400, 2000]


def test_the_queue_is_in_order_and_says_who_was_told(site: Site) -> None:
    page = site.page(f"{PROGRAM}/queue")
    shown = [text for text, href in page.links if re.search(r"/mentorships/m-", href)]
    assert shown == ["Ada and Ben", "<b>Zoe</b> and Kim"]
    assert "told: primary, then backup" in page.text
    flags = site.page(f"{PROGRAM}/queue?kind=flag").text
    assert "Ada and Ben" not in flags
    assert "Zoe" in flags
    assert "Nothing is open like that" in site.page(f"{PROGRAM}/queue?priority=safety").text
    assert "Zoe" in site.page(f"{PROGRAM}/queue?about=financial_concerns&waiting=yes&after=nonsense&priority=x").text


def flagged(site: Site) -> Site:
    stage = site.stage
    stage.take(*pair(MONDAY))
    flag = {"flag_id": "f-1", "by": "mentor", "topics": ["stress"], "priority": "immediate"}
    stage.take(event("flag.submitted", "mentorships/m-1", MONDAY, **flag))
    asked = {"concern_id": "x-1", "about": "mentee", "level": "urgent"}
    stage.take(event("concern.raised", "mentorships/m-1", MONDAY, **asked))
    stage.work_until(MONDAY + HOUR)
    return site


def types(site: Site) -> list[str]:
    with site.stage.intouch.store.reading() as snapshot:
        keys = [row.key for row in snapshot.all_subjects("northfield", "mentorships")]
        return [each.type for key in keys for each in snapshot.history(key) if each.source == "/intouch/console"]


def test_what_somebody_takes_on_and_settles_is_an_event_once_and_in_the_audit(empty: Site) -> None:
    flagged(empty)
    form = form_of(empty, f"{PROGRAM}/queue", "acknowledge", kind="flag", ref="f-1", back="queue")
    act = f"{PROGRAM}/mentorships/m-1/act"
    assert [press(empty, act, **form) for _ in range(2)] == [303, 303]
    assert press(empty, act, **{**form, "kind": "concern", "ref": "x-1"}) == 303
    assert types(empty) == ["flag.acknowledged", "concern.acknowledged"]
    empty.stage.work_until(MONDAY + 2 * HOUR)
    page = empty.page(f"{PROGRAM}/queue")
    assert "taken on" in page.text
    assert "Concern" not in page.text.replace("Concerns", "")
    assert press(empty, act, **{**form, "do": "resolve"}) == 303
    empty.stage.work_until(MONDAY + 3 * HOUR)
    assert "Nothing is open like that" in empty.page(f"{PROGRAM}/queue").text
    assert press(empty, act, **{**form, "mark": "other"}) == 422
    with empty.stage.intouch.store.reading() as snapshot:
        told = [(row.about, row.detail["events"]) for row in snapshot.audit(Action.STEPPED_IN)]
    assert told[0] == ("mentorships/m-1", ["flag.resolved"])


def test_a_resource_is_sent_a_rest_is_given_and_a_call_is_kept(empty: Site) -> None:
    flagged(empty)
    act, form = f"{PROGRAM}/mentorships/m-1/act", form_of(empty, f"{PROGRAM}/mentorships/m-1", "share")
    assert press(empty, act, **{**form, "resource": "office-hours", "who": "mentee"}) == 303
    assert press(empty, act, **{**form, "do": "call", "who": "both", "outcome": "reached"}) == 303
    assert press(empty, act, **{**form, "do": "pause", "who": "mentor", "until": "2026-03-20"}) == 303
    empty.stage.work_until(MONDAY + DAY)
    text = empty.page(f"{PROGRAM}/mentorships/m-1").text
    assert "Staff send the mentee a resource" in text
    assert "Staff called somebody of this mentorship" in text
    assert (
        any(each.subject.endswith("Office Hours") for each in empty.stage.mailbox.page(at_most=99).mails)
        or "office" in text
    )
    assert "A participant takes a rest" in empty.page(f"{PROGRAM}/participants/ada").text


def test_what_cannot_be_done_is_said_and_nothing_happens(empty: Site) -> None:
    flagged(empty)
    act, form = f"{PROGRAM}/mentorships/m-1/act", form_of(empty, f"{PROGRAM}/mentorships/m-1", "")
    wrong = (
        {"do": "share", "resource": "nonsense", "who": "both"},
        {"do": "share", "resource": "office-hours", "who": "everybody"},
        {"do": "pause", "who": "both", "until": "2020-01-01"},
        {"do": "pause", "who": "both", "until": ""},
        {"do": "call", "who": "both", "outcome": "nonsense"},
        {"do": "resolve", "kind": "concern", "ref": "x-1"},
        {"do": "acknowledge", "kind": "flag", "ref": "f-9"},
        {"do": "nonsense"},
    )
    assert [press(empty, act, **{**form, **each}) for each in wrong] == [422] * len(wrong)
    assert press(empty, f"{PROGRAM}/mentorships/m-9/act", **{**form, "do": "call"}) == 404
    assert types(empty) == []
    assert empty.stage.clock.now == MONDAY + HOUR
