"""A link in the docs leads somewhere."""

import re
from pathlib import Path

import pytest

from tests.structure.tree import ROOT, files

DOCS = [path for path in files() if path.suffix == ".md" and path.relative_to(ROOT).parts[0] in ("docs", path.name)]
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


@pytest.mark.parametrize("path", DOCS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_local_link_leads_to_a_file(path: Path) -> None:
    targets = LINK.findall(path.read_text("utf-8"))
    assert [target for target in targets if not (path.parent / target).exists()] == []


def test_there_are_docs_to_look_at() -> None:
    assert {"README.md", "CONTRIBUTING.md", "architecture.md", "glossary.md"} <= {path.name for path in DOCS}
