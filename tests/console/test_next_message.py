"""The list says what goes next about each mentorship: what its own forecast says, in as many statements for all."""

import csv
from io import StringIO

from bench.console import Counting
from service.console.pairs import LOOKS_AHEAD
from service.domain.calendar import DAY, HOUR
from service.domain.events import Subject
from service.flow.ports import SubjectKey
from service.flow.present import present_near, present_of_pairs
from service.staff.forecast import forecast
from service.staff.next_message import next_messages
from tests.console.site import MONDAY, Site
from tests.flow.events import event, pair

PATH = "/console/northfield/mentorships"


def test_what_goes_first_is_what_the_forecast_of_each_pair_says(site: Site) -> None:
    expected, shown = [], []
    now, subjects = site.stage.clock.now, [Subject.parse(f"mentorships/m-{n}") for n in (1, 2, 3)]
    with site.stage.intouch.store.reading() as snapshot:
        rule_set = site.stage.intouch.rules.of(snapshot).rule_set
        together = present_of_pairs(snapshot, rule_set, "northfield", ["m-1", "m-2", "m-3"], now)
        found = next_messages(rule_set, together, subjects, now, now + LOOKS_AHEAD)
        for subject in subjects:
            near = present_near(snapshot, rule_set, SubjectKey("northfield", subject), now)
            told = forecast(rule_set, near, subject, now, now + LOOKS_AHEAD)
            ours = [each for each in told.coming if each.subject == subject and not each.recipient.startswith("staff.")]
            expected.append([(each.at, each.rule.id) for each in ours[:1]])
            own = found.get(subject)
            shown.append([(own.at, own.rule)] if own else [])
    assert shown == expected
    assert [len(each) for each in shown] == [0, 1, 1], "who asked for help is left alone"


def test_a_row_says_when_what_and_to_whom_if_nothing_happens_or_that_it_waits(empty: Site) -> None:
    empty.stage.take(*pair(MONDAY))
    empty.stage.work_until(MONDAY + HOUR)
    page = empty.page(PATH).text
    assert "in 2 days: Two days after the match, nobody has written, to mentor and mentee if nothing happens" in page
    empty.stage.clock.now = MONDAY + 2 * HOUR
    empty.stage.take(event("mentorship.completed", "mentorships/m-1", empty.stage.clock.now))
    empty.stage.work_until(MONDAY + 30 * DAY)
    assert "none in sight" in empty.page(PATH).text


def test_what_waits_is_told_from_what_is_foreseen(site: Site) -> None:
    page = site.page(PATH).text
    assert "Both are told about their match waits" in page
    assert page.count("if nothing happens") == 1
    assert page.count("none in sight") == 1


def test_the_file_has_what_waits(site: Site) -> None:
    head, *rows = csv.reader(StringIO(site.get(f"{PATH}.csv").text.removeprefix("\ufeff")))
    assert head[-1] == "message that waits"
    assert [bool(row[-1]) for row in rows] == [False, False, True]


def test_a_page_of_twenty_takes_as_many_statements_as_a_page_of_one(empty: Site) -> None:
    for n in range(20):
        empty.stage.take(*pair(MONDAY, f"m-{n}", f"mentor-{n}", f"mentee-{n}"))
    empty.stage.work_until(MONDAY + HOUR)
    counted = []
    for asked in ("q=m-7", ""):
        empty.page(f"{PATH}?{asked}")
        with Counting() as counting:
            page = empty.page(f"{PATH}?{asked}").text
        counted.append((counting.number, page.count("if nothing happens")))
    (one, _), (twenty, _) = counted
    assert [rows for _, rows in counted] == [1, 20]
    assert twenty == one
