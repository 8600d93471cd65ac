"""When the safety limit trips, the program's staff read who would have got what, and every other rule goes on."""

from pathlib import Path

from service.domain.calendar import HOUR, MINUTE
from service.flow.mail_port import Outgoing
from tests.flow.braking import CHANGED, PAIRS, Braking
from tests.flow.events import event

PRIMARY = "mentoring@northfield.example.org"


def told(braking: Braking) -> list[Outgoing]:
    """Return what staff were told of held mail, an hour later."""
    braking.stage.clock.now += 2 * MINUTE
    braking.stage.worker.turn()
    braking.stage.work_until(braking.now + HOUR)  # where alerts are many, some of them come together
    return [each for each in braking.carrier.carried if "What is over that waits" in " ".join(each.text.split())]


def unmatch(braking: Braking, numbers: range) -> None:
    """Tell the mentor of each pair that their mentee has left."""
    for n in numbers:
        told = event("mentorship.unmatched", f"mentorships/m-{n}", braking.now, initiated_by="mentee")
        braking.stage.take(told)
    braking.stage.work_until(braking.now)


def test_staff_read_who_would_have_got_what_once_and_no_other_rule_waits(tmp_path: Path) -> None:
    braking = Braking(tmp_path)
    braking.edit("endings.yaml", "id: mentorship-unmatched\n", "id: mentorship-unmatched\n    send_within: 2 days\n")
    unmatch(braking, range(8))
    braking.ask(range(8, PAIRS))
    assert len(braking.answered()) == PAIRS - 8, "another rule goes on"
    (mail,) = told(braking)
    assert mail.to == PRIMARY
    assert "5 notices" in " ".join(mail.text.split())
    named = [line for line in mail.text.splitlines() if line.startswith("- ")]
    assert len(named) == 5
    assert all("Ada" in line for line in named)
    assert "Ada" not in mail.subject
    assert len(told(braking)) == 1
    braking.stage.close()


def test_nobody_is_named_whose_notice_gives_away_what_is_confidential(tmp_path: Path) -> None:
    braking = Braking(tmp_path)
    braking.change_the_rule()
    braking.ask(range(PAIRS))
    assert len(braking.answered()) == 3
    (mail,) = told(braking)
    assert f"{PAIRS - 3} of them are about something confidential" in " ".join(mail.text.split())
    assert "Ben" not in mail.text
    braking.stage.close()


def test_what_was_let_go_is_told_of_no_more_and_the_next_hold_is(tmp_path: Path) -> None:
    braking = Braking(tmp_path)
    braking.change_the_rule()
    braking.ask(range(PAIRS))
    assert len(told(braking)) == 1
    with braking.stage.intouch.store.writing() as transaction:
        keys = [each.candidate.key for each in transaction.held_notices(CHANGED)]
        transaction.release("northfield", keys, braking.now)
    braking.stage.clock.now += 24 * HOUR
    assert len(told(braking)) == 1
    braking.ask(range(PAIRS), request="again")
    assert len(told(braking)) == 2
    braking.stage.close()
