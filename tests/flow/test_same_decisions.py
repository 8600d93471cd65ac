"""The live service, a simulation and explanations decide the same."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest

from examples.semester import semester
from service.adapters.schemas import load_schemas
from service.domain.calendar import DAY, format_rfc3339
from service.domain.delivery import LedgerKey, Verdict
from service.domain.events import Incoming, SubjectKind
from service.flow.neighbourhood import read_neighbourhood
from service.flow.ports import Snapshot, SubjectKey
from service.settings import ROOT
from service.staff.explain import explain_all
from service.staff.verdicts import Watch
from service.staff.world import World
from tests.flow.stage import Stage

Row = tuple[object, ...]
PROGRAM = "northfield"


def _events(seed: int, pairs: int) -> list[Incoming]:
    lines = semester(pairs=pairs, weeks=16, seed=seed, starts=date(2026, 8, 24), program=PROGRAM)
    admitted, faults = load_schemas(ROOT / "schemas").admit(lines)
    assert not faults
    return sorted(admitted, key=lambda event: event.recordedtime or 0)


def _simulated(stage: Stage, events: list[Incoming], until: int) -> tuple[set[Row], dict[LedgerKey, Verdict]]:
    """Return what a simulation sends, and the verdict of each slot that closed without a message."""
    with stage.intouch.store.reading() as snapshot:
        rule_set = stage.intouch.rules.of(snapshot).rule_set
    steps = World(rule_set, Watch()).steps_of((each.recorded_at(each.recordedtime or 0) for each in events), until)
    sent, unsent = set[Row](), dict[LedgerKey, Verdict]()
    for went, closed in steps:
        sent |= {(*each.notice.candidate.key, format_rfc3339(each.notice.at), each.notice.resource) for each in went}
        unsent |= {each.key: each.verdict for each in closed}
    return sent, unsent


def _lived(stage: Stage) -> set[Row]:
    with stage.intouch.store.reading() as snapshot:
        rows = snapshot._session.all("SELECT rule, subject, start, k, recipient, value, at, resource FROM ledger", {})
    return {(*row[:6], format_rfc3339(row[6]), row[7]) for row in rows}


def _explained(stage: Stage, at: int) -> tuple[set[Row], dict[LedgerKey, Verdict]]:
    """Return what went, and the verdict of each slot that was over by `at`, as every subject's explanations say."""
    sent, unsent = set[Row](), dict[LedgerKey, Verdict]()
    with stage.intouch.store.reading() as snapshot:
        near = [read_neighbourhood(snapshot, stage.intouch.rules, each, at) for each in _subjects(snapshot)]
    for slot in (slot for each in near for told in explain_all(each) for slot in told.slots):
        if slot.went:
            sent.add((*slot.key, format_rfc3339(slot.went.at)))
        elif slot.closes <= at:
            assert slot.verdict is not None
            assert slot.would_have is None
            unsent[slot.key] = slot.verdict
    return sent, unsent


def _subjects(snapshot: Snapshot) -> Iterable[SubjectKey]:
    for kind in SubjectKind:
        for row in snapshot.all_subjects(PROGRAM, kind, limit=1_000):
            yield row.key


SHAPES = [("embedded", 1, 12), ("late", 2, 12), pytest.param("production", 3, 6, marks=pytest.mark.servers)]


@pytest.mark.parametrize(("shape", "seed", "pairs"), SHAPES)
def test_living_simulating_and_explaining_decide_the_same(
    tmp_path: Path, shape: str, seed: int, pairs: int, request: pytest.FixtureRequest
) -> None:
    """A random semester: through store, worker and mailbox, through the pure engine, and asked for one by one."""
    events = _events(seed, pairs)
    until = (events[-1].recordedtime or 0) + 60 * DAY
    on_postgresql = shape == "production"
    environment = {"INTOUCH_DATABASE_URL": request.getfixturevalue("postgresql_url")} if on_postgresql else {}
    # A worker is never there at the very instant, and decides as of it all the same.
    stage = Stage(tmp_path, events[0].recordedtime or 0, environment, late=700_000 if shape == "late" else 0)
    try:
        stage.play(events, until)
        lived, (simulated, unsent) = _lived(stage), _simulated(stage, events, until)
        explained = _explained(stage, until)
    finally:
        stage.close()
    assert min(len(simulated), len(unsent)) > 50
    assert lived ^ simulated == set()
    assert {row[:-1] for row in lived} ^ explained[0] == set()
    assert unsent == explained[1]
