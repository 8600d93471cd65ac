"""The files of the project speak of the project alone, and its words are explained."""

import re
from pathlib import Path

import pytest

from tests.structure.tree import ROOT, files

# Written in two parts, so that this file is not its own first finding.
HOMES = ["/ho" + r"me/\w", "/Us" + r"ers/\w", "/ro" + r"ot/\w", r"[A-Z]:\\Us" + r"ers\\", "file:" + "///"]
ANYWHERE = re.compile("|".join(HOMES))
OUTSIDE_TESTS = re.compile("/t" + r"mp/\w")
BINARY = frozenset({".png", ".jpg", ".ico", ".gif", ".woff2", ".gz", ".zip"})

GLOSSARY = """
    address advisor alert answer attempt break candidate case catalogue category cause claim concern console
    conversation counterpart date digest duration email event facts flag fold forecast gate group held help~request
    hours inbox initiator instant kind late lease ledger lens limit log mailbox mentee mentor mentorship message
    moment next~instant notice nudge opt-out outbox participant pause pending plan planned~instant preview program
    provider quarter~hour recipient recorded relay report resource role rule rule~set safety send service simulate
    slot source staff start story subject suppression thing topic verdict
""".split()


def places(pattern: re.Pattern[str], path: Path) -> list[str]:
    """Return `file:line` of every match in a text file."""
    text = path.read_text("utf-8")
    return [f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, hit.start()) + 1}" for hit in pattern.finditer(text)]


def written() -> list[Path]:
    return [path for path in files() if path.suffix not in BINARY]


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    assert [place for path in written() for place in places(ANYWHERE, path)] == []


def test_only_tests_may_write_to_the_temporary_folder_by_name() -> None:
    outside = [path for path in written() if path.relative_to(ROOT).parts[0] != "tests"]
    assert [place for path in outside for place in places(OUTSIDE_TESTS, path)] == []


@pytest.mark.parametrize("path", ["/ho" + "me/ann/intouch", "/Us" + "ers/ann", "C:\\Us" + "ers\\ann"])
def test_a_planted_place_is_found(path: str) -> None:
    assert ANYWHERE.search(f"data_dir = '{path}'")


@pytest.mark.parametrize("term", [term.replace("~", " ") for term in GLOSSARY])
def test_the_glossary_explains_the_word(term: str) -> None:
    text = (ROOT / "docs/glossary.md").read_text("utf-8")
    assert re.search(rf"^- \*\*{term}\*\*", text, re.MULTILINE)


def test_the_glossary_gives_each_word_once() -> None:
    text = (ROOT / "docs/glossary.md").read_text("utf-8")
    words = re.findall(r"^- \*\*([^*]+)\*\*", text, re.MULTILINE)
    assert sorted(words) == sorted(set(words))


def test_each_decision_has_a_number_of_its_own_and_its_title_says_it() -> None:
    names = sorted(path.name for path in (ROOT / "docs" / "decisions").glob("*.md"))
    numbers = [int(name.partition("-")[0]) for name in names]
    assert len(numbers) == len(set(numbers)), names
    for name, number in zip(names, numbers, strict=True):
        title = (ROOT / "docs" / "decisions" / name).read_text("utf-8").partition("\n")[0]
        assert re.fullmatch(rf"# 0*{number}[.:] .+", title), name
