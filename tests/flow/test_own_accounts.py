"""Programs with an account at SendGrid of their own: what theirs is refused keeps nobody else's mail."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from service.adapters.mail.sendgrid import SendGridAccount, SendGridMailer
from service.domain.calendar import DAY, MINUTE, parse_rfc3339
from service.flow.feedback import Report, What
from service.flow.ports import EmailState
from tests.flow.events import event, pair
from tests.flow.stage import Stage
from tests.flow.test_carrying import finish
from tests.mail.fake_sendgrid import KEY, FakeSendGrid, fake_sendgrid

MONDAY = parse_rfc3339("2026-03-02T15:00:00Z")
OWN, OTHER = "northfield", "westlake"


@dataclass
class House:
    """Two programs on one installation, the first with a key of its own in a file."""

    stage: Stage
    fake: FakeSendGrid
    keys: Path

    def ask_for_help(self, program: str) -> None:
        now, option = self.stage.clock.now, "dont_know_how_to_reach_out"
        data = {"request_id": f"h-{now}", "by": "mentee", "option": option}
        asked = event("help.requested", f"mentorships/m-{program}", now, **data)
        self.stage.take({**asked, "program": program})
        finish(self.stage.worker)

    @property
    def mail(self) -> list[str]:
        """To whom SendGrid took mail."""
        return [each["personalizations"][0]["to"][0]["email"] for each in self.fake.accepted]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    keys = tmp_path / "keys"
    keys.mkdir()
    environment = {
        "INTOUCH_MAIL_URL": "sendgrid:",
        "INTOUCH_SENDGRID_KEY": KEY,
        "INTOUCH_SENDGRID_KEYS_DIR": str(keys),
        "INTOUCH_MAIL_SENDERS": "2",
    }
    with fake_sendgrid() as fake:
        stage = Stage(tmp_path / "var", MONDAY, environment)
        account = SendGridAccount(
            host=fake.url, read_key=stage.intouch.settings.sendgrid_key, read_own_key=stage.intouch.program_keys.key
        )
        mailer = SendGridMailer(account, lambda: stage.clock.now / 1_000_000)
        for program in (OWN, OTHER):
            people = pair(MONDAY - 300 * DAY, f"m-{program}", f"ada-{program}", f"ben-{program}")
            stage.take(*({**each, "program": program} for each in people))
        finish(stage.worker)
        stage.worker = stage.intouch.worker(mailer)
        fake.accepted.clear()
        yield House(stage, fake, keys)
        mailer.close()
        stage.close()


def test_a_refused_key_of_one_program_stops_only_its_own_mail(house: House) -> None:
    (house.keys / f"{OWN}.key").write_text("SG.withdrawn")
    house.ask_for_help(OWN)
    house.ask_for_help(OTHER)
    assert set(house.mail) == {f"ben-{OTHER}@example.org"}
    told = house.stage.intouch.ready()[1]["mail"]
    assert told.startswith(f"Mail of program {OWN} rests until 2026-03-02T15:05:00Z. SendGrid refuses our key (401).")

    (house.keys / f"{OWN}.key").write_text(KEY)
    house.stage.clock.now += 4 * MINUTE
    finish(house.stage.worker)
    assert f"ben-{OWN}@example.org" not in house.mail, "what was refused rests"
    house.stage.clock.now += 2 * MINUTE
    finish(house.stage.worker)
    assert f"ben-{OWN}@example.org" in house.mail, "a new key needs no restart"
    assert house.stage.intouch.ready()[1]["mail"] == "ok"


def test_a_refused_key_that_all_share_leaves_an_account_of_its_own_alone(house: House) -> None:
    (house.keys / f"{OWN}.key").write_text("SG.new-account")
    house.fake.key = "SG.new-account"
    house.ask_for_help(OWN)
    assert house.mail == [f"ben-{OWN}@example.org"] * len(house.mail) != []


def test_a_file_without_a_key_says_so_and_stops_only_its_program(house: House) -> None:
    (house.keys / f"{OWN}.key").write_text("\n")
    house.ask_for_help(OWN)
    house.ask_for_help(OTHER)
    assert set(house.mail) == {f"ben-{OTHER}@example.org"}
    assert "There is no key in" in house.stage.intouch.ready()[1]["mail"]


def test_an_account_reports_about_mail_of_its_own_program_only(house: House) -> None:
    house.ask_for_help(OTHER)
    send_id = house.fake.accepted[0]["personalizations"][0]["custom_args"]["send_id"]
    bounce = Report(send_id=send_id, what=What.BOUNCED, at=MONDAY, address=f"ben-{OTHER}@example.org")
    assert house.stage.intouch.take_in_reports([bounce], OWN) == 0
    with house.stage.intouch.store.reading() as snapshot:
        assert not snapshot.suppressed([bounce.address])
        email = snapshot.email(send_id)
    assert email is not None
    assert email.state is EmailState.SENT
    assert house.stage.intouch.take_in_reports([bounce], OTHER) == 1
