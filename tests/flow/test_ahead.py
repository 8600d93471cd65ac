"""Going on from the present of a live store: what it sends when nothing happens, and what an edit changes of that."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from shutil import copytree

import pytest

from examples.semester import semester
from service.adapters.schemas import load_schemas
from service.domain.calendar import DAY, MINUTE, Instant
from service.domain.delivery import LedgerKey, Word
from service.domain.rules import RuleSet
from service.flow.ahead import Ahead
from service.settings import ROOT
from service.staff.ahead import compare_ahead
from service.staff.compare import Change, Comparison
from tests.flow.stage import Stage

PROGRAM = "northfield"


@pytest.fixture(scope="module", params=[1, 2])
def lived(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Instant]:
    """Half of a random semester, lived: the folder of its store, and the instant at which it stands."""
    lines = semester(pairs=10, weeks=16, seed=request.param, starts=date(2026, 8, 24), program=PROGRAM)
    admitted, _ = load_schemas(ROOT / "schemas").admit(lines)
    events = sorted(admitted, key=lambda event: event.recordedtime or 0)
    half = events[: len(events) // 2]
    stage = Stage(tmp_path_factory.mktemp("lived"), events[0].recordedtime or 0)
    stage.play(half, (half[-1].recordedtime or 0) + 7 * MINUTE)
    stage.close()
    return stage.folder, stage.clock.now


@pytest.fixture
def stage(lived: tuple[Path, Instant], tmp_path: Path) -> Iterator[Stage]:
    """Intouch on a copy of what was lived."""
    folder, now = lived
    copytree(folder, tmp_path / "var")
    stage = Stage(tmp_path / "var", now)
    yield stage
    stage.close()


def rules_of(stage: Stage) -> RuleSet:
    with stage.intouch.store.reading() as snapshot:
        return stage.intouch.rules.of(snapshot).rule_set


def ahead(stage: Stage, before: RuleSet, after: RuleSet, days: int = 40) -> Comparison:
    now = stage.clock.now
    with stage.intouch.store.reading() as snapshot:
        return compare_ahead(before, after, Ahead(snapshot, (before, after), now), now, now + days * DAY)


def ledger(stage: Stage) -> dict[LedgerKey, Instant]:
    with closing(sqlite3.connect(stage.folder / "intouch.db")) as database:
        rows = database.execute("SELECT rule, subject, start, k, recipient, value, at FROM ledger").fetchall()
    return {LedgerKey(*row[:6]): row[6] for row in rows}


def test_what_lies_ahead_is_what_the_live_service_then_sends(stage: Stage) -> None:
    """The parts and the office of a resumed store send, to everybody, exactly what time brings."""
    active, before = rules_of(stage), ledger(stage)
    compared = ahead(stage, active, replace(active, rules=()))
    stage.work_until(stage.clock.now + 40 * DAY)
    came = {key: at for key, at in ledger(stage).items() if key not in before}
    assert len(came) > 10
    assert {each.key: each.before for each in compared.differences} == came


def test_the_same_rules_differ_in_nothing(stage: Stage) -> None:
    active = rules_of(stage)
    compared = ahead(stage, active, replace(active))
    assert compared.total().before > 10
    assert compared.is_empty
    assert compared.before == compared.after


def _edited(rule_set: RuleSet, rule_id: str, **fields: object) -> RuleSet:
    rules = (replace(each, **fields) if each.id == rule_id else each for each in rule_set.rules)  # type: ignore[arg-type]
    return replace(rule_set, rules=tuple(rules))


def test_a_longer_wait_moves_what_waits_and_nothing_else(stage: Stage) -> None:
    """Without limits, through which one message can make another wait, only the edited rule's own messages move."""
    active = rules_of(stage)
    before = replace(active, delivery=replace(active.delivery, limits=()))
    own = {each.key: each for each in ahead(stage, before, replace(before, rules=()), 90).differences}
    after = _edited(before, "drifting", wait=52 * DAY)
    compared = ahead(stage, before, after, 90)
    moved = [each for each in compared.differences if each.change is Change.MOVED]
    assert {each.key for each in compared.differences} == {key for key in own if key.rule == "drifting"}
    assert moved
    assert all(each.before == own[each.key].before for each in moved)
    # To the hour they need not be: hours may open otherwise after a clock change.
    assert {round(((each.after or 0) - (each.before or 0)) / DAY) for each in moved} == {7}
    assert {each.why.word for each in compared.differences if each.change is not Change.MOVED} <= {Word.ENDED}
