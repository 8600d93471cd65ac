"""What the docs say is held by a test is held by one that there is."""

import re

import pytest

from tests.structure.tree import ROOT

NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
DOCS = ("faults.md", "attacks.md")


@pytest.mark.parametrize("doc", DOCS)
def test_every_test_that_a_table_names_is_there(doc: str) -> None:
    named = NAMED.findall((ROOT / "docs" / doc).read_text("utf-8"))
    assert len(named) > 20
    assert [f"{path}::{name}" for path, name in named if not _is_there(path, name)] == []


@pytest.mark.parametrize("doc", DOCS)
def test_every_row_names_one(doc: str) -> None:
    rows = [line for line in (ROOT / "docs" / doc).read_text("utf-8").splitlines() if line.startswith("| ")]
    assert [row for row in rows[1:] if not NAMED.search(row)] == []


def _is_there(path: str, name: str) -> bool:
    file = ROOT / path
    return file.exists() and (not name or f"\ndef {name}(" in file.read_text("utf-8"))
