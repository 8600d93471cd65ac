"""Explanations know what no event tells: bad addresses, the safety limit, stops, and what staff dropped."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.domain.brakes import DROPPED, SAFETY, STOPPED
from service.domain.calendar import DAY, HOUR, Instant
from service.domain.delivery import Verdict, Word
from service.domain.events import Subject
from service.domain.suppression import Reason, Suppression
from service.flow import by_hand
from service.flow.brake_port import Scope
from service.flow.neighbourhood import read_neighbourhood
from service.flow.ports import SubjectKey
from service.staff.explain import Explanation, explain
from service.staff.sentence import sentence
from tests.flow.braking import CHANGED, MONDAY, Braking
from tests.flow.events import event

HELD = Verdict(Word.HELD, SAFETY)


@pytest.fixture
def braking(tmp_path: Path) -> Iterator[Braking]:
    made = Braking(tmp_path, first=0)
    yield made
    made.close()


def told(braking: Braking, rule: str = CHANGED, at: Instant | None = None) -> Explanation:
    with braking.stage.intouch.store.reading() as snapshot:
        key = SubjectKey("northfield", Subject.parse("mentorships/m-0"))
        near = read_neighbourhood(snapshot, braking.stage.intouch.rules, key, braking.now if at is None else at)
        return explain(near, rule)


def verdicts(braking: Braking, rule: str = CHANGED, at: Instant | None = None) -> list[Verdict | None]:
    return [each.verdict for each in told(braking, rule, at).slots]


def test_what_is_held_says_so_until_it_is_released(braking: Braking) -> None:
    braking.change_the_rule()
    braking.ask([0])
    assert verdicts(braking) == [HELD]
    assert "the safety limit holds it until staff release it" in sentence(told(braking))
    braking.stage.clock.now += 10 * DAY
    assert verdicts(braking) == [HELD]
    with braking.stage.intouch.store.writing() as transaction:
        by_hand.release(transaction, CHANGED, (), "kim", braking.now)
    braking.work()
    (slot,) = told(braking).slots
    assert slot.went is not None


def test_what_staff_dropped_says_so(braking: Braking) -> None:
    braking.change_the_rule()
    braking.ask([0])
    with braking.stage.intouch.store.writing() as transaction:
        by_hand.drop(transaction, CHANGED, (), "kim", braking.now)
    assert verdicts(braking) == [Verdict(Word.HELD, DROPPED)]


@pytest.mark.parametrize(("scope", "name"), [(Scope.ALL, ""), (Scope.PROGRAM, "northfield"), (Scope.RULE, CHANGED)])
def test_what_is_stopped_says_so_from_the_stop_on(braking: Braking, scope: Scope, name: str) -> None:
    braking.stage.clock.now += HOUR
    with braking.stage.intouch.store.writing() as transaction:
        by_hand.stop(transaction, scope, name, "kim", braking.now)
        by_hand.stop(transaction, Scope.RULE, "help-follow-up", "kim", MONDAY)
        by_hand.stop(transaction, Scope.PROGRAM, "eastgate", "kim", MONDAY)
    braking.ask([0])
    assert verdicts(braking) == [Verdict(Word.HELD, STOPPED)]
    assert verdicts(braking, at=braking.now - 1) == []


def test_an_address_that_takes_no_mail_is_the_reason_also_when_the_time_is_over(braking: Braking) -> None:
    with braking.stage.intouch.store.writing() as transaction:
        transaction.suppress({"ben-0@example.org": Suppression(reason=Reason.COMPLAINT, at=MONDAY)})
    braking.ask([0])
    assert verdicts(braking) == [Verdict(Word.ADDRESS_BLOCKED)]
    braking.stage.work_until(braking.now + 9 * DAY)
    assert verdicts(braking) == [Verdict(Word.ADDRESS_BLOCKED)]


def test_an_alert_that_went_to_another_role_went(braking: Braking) -> None:
    with braking.stage.intouch.store.writing() as transaction:
        transaction.suppress({"mentoring@northfield.example.org": Suppression(reason=Reason.HARD_BOUNCE, at=MONDAY)})
    data = {"concern_id": "x-1", "about": "mentee", "level": "urgent"}
    braking.stage.take(event("concern.raised", "mentorships/m-0", braking.now, **data))
    braking.work()
    (slot,) = told(braking, "concern-raised").slots
    assert slot.went is not None
    assert braking.carrier.to == ["student-success@northfield.example.org"]
