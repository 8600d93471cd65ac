"""The databases that every contract test runs against: each gives the URL of a new, empty one."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

Factory = Callable[[Path], str]


def sqlite_url(folder: Path) -> str:
    """Return the URL of a SQLite file that is not there yet."""
    return f"sqlite:///{folder / 'intouch.db'}"


FACTORIES: Final[dict[str, Factory]] = {"sqlite": sqlite_url}
