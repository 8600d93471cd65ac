"""Half of a semester that was lived, for tests that look ahead from there, and how much the store is asked."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from examples.semester import semester
from service.adapters.schemas import load_schemas
from service.adapters.store.session import Session
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


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Return a count of the statements that are run from now on, by the way they are run."""
    counted: Counter[str] = Counter()

    def counting(name: str) -> Any:
        own = getattr(Session, name)

        def run(session: Session, *given: Any) -> Any:
            counted[name] += bool(not name.endswith("_each") or given[1])
            return own(session, *given)

        return run

    for name in ("all", "one", "change", "change_each", "add_each"):
        monkeypatch.setattr(Session, name, counting(name))
    return counted
