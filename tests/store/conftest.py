"""A store for a test, once for each database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.adapters.store import SqlStore, migrate, open_store
from tests.store.factories import DATABASES, sqlite_url


@pytest.fixture(params=DATABASES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of a store that nothing was made in yet."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path)
    return str(request.getfixturevalue("postgresql_url"))


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of a store with tables and nothing in them."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgresql_store_url"))
    migrate(sqlite_url(tmp_path))
    return sqlite_url(tmp_path)


@pytest.fixture
def store(url: str) -> Iterator[SqlStore]:
    opened = open_store(url)
    yield opened
    opened.close()
