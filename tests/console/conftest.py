"""One small program for all tests that only look, and an empty one for those that change something."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.console.site import MONDAY, Site, campus
from tests.flow.stage import Stage


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A console that no test changes."""
    stage = campus(tmp_path_factory.mktemp("campus"))
    yield Site(stage)
    stage.close()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Site]:
    """A console before the first event."""
    stage = Stage(tmp_path, MONDAY)
    yield Site(stage)
    stage.close()
