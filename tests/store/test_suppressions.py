"""The suppression list: kept by keyed hash, the first reason stands, and nobody can read addresses off it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from service.adapters.store import SqlStore, open_store
from service.domain.errors import OperatorError
from service.domain.suppression import Reason, Suppression
from tests.store.samples import NOW

MIRA = "mira@example.org"
BOUNCED = Suppression(reason=Reason.HARD_BOUNCE, at=NOW, detail="550 5.1.1")


@pytest.fixture(name="listing")
def _listing(url: str) -> Iterator[SqlStore]:
    store = open_store(url, b"a secret of this store")
    yield store
    store.close()


def test_an_address_is_blocked_until_it_is_allowed_again(listing: SqlStore) -> None:
    with listing.writing() as transaction:
        assert transaction.suppress({MIRA: BOUNCED}) == {MIRA}
        assert transaction.suppressed([MIRA, "jonas@example.org"]) == {MIRA: BOUNCED}
        assert transaction.allow(MIRA) is True
        assert transaction.allow(MIRA) is False
        assert transaction.suppressed([MIRA]) == {}


def test_the_first_reason_stands(listing: SqlStore) -> None:
    with listing.writing() as transaction:
        transaction.suppress({MIRA: BOUNCED})
        assert transaction.suppress({MIRA: Suppression(reason=Reason.COMPLAINT, at=NOW + 1)}) == set()
        assert transaction.suppressed([MIRA])[MIRA] == BOUNCED


def test_upper_and_lower_case_are_one_address(listing: SqlStore) -> None:
    with listing.writing() as transaction:
        transaction.suppress({"Mira@Example.ORG": BOUNCED})
        assert transaction.suppressed([" mira@example.org"]) == {" mira@example.org": BOUNCED}


def test_no_address_can_be_read_or_guessed_from_the_file(listing: SqlStore, url: str, tmp_path: Path) -> None:
    """Neither the file nor the same list under another secret knows it."""
    with listing.writing() as transaction:
        transaction.suppress({MIRA: BOUNCED})
    assert all(b"mira" not in path.read_bytes().lower() for path in tmp_path.iterdir() if path.is_file())
    other = open_store(url, b"another secret altogether")
    with other.reading() as snapshot:
        assert snapshot.suppressed([MIRA]) == {}
    other.close()


def test_a_list_without_a_secret_is_refused(store: SqlStore) -> None:
    with store.reading() as snapshot, pytest.raises(OperatorError, match="INTOUCH_SECRET_FILE"):
        snapshot.suppressed([MIRA])
    with store.reading() as snapshot:
        assert snapshot.suppressed([]) == {}


def test_processes_that_were_given_no_secret_agree_on_one(url: str) -> None:
    """However many start at once, what one of them blocks is blocked for all."""
    stores = [open_store(url, b"%d" % n * 32) for n in range(4)]
    with ThreadPoolExecutor(len(stores)) as pool:
        found = set(pool.map(lambda store: store.share_secret(store.secret), stores))
    assert len(found) == 1
    with stores[0].writing() as transaction:
        transaction.suppress({"ben@example.org": Suppression(reason=Reason.HARD_BOUNCE, at=0)})
    for store in stores:
        with store.reading() as snapshot:
            assert snapshot.suppressed(["ben@example.org"])
        store.close()
