"""A store that was put back from a copy: what went out since is recognised, whoever tells of it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.domain.calendar import DAY, HOUR, MINUTE
from service.flow.brake_port import Scope
from service.flow.feedback import Report, What
from service.flow.marks import Marks
from service.flow.ports import Action, EmailState, RecipientKey
from service.flow.restored import FOUND_OUT
from tests.flow.events import pair
from tests.flow.one_message import write_rules
from tests.flow.stage import Stage
from tests.flow.test_claim import MONDAY

RULES = """
rules:
  - { id: one, kind: nudge, starts: mentorship.matched, wait: 300 days, send: [ { to: mentee, message: word } ] }
  - { id: two, kind: nudge, starts: mentorship.matched, wait: 300 days, send: [ { to: mentee, message: other } ] }
  - { id: help, kind: answer, starts: help.requested, send: [ { to: initiator, message: word } ] }
"""


class Restored(Stage):
    """A stage of which the store can be put back to how it was when it was copied."""

    def copy(self) -> None:
        self.intouch.close()
        shutil.copytree(self.folder, self.folder.with_name("copy"))
        self.__post_init__()

    def put_back(self) -> None:
        self.intouch.close()
        for each in self.folder.glob("intouch.db*"):
            each.unlink()
        for each in self.folder.with_name("copy").glob("intouch.db*"):
            shutil.copy(each, self.folder)
        self.now = self.clock.now
        self.__post_init__()


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Restored]:
    own = write_rules(tmp_path, RULES)
    word = (tmp_path / "templates/messages/word.md").read_text("utf-8")
    (tmp_path / "templates/messages/other.md").write_text(word.replace("A word", "Another"), "utf-8")
    staged = Restored(tmp_path / "var", MONDAY, own)
    staged.take(*pair(MONDAY - 300 * DAY + HOUR))
    staged.work_until(MONDAY)
    staged.copy()
    yield staged
    staged.close()


def states(stage: Stage) -> list[tuple[EmailState, int]]:
    """Return how each email stands, and how many notices it carries."""
    with stage.intouch.store.reading() as snapshot:
        rows = snapshot._session.all("SELECT id FROM emails ORDER BY id", {})
        emails = [snapshot.email(id) for (id,) in rows]
    return [(each.state, len(each.notices)) for each in emails if each]


def stopped_by(stage: Stage) -> list[str]:
    with stage.intouch.store.reading() as snapshot:
        return [each.by for each in snapshot.stops() if each.scope is Scope.ALL]


def resume(stage: Stage) -> None:
    with stage.intouch.store.writing() as transaction:
        transaction.resume(Scope.ALL, "")
        transaction.plan_waiting(Scope.ALL, "", stage.clock.now)
    stage.work_until(stage.clock.now + HOUR)


def digest(stage: Stage) -> str:
    """Have one email with both notices go, and return its id."""
    stage.work_until(MONDAY + 5 * HOUR)
    assert states(stage) == [(EmailState.SENT, 2)]
    return next(stage.mailbox.sends())[0]


def report(stage: Stage, send_id: str, what: What = What.DELIVERED, marks: tuple[str, ...] = ()) -> None:
    said = Report(send_id=send_id, what=what, at=stage.clock.now, address="ben@example.org", marks=marks)
    stage.intouch.take_in_reports([said])


def test_every_notice_of_an_email_in_the_mailbox_counts_as_sent(stage: Restored) -> None:
    digest(stage)
    stage.put_back()
    assert states(stage) == []
    assert stage.intouch.find_forgotten() == 2
    stage.work_until(stage.clock.now + MINUTE)
    assert states(stage) == [(EmailState.SENT, 1), (EmailState.SENT, 1)]
    assert stage.mailbox.count() == 1
    assert stage.intouch.find_forgotten() == 0, "what is known is not found again"


def test_reports_tell_of_every_notice_by_its_mark(stage: Restored) -> None:
    digest(stage)
    [(send_id, _, marks)] = stage.mailbox.sends()
    stage.put_back()
    report(stage, send_id, marks=marks)
    assert stopped_by(stage) == [f"{FOUND_OUT}, after the store was put back"]
    resume(stage)
    assert stage.mailbox.count() == 1
    assert [state for state, _ in states(stage)] == [EmailState.SENT] * 2


def test_a_notice_that_nobody_told_of_still_waits_behind_what_went(stage: Restored) -> None:
    send_id = digest(stage)
    stage.put_back()
    report(stage, send_id)
    resume(stage)
    with stage.intouch.store.reading() as snapshot:
        [waiting] = snapshot.pending_for(RecipientKey("northfield", "ben"))
    assert states(stage) == [(EmailState.SENT, 1)], "it counts towards the limits of the other"
    assert waiting.candidate.key.rule == "two"


def test_mail_of_somebody_else_stops_nothing(stage: Restored) -> None:
    others = Marks(b"another secret").send_id("0" * 20, b"abc")
    for send_id in (others, "x" * 32, "", others[:-1]):
        report(stage, send_id)
    assert stopped_by(stage) == []


def test_what_bounced_is_decided_anew(stage: Restored) -> None:
    """An alert that reached nobody has to find another role."""
    send_id = digest(stage)
    stage.put_back()
    report(stage, send_id, What.BOUNCED)
    assert stopped_by(stage) == []


def test_once_people_let_mail_go_on_late_reports_stop_it_no_more(stage: Restored) -> None:
    """Reports of what went before the store was put back come for days; of what went after, none may be unknown."""
    send_id = digest(stage)
    stage.put_back()
    first = stage.clock.now
    report(stage, send_id)
    resume(stage)
    stage.clock.now = first
    report(stage, stage.intouch.marks.send_id("1" * 20, b"abc"))
    assert stopped_by(stage) == []
    stage.clock.now = first + HOUR
    report(stage, stage.intouch.marks.send_id("2" * 20, b"abc"))
    assert stopped_by(stage) == [f"{FOUND_OUT}, after the store was put back"]


def test_it_is_told_whoever_asks(stage: Restored) -> None:
    send_id = digest(stage)
    stage.put_back()
    report(stage, send_id)
    is_ready, detail = stage.intouch.ready()
    assert "1 notices went out since" in str(detail["restored"])
    with stage.intouch.store.reading() as snapshot:
        assert [row.who for row in snapshot.audit(Action.STORE_RESTORED)] == [FOUND_OUT]
    assert is_ready
    resume(stage)
    assert "restored" not in stage.intouch.ready()[1]
