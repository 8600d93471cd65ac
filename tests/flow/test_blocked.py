"""Addresses that take no mail: found out once, left alone everywhere, and alerts find somebody else."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.domain.calendar import DAY, HOUR, MINUTE, parse_rfc3339
from service.domain.delivery import Word
from service.domain.events import Subject, SubjectKind
from service.domain.suppression import Reason, Suppression
from service.flow import by_hand
from service.flow.outlook import outlook
from service.flow.ports import EmailState, SubjectKey
from tests.flow.carriers import Refusing
from tests.flow.events import event, pair
from tests.flow.stage import Stage

MONDAY = parse_rfc3339("2026-03-02T15:00:00Z")
PAIR = SubjectKey("northfield", Subject(SubjectKind.MENTORSHIP, "m-1"))
DEAN, DUTY = "dean@northfield.example.org", "duty@northfield.example.org"
PRIMARY, BACKUP, IT = (
    "mentoring@northfield.example.org",
    "student-success@northfield.example.org",
    ("it-mentoring@northfield.example.org"),
)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    staged = Stage(tmp_path, MONDAY)
    staged.take(*pair(MONDAY - 300 * DAY))
    staged.work_until(MONDAY)
    yield staged
    staged.close()


def _refuse(stage: Stage, *dead: str) -> Refusing:
    stage.worker.carrier.mailer = carrier = Refusing(set(dead))
    return carrier


def _ask_for_help(stage: Stage, request: str = "h-1") -> None:
    help = {"request_id": request, "by": "mentee", "option": "dont_know_how_to_reach_out"}
    stage.take(event("help.requested", "mentorships/m-1", stage.clock.now, **help))
    stage.work_until(stage.clock.now)


def _worry(stage: Stage, level: str = "safety_risk") -> None:
    data = {"concern_id": "x-1", "about": "mentee", "level": level}
    stage.take(event("concern.raised", "mentorships/m-1", stage.clock.now, **data))
    stage.work_until(stage.clock.now)


def _block(stage: Stage, *addresses: str, at: int = MONDAY) -> None:
    with stage.intouch.store.writing() as transaction:
        for each in addresses:
            transaction.suppress({each: Suppression(reason=Reason.COMPLAINT, at=at)})


def _verdicts(stage: Stage) -> set[tuple[str, Word | None]]:
    with stage.intouch.store.reading() as snapshot:
        found = outlook(snapshot, stage.intouch.rules.of(snapshot).rule_set, PAIR, stage.clock.now)
    return {(each.rule, each.verdict.word if each.verdict else None) for each in found}


def _states(stage: Stage) -> list[EmailState]:
    with stage.intouch.store.reading() as snapshot:
        return [each.state for each in snapshot.emails_about(PAIR)]


def test_an_address_that_the_server_does_not_know_is_asked_once_and_left_alone(stage: Stage) -> None:
    """The first mail finds it out; the next one is not even tried, and both say why."""
    carrier = _refuse(stage, "ben@example.org")
    _ask_for_help(stage)
    assert carrier.asked.count("ben@example.org") == 1
    assert ("help-confirmed", Word.ADDRESS_BLOCKED) in _verdicts(stage)
    stage.clock.now += HOUR
    _ask_for_help(stage, "h-2")
    assert carrier.asked.count("ben@example.org") == 1
    with stage.intouch.store.reading() as snapshot:
        found = snapshot.suppressed(["Ben@Example.org"])
    assert found["Ben@Example.org"] == Suppression(reason=Reason.HARD_BOUNCE, at=MONDAY, detail="550 5.1.1")


def test_a_corrected_address_gets_what_waited(stage: Stage) -> None:
    """What could not be delivered is not lost: it goes out as soon as the address is put right in its time."""
    carrier = _refuse(stage, "ben@example.org")
    _ask_for_help(stage)
    before = len(carrier.carried)
    stage.clock.now += 10 * MINUTE
    stage.take(event("participant.updated", "participants/ben", stage.clock.now, email="ben.new@example.org"))
    stage.work_until(stage.clock.now)
    assert "ben.new@example.org" in carrier.to[before:]


def test_one_dead_address_of_several_is_left_out(stage: Stage) -> None:
    """A role is reached as long as one of its addresses is good, and the dead one is not tried again."""
    carrier = _refuse(stage, DEAN)
    _worry(stage)
    assert DUTY in carrier.to
    assert carrier.asked.count(DEAN) == 1
    assert set(_states(stage)) == {EmailState.SENT}
    stage.clock.now += HOUR
    data = {"concern_id": "x-2", "about": "mentor", "level": "safety_risk"}
    stage.take(event("concern.raised", "mentorships/m-1", stage.clock.now, **data))
    stage.work_until(stage.clock.now)
    assert carrier.to.count(DUTY) == 2
    assert carrier.asked.count(DEAN) == 1


def test_an_alert_that_reaches_nobody_of_its_role_climbs_to_the_next(stage: Stage) -> None:
    """All addresses of the role refuse, in the same attempt: the alert goes to the role that the file names next."""
    carrier = _refuse(stage, DEAN, DUTY)
    _worry(stage)
    assert sorted(carrier.to) == sorted([PRIMARY, IT])


def test_after_the_last_role_the_first_is_asked(stage: Stage) -> None:
    """The roles after it are tried in the file's order, and then those before it."""
    _block(stage, DEAN, DUTY, IT, PRIMARY)
    carrier = _refuse(stage)
    _worry(stage)
    assert carrier.to == [BACKUP, BACKUP]


