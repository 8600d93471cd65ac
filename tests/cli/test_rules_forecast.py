"""`intouch forecast`: what comes if nothing happens, in words and as JSON."""

import json
from pathlib import Path

import pytest

from service.domain.calendar import DAY, parse_rfc3339
from tests.cli.commands import Ran, intouch, pair, rules
from tests.flow.stage import Stage


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store in which a pair was matched long ago, and that has decided nothing since."""
    folder = rules(tmp_path)
    matched = parse_rfc3339("2026-03-02T15:00:00Z")
    stage = Stage(tmp_path / "var", matched, {"INTOUCH_RULES_DIR": str(folder), "INTOUCH_TEMPLATES_DIR": str(folder)})
    stage.take(*pair())
    stage.work_until(matched + DAY)
    stage.close()
    return tmp_path / "var"


def ask(store: Path, *words: object) -> Ran:
    return intouch("forecast", *words, environment={"INTOUCH_DATA_DIR": str(store)})


def test_old_starts_send_nothing_and_that_is_said_in_a_sentence(store: Path) -> None:
    ran = ask(store, "mentorships/m-1")
    assert ran.code == 0, ran.err
    assert ran.out.startswith("If nothing happens, nobody gets anything about mentorships/m-1 in northfield")


def test_json_has_the_sentence_and_both_lists(store: Path) -> None:
    told = json.loads(ask(store, "participants/mia", "--days", 3, "--format", "json").out)
    assert told["subject"] == "participants/mia"
    assert told["coming"] == []
    assert set(told) == {"sentence", "subject", "program", "at", "until", "coming", "silent"}


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("mentorship/m-1",), "Did you mean mentorships/m-1?"),
        (("mentorships/m-11",), "Did you mean mentorships/m-1?"),
        (("programs/northfield",), "not a whole program"),
    ],
)
def test_what_cannot_be_foreseen_is_said_with_what_to_write(store: Path, words: tuple[str, ...], hint: str) -> None:
    ran = ask(store, *words)
    assert ran.code != 0
    assert hint in ran.err
