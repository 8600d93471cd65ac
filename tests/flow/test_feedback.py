"""Reports of the provider: each once, in any order, about sends that are known and others that are not."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.domain.calendar import DAY, HOUR, MINUTE, SECOND, Instant
from service.domain.errors import ProviderError
from service.domain.events import Subject
from service.domain.suppression import Reason, Suppression
from service.flow.feedback import Report, What
from service.flow.mail_port import Fate, Outgoing
from service.flow.ports import EmailRow, EmailState, SubjectKey
from tests.flow.carriers import Refusing
from tests.flow.events import event, pair
from tests.flow.stage import Stage
from tests.flow.test_claim import MONDAY, Breaking

PAIR = SubjectKey("northfield", Subject.parse("mentorships/m-1"))
DEAN, DUTY, IT = (f"{each}@northfield.example.org" for each in ("dean", "duty", "it-mentoring"))
PRIMARY, BACKUP = "mentoring@northfield.example.org", "student-success@northfield.example.org"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    staged = Stage(tmp_path, MONDAY)
    staged.take(*pair(MONDAY - 300 * DAY))
    staged.work_until(MONDAY)
    yield staged
    staged.close()


@pytest.fixture
def carrier(stage: Stage) -> Refusing:
    stage.worker.carrier.mailer = carried = Refusing()
    return carried


def ask_for_help(stage: Stage, request: str = "h-1") -> None:
    help = {"request_id": request, "by": "mentee", "option": "dont_know_how_to_reach_out"}
    stage.take(event("help.requested", "mentorships/m-1", stage.clock.now, **help))
    stage.work_until(stage.clock.now)


def worry(stage: Stage, level: str) -> None:
    data = {"concern_id": "x-1", "about": "mentee", "level": level}
    stage.take(event("concern.raised", "mentorships/m-1", stage.clock.now, **data))
    stage.work_until(stage.clock.now)


def report(stage: Stage, send_id: str, what: What, address: str, at: Instant = MONDAY) -> int:
    said = Report(send_id=send_id, what=what, at=at, address=address, detail="5.1.1" if what is What.BOUNCED else "")
    new = stage.intouch.take_in_reports([said])
    stage.work_until(stage.clock.now)
    return new


def emails(stage: Stage) -> list[EmailRow]:
    with stage.intouch.store.reading() as snapshot:
        return list(snapshot.emails_about(PAIR))


def suppressed(stage: Stage, address: str) -> Suppression | None:
    with stage.intouch.store.reading() as snapshot:
        return snapshot.suppressed([address]).get(address)


def test_a_bounce_is_shown_and_the_address_left_alone(stage: Stage, carrier: Refusing) -> None:
    ask_for_help(stage)
    (first, second) = carrier.carried
    assert report(stage, first.send_id, What.BOUNCED, "ben@example.org") == 1
    assert suppressed(stage, "ben@example.org") == Suppression(reason=Reason.HARD_BOUNCE, at=MONDAY, detail="5.1.1")
    states = {each.id: each.state for each in emails(stage)}
    assert states == {first.send_id: EmailState.RETURNED, second.send_id: EmailState.SENT}
    stage.clock.now += HOUR
    ask_for_help(stage, "h-2")
    assert [each.to for each in carrier.carried] == ["ben@example.org"] * 2 + [PRIMARY]  # who hears of it


def test_a_report_counts_once_in_whatever_order(stage: Stage, carrier: Refusing) -> None:
    ask_for_help(stage)
    send_id = carrier.carried[0].send_id
    assert report(stage, send_id, What.BOUNCED, "ben@example.org", MONDAY + 5 * SECOND) == 1
    assert report(stage, send_id, What.BOUNCED, "ben@example.org", MONDAY + 5 * SECOND) == 0
    assert report(stage, send_id, What.TAKEN, "ben@example.org", MONDAY + SECOND) == 1
    assert EmailState.RETURNED in [each.state for each in emails(stage)]


def test_a_complaint_blocks_the_address_and_the_mail_did_arrive(stage: Stage, carrier: Refusing) -> None:
    ask_for_help(stage)
    report(stage, carrier.carried[0].send_id, What.COMPLAINED, "Ben@Example.org")
    found = suppressed(stage, "ben@example.org")
    assert found is not None
    assert found.reason is Reason.COMPLAINT
    assert {each.state for each in emails(stage)} == {EmailState.SENT}


@pytest.mark.parametrize("what", [What.REFUSED, What.DEFERRED, What.DELIVERED, What.UNSUBSCRIBED])
def test_other_reports_say_nothing_about_the_address(stage: Stage, carrier: Refusing, what: What) -> None:
    ask_for_help(stage)
    report(stage, carrier.carried[0].send_id, what, "ben@example.org")
    assert suppressed(stage, "ben@example.org") is None


def test_a_send_that_nobody_here_knows_is_kept_and_its_address_blocked(stage: Stage) -> None:
    assert report(stage, "of-another-life", What.BOUNCED, "ben@example.org") == 1
    assert report(stage, "of-another-life", What.BOUNCED, "ben@example.org") == 0
    assert suppressed(stage, "ben@example.org") is not None


def test_a_bounce_counts_more_than_a_refusal_in_whatever_order(stage: Stage, carrier: Refusing) -> None:
    worry(stage, "urgent")
    send_id = carrier.carried[0].send_id
    said = [
        Report(send_id=send_id, what=what, at=at, address=PRIMARY)
        for what, at in ((What.BOUNCED, MONDAY), (What.REFUSED, MONDAY + SECOND))
    ]
    assert stage.intouch.take_in_reports([*said, said[0]]) == 2
    stage.work_until(stage.clock.now)
    assert carrier.to == [PRIMARY, BACKUP]


def test_what_came_back_from_an_old_address_did_not_reach_the_new_one(stage: Stage, carrier: Refusing) -> None:
    ask_for_help(stage)
    moved = {"email": "ben@elsewhere.example.org"}
    stage.take(event("participant.updated", "participants/ben", stage.clock.now, **moved))
    report(stage, carrier.carried[0].send_id, What.BOUNCED, "ben@example.org")
    assert EmailState.RETURNED in [each.state for each in emails(stage)]


def test_many_reports_take_as_many_statements_as_one(stage: Stage, carrier: Refusing, asked: Counter[str]) -> None:
    """A provider reports a thousand at once, and waits."""
    for n in range(9):
        stage.take(*pair(MONDAY - 300 * DAY, f"n-{n}", f"abe-{n}", f"bea-{n}"))
        help = {"request_id": f"h-{n}", "by": "mentee", "option": "dont_know_how_to_reach_out"}
        stage.take(event("help.requested", f"mentorships/n-{n}", MONDAY, **help))
    stage.work_until(MONDAY)
    first, *others = {each.to: each for each in carrier.carried if each.to.startswith("bea-")}.values()
    assert len(others) == 8
    assert _asked(stage, asked, others) == _asked(stage, asked, [first])


def _asked(stage: Stage, asked: Counter[str], sends: list[Outgoing]) -> int:
    """Return how many statements taking in that all of these bounced took."""
    said = [Report(send_id=each.send_id, what=What.BOUNCED, at=MONDAY, address=each.to) for each in sends]
    asked.clear()
    assert stage.intouch.take_in_reports(said) == len(sends)
    return asked.total()


def test_a_report_settles_what_a_lost_answer_left_unknown(stage: Stage) -> None:
    """What staff decide on otherwise: a service message, which is not sent again by itself."""
    lost = ProviderError("No answer.", temporary=True, unknown=True)
    stage.worker.carrier.mailer = Breaking(lost, fate=Fate.UNKNOWN)
    data = {"initiated_by": "staff"}
    stage.take(event("mentorship.unmatched", "mentorships/m-1", stage.clock.now, **data))
    stage.work_until(stage.clock.now)
    (unknown,) = [each for each in emails(stage) if each.state is EmailState.UNKNOWN]
    report(stage, unknown.id, What.TAKEN, "ben@example.org")
    assert [each.state for each in emails(stage) if each.id == unknown.id] == [EmailState.SENT]


def test_an_alert_that_came_back_goes_to_the_next_role_once(stage: Stage, carrier: Refusing) -> None:
    worry(stage, "urgent")
    assert carrier.to == [PRIMARY]
    report(stage, carrier.carried[0].send_id, What.BOUNCED, PRIMARY)
    assert carrier.to == [PRIMARY, BACKUP]
    report(stage, carrier.carried[0].send_id, What.BOUNCED, PRIMARY, MONDAY + MINUTE)
    stage.work_until(MONDAY + HOUR)
    assert carrier.to == [PRIMARY, BACKUP]
    assert sorted(each.state for each in emails(stage)) == [EmailState.RETURNED, EmailState.SENT]


def test_an_alert_climbs_only_when_all_addresses_of_its_role_are_bad(stage: Stage, carrier: Refusing) -> None:
    worry(stage, "safety_risk")
    sends = {each.to: each.send_id for each in carrier.carried}
    assert set(sends) == {DEAN, DUTY, PRIMARY}
    report(stage, sends[DEAN], What.BOUNCED, DEAN)
    assert len(carrier.carried) == 3
    report(stage, sends[DUTY], What.BOUNCED, DUTY)
    assert carrier.to[3:] == [IT]


def test_an_alert_that_was_only_refused_does_not_go_round_in_circles(stage: Stage, carrier: Refusing) -> None:
    worry(stage, "urgent")
    report(stage, carrier.carried[0].send_id, What.REFUSED, PRIMARY)
    stage.work_until(MONDAY + HOUR)
    assert carrier.to == [PRIMARY]
    assert [each.state for each in emails(stage)] == [EmailState.RETURNED]