def test_an_alert_that_nobody_can_get_stays_visible_and_goes_when_an_address_is_good_again(stage: Stage) -> None:
    """With no address left in the program the alert waits with its verdict, and is sent once one is allowed again."""
    everybody = [DEAN, DUTY, IT, PRIMARY, BACKUP, "director@northfield.example.org"]
    _block(stage, *everybody)
    carrier = _refuse(stage)
    _worry(stage)
    assert carrier.asked == []
    assert ("concern-raised", Word.ADDRESS_BLOCKED) in _verdicts(stage)
    with stage.intouch.store.writing() as transaction:
        assert by_hand.allow(transaction, DUTY, "kim", stage.clock.now)
    stage.work_until(stage.clock.now)
    assert carrier.to == [DUTY, DUTY]


def test_a_blocked_address_is_blocked_in_every_program(stage: Stage) -> None:
    """Somebody who complained in one program is left alone in the others."""
    _block(stage, "ben@example.org")
    carrier = _refuse(stage)
    stage.take(*({**each, "program": "eastgate"} for each in pair(MONDAY - 300 * DAY, "m-9")))
    help = {"request_id": "h-9", "by": "mentee", "option": "dont_know_how_to_reach_out"}
    stage.take({**event("help.requested", "mentorships/m-9", MONDAY, **help), "program": "eastgate"})
    stage.work_until(MONDAY + MINUTE)
    assert carrier.asked == []
    with stage.intouch.store.writing() as transaction:
        transaction.allow("ben@example.org")
        transaction.check_program("eastgate", stage.clock.now)
    stage.work_until(MONDAY + 2 * MINUTE)
    assert "ben@example.org" in carrier.to


def test_what_was_claimed_just_before_the_last_address_died_is_not_lost(stage: Stage) -> None:
    """Two alerts are claimed together; the first finds the addresses dead, and both reach the next role."""
    data = {"about": "mentee", "level": "safety_risk"}
    for number in (1, 2):
        stage.take(event("concern.raised", "mentorships/m-1", MONDAY, concern_id=f"x-{number}", **data))
    carrier = _refuse(stage, DEAN, DUTY)
    stage.worker.recipients_per_claim = 20
    stage.work_until(MONDAY)
    assert carrier.to.count(IT) == 2
    assert carrier.asked.count(DEAN) == 1
