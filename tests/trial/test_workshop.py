"""Trials in the background: bounded in time and number, and never in each other's way."""

from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest

from service.trial.gate import Gate, GateRefusedError, Passage
from service.trial.workshop import MOST_WAITING, Attempt, TooBusyError, Workshop
from tests.flow.stage import Stage
from tests.trial.small import RULE, matched, sources

RENAMED = sources(rules=RULE.replace("Two days", "Some days"))
FILE = "rules/hello.yaml"


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Stage]:
    made = matched(tmp_path, 2)
    yield made
    made.close()


def done(workshop: Workshop, id: str) -> Attempt:
    """Return the attempt when it is done."""
    ends = monotonic() + 60
    while True:
        attempt = workshop.get(id)
        assert attempt is not None
        if attempt.is_done:
            return attempt
        assert monotonic() < ends
        sleep(0.02)


def test_what_is_done_has_all_that_was_found(live: Stage) -> None:
    workshop = Workshop(live.intouch.trials)
    found = done(workshop, workshop.begin(RENAMED, FILE).id)
    assert found.tried is not None
    assert found.tried.comparison is not None
    assert found.past is not None
    assert (found.failure, found.left_out) == ("", "")


def test_a_look_that_takes_too_long_is_left_out_and_then_two_must_agree(live: Stage) -> None:
    workshop = Workshop(live.intouch.trials, longest_look_s=-1)
    found = done(workshop, workshop.begin(RENAMED, FILE).id)
    assert found.tried is not None
    assert found.tried.comparison is None
    assert "takes longer than a page may" in found.left_out
    gate = Gate(store=live.intouch.store, clock=live.clock, approve_above=50)
    with pytest.raises(GateRefusedError, match="too much to work out here"):
        gate.let_pass(found.tried, Passage(by="kim", origin="test"))


def test_no_more_begin_than_may_wait(live: Stage) -> None:
    workshop = Workshop(live.intouch.trials)
    with workshop._turn:
        begun = [workshop.begin(RENAMED, FILE) for _ in range(MOST_WAITING)]
        with pytest.raises(TooBusyError):
            workshop.begin(RENAMED, FILE)
    for each in begun:
        assert done(workshop, each.id).failure == ""
    assert done(workshop, workshop.begin(RENAMED, FILE).id).failure == ""


def test_what_goes_wrong_is_told_and_the_next_one_has_its_turn(live: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    workshop = Workshop(live.intouch.trials)

    def fails(_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(live.intouch.trials, "check", fails)
    broken = done(workshop, workshop.begin(RENAMED, FILE).id)
    assert "a defect of its own (ZeroDivisionError)" in broken.failure
    monkeypatch.undo()
    assert done(workshop, workshop.begin(RENAMED, FILE).id).failure == ""
