"""`intouch bounces`, as a mail server and a nightly job run it."""

import mailbox
from pathlib import Path

import pytest

from tests.cli.commands import here, intouch
from tests.flow.braking import MONDAY
from tests.flow.stage import Stage
from tests.mail.returned import AWAY, report

UNKNOWN = "1 report: 0 new, 0 known before, 1 about mail that was not sent from here, 0 too old."
GONE = report("5.1.1", "smtp; 550 5.1.1 gone")


@pytest.fixture
def data(tmp_path: Path) -> dict[str, str]:
    made = Stage(tmp_path / "var", MONDAY)
    made.close()
    return {"INTOUCH_DATA_DIR": str(made.folder)}


def test_a_maildir_has_its_reports_read_and_the_rest_left_alone(tmp_path: Path, data: dict[str, str]) -> None:
    box = mailbox.Maildir(str(tmp_path / "mail"))
    for content in (GONE, AWAY):
        box.add(content)
    assert here("bounces", tmp_path / "mail", environment=data).out == (
        f"{UNKNOWN} 1 other message, 0 that cannot be read.\n"
    )
    flags = sorted((each.get_subdir(), each.get_flags()) for each in box)
    assert flags == [("cur", "S"), ("new", "")]
    assert here("bounces", tmp_path / "mail", environment=data).out.startswith("0 reports")


def test_an_mbox_is_only_read(tmp_path: Path, data: dict[str, str]) -> None:
    box = mailbox.mbox(str(tmp_path / "mbox"))
    box.add(GONE)
    box.close()
    before = (tmp_path / "mbox").read_bytes()
    assert here("bounces", tmp_path / "mbox", environment=data).out.startswith(UNKNOWN)
    assert (tmp_path / "mbox").read_bytes() == before


def test_a_pipe_takes_one_message(data: dict[str, str]) -> None:
    assert intouch("bounces", environment=data, stdin=GONE.decode()).out.startswith(UNKNOWN)


def test_a_store_that_is_not_there_makes_the_server_bring_it_again(tmp_path: Path) -> None:
    ran = intouch("bounces", environment={"INTOUCH_DATA_DIR": str(tmp_path / "none")}, stdin=GONE.decode())
    assert ran.code == 75


def test_a_place_that_is_none_is_told(tmp_path: Path, data: dict[str, str]) -> None:
    ran = here("bounces", tmp_path / "nowhere", environment=data)
    assert ran.code == 1
    assert "is neither a Maildir" in ran.err
