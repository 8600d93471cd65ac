"""Reports about mail over SMTP: believed of sends that are known, and of addresses that people have now."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.domain.calendar import DAY, HOUR
from service.domain.suppression import Reason
from service.flow.feedback import What
from service.flow.ports import EmailState, SubjectKey
from service.flow.returned import Returned, Use
from tests.flow.carriers import Refusing
from tests.flow.events import event, pair
from tests.flow.stage import Stage
from tests.flow.test_claim import MONDAY
from tests.flow.test_feedback import PAIR

BEN = "ben@example.org"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A mentee got the answer to a call for help."""
    staged = Stage(tmp_path, MONDAY)
    staged.take(*pair(MONDAY - 300 * DAY))
    staged.work_until(MONDAY)
    staged.worker.carrier.mailer = Refusing()
    help = {"request_id": "h-1", "by": "mentee", "option": "dont_know_how_to_reach_out"}
    staged.take(event("help.requested", "mentorships/m-1", MONDAY, **help))
    staged.work_until(MONDAY)
    yield staged
    staged.close()


def sent(stage: Stage) -> str:
    carrier = stage.worker.carrier.mailer
    assert isinstance(carrier, Refusing)
    return carrier.carried[0].send_id


def said(stage: Stage, *addresses: str, send_id: str = "", what: What = What.BOUNCED, **more: int) -> Counter[Use]:
    told = Returned(
        send_id=send_id or sent(stage),
        what=what,
        at=more.get("at", MONDAY + HOUR),
        addresses=frozenset(addresses),
        detail="5.1.1",
    )
    return stage.intouch.take_in_returned([told])


def blocked(stage: Stage, address: str = BEN) -> bool:
    with stage.intouch.store.reading() as snapshot:
        found = snapshot.suppressed([address]).get(address)
    assert found is None or found.reason is Reason.HARD_BOUNCE
    return found is not None


def state(stage: Stage) -> EmailState:
    with stage.intouch.store.reading() as snapshot:
        return next(each.state for each in snapshot.emails_about(SubjectKey(*PAIR)) if each.id == sent(stage))


def test_a_hard_bounce_blocks_the_address_and_is_known_the_second_time(stage: Stage) -> None:
    assert said(stage, "BEN@Example.org") == {Use.NEW: 1}
    assert (blocked(stage), state(stage)) == (True, EmailState.RETURNED)
    assert said(stage, BEN) == {Use.REPEATED: 1}


def test_a_report_about_mail_of_others_changes_nothing(stage: Stage) -> None:
    assert said(stage, BEN, send_id="f" * 32) == {Use.UNKNOWN: 1}
    assert not blocked(stage)


def test_who_has_another_address_by_now_is_not_silenced_by_the_old_one(stage: Stage) -> None:
    stage.take(event("participant.updated", "participants/ben", MONDAY, email="ben@elsewhere.example.org"))
    stage.work_until(MONDAY)
    assert said(stage, BEN) == {Use.NEW: 1}
    assert not blocked(stage)
    assert not blocked(stage, "ben@elsewhere.example.org")
    assert state(stage) is EmailState.RETURNED


def test_nobody_is_blocked_for_an_address_that_a_stranger_names(stage: Stage) -> None:
    said(stage, "ada@example.org")
    assert not blocked(stage)
    assert not blocked(stage, "ada@example.org")


@pytest.mark.parametrize("what", [What.DEFERRED, What.REFUSED, What.DELIVERED])
def test_a_soft_one_is_recorded_and_blocks_nobody(stage: Stage, what: What) -> None:
    assert said(stage, BEN, what=what) == {Use.NEW: 1}
    assert not blocked(stage)
    assert state(stage) is (EmailState.RETURNED if what is What.REFUSED else EmailState.SENT)


def test_one_that_may_have_been_known_and_forgotten_does_not_block_again(stage: Stage) -> None:
    stage.clock.now = MONDAY + 31 * DAY
    assert said(stage, BEN) == {Use.PAST: 1}
    assert not blocked(stage)


def test_a_made_up_time_makes_no_report_new(stage: Stage) -> None:
    assert said(stage, BEN, at=MONDAY - 900 * DAY) == {Use.NEW: 1}
    assert said(stage, BEN, at=MONDAY + 900 * DAY) == {Use.REPEATED: 1}
