"""A store for a test, once for each database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.adapters.store import SqlStore, migrate, open_store
from tests.store.factories import FACTORIES


@pytest.fixture(params=FACTORIES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of a store with tables and nothing in them."""
    made = FACTORIES[request.param](tmp_path)
    migrate(made)
    return made


@pytest.fixture
def store(url: str) -> Iterator[SqlStore]:
    opened = open_store(url)
    yield opened
    opened.close()
