"""What waits in the store is counted, each thing under its reason."""

from service.adapters.store import SqlStore
from service.flow.backlog_port import Due
from service.flow.ports import EmailState, RuleSetRow
from tests.store.samples import M1, M2, M3, MIRA, NOW, candidate, email, incoming, saved


def test_an_empty_store_has_no_backlog(store: SqlStore) -> None:
    with store.reading() as snapshot:
        backlog = snapshot.backlog(NOW)
    assert set(backlog.subjects.values()) == {0}
    assert (backlog.news_since, backlog.recipients_since, backlog.unknown) == (None, None, 0)


def test_subjects_are_counted_by_why_they_are_due(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.activate(RuleSetRow(hash="r1", sources="{}", activated_at=NOW, activated_by="kim"), ())
        transaction.append([incoming("e-1"), incoming("e-2", M2)], NOW)
        transaction.save_subjects([saved(M3, next_check_at=NOW + 1)])
        transaction.check_soon([M3])
    with store.reading() as snapshot:
        now, later = snapshot.backlog(NOW), snapshot.backlog(NOW + 1)
    assert now.subjects == {Due.NEWS: 2, Due.CLOCK: 0, Due.ASKED: 1, Due.RULES: 2}
    assert later.subjects[Due.CLOCK] == 1
    assert now.news_since == NOW


def test_plans_count_once_they_are_due(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.plan_soon([MIRA], NOW)
    with store.reading() as snapshot:
        before, due = snapshot.backlog(NOW - 1), snapshot.backlog(NOW + 5)
    assert (before.recipients, before.recipients_since) == (0, None)
    assert (due.recipients, due.recipients_since) == (1, NOW)


def test_emails_are_counted_by_what_is_not_settled_about_them(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.save_subjects([saved(M1)])
        transaction.save_pending({M1: {}})
        transaction.claim(email("m-1", candidate()))
    with store.reading() as snapshot:
        (row,) = snapshot.emails_about(M1)
        assert snapshot.backlog(row.lease_until - 1).sending == 1
        assert snapshot.backlog(row.lease_until - 1).overdue == 0
        assert snapshot.backlog(row.lease_until).overdue == 1
    with store.writing() as transaction:
        transaction.settle(row.id, EmailState.UNKNOWN, NOW)
    with store.reading() as snapshot:
        settled = snapshot.backlog(row.lease_until)
    assert (settled.sending, settled.overdue, settled.unknown) == (0, 0, 1)
