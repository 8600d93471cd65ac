"""Two small programs for each test that answers something, and the staff's console for those that only look."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.console.site import Site, campus
from tests.flow.stage import Stage
from tests.pages.visits import Copied, Visits, first_day, visits


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site that no test changes."""
    stage = campus(tmp_path_factory.mktemp("campus"))
    yield Site(stage)
    stage.close()


@pytest.fixture(scope="session")
def day_one(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """A stage to copy."""
    return first_day(tmp_path_factory.mktemp("day-one"))


@pytest.fixture
def people(day_one: Stage, tmp_path: Path) -> Iterator[Visits]:
    """Two programs on their second day."""
    made = visits(Copied(day_one, tmp_path))
    yield made
    made.stage.close()
