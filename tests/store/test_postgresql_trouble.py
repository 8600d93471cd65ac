"""What can go wrong with a PostgreSQL database: it is told in words, and it is over when the database is back."""

from collections.abc import Iterator

import pytest
from psycopg import errors

from service.adapters.store import SqlStore, migrate, open_store, postgresql
from service.adapters.store.store import flavour_of
from service.flow.accept import StoreUnavailable
from tests.servers.keeper import Server, running
from tests.store.samples import NOW, incoming

pytestmark = pytest.mark.servers


@pytest.fixture
def server() -> Iterator[Server]:
    """Return a server of the test's own, which it may stop."""
    with running("postgresql") as started:
        yield started


@pytest.fixture
def store(postgresql_store_url: str) -> Iterator[SqlStore]:
    opened = open_store(postgresql_store_url)
    yield opened
    opened.close()


def append(store: SqlStore, id: str) -> int:
    with store.writing() as transaction:
        return transaction.append([incoming(id)], NOW).accepted


def test_a_database_that_is_gone_is_told_and_used_again_when_it_is_back(server: Server) -> None:
    migrate(server.url)
    store = open_store(server.url.replace("intouch@", "intouch:secret@"))
    assert append(store, "e-1") == 1
    server.stop()
    with pytest.raises(StoreUnavailable, match="does not answer") as told:
        append(store, "e-2")
    assert told.value.retry_after_s > 0
    assert "secret" not in str(told.value)
    with pytest.raises(StoreUnavailable), store.reading():
        pass
    server.start()
    assert append(store, "e-2") == 1, "the first one that asks again is served"
    store.close()


def test_connections_that_a_restart_broke_fail_nobody(server: Server) -> None:
    migrate(server.url)
    store = open_store(server.url)
    with store.reading(), store.reading():
        assert append(store, "e-1") == 1
    server.stop()
    server.start()
    assert append(store, "e-2") == 1
    for _ in range(2):
        with store.reading() as snapshot:
            assert snapshot.event("northfield", "/matching", "e-2") is not None
    store.close()


def test_a_database_that_takes_no_changes_is_told(store: SqlStore) -> None:
    def append_to_a_standby() -> None:
        with store.writing() as transaction:
            transaction._session.change("SET TRANSACTION READ ONLY", {})
            transaction.append([incoming("e-1")], NOW)

    with pytest.raises(StoreUnavailable, match="takes no changes"):
        append_to_a_standby()
    assert append(store, "e-1") == 1


def test_more_threads_than_there_are_connections_are_told(
    postgresql_store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "PATIENCE_S", 0.02)
    monkeypatch.setattr(postgresql, "_WRITERS", 1)
    store = open_store(postgresql_store_url)
    with store.writing(), pytest.raises(StoreUnavailable, match="Too many threads"), store.writing():
        pass
    assert append(store, "e-1") == 1
    store.close()


@pytest.mark.parametrize(
    ("error", "told"),
    [(errors.DiskFull(), "full"), (errors.OutOfMemory(), "memory"), (errors.DeadlockDetected(), "busy")],
)
def test_what_the_database_complains_of_is_told_in_words(error: Exception, told: str) -> None:
    unavailable = flavour_of("postgresql://db.example.org/intouch").unavailable(error)
    assert unavailable is not None
    assert told in str(unavailable)


def test_a_fault_of_ours_is_not_taken_for_the_databases(store: SqlStore) -> None:
    with pytest.raises(errors.SyntaxError), store.writing() as transaction:
        transaction._session.one("SELEKT", {})


def test_a_database_that_cannot_be_reached_is_told() -> None:
    with pytest.raises(StoreUnavailable, match="INTOUCH_DATABASE_URL"):
        open_store("postgresql://intouch:secret@127.0.0.1:1/intouch")
