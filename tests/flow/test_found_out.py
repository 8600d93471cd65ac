"""Addresses that fail are told of as events, once each, so that rules tell staff and the digest counts them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.domain.calendar import DAY, HOUR
from service.domain.events import Event, Subject
from service.flow.feedback import Report, What
from service.flow.found_out import SOURCE
from service.flow.ports import SubjectKey
from tests.flow.carriers import Refusing
from tests.flow.events import event, pair
from tests.flow.stage import Stage
from tests.flow.test_claim import MONDAY

BEN = "ben@example.org"
PRIMARY = "mentoring@northfield.example.org"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    staged = Stage(tmp_path, MONDAY)
    staged.take(event("program.launched", "programs/northfield", MONDAY))
    staged.take(*pair(MONDAY))
    yield staged
    staged.close()


def told(stage: Stage, person: str = "ben") -> list[Event]:
    key = SubjectKey("northfield", Subject.parse(f"participants/{person}"))
    with stage.intouch.store.reading() as snapshot:
        return [each for each in snapshot.history(key) if each.type == "participant.address_failed"]


def report(stage: Stage, what: What, address: str = BEN) -> None:
    send_id = next(each.send_id for each in stage.mailbox.page(at_most=50).mails if each.recipient.endswith(address))
    stage.intouch.take_in_reports([Report(send_id=send_id, what=what, at=stage.clock.now, address=address)])


def to_staff(stage: Stage, subject: str) -> list[str]:
    found = [each for each in stage.mailbox.page(at_most=500).mails if PRIMARY in each.recipient]
    texts = [mail.text for each in found if (mail := stage.mailbox.read(each.send_id)) and each.subject == subject]
    return texts[::-1]


def test_an_address_that_bounces_is_told_once_and_staff_hear_of_it(stage: Stage) -> None:
    stage.work_until(MONDAY)
    report(stage, What.BOUNCED)
    stage.clock.now += HOUR
    report(stage, What.COMPLAINED)
    (failed,) = told(stage)
    assert (failed.source, failed.data, failed.time) == (SOURCE, {"reason": "hard_bounce"}, MONDAY)
    stage.work_until(MONDAY + 2 * DAY)
    (text,) = to_staff(stage, "An address takes no more mail")
    assert "comes back" in text
    assert BEN not in text


def test_an_address_that_the_mail_server_refuses_is_told_too(stage: Stage) -> None:
    stage.worker.carrier.mailer = Refusing({BEN})
    stage.work_until(MONDAY + HOUR)
    assert [each.data for each in told(stage)] == [{"reason": "hard_bounce"}]


def test_nothing_is_told_of_a_staff_address(stage: Stage) -> None:
    stage.work_until(MONDAY + 8 * DAY)
    report(stage, What.BOUNCED, PRIMARY)
    with stage.intouch.store.reading() as snapshot:
        rows = snapshot.all_subjects("northfield", "participants")
    assert {row.key.subject.id for row in rows} == {"ada", "ben"}
    assert told(stage) == told(stage, "ada") == []


def test_the_digest_counts_whom_no_mail_reaches_until_there_is_another_address(stage: Stage) -> None:
    stage.work_until(MONDAY)
    report(stage, What.COMPLAINED)
    stage.work_until(MONDAY + 8 * DAY)
    stage.take(event("participant.updated", "participants/ben", stage.clock.now, email="ben.new@example.org"))
    stage.work_until(MONDAY + 15 * DAY)
    first, second = to_staff(stage, "Your week in Northfield Peer Mentoring")
    assert "Addresses that take no mail: 1" in first
    assert "Addresses that take no mail" not in second
