"""The live service and a simulation decide the same."""

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from examples.semester import semester
from service.adapters.schemas import load_schemas
from service.domain.calendar import DAY, format_rfc3339
from service.domain.events import Incoming
from service.settings import ROOT
from service.staff.world import World
from tests.flow.stage import Stage

Row = tuple[object, ...]


def _events(seed: int, pairs: int) -> list[Incoming]:
    lines = semester(pairs=pairs, weeks=16, seed=seed, starts=date(2026, 8, 24), program="northfield")
    admitted, faults = load_schemas(ROOT / "schemas").admit(lines)
    assert not faults
    return sorted(admitted, key=lambda event: event.recordedtime or 0)


def _simulated(stage: Stage, events: list[Incoming], until: int) -> set[Row]:
    with stage.intouch.store.reading() as snapshot:
        rule_set = stage.intouch.rules.of(snapshot).rule_set
    sent = World(rule_set).run((event.recorded_at(event.recordedtime or 0) for event in events), until)
    return {(*each.notice.candidate.key, format_rfc3339(each.notice.at), each.notice.resource) for each in sent}


def _lived(stage: Stage) -> set[Row]:
    with closing(sqlite3.connect(stage.folder / "intouch.db")) as database:
        rows = database.execute("SELECT rule, subject, start, k, recipient, value, at, resource FROM ledger").fetchall()
    return {(*row[:6], format_rfc3339(row[6]), row[7]) for row in rows}


@pytest.mark.parametrize("seed", [1, 2])
def test_the_live_pipeline_sends_what_a_simulation_sends(tmp_path: Path, seed: int) -> None:
    """A random semester through store, worker and mailbox gives the notices that the pure engine gives."""
    events = _events(seed, pairs=12)
    until = (events[-1].recordedtime or 0) + 60 * DAY
    stage = Stage(tmp_path, events[0].recordedtime or 0)
    try:
        stage.play(events, until)
        lived, simulated = _lived(stage), _simulated(stage, events, until)
    finally:
        stage.close()
    assert len(simulated) > 50
    assert lived ^ simulated == set()
