"""Whatever the text, loading ends soon and answers with problems, never with an exception."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.adapters.rulebook.load import load
from service.adapters.rulebook.problems import render
from service.adapters.rulebook.sources import RULES, Sources
from tests.rulebook.sets import HERE, MISTAKES, catalogue, sound_sources

SEEDS = tuple(path.read_text("utf-8") for path in sorted([*(HERE / "examples").iterdir(), *MISTAKES.glob("*.yaml")]))
PIECES = (": ", "\n", "- ", "&a ", "*a", "!x ", "---\n", "💥", "\x00", "\ud800")


def check(text: str, path: str = f"{RULES}hostile.yaml") -> None:
    """Load the text beside a sound set, and look at all that comes back."""
    sources = Sources({**sound_sources().files, path: text})
    loaded = load(sources, catalogue())
    errors = [each for each in loaded.problems if each.severity == "error"]
    assert (loaded.rule_set is None) == bool(errors)
    for problem in loaded.problems:
        lines = sources.files[problem.path].replace("\r\n", "\n").replace("\r", "\n").split("\n")
        assert 1 <= problem.line <= len(lines)
        assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1
        assert problem.message
        assert render(problem, sources).isprintable() or "\n" in render(problem, sources)
    if loaded.rule_set is not None:
        assert all(loaded.rule_set.rules_of(program) is not None for program in ("northfield", "nowhere"))


@settings(max_examples=max(300, settings().max_examples))
@given(st.text(max_size=200))
def test_any_text_is_answered(text: str) -> None:
    check(text)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """Draw one of the example files with a few places cut out, doubled or replaced."""
    text = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 12)))
        piece = draw(st.sampled_from((*PIECES, text[start:end] * 2, *string.printable)))
        text = text[:start] + piece + text[end:]
    return text


@settings(max_examples=max(500, settings().max_examples))
@given(mutated())
def test_a_mutated_file_is_answered(text: str) -> None:
    check(text)


@settings(max_examples=max(100, settings().max_examples))
@given(mutated(), st.sampled_from(["templates/messages/m.md", "templates/resources/r.md"]))
def test_mutated_front_matter_is_answered(text: str, path: str) -> None:
    check(f"---\n{text}\n---\nText.\n", path)


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30)
)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[" * 500_000, "too-deep"),
        ('{"a":' * 100_000, "too-deep"),
        ("- " * 500_000, "too-deep"),
        ("? " * 500_000, "too-deep"),
        ("\n".join(" " * n + "a:" for n in range(1_000)), "too-deep"),
        ("rules: [" + "x," * 400_000 + "]", "too-deep"),
        (BOMB, "anchor"),
        ("rules:\n  - title: a\x00b\n", "unreadable-character"),
        ("rules:\n  - title: a\u2028b\n", "unreadable-character"),
        ("rules:\n  - title: \ud800\n", "unreadable-character"),
        (f"rules: [ {{ id: a, title: {'x' * 400} }} ]", "too-long"),
        ("a: b\n]\n", "stray-bracket"),
    ],
)
def test_bombs_and_odd_characters_are_refused(text: str, code: str) -> None:
    loaded = load(Sources({f"{RULES}a.yaml": text}), catalogue())
    assert loaded.rule_set is None
    assert code in {each.code for each in loaded.problems}


def test_no_more_problems_are_kept_than_people_read() -> None:
    words = "\n".join(f"wrong{number}: x" for number in range(5_000))
    assert len(load(Sources({f"{RULES}a.yaml": f"rules: []\n{words}\n"}), catalogue()).problems) == 500


def test_errors_are_kept_when_warnings_fill_up_first() -> None:
    rule = "  - {{ id: r{0}, kind: nudge, starts: mentorship.matched, send: [ {{ to: staff.x, message: m }} ] }}\n"
    text = "rules:\n" + "".join(rule.format(number) for number in range(600)) + "  - { id: last }\n"
    loaded = load(Sources({f"{RULES}a.yaml": text, f"{RULES}p.yaml": "program: p\n"}), catalogue())
    assert loaded.rule_set is None
    assert [each.code for each in loaded.problems if each.severity == "error"] == ["missing-word"] * 3


@pytest.mark.parametrize("line", ["# " + "#" * 200_000 + "x", "](" * 250_000, "{{" + " " * 500_000, "{{ " * 20_000])
def test_a_hostile_line_in_a_resource_is_answered(line: str) -> None:
    check(f"---\ntitle: T\n---\n{line}\n", "templates/resources/r.md")
