"""The audit: who did what, when, and the particulars; by sort, newest first."""

from service.adapters.store import SqlStore
from service.flow.ports import Action, AuditRow
from tests.store.samples import NOW


def row(about: str, action: Action = Action.RULES_ACTIVATED, at: int = NOW) -> AuditRow:
    return AuditRow(at=at, who="kim", action=action, about=about, detail={"from": "deploy", "counts": {"new": 3}})


def test_what_was_done_is_told_by_sort_newest_first(store: SqlStore) -> None:
    rows = [row("r1"), row("r2", Action.RULES_PROPOSED), row("r3", at=NOW - 1)]
    with store.writing() as transaction:
        for each in rows:
            transaction.note(each)
    with store.reading() as snapshot:
        assert snapshot.audit(Action.RULES_ACTIVATED) == [rows[2], rows[0]]
        assert snapshot.audit(Action.RULES_PROPOSED) == [rows[1]]
        assert snapshot.audit(Action.RULES_ACTIVATED, limit=1) == [rows[2]]
