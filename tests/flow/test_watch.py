"""Whoever runs Intouch is told of mail and events that wait too long, once, and of their end."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.domain.calendar import DAY, HOUR, MINUTE
from service.domain.errors import ProviderError
from service.domain.events import Subject
from service.flow.ports import SubjectKey
from service.flow.watch import LATE_AFTER, Watch
from tests.flow.carriers import Refusing
from tests.flow.events import pair
from tests.flow.stage import Stage
from tests.flow.test_claim import MONDAY, Breaking

PROGRAM = SubjectKey("northfield", Subject.parse("programs/northfield"))
IT = "it-mentoring@northfield.example.org"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    staged = Stage(tmp_path, MONDAY)
    staged.take(*pair(MONDAY))
    yield staged
    staged.close()


def told(stage: Stage) -> list[tuple[str, str]]:
    with stage.intouch.store.reading() as snapshot:
        found = [each for each in snapshot.history(PROGRAM) if each.type.startswith("program.delivery")]
    return [(each.type.removeprefix("program.delivery_"), each.data.get("what", "")) for each in found]


def look(stage: Stage, watch: Watch) -> None:
    with stage.intouch.store.writing() as transaction:
        watch.look(transaction, stage.intouch.rules.of(transaction).rule_set, stage.clock.now)


def test_events_that_nobody_looks_at_are_told_of_once_by_however_many_look_and_so_is_their_end(stage: Stage) -> None:
    watches = [Watch(), Watch()]
    for minutes in (0, 15, 16, 17, 18):
        stage.clock.now = MONDAY + minutes * MINUTE
        for watch in watches:
            look(stage, watch)
    assert told(stage) == [("delayed", "events")]
    stage.work_until(stage.clock.now)
    stage.clock.now += MINUTE
    for watch in watches:
        look(stage, watch)
    assert told(stage) == [("delayed", "events"), ("recovered", "")]


def test_a_rest_of_a_day_that_one_minute_of_work_makes_good_is_no_trouble(stage: Stage) -> None:
    stage.clock.now += DAY
    stage.worker.turn()
    stage.work_until(stage.clock.now + HOUR)
    assert told(stage) == []


def test_mail_that_the_provider_does_not_take_is_told_of_and_ops_hear_when_it_goes_again(stage: Stage) -> None:
    stage.worker.carrier.mailer = Breaking(*[ProviderError("It is down.", temporary=True)] * 100)
    while stage.clock.now < MONDAY + LATE_AFTER + 10 * MINUTE:
        stage.worker.turn()
        stage.clock.now += MINUTE
    assert told(stage) == [("delayed", "mail")]
    stage.worker.carrier.mailer = carrier = Refusing()
    stage.clock.now += 5 * MINUTE
    stage.worker.turn()
    assert carrier.carried[0].to == IT
    assert carrier.carried[0].subject == "Mail is going out late"
    stage.clock.now += MINUTE
    stage.worker.turn()
    assert told(stage) == [("delayed", "mail"), ("recovered", "")]
