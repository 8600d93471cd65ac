"""Intouch's own events are kept in the transaction of their cause: what went out, who is alerted, what was pressed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator

from service.domain.calendar import DAY, MINUTE, parse_rfc3339
from service.domain.grants import Grant, Purpose
from service.flow.act import Act
from service.flow.answer import Answering, Taken
from service.flow.deliver import Bounce, Delivered, record
from service.flow.feedback import Report, What, take_in
from service.flow.ports import EmailState
from tests.flow.events import event, pair
from tests.flow.outbound import SCHEMAS, schema_faults, waiting
from tests.flow.stage import Stage
from tests.store.samples import M1, NOW, candidate, email

MONDAY = parse_rfc3339("2026-03-02T15:00:00Z")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    staged = Stage(tmp_path, MONDAY)
    with staged.intouch.store.writing() as transaction:
        transaction.use_outbox(MONDAY, wanted=True)
    yield staged
    staged.close()


def of_type(stage: Stage, type: str) -> list[dict[str, Any]]:
    return [each for each in waiting(stage) if each["type"] == type]


def test_each_notice_that_went_out_is_told_once_and_names_no_address(stage: Stage) -> None:
    stage.take(*pair(MONDAY))
    stage.work_until(MONDAY + DAY)
    told = of_type(stage, "notice.sent")
    assert {(each["data"]["recipient"], each["subject"]) for each in told} >= {
        ("ada", "mentorships/m-1"),
        ("ben", "mentorships/m-1"),
    }
    assert len({each["id"] for each in told}) == len(told)
    assert "@" not in str(told)
    assert schema_faults(told) == []


def test_an_alert_to_staff_is_told_when_it_is_decided(stage: Stage) -> None:
    stage.take(*pair(MONDAY))
    stage.work_until(MONDAY + MINUTE)
    flag = {"flag_id": "f-1", "by": "mentor", "topics": ["stress"], "priority": "immediate"}
    stage.take(event("flag.submitted", "mentorships/m-1", MONDAY, **flag))
    stage.work_until(MONDAY + 2 * MINUTE)
    (told,) = of_type(stage, "escalation.raised")
    assert told["data"]["recipient"] == "staff.primary"
    assert told["source"] == "/intouch/mail"
    assert schema_faults([told]) == []


def test_nothing_is_told_of_what_was_undone(stage: Stage) -> None:
    claimed, how = email("s-1", candidate()), stage.worker._recording()

    def cut_off() -> None:
        with stage.intouch.store.writing() as transaction:
            transaction.claim(claimed)
            record(transaction, claimed, Delivered(EmailState.SENT), NOW, how)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        cut_off()
    assert waiting(stage) == []


def test_what_somebody_pressed_is_told_as_the_log_has_it_and_once(stage: Stage) -> None:
    stage.take(*pair(MONDAY))
    intouch = stage.intouch
    answering = Answering(intouch.store, intouch.acceptor, intouch.schemas.admit, stage.clock)
    grant = Grant(purpose=Purpose.HELP, program="northfield", recipient="ben", about="m-1", last_day=0)
    data = {"request_id": "h-1", "by": "mentee", "option": "remove_me"}
    act = Act(type="help.requested", subject=M1.subject, mark="h-1", data=data)
    assert [answering.take(grant, [act]) for _ in range(2)] == [Taken.NEW, Taken.AGAIN]
    (told,) = of_type(stage, "help.requested")
    assert (told["source"], told["data"], told["subject"]) == ("/intouch/pages", data, "mentorships/m-1")


def test_what_others_publish_is_not_told_back(stage: Stage) -> None:
    stage.take(*pair(MONDAY))
    assert waiting(stage) == []


def test_an_email_of_which_only_the_provider_knew_that_it_went_is_told_when_it_reports(stage: Stage) -> None:
    claimed = email("s-1", candidate())
    report = Report(send_id="s-1", what=What.DELIVERED, at=NOW, address="mira@example.org")
    with stage.intouch.store.writing() as transaction:
        transaction.claim(claimed)
        rule_set = stage.intouch.rules.of(transaction).rule_set
        take_in(transaction, rule_set, [report], NOW)
        take_in(transaction, rule_set, [report], NOW)
    assert [each["id"] for each in of_type(stage, "notice.sent")] == ["s-1.1"]


def test_an_address_that_takes_no_mail_is_told_as_the_log_has_it(stage: Stage) -> None:
    stage.take(*pair(MONDAY))
    claimed, how = email("s-1", candidate(recipient="ben")), stage.worker._recording()
    with stage.intouch.store.writing() as transaction:
        bounced = Delivered(EmailState.FAILED, bounced=(Bounce("ben@example.org", "550"),))
        record(transaction, claimed, bounced, NOW, how)
    (told,) = of_type(stage, "participant.address_failed")
    assert (told["source"], told["subject"]) == ("/intouch/delivery", "participants/ben")
    assert "@" not in str(told)


@pytest.mark.parametrize("path", sorted(SCHEMAS.glob("*.json")), ids=lambda path: path.stem)
def test_the_examples_of_a_schema_fit_it(path: Path) -> None:
    schema = orjson.loads(path.read_bytes())
    Draft202012Validator.check_schema(schema)
    assert schema["examples"]
    assert [each for each in schema["examples"] if not Draft202012Validator(schema).is_valid(each)] == []
