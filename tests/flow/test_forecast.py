"""The forecast of a live store: what it says of each subject is what time brings when nothing happens."""

import sqlite3
from contextlib import closing

from service.domain.calendar import DAY, Instant
from service.domain.delivery import LedgerKey
from service.domain.events import Subject
from service.flow.ports import SubjectKey
from service.flow.present import present_near
from service.staff.forecast import Forecast, forecast
from tests.flow.conftest import PROGRAM
from tests.flow.stage import Stage

DAYS = 40


def _forecast(stage: Stage, subject: Subject) -> Forecast:
    now = stage.clock.now
    with stage.intouch.store.reading() as snapshot:
        rule_set = stage.intouch.rules.of(snapshot).rule_set
        present = present_near(snapshot, rule_set, SubjectKey(PROGRAM, subject), now)
    return forecast(rule_set, present, subject, now, now + DAYS * DAY)


def _read(stage: Stage, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(stage.folder / "intouch.db")) as database:
        return database.execute(statement).fetchall()


def _ledger(stage: Stage) -> dict[LedgerKey, Instant]:
    rows = _read(stage, "SELECT rule, subject, start, k, recipient, value, at FROM ledger")
    return {LedgerKey(*row[:6]): row[6] for row in rows}  # type: ignore[misc,arg-type]  # rows of a database


def test_each_forecast_is_what_comes(halfway: Stage) -> None:
    """For every mentorship and participant, read from its own neighbourhood alone."""
    rows = _read(halfway, "SELECT kind, id FROM subjects WHERE kind <> 'programs'")
    subjects = [Subject.parse(f"{kind}/{id}") for kind, id in rows]
    told = {subject: _forecast(halfway, subject) for subject in subjects}
    before = _ledger(halfway)
    halfway.work_until(halfway.clock.now + DAYS * DAY)
    came = {key: at for key, at in _ledger(halfway).items() if key not in before}
    assert len(came) > 10
    for subject, found in told.items():
        theirs = {key: at for key, at in came.items() if str(subject) in (key.subject, f"participants/{key.recipient}")}
        assert {each.key: each.at for each in found.coming} == theirs, subject
        assert not {each.key for each in found.silent} & came.keys()
