"""The import rules of pyproject.toml: they hold (`make check` runs the same), and they catch what they are for."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.structure.tree import ROOT


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Return the finished run of import-linter over the `service` package in the folder."""
    program = "from importlinter.cli import lint_imports_command as run; run()"
    command = [sys.executable, "-c", program, "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def plant(folder: Path, module: str, line: str) -> None:
    """Copy the package and its rules to the folder and write one more import at the end of a module."""
    shutil.copytree(ROOT / "service", folder / "service", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    with (folder / module).open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("service/domain/events.py", "import service.flow"),
        ("service/domain/events.py", "import service.staff"),
        ("service/flow/__init__.py", "import service.adapters.store"),
        ("service/staff/__init__.py", "import service.flow"),
        ("service/adapters/http/__init__.py", "import service.adapters.store"),
        ("service/adapters/mail/__init__.py", "import service.wiring"),
        ("service/console/__init__.py", "import service.wiring"),
    ],
)
def test_a_planted_import_across_a_wall_is_caught(module: str, line: str, tmp_path: Path) -> None:
    plant(tmp_path, module, line)
    if "wiring" in line:
        (tmp_path / "service/wiring.py").touch()
    assert lint_imports(tmp_path).returncode == 1


def test_the_package_keeps_its_own_walls() -> None:
    finished = lint_imports(ROOT)
    assert finished.returncode == 0, finished.stdout


def test_a_module_without_a_layer_is_caught(tmp_path: Path) -> None:
    plant(tmp_path, "service/homeless.py", "")
    assert lint_imports(tmp_path).returncode == 1
