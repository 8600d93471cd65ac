"""A program's incentive stands in the nudges that its file names, and nowhere else."""

from pathlib import Path

import pytest

from service.domain.calendar import DAY, parse_rfc3339
from tests.cli.commands import intouch
from tests.flow.events import pair
from tests.flow.stage import Stage

OFFER = "Show this email at the Quayside Café for two coffees."
MONDAY = parse_rfc3339("2026-03-02T15:00:00Z")


@pytest.mark.parametrize(("program", "shows"), [("eastgate", True), ("northfield", False)])
def test_its_nudges_end_with_it_in_both_parts_and_no_other_program_shows_it(
    program: str, shows: bool, tmp_path: Path
) -> None:
    stage = Stage(tmp_path, MONDAY)
    stage.take(*({**each, "program": program} for each in pair(MONDAY)))
    stage.work_until(MONDAY + 8 * DAY)
    box = stage.mailbox
    found = [(each.recipient, box.read(each.send_id)) for each in box.page(at_most=50).mails]
    with_it = [who for who, mail in found if mail and OFFER in mail.html and OFFER in _unwrapped(mail.text)]
    assert len(with_it) == len(set(with_it)) == (2 if shows else 0)
    stage.close()


def _unwrapped(text: str) -> str:
    return " ".join(text.split())


def test_the_preview_shows_it() -> None:
    seen = {program: intouch("preview", "not-connecting-first", "--program", program).out for program in PROGRAMS}
    assert {program: OFFER in _unwrapped(text) for program, text in seen.items()} == PROGRAMS


def test_a_mail_in_another_language_shows_it_in_that_language_and_the_check_tells_where_it_is_not_there() -> None:
    spanish = intouch("preview", "not-connecting-first", "--program", "eastgate", "--locale", "es").out
    assert "Enseñen este correo" in _unwrapped(spanish)
    assert OFFER not in _unwrapped(spanish)
    assert "incentive eastgate" not in intouch("check", "--lacks", "es").out
    assert "incentive eastgate" in intouch("check", "--lacks", "fr").out


PROGRAMS = {"eastgate": True, "northfield": False}
