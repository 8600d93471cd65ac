"""The databases that every contract test runs against."""

from pathlib import Path
from typing import Final

import pytest

DATABASES: Final = ("sqlite", pytest.param("postgresql", marks=pytest.mark.servers))


def sqlite_url(folder: Path) -> str:
    """Return the URL of a SQLite file that is not there yet."""
    return f"sqlite:///{folder / 'intouch.db'}"
