"""Half of a semester, lived by the live service, for tests that look ahead from there."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from shutil import copytree

import pytest

from examples.semester import semester
from service.adapters.schemas import load_schemas
from service.domain.calendar import MINUTE, Instant
from service.settings import ROOT
from tests.flow.stage import Stage

PROGRAM = "northfield"


@pytest.fixture(scope="package", params=[1, 2])
def lived(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Instant]:
    """Half of a random semester, lived: the folder of its store, and the instant at which it stands."""
    lines = semester(pairs=10, weeks=16, seed=request.param, starts=date(2026, 8, 24), program=PROGRAM)
    admitted, _ = load_schemas(ROOT / "schemas").admit(lines)
    events = sorted(admitted, key=lambda event: event.recordedtime or 0)
    half = events[: len(events) // 2]
    stage = Stage(tmp_path_factory.mktemp("lived"), events[0].recordedtime or 0)
    stage.play(half, (half[-1].recordedtime or 0) + 7 * MINUTE)
    stage.close()
    return stage.folder, stage.clock.now


@pytest.fixture
def halfway(lived: tuple[Path, Instant], tmp_path: Path) -> Iterator[Stage]:
    """Intouch on a copy of what was lived."""
    folder, now = lived
    copytree(folder, tmp_path / "var")
    stage = Stage(tmp_path / "var", now)
    yield stage
    stage.close()
