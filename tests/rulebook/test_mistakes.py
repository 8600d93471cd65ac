"""Each mistake that people make is answered exactly as its `.expected` file says."""

from pathlib import Path

import pytest

from service.adapters.rulebook.codes import CODES, page
from service.adapters.rulebook.load import load
from service.adapters.rulebook.problems import render
from tests.rulebook.sets import HERE, MISTAKES, catalogue, name_of, problems_of, shown, sound_sources, with_mistake

AROUND = (".expected", ".before.yaml", ".program.yaml", ".rules.yaml", ".original.md")
FILES = sorted(path for path in MISTAKES.iterdir() if not path.name.endswith(AROUND))


def answer_to(path: Path) -> Path:
    return path.with_name(f"{name_of(path)}.expected")


def test_the_set_without_a_mistake_has_no_problem() -> None:
    loaded = load(sound_sources(), catalogue())
    assert loaded.problems == ()
    assert loaded.rule_set is not None


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_mistake_is_answered_as_expected(path: Path) -> None:
    assert shown(path) == answer_to(path).read_text("utf-8")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_problem_shows_its_line_with_a_caret_under_it(path: Path) -> None:
    sources = with_mistake(path)
    for problem in problems_of(path):
        headline, place, line, caret, *_ = render(problem, sources).split("\n")
        assert headline.endswith(f"[{problem.code}]")
        assert place == f"  --> {problem.path}:{problem.line}:{problem.column}"
        assert line.startswith(f"  {problem.line} | ")
        assert caret.index("^") - caret.index("|") - 2 == problem.column - 1


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_mistake_is_answered_in_words_that_staff_know(path: Path) -> None:
    answer = answer_to(path).read_text("utf-8").lower()
    assert [word for word in JARGON if word in answer] == []


def test_the_page_of_codes_is_what_the_code_says() -> None:
    assert (HERE.parents[1] / "docs/errors.md").read_text("utf-8") == page()


def test_every_code_has_a_mistake_that_shows_it() -> None:
    assert {problem.code for path in FILES for problem in problems_of(path)} | RARE == set(CODES)


JARGON = ("mapping", "scalar", "nonetype", "sequence", "traceback", "exception", "boolean", "integer", "string")
RARE = {"unreadable-file", "unreadable-character", "too-long", "duplicate-delivery", "bad-event"}
"""Their files do not keep well in a folder; test_sources.py, test_hostile.py, test_load.py and, for stories,
tests/cli/test_rules_stories.py have them."""
