"""What can go wrong with a SQLite file: nothing that was acknowledged is lost, nothing is left half done."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from service.adapters.store import SqlStore, migrate, open_store, sqlite
from service.flow.accept import StoreUnavailable
from tests.store.appender import BATCH
from tests.store.factories import sqlite_url
from tests.store.samples import M1, NOW, PROGRAM, incoming, mentorship

ROOT = Path(__file__).parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a store's file, with tables."""
    migrate(sqlite_url(tmp_path))
    return tmp_path / "intouch.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqlStore]:
    opened = open_store(f"sqlite:///{path}")
    yield opened
    opened.close()


def set_pragma(engine: Engine, pragma: str) -> None:
    """Give every connection that the engine opens from now on the pragma."""

    def execute(connection: Any, _: object) -> None:
        connection.execute(f"PRAGMA {pragma}")

    event.listen(engine, "connect", execute)
    engine.dispose()


def stored(store: SqlStore) -> set[str]:
    with store.reading() as snapshot:
        return {each.id for n in range(7) for each in snapshot.history(mentorship(f"m-{n}"))}


# Killed.


@contextmanager
def appending(path: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Give a process that appends, and kill it at the end."""
    command = [sys.executable, "-m", "tests.store.appender", f"sqlite:///{path}", *arguments]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def killed_after(path: Path, run: str, batches: int) -> set[str]:
    """Kill a process that appends once it acknowledged so many batches, and return all that it acknowledged."""
    acknowledged: list[str] = []
    with appending(path, run) as process:
        assert process.stdout is not None
        while len(acknowledged) < batches:
            line = process.stdout.readline()
            assert line.endswith("\n")
            acknowledged.append(line.strip())
        process.kill()
        rest = process.stdout.read().splitlines(keepends=True)
    return {*acknowledged, *(line.strip() for line in rest if line.endswith("\n"))}


def test_a_kill_loses_nothing_acknowledged_and_leaves_no_batch_half_done(path: Path) -> None:
    acknowledged: set[str] = set()
    for run, batches in (("a", 1), ("b", 17), ("c", 60)):
        acknowledged |= killed_after(path, run, batches)
    store = open_store(f"sqlite:///{path}")
    found = stored(store)
    batches_found = {id.rpartition("-")[0] for id in found}
    assert acknowledged <= batches_found
    assert found == {f"{batch}-{part}" for batch in batches_found for part in range(BATCH)}
    assert len(batches_found - acknowledged) <= 3  # each run may have committed one more before it could say so
    with store.writing() as transaction:
        assert {each.subject.id for each in transaction.due_subjects(NOW, "", 99)} == {f"m-{n}" for n in range(7)}
    store.close()
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()


def test_a_kill_inside_a_transaction_leaves_no_trace_of_it(path: Path, store: SqlStore) -> None:
    with appending(path, "a", "inside") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "inside\n"
    assert stored(store) == set()
    with store.writing() as transaction:
        assert transaction.subject(mentorship("m-0")) is None
        transaction.append([incoming("e-1")], NOW)


# Full, locked, not to be written, damaged.


def test_a_full_disk_is_told_and_nothing_is_half_written(path: Path, store: SqlStore) -> None:
    pages = sqlite3.connect(path)
    used = pages.execute("PRAGMA page_count").fetchone()[0]
    pages.close()
    set_pragma(store.writer, f"max_page_count = {used + 40}")
    taken = 0
    with pytest.raises(StoreUnavailable, match="full") as told:  # noqa: PT012 - it fails in one of the rounds
        for taken in range(1_000):
            with store.writing() as transaction:
                transaction.append([incoming(f"e-{taken}-{n}", note="x" * 500) for n in range(20)], NOW)
    assert told.value.retry_after_s > 0
    assert taken > 0
    with store.reading() as snapshot:
        ids = [each.id for each in snapshot.history(M1)]
    assert ids == [f"e-{batch}-{n}" for batch in range(taken) for n in range(20)]
    roomier = open_store(f"sqlite:///{path}")
    with roomier.writing() as transaction:
        assert transaction.append([incoming("e-later")], NOW).accepted == 1
    roomier.close()


def test_a_store_that_another_process_holds_is_told_and_can_be_read(path: Path, store: SqlStore) -> None:
    set_pragma(store.writer, "busy_timeout = 20")
    with appending(path, "a", "inside") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "inside\n"
        with pytest.raises(StoreUnavailable, match="busy") as told, store.writing():
            pass
        assert told.value.retry_after_s > 0
        assert stored(store) == set()
    with store.writing() as transaction:
        assert transaction.append([incoming("e-1")], NOW).accepted == 1


def test_a_writer_of_the_same_process_is_waited_for_just_as_long(
    store: SqlStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "PATIENCE_S", 0.02)
    other = open_store(f"sqlite:///{path}")
    with store.writing(), pytest.raises(StoreUnavailable, match="busy"), other.writing():
        pass
    with other.writing() as transaction:
        assert transaction.append([incoming("e-1")], NOW).accepted == 1
    other.close()


def test_more_readers_than_there_is_room_for_are_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "PATIENCE_S", 0.02)
    monkeypatch.setattr(sqlite, "_READERS", 1)
    store = open_store(f"sqlite:///{path}")
    with store.reading() as snapshot:
        with pytest.raises(StoreUnavailable, match="Too many threads"), store.reading():
            pass
        assert snapshot.programs() == []
    with store.reading() as snapshot:
        assert snapshot.programs() == []
    store.close()


def test_a_store_that_cannot_be_written_is_told(store: SqlStore) -> None:
    set_pragma(store.writer, "query_only = ON")
    with pytest.raises(StoreUnavailable, match="cannot be written"), store.writing() as transaction:
        transaction.append([incoming("e-1")], NOW)


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "intouch.db").write_bytes(b"Dear diary, " * 1_000)
    for use in (open_store, migrate):
        with pytest.raises(StoreUnavailable, match="not a database"):
            use(sqlite_url(tmp_path))


def test_a_damaged_file_is_told(path: Path) -> None:
    store = open_store(f"sqlite:///{path}")
    with store.writing() as transaction:
        transaction.append([incoming(f"e-{n}", note="x" * 300) for n in range(200)], NOW)
    store.close()
    whole = bytearray(path.read_bytes())
    whole[4096:] = b"\xa5" * (len(whole) - 4096)
    path.write_bytes(bytes(whole))
    with pytest.raises(StoreUnavailable, match="damaged"):
        open_store(f"sqlite:///{path}")


def test_every_commit_is_on_the_disk_before_it_returns(store: SqlStore) -> None:
    connection = store.writer.raw_connection()
    found = {
        name: connection.driver_connection.execute(f"PRAGMA {name}").fetchone()[0]  # type: ignore[union-attr]
        for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "temp_store")
    }
    connection.close()
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000, "temp_store": 2}


def test_a_fault_of_ours_is_not_taken_for_the_disks(store: SqlStore) -> None:
    with pytest.raises(sqlite3.OperationalError, match="syntax"), store.writing() as transaction:
        transaction._session.one("SELEKT", {})
    with store.reading() as snapshot:
        assert PROGRAM not in snapshot.programs()
