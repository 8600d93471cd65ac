"""SendGrid's unsubscribe groups: mail carries that of its category, and what is chosen there holds here."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from service.adapters.mail.sendgrid import SendGridAccount, SendGridMailer
from service.adapters.mail.sendgrid_groups import read_groups
from service.adapters.mail.sendgrid_reports import reports_of
from service.domain.calendar import DAY, HOUR, MINUTE, SECOND
from service.domain.errors import OperatorError
from service.domain.events import Subject
from service.domain.fold import preference
from service.domain.policies import OPTIONAL, Category
from service.flow.ports import SubjectKey
from tests.flow.events import event, pair
from tests.flow.one_message import write_rules
from tests.flow.stage import Stage
from tests.flow.test_carrying import finish
from tests.flow.test_claim import MONDAY
from tests.mail.fake_sendgrid import KEY, FakeSendGrid, fake_sendgrid

RULES = """
rules:
  - { id: remind, kind: nudge, starts: mentorship.matched, wait: 300 days, send: [ { to: both, message: remind } ] }
  - { id: share, kind: nudge, starts: mentorship.matched, wait: 300 days, send: [ { to: mentor, message: share } ] }
  - { id: help, kind: answer, starts: help.requested, send: [ { to: initiator, message: remind } ] }
"""
BEN = SubjectKey("northfield", Subject.parse("participants/ben"))


@dataclass
class House:
    """One installation with a SendGrid of our own."""

    stage: Stage
    fake: FakeSendGrid
    keys: Path

    def mail_to(self, name: str) -> list[dict[str, Any]]:
        to = f"{name}@example.org"
        return [each for each in self.fake.accepted if each["personalizations"][0]["to"][0]["email"] == to]

    def report(self, what: str, minutes: int = 0, **more: Any) -> int:
        """Let SendGrid report that ben chose something, and return how much of it was new."""
        [mail] = self.mail_to("ben")[:1]
        at = (self.stage.clock.now + minutes * MINUTE) // SECOND
        said = {"event": what, "email": "ben@example.org", "timestamp": at, **more}
        said |= mail["personalizations"][0]["custom_args"]
        new = self.stage.intouch.take_in_reports(list(reports_of(json.loads(json.dumps([said])))))
        finish(self.stage.worker)
        return new

    def refused(self) -> set[Category]:
        """Return what ben does not want."""
        with self.stage.intouch.store.reading() as snapshot:
            row = snapshot.subject(BEN)
        assert row is not None
        assert row.facts is not None
        return {each for each in OPTIONAL if row.facts.value(preference(each)) is False}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    own = write_rules(tmp_path, RULES)
    word = (tmp_path / "templates/messages/word.md").read_text("utf-8")
    for name, category in (("remind", "reminders"), ("share", "resources")):
        text = word.replace("category: service", f"category: {category}")
        (tmp_path / f"templates/messages/{name}.md").write_text(text, "utf-8")
    (keys := tmp_path / "keys").mkdir()
    environment = own | {
        "INTOUCH_MAIL_URL": "sendgrid:",
        "INTOUCH_SENDGRID_KEY": KEY,
        "INTOUCH_SENDGRID_KEYS_DIR": str(keys),
        "INTOUCH_SENDGRID_GROUPS": "reminders=101 resources=102",
    }
    with fake_sendgrid() as fake:
        stage = Stage(tmp_path / "var", MONDAY, environment)
        intouch = stage.intouch
        account = SendGridAccount(
            host=fake.url,
            read_key=intouch.settings.sendgrid_key,
            read_own_key=intouch.program_keys.key,
            group_of=intouch.unsubscribe_groups.group_of,
        )
        mailer = SendGridMailer(account, lambda: stage.clock.now / SECOND)
        stage.worker = intouch.worker(mailer)
        stage.take(*pair(MONDAY - 300 * DAY + HOUR))
        yield House(stage, fake, keys)
        mailer.close()
        stage.close()


def sent(house: House) -> None:
    house.stage.clock.now = MONDAY + 3 * HOUR
    finish(house.stage.worker)


def test_an_email_of_one_category_belongs_to_its_group_and_one_of_several_to_none(house: House) -> None:
    sent(house)
    assert [each["asm"]["group_id"] for each in house.mail_to("ben")] == [101]
    assert [each.get("asm") for each in house.mail_to("ada")] == [None]
    assert house.fake.wrong == []
    fields = [house.mail_to(name)[0]["personalizations"][0]["headers"] for name in ("ben", "ada")]
    assert [each["Feedback-ID"] for each in fields] == ["reminders:northfield:intouch", "service:northfield:intouch"]
    assert [each.get("List-Id") for each in fields] == ["<reminders.northfield.northfield.example.org>", None]


def test_an_answer_belongs_to_no_group(house: House) -> None:
    data = {"request_id": "h-1", "by": "mentee", "option": "dont_know_how_to_reach_out"}
    house.stage.take(event("help.requested", "mentorships/m-1", house.stage.clock.now, **data))
    finish(house.stage.worker)
    assert [each.get("asm") for each in house.mail_to("ben")] == [None]


def test_what_is_chosen_at_a_group_holds_here_for_its_category(house: House) -> None:
    sent(house)
    assert house.report("group_unsubscribe", asm_group_id=101) == 1
    assert house.refused() == {Category.REMINDERS}
    assert house.report("group_unsubscribe", asm_group_id=101) == 0
    house.report("group_resubscribe", minutes=2, asm_group_id=101)
    assert house.refused() == set()
    house.report("group_unsubscribe", minutes=1, asm_group_id=101)
    assert house.refused() == set(), "what was chosen before says nothing any more"


def test_a_group_that_nobody_named_changes_nothing_and_none_at_all_everything(house: House) -> None:
    sent(house)
    house.report("group_unsubscribe", asm_group_id=999)
    assert house.refused() == set()
    house.report("unsubscribe", minutes=1)
    assert house.refused() == set(OPTIONAL)


def test_a_program_with_an_account_of_its_own_has_groups_of_its_own(house: House) -> None:
    (house.keys / "northfield.key").write_text(KEY)
    (house.keys / "northfield.groups").write_text("reminders=7\n")
    sent(house)
    assert [each["asm"]["group_id"] for each in house.mail_to("ben")] == [7]
    house.report("group_unsubscribe", asm_group_id=101)
    assert house.refused() == set(), "that is a group of the account that others share"
    house.report("group_unsubscribe", minutes=1, asm_group_id=7)
    assert house.refused() == {Category.REMINDERS}


@pytest.mark.parametrize("text", ["reminders", "service=1", "reminders=x", "reminders=0", "Reminders=1", "=3"])
def test_groups_that_cannot_be_read_are_told(text: str) -> None:
    with pytest.raises(OperatorError, match=r"SETTING is to name categories .* reminders, resources, celebrations"):
        read_groups(text, "SETTING")


def test_groups_are_read_as_people_write_them() -> None:
    assert read_groups("reminders=1, surveys=22\n", "x") == {Category.REMINDERS: 1, Category.SURVEYS: 22}
    assert read_groups("", "x") == {}
