"""Each mistake that people make is answered exactly as its `.expected` file says."""

from pathlib import Path

import pytest

from service.adapters.rulebook.load import load
from service.adapters.rulebook.problems import render
from tests.rulebook.sets import HERE, MISTAKES, catalogue, shown, sound_sources, with_mistake

FILES = sorted(path for path in MISTAKES.iterdir() if path.suffix != ".expected")


def answer_to(path: Path) -> Path:
    return path.with_name(path.name.split(".")[0] + ".expected")


def test_the_set_without_a_mistake_has_no_problem() -> None:
    loaded = load(sound_sources(), catalogue())
    assert loaded.problems == ()
    assert loaded.rule_set is not None


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_mistake_is_answered_as_expected(path: Path) -> None:
    assert shown(with_mistake(path)) == answer_to(path).read_text("utf-8")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_problem_shows_its_line_with_a_caret_under_it(path: Path) -> None:
    sources = with_mistake(path)
    for problem in load(sources, catalogue()).problems:
        headline, place, line, caret, *_ = render(problem, sources).split("\n")
        assert headline.endswith(f"[{problem.code}]")
        assert place == f"  --> {problem.path}:{problem.line}:{problem.column}"
        assert line.startswith(f"  {problem.line} | ")
        assert caret.index("^") - caret.index("|") - 2 == problem.column - 1


def test_every_code_is_explained_and_every_explanation_has_a_code() -> None:
    page = (HERE.parents[1] / "docs/errors.md").read_text("utf-8")
    explained = {line.removeprefix("### ") for line in page.split("\n") if line.startswith("### ")}
    shown_codes = {problem.code for path in FILES for problem in load(with_mistake(path), catalogue()).problems}
    assert explained == shown_codes | RARE


RARE = {"unreadable-file", "unreadable-character", "too-long", "duplicate-delivery", "bad-event"}
"""Their files do not keep well in a folder; test_sources.py, test_hostile.py, test_load.py and, for stories,
tests/cli/test_rules_stories.py have them."""
