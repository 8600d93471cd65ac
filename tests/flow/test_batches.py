"""Subjects are checked in batches: what a batch asks of the store does not grow with its size."""

from collections import Counter
from itertools import count
from pathlib import Path
from typing import Any

from service.domain.calendar import HOUR, Instant, parse_rfc3339
from service.flow.failpoint import Failpoint
from service.flow.gathering import QUIET_S, Gathering
from service.flow.reconcile import reconcile
from tests.flow.events import event, pair
from tests.flow.stage import Stage

MONDAY = parse_rfc3339("2026-03-02T15:00:00Z")
PAIRS = 20


def test_twenty_mentorships_with_news_take_as_many_statements_as_one(tmp_path: Path, asked: Counter[str]) -> None:
    stage = Stage(tmp_path, MONDAY)
    for n in range(PAIRS):
        stage.take(*pair(MONDAY, f"m-{n}", f"mentor-{n}", f"mentee-{n}"))
    stage.work_until(MONDAY + HOUR)
    one = _check_news(stage, asked, [0])
    twenty = _check_news(stage, asked, list(range(PAIRS)))
    assert twenty == one
    stage.close()


def _check_news(stage: Stage, asked: Counter[str], mentorships: list[int]) -> int:
    """Return how many statements ran when these mentorships had news and were checked together."""
    now = stage.clock.now = stage.clock.now + HOUR
    stage.take(*(_conversation(f"m-{n}", now) for n in mentorships))
    with stage.intouch.store.writing() as transaction:
        rule_set = stage.worker.rules.of(transaction).rule_set
        asked.clear()
        assert reconcile(transaction, rule_set, now).subjects == len(mentorships)
        counted = asked.total()
        assert reconcile(transaction, rule_set, now).subjects == 0, "no rule about people asks for conversations"
        return counted


def _conversation(mentorship: str, now: Instant) -> dict[str, Any]:
    data = {"conversation_id": f"c-{mentorship}-{now}", "by": "mentor"}
    return event("conversation.logged", f"mentorships/{mentorship}", now, **data)


def test_where_news_comes_in_a_stream_it_gathers_and_a_little_is_looked_at_at_once(tmp_path: Path) -> None:
    stage, seconds = Stage(tmp_path, MONDAY), [0.0]
    stage.worker.checks_at_once, stage.worker.gathering = PAIRS, Gathering(60, lambda: seconds[0])
    for n in range(PAIRS):
        stage.take(*pair(MONDAY, f"m-{n}", f"mentor-{n}", f"mentee-{n}"))
    stage.worker.turn()
    assert _has_news(stage) is False
    for n in range(3):
        stage.take(_conversation(f"m-{n}", stage.clock.now))
        seconds[0] += QUIET_S
        stage.worker.turn()
        assert _has_news(stage) is True, "a stream came before it, and goes on"
    seconds[0] += QUIET_S
    stage.worker.turn()
    assert _has_news(stage) is False, "it is over"
    stage.take(_conversation("m-3", stage.clock.now))
    stage.worker.turn()
    assert _has_news(stage) is False
    stage.close()


def test_what_comes_in_while_news_is_looked_at_waits_for_the_next_look(tmp_path: Path) -> None:
    """Else a stream of events would keep mail from its turn for as long as it lasts."""
    stage = Stage(tmp_path, MONDAY)
    stage.take(*pair(MONDAY, "m-0"), *pair(MONDAY, "m-1"))
    stage.work_until(MONDAY + HOUR)
    passing, looks = stage.worker.carrier.passing, count()

    def bring(point: Failpoint) -> None:
        if point is Failpoint.CHECKED and (n := next(looks)) < PAIRS:
            stage.clock.now += 1
            stage.take(_conversation(f"m-{n % 2}", stage.clock.now))
        passing(point)

    stage.worker.carrier.passing = bring
    stage.take(_conversation("m-1", stage.clock.now))
    stage.worker.turn()
    assert next(looks) == 1
    assert _has_news(stage)
    stage.close()


def _has_news(stage: Stage) -> bool:
    with stage.intouch.store.reading() as snapshot:
        return snapshot.newest_news() > 0


def test_those_who_belong_to_a_mentorship_are_asked_about_only_for_what_their_rules_heed(tmp_path: Path) -> None:
    stage = Stage(tmp_path, MONDAY)
    stage.take(*pair(MONDAY))
    stage.work_until(MONDAY + HOUR)
    assert _checked_for(stage, _conversation("m-1", stage.clock.now)) == 1
    assert (
        _checked_for(stage, event("mentorship.unmatched", "mentorships/m-1", stage.clock.now, initiated_by="mentee"))
        == 3
    )
    stage.close()


def test_a_whole_program_is_checked_only_for_what_rules_about_those_in_it_heed(tmp_path: Path) -> None:
    """That mail is late concerns who runs the program; checking everybody for it would make mail later."""
    stage = Stage(tmp_path, MONDAY)
    for n in range(3):
        stage.take(*pair(MONDAY, f"m-{n}", f"mentor-{n}", f"mentee-{n}"))
    stage.work_until(MONDAY + HOUR)
    about, now = "programs/northfield", stage.clock.now
    assert _checked_for(stage, event("program.delivery_delayed", about, now, backlog_id="b-1", what="mail")) == 1
    assert _checked_for(stage, event("program.delivery_recovered", about, now, backlog_id="b-1")) == 1
    itself, everybody = 1, 3 * 3 + 1
    updated = event("program.updated", about, now, timezone="Europe/Berlin")
    assert _checked_for(stage, updated) == itself + everybody
    stage.close()


def _checked_for(stage: Stage, news: dict[str, Any]) -> int:
    """Return how many subjects are checked because of an event."""
    stage.take(news)
    with stage.intouch.store.writing() as transaction:
        rule_set = stage.worker.rules.of(transaction).rule_set
        rounds = iter(lambda: reconcile(transaction, rule_set, stage.clock.now).subjects, 0)
        return sum(rounds)
