"""What the flows ask all the time is answered from an index, however many rows there are."""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from service.adapters.store import SqlStore, brake_statements, channels, migrate, open_store, queries
from service.adapters.store.session import Session
from tests.store.factories import sqlite_url

FEW_ROWS = ("ACTIVE", "ACTIVATIONS", "STOPS", "ANY_HOLD", "HELD_RULES")
"""Tables that people fill by hand, one look at whether there is any row, and what a person asks for once."""

COLUMNS = ("program", "kind", "source", "id", "subject", "after_seq", "thing", "ref", "participant", "recipient")
"""Whatever the lists that come with questions have."""


def statements() -> Iterator[tuple[str, str]]:
    """Yield every question with its name."""
    for name, value in {**vars(queries), **vars(brake_statements), **vars(channels)}.items():
        if name.isupper() and not name.startswith("_") and name not in FEW_ROWS:
            for number, each in enumerate((value,) if isinstance(value, str) else value):
                if each.lstrip().startswith(("SELECT", "WITH")):
                    yield f"{name} {number}", each
    yield "suppressed", queries.suppressed(2)


def plan_of(session: Session, statement: str) -> list[str]:
    """Return the steps in which SQLite answers a question."""
    asked = statement.replace("{listed}", session.flavour.listed(*COLUMNS))
    values = dict.fromkeys(re.findall(r":(\w+)", asked), "[]")
    return [step for *_, step in session.all(f"EXPLAIN QUERY PLAN {asked}", values)]


def scans(steps: list[str]) -> list[str]:
    """Return the steps that read a whole table; lists that came with the question are short."""
    return [step for step in steps if step.startswith("SCAN") and not re.search("json_each|found|CONSTANT", step)]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    migrate(sqlite_url(tmp_path))
    opened = open_store(sqlite_url(tmp_path))
    yield opened
    opened.close()


@pytest.mark.parametrize("name", dict(statements()))
def test_no_question_reads_a_whole_table(store: SqlStore, name: str) -> None:
    with store.reading() as snapshot:
        assert scans(plan_of(snapshot._session, dict(statements())[name])) == []


DUE = [name for name, _ in statements() if name.startswith(("DUE_", "EXPIRED"))]


@pytest.mark.parametrize("name", DUE)
def test_who_is_due_is_not_sorted_among_all_who_are(store: SqlStore, name: str) -> None:
    """A hundred thousand may be due at one instant, and a few of them are asked for."""
    with store.reading() as snapshot:
        assert [step for step in plan_of(snapshot._session, dict(statements())[name]) if "TEMP B-TREE" in step] == []


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("DUE_BY_NEWS 0", "ix_subjects_news_at"),
        ("DUE_BY_CLOCK 0", "ix_subjects_next_check_at"),
        ("DUE_BY_RULES 0", "ix_subjects_checked_with"),
        ("DUE_BY_RULES 1", "ix_subjects_checked_with"),
        ("DUE_RECIPIENTS 0", "ix_recipients_turn"),
        ("DUE_URGENTLY 0", "ix_recipients_urgent"),
        ("NEXT_CHECK 0", "ix_subjects_next_check_at"),
        ("NEXT_PLAN 0", "ix_recipients_turn"),
        ("ANY_NEWS 0", "ix_subjects_news_at"),
        ("NEWEST_NEWS 0", "ix_subjects_news_at"),
        ("EXPIRED 0", "ix_emails_lease_until"),
        ("PENDING_FOR 0", "ix_pending_recipient"),
        ("NEWS 0", "ix_events_subject"),
        ("NEWS_OF 0", "ix_events_subject"),
        ("LIVE_THINGS 0", "ix_things_live"),
        ("PAST 0", "ix_ledger_recipient"),
        ("PAST 0", "ix_ledger_resource"),
        ("HOLDS_FOR 0", "ix_holds_recipient"),
        ("HELD_NOTICES 0", "ix_holds_waiting"),
    ],
)
def test_each_index_serves_what_it_is_for(store: SqlStore, name: str, index: str) -> None:
    with store.reading() as snapshot:
        assert any(index in step for step in plan_of(snapshot._session, dict(statements())[name]))


def test_a_whole_table_read_would_be_found(store: SqlStore) -> None:
    with store.reading() as snapshot:
        assert scans(plan_of(snapshot._session, "SELECT facts FROM subjects WHERE folded_seq = :n")) != []


# PostgreSQL reads a whole table where that is quicker, as it is with a small one; so it is told not to if it can.

NUMBERS = frozenset({"before", "limit", "news_until", "now", "since"})


def postgresql_plan(session: Session, statement: str) -> list[str]:
    """Return the steps in which PostgreSQL answers a question, if it can without reading a whole table."""
    asked = statement.replace("{listed}", session.flavour.listed(*COLUMNS))
    asked = asked.replace("seq > :after", "seq > 1")
    values = {name: 1 if name in NUMBERS else "" for name in re.findall(r":(\w+)", statement)}
    listed = session.flavour.rows(COLUMNS, [("0",) * len(COLUMNS)])
    return [step for (step,) in session.all(f"EXPLAIN {asked}", {**values, **listed})]


@pytest.mark.servers
def test_postgresql_needs_no_whole_table_either(postgresql_store_url: str) -> None:
    with closing(open_store(postgresql_store_url)) as opened, opened.reading() as snapshot:
        session = snapshot._session
        session.change("SET LOCAL enable_seqscan = off", {})
        plans = {name: postgresql_plan(session, statement) for name, statement in statements()}
        whole = postgresql_plan(session, "SELECT facts FROM subjects WHERE folded_seq = :now")
    assert {name: plan for name, plan in plans.items() if any("Seq Scan" in step for step in plan)} == {}
    assert any("Seq Scan" in step for step in whole), "a whole table read would be found"
    assert {name: plans[name] for name in DUE if any("Sort" in step for step in plans[name])} == {}
