"""What somebody sees who edits rules in an editor, asked of the language server that editors run."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.editor.language_server import LanguageServer, language_server

ROOT = Path(__file__).resolve().parents[2]
PACK = sorted(path for path in (ROOT / "rules").rglob("*.yaml"))
HEAD = "# yaml-language-server: $schema=../schemas/rules.schema.json\n"
RULE = "rules:\n  - id: a\n    kind: nudge\n    starts: flag.submitted\n"
STORY = "# yaml-language-server: $schema=../../schemas/stories.schema.json\n- story: s\n"
PROGRAM = "# yaml-language-server: $schema=../../schemas/program.schema.json\nprogram: northfield\n"
_numbers = count(1)


@pytest.fixture(scope="module")
def server() -> Iterator[LanguageServer]:
    """A language server of an editor that has opened the repository."""
    with language_server(ROOT) as running:
        yield running


def offered(server: LanguageServer, text: str, folder: str = "rules") -> list[str]:
    """Return what is offered at the ¦ of a file that has nothing else in it."""
    path = ROOT / folder / f"unsaved-{next(_numbers)}.yaml"
    before = text[: text.index("¦")]
    server.open(path, text.replace("¦", ""))
    return server.complete(path, before.count("\n"), len(before) - before.rfind("\n") - 1)


@pytest.mark.parametrize("path", PACK, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_is_underlined_in_the_standard_pack(server: LanguageServer, path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.startswith("# yaml-language-server: $schema=../")
    assert server.open(path, text) == []


def test_what_is_wrong_is_underlined_where_it_stands(server: LanguageServer) -> None:
    bad = """    only_whilst: { mentorship: active }
    wait: 14
    where: { priority: [urgent] }
    only_while: { flag: closed }
    send: [ { to: everybody, message: hello } ]
"""
    text = HEAD + RULE + bad
    found = server.open(ROOT / "rules/unsaved-bad.yaml", text)
    lines = text.split("\n")
    marked = {
        lines[at["line"]][at["character"] : problem["range"]["end"]["character"]]
        for problem in found
        for at in [problem["range"]["start"]]
    }
    assert marked == {"only_whilst", "14", "urgent", "closed", "everybody", "hello"}


def test_a_mistake_in_a_program_and_in_a_story_is_underlined(server: LanguageServer) -> None:
    program = server.open(ROOT / "rules/programs/unsaved.yaml", f"{PROGRAM}timezones: America/Chicago\n")
    story = server.open(ROOT / "rules/tests/unsaved.yaml", f"{STORY}  until: day forty\n  expected: []\n")
    assert any("timezones" in each["message"] for each in program)
    assert any("expected" in each["message"] for each in story)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("¦", ["rules", "delivery", "pauses"]),
        ("rules:\n  - id: a\n    ¦", ["kind", "starts", "only_while", "send_depending_on", "accept"]),
        (f"{RULE}    kind: ¦".replace("    kind: nudge\n", ""), ["nudge", "service", "answer", "alert", "report"]),
        (RULE.replace("flag.submitted", "¦"), ["mentorship.matched", "conversation.logged", "date.program_ends"]),
        (f"{RULE}    only_while:\n      ¦", ["mentorship", "conversation.logged", "flag", "this_flag"]),
        (f"{RULE}    only_while:\n      flag: ¦", ["none_open", "open", "no_immediate_open"]),
        (f"{RULE}    send:\n      - to: ¦", ["mentor", "both", "counterpart", "staff.primary", "staff.safeguarding"]),
        (f"{RULE}    send:\n      - to: mentor\n        message: ¦", ["flag-thanks", "drifting"]),
        (
            f"{RULE}    send:\n      - to: mentor\n        message: drifting\n        resource: ¦",
            ["reopening-messages", "by_topic"],
        ),
        (f"{RULE}    where:\n      ¦", ["topics", "priority", "by"]),
        (f"{RULE}    where:\n      priority: [¦]", ["immediate", "routine"]),
        (f"{RULE}    send_depending_on: ¦", ["priority", "topics"]),
        (f"{RULE}    send_depending_on: priority\n    cases:\n      ¦", ["immediate", "routine"]),
        (f"{RULE}    accept:\n      - warning: ¦", ["overlap", "repeats-pile-up"]),
    ],
)
def test_the_editor_offers_the_words_that_fit(server: LanguageServer, text: str, words: list[str]) -> None:
    found = offered(server, HEAD + text)
    assert set(words) <= set(found)
    assert len(found) == len(set(found))


def test_fields_and_gates_of_other_events_are_not_offered(server: LanguageServer) -> None:
    assert set(offered(server, f"{HEAD}{RULE}    where:\n      ¦")).isdisjoint({"level", "option", "reason"})


def test_programs_and_stories_are_completed_too(server: LanguageServer) -> None:
    overridden = offered(server, f"{PROGRAM}overrides:\n  ¦", "rules/programs")
    changed = offered(server, f"{PROGRAM}overrides:\n  drifting:\n    ¦", "rules/programs")
    events = offered(server, f"{STORY}  events:\n    - day: 0\n      event: ¦", "rules/tests")
    fields = offered(server, f"{STORY}  events:\n    - day: 0\n      event: help.requested\n      ¦", "rules/tests")
    rules = offered(server, f"{STORY}  expect:\n    - day: 0\n      rule: ¦", "rules/tests")
    assert {"drifting", "first-message"} <= set(overridden)
    assert {"wait", "enabled"} <= set(changed)
    assert "kind" not in changed
    assert "mentorship.matched" in events
    assert {"option", "by", "at"} <= set(fields)
    assert "first-message" in rules


@pytest.mark.parametrize(
    ("line", "column", "example"),
    [(3, 6, "kind: nudge"), (4, 6, "starts: mentorship.matched"), (6, 8, "flag: none_open")],
)
def test_a_hover_explains_the_word_with_an_example(
    server: LanguageServer, line: int, column: int, example: str
) -> None:
    path = ROOT / f"rules/unsaved-{next(_numbers)}.yaml"
    server.open(path, f"{HEAD}{RULE}    only_while:\n      flag: open\n")
    assert f"```yaml\n{example}\n```" in server.hover(path, line, column)
