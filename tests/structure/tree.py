"""Where the project's own files are."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
NOT_OURS = frozenset(
    {
        ".git",
        ".venv",
        ".venv-lock",
        ".venv-bench",
        ".compiled",
        ".tools",
        "var",
        "build",
        "dist",
        "node_modules",
        "__pycache__",
        "htmlcov",
    }
)


def project() -> dict[str, Any]:
    """Return pyproject.toml as plain values."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def files(folder: Path = ROOT) -> Iterator[Path]:
    """Yield every file that people wrote, in order: not what tools, tests or a running Intouch left behind."""
    for path in sorted(folder.iterdir()):
        if path.name in NOT_OURS or path.name.endswith(("_cache", ".egg-info", ".log", ".pyc")):
            continue
        if path.name == ".hypothesis" or path.is_symlink():
            continue
        if path.is_dir():
            yield from files(path)
        else:
            yield path
