"""A store in a file, for what the door asks of a real one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.adapters.store import SqlStore, migrate, open_store
from tests.http.guarded import KEY, Guarded
from tests.store.factories import sqlite_url


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    migrate(sqlite_url(tmp_path))
    opened = open_store(sqlite_url(tmp_path))
    yield opened
    opened.close()


@pytest.fixture
def guarded(store: SqlStore) -> Guarded:
    """Return a door to which the key of matching opens."""
    made = Guarded(store)
    made.let("matching", KEY)
    return made
