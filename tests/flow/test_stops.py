"""The kill switch: what somebody stopped does not go, from the next claim on, until somebody resumes it."""

from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from service.domain.brakes import STOPPED
from service.domain.calendar import DAY, HOUR, MINUTE
from service.domain.delivery import Verdict, Word
from service.flow import by_hand
from service.flow.brake_port import Scope
from service.flow.ports import Action, AuditRow
from tests.flow.braking import CHANGED, PAIRS, Braking
from tests.flow.events import event
from tests.flow.test_claim import StoppingStore

STOPPED_NOW = Verdict(Word.HELD, STOPPED)
EVERYBODY = range(PAIRS)


@pytest.fixture
def braking(tmp_path: Path) -> Iterator[Braking]:
    made = Braking(tmp_path)
    yield made
    made.close()


def _stop(braking: Braking, scope: Scope, name: str = "") -> bool:
    with braking.stage.intouch.store.writing() as transaction:
        return by_hand.stop(transaction, scope, name, "kim", braking.now)


def _resume(braking: Braking, scope: Scope, name: str = "") -> bool:
    with braking.stage.intouch.store.writing() as transaction:
        resumed = by_hand.resume(transaction, scope, name, "robin", braking.now)
    braking.work()
    return resumed


@pytest.mark.parametrize(
    ("scope", "name"), [(Scope.ALL, ""), (Scope.PROGRAM, "northfield"), (Scope.RULE, CHANGED)], ids=str
)
def test_what_is_stopped_waits_and_goes_when_it_is_resumed(braking: Braking, scope: Scope, name: str) -> None:
    assert _stop(braking, scope, name) is True
    braking.ask(EVERYBODY)
    assert braking.answered() == {}
    assert (CHANGED, STOPPED_NOW) in braking.verdicts(0)
    braking.stage.clock.now += HOUR
    assert _resume(braking, scope, name) is True
    assert sum(braking.answered().values()) == PAIRS


def test_a_stop_of_everything_stops_alerts_too_and_of_a_rule_that_rule_alone(braking: Braking) -> None:
    _stop(braking, Scope.ALL)
    braking.ask(range(2))
    assert braking.carrier.asked == []
    _resume(braking, Scope.ALL)
    _stop(braking, Scope.RULE, CHANGED)
    before = len(braking.carrier.carried)
    braking.ask(range(2, 4))
    assert braking.carrier.to[before:] == ["mentoring@northfield.example.org"] * 2


def test_another_program_goes_on(braking: Braking) -> None:
    _stop(braking, Scope.PROGRAM, "eastgate")
    braking.ask(EVERYBODY)
    assert sum(braking.answered().values()) == PAIRS


def test_a_stop_is_no_hold_and_what_is_too_late_stays_unsent(braking: Braking) -> None:
    """After a stop of four days, answers of three days are over, as after an outage: nothing bursts."""
    _stop(braking, Scope.ALL)
    braking.ask(EVERYBODY)
    braking.stage.work_until(braking.now + 4 * DAY)
    _resume(braking, Scope.ALL)
    assert braking.answered() == {}


def test_a_stop_is_seen_inside_the_claim(braking: Braking) -> None:
    """Dispatch stops just before its claim, the switch is thrown, and no mail goes."""
    stage = braking.stage
    stage.take(*_asking(braking))
    while stage.worker._check(stage.clock.now, None):
        pass
    store = stage.intouch.store
    stopping = StoppingStore(store)
    stage.worker.store = stopping
    dispatching = Thread(target=stage.worker._dispatch, args=(None,))
    dispatching.start()
    assert stopping.reached.wait(30)
    _stop(braking, Scope.ALL)
    stopping.go_on.set()
    dispatching.join(30)
    assert braking.carrier.asked == []


def _asking(braking: Braking) -> list[dict[str, object]]:
    data = {"request_id": "h-0", "by": "mentee", "option": "talk_to_institution"}
    return [event("help.requested", "mentorships/m-0", braking.now, **data)]


def test_who_did_what_and_when_is_kept(braking: Braking) -> None:
    began = braking.now
    assert _stop(braking, Scope.RULE, CHANGED) is True
    assert _stop(braking, Scope.RULE, CHANGED) is False
    braking.stage.clock.now += MINUTE
    assert _resume(braking, Scope.RULE, CHANGED) is True
    assert _resume(braking, Scope.RULE, CHANGED) is False
    with braking.stage.intouch.store.reading() as snapshot:
        kept = [*snapshot.audit(Action.MAIL_STOPPED), *snapshot.audit(Action.MAIL_RESUMED)]
    about = f"rule {CHANGED}"
    assert kept == [
        AuditRow(at=began, who="kim", action=Action.MAIL_STOPPED, about=about),
        AuditRow(at=began + MINUTE, who="robin", action=Action.MAIL_RESUMED, about=about),
    ]
