"""What Intouch measures of itself: every count is of what happened, and no label grows without end."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from service.domain.calendar import DAY, MINUTE, SECOND, parse_rfc3339
from service.domain.errors import EventSenderError
from service.flow import by_hand
from service.flow.accept import IdConflict
from service.flow.brake_port import Scope
from tests.flow.events import event, pair
from tests.flow.stage import Stage
from tests.metrics.scraping import Scraper

MONDAY = parse_rfc3339("2026-03-02T15:00:00Z")
ANSWERS = 2
"""How many notices the standard pack answers a request for words with, at once."""


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path, MONDAY)
    yield made
    made.close()


@pytest.fixture
def scraper(stage: Stage) -> Scraper:
    return Scraper(stage.intouch.metrics_page())


def asked_for_help(number: int = 1, **changes: Any) -> dict[str, Any]:
    data = {"request_id": f"r-{number}", "by": "mentee", "option": "dont_know_how_to_reach_out"}
    return event("help.requested", "mentorships/m-1", MONDAY, **data) | changes


def test_events_are_counted_by_type_and_by_what_became_of_them(stage: Stage, scraper: Scraper) -> None:
    events = pair(MONDAY)
    stage.take(*events)
    stage.take(*events[:2], asked_for_help())
    with pytest.raises(IdConflict):
        stage.take(events[0] | {"time": "2026-03-01T00:00:00Z"}, asked_for_help(2))
    seen = {labels: value for (name, labels), value in scraper.series().items() if name == "intouch_events_total"}
    assert {tuple(value for _, value in sorted(labels)): number for labels, number in seen.items()} == {
        ("accepted", "participant.registered"): 2,
        ("accepted", "mentorship.matched"): 1,
        ("accepted", "help.requested"): 1,
        ("duplicate", "participant.registered"): 2,
        ("conflict", "participant.registered"): 1,
    }


def test_a_refused_event_counts_under_its_type_where_that_is_one_of_ours(stage: Stage, scraper: Scraper) -> None:
    reader = stage.intouch.reader
    reader.admit([asked_for_help(), asked_for_help(subject="nobody"), event("made.up", "mentorships/m-1", MONDAY), 7])
    with pytest.raises(EventSenderError):
        reader.admit_one(event("also.made.up", "mentorships/m-1", MONDAY))
    with pytest.raises(EventSenderError):
        reader.decode(b"{")
    assert scraper.value("intouch_events_total", type="help.requested", outcome="refused") == 1
    assert scraper.value("intouch_events_total", type="other", outcome="refused") == 4
    assert "made.up" not in scraper.text()


def test_an_answer_is_timed_from_its_event_and_a_reminder_from_its_planned_instant(
    stage: Stage, scraper: Scraper
) -> None:
    stage.take(*pair(MONDAY))
    stage.work_until(MONDAY + MINUTE)
    before = scraper.value("intouch_event_to_notice_seconds_count", cause="clock") or 0
    stage.take(asked_for_help())
    stage.clock.now += 3 * SECOND
    stage.worker.turn()
    assert scraper.value("intouch_event_to_notice_seconds_count", cause="event") == ANSWERS
    assert scraper.value("intouch_event_to_notice_seconds_sum", cause="event") == ANSWERS * 3
    stage.work_until(MONDAY + 15 * DAY)
    assert (scraper.value("intouch_event_to_notice_seconds_count", cause="clock") or 0) > before
    claims = sum(scraper.value("intouch_event_to_notice_seconds_count", cause=each) or 0 for each in ("event", "clock"))
    sent = scraper.value("intouch_notice_to_provider_seconds_count", state="sent") or 0
    assert 0 < sent <= claims


def test_what_waits_is_read_from_the_store_and_kept_for_a_few_seconds(stage: Stage, scraper: Scraper) -> None:
    assert scraper.value("intouch_subjects_due", why="news") == 0
    stage.take(*pair(MONDAY))
    assert scraper.value("intouch_subjects_due", why="news") == 0
    stage.clock.now += 10 * SECOND
    assert scraper.value("intouch_subjects_due", why="news") == 3
    assert scraper.value("intouch_news_age_seconds") == 10
    assert scraper.value("intouch_store_up") == 1


def test_what_waits_in_the_outbox_is_shown_with_its_age(stage: Stage, scraper: Scraper) -> None:
    with stage.intouch.store.writing() as transaction:
        transaction.use_outbox(stage.clock.now, wanted=True)
    stage.take(*pair(MONDAY), asked_for_help())
    stage.worker.turn()
    stage.clock.now += 30 * SECOND
    assert (scraper.value("intouch_outbox_events") or 0) > 0
    assert scraper.value("intouch_outbox_age_seconds") == 30


def test_stops_and_the_active_rule_set_are_shown(stage: Stage, scraper: Scraper) -> None:
    with stage.intouch.store.writing() as transaction:
        by_hand.stop(transaction, Scope.PROGRAM, "northfield", "kim", stage.clock.now)
        active = transaction.active_rule_set()
    assert active
    assert scraper.value("intouch_rule_set", hash=active.hash[:12]) == 1
    assert (scraper.value("intouch_stops", scope="program"), scraper.value("intouch_stops", scope="all")) == (1, 0)


def test_without_its_store_a_process_still_says_what_it_counted(stage: Stage, scraper: Scraper) -> None:
    stage.take(*pair(MONDAY))
    with stage.intouch.store.altering() as connection:
        connection.exec_driver_sql("SELECT 1")
        (stage.folder / "intouch.db").rename(stage.folder / "gone.db")
        (stage.folder / "intouch.db").mkdir()
    stage.intouch.store.close()
    assert scraper.value("intouch_store_up") == 0
    assert scraper.value("intouch_events_total", type="mentorship.matched", outcome="accepted") == 1
