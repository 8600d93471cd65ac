"""What the flows ask all the time is answered from an index, however many rows there are."""

import re
from collections.abc import Iterator

import pytest

from service.adapters.store import SqlStore, queries
from service.adapters.store.session import Session

FEW_ROWS = ("ACTIVE", "ACTIVATIONS")
"""Every activation of a rule set: a table that people fill by hand."""


def statements() -> Iterator[tuple[str, str]]:
    """Yield every question with its name."""
    for name, value in vars(queries).items():
        if name.isupper() and not name.startswith("_") and name not in FEW_ROWS:
            for number, each in enumerate((value,) if isinstance(value, str) else value):
                yield f"{name} {number}", each


def plan_of(session: Session, statement: str) -> list[str]:
    """Return the steps in which SQLite answers a question."""
    columns = ("program", "kind", "source", "id", "subject", "after_seq")
    asked = statement.replace("{listed}", session.flavour.listed(*columns))
    values = dict.fromkeys(re.findall(r":(\w+)", asked), "[]")
    return [step for *_, step in session.all(f"EXPLAIN QUERY PLAN {asked}", values)]


def scans(steps: list[str]) -> list[str]:
    """Return the steps that read a whole table; lists that came with the question are short."""
    return [step for step in steps if step.startswith("SCAN") and not re.search("json_each|found", step)]


@pytest.mark.parametrize("name", dict(statements()))
def test_no_question_reads_a_whole_table(store: SqlStore, name: str) -> None:
    with store.reading() as snapshot:
        assert scans(plan_of(snapshot._session, dict(statements())[name])) == []


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("DUE_BY_NEWS 0", "ix_subjects_news_at"),
        ("DUE_BY_CLOCK 0", "ix_subjects_next_check_at"),
        ("DUE_BY_RULES 0", "ix_subjects_checked_with"),
        ("DUE_BY_RULES 1", "ix_subjects_checked_with"),
        ("DUE_RECIPIENTS 0", "ix_recipients_next_plan_at"),
        ("NEXT_CHECK 0", "ix_subjects_next_check_at"),
        ("NEXT_PLAN 0", "ix_recipients_next_plan_at"),
        ("ANY_NEWS 0", "ix_subjects_news_at"),
        ("EXPIRED 0", "ix_emails_lease_until"),
        ("PENDING_FOR 0", "ix_pending_recipient"),
        ("NEWS 0", "ix_events_subject"),
        ("NEWS_OF 0", "ix_events_subject"),
        ("LIVE_THINGS 0", "ix_things_live"),
        ("PAST 0", "ix_ledger_recipient"),
        ("PAST 0", "ix_ledger_resource"),
    ],
)
def test_each_index_serves_what_it_is_for(store: SqlStore, name: str, index: str) -> None:
    with store.reading() as snapshot:
        assert any(index in step for step in plan_of(snapshot._session, dict(statements())[name]))


def test_a_whole_table_read_would_be_found(store: SqlStore) -> None:
    with store.reading() as snapshot:
        assert scans(plan_of(snapshot._session, "SELECT facts FROM subjects WHERE folded_seq = :n")) != []
