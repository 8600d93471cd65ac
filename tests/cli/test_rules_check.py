"""`intouch check`: every problem at once, in words or as JSON."""

import json
from pathlib import Path

from tests.cli.commands import PROGRAM, WARNED, intouch, rules, write

BAD = """rules:
  - id: first-message
    kind: nudge
    starts: mentorship.matched
    only_whilst: { mentorship: active }
    send: [ { to: everybody, message: hello } ]
"""


def test_a_sound_folder_has_no_problems(tmp_path: Path) -> None:
    ran = intouch("check", rules(tmp_path))
    assert (ran.code, ran.out) == (0, "No problems in 2 rules.\n")


def test_the_repository_s_own_rules_have_none() -> None:
    ran = intouch("check")
    assert ran.code == 0
    assert ran.out.startswith("No problems in ")


def test_all_problems_are_told_at_once_as_the_page_shows_them(tmp_path: Path) -> None:
    folder = rules(tmp_path)
    write(folder / "bad.yaml", BAD)
    ran = intouch("check", folder)
    assert ran.code == 1
    assert (
        'Rule "first-message": "only_whilst" is not a word of this language. [unknown-word]\n'
        "  --> rules/bad.yaml:5:5\n"
        "  5 |     only_whilst: { mentorship: active }\n"
        "    |     ^^^^^^^^^^^\n"
        '  Did you mean "only_while"?\n'
    ) in ran.out
    assert "[unknown-recipient]" in ran.out
    assert ran.out.splitlines()[-1].startswith("2 errors. ")


def test_json_has_every_problem_with_its_place(tmp_path: Path) -> None:
    folder = rules(tmp_path)
    write(folder / "bad.yaml", BAD)
    ran = intouch("check", folder, "--format", "json")
    report = json.loads(ran.out)
    assert (ran.code, report["errors"], report["warnings"], report["rules"]) == (1, 2, 0, None)
    assert {(each["code"], each["path"], each["line"]) for each in report["problems"]} == {
        ("unknown-word", "rules/bad.yaml", 5),
        ("unknown-recipient", "rules/bad.yaml", 6),
    }


def test_warnings_alone_are_no_failure(tmp_path: Path) -> None:
    write(tmp_path / "r.yaml", WARNED)
    write(tmp_path / "p.yaml", PROGRAM)
    ran = intouch("check", tmp_path)
    assert ran.code == 0
    assert ran.out.splitlines()[-1] == "1 warning."


def test_a_folder_that_is_not_there_is_said_in_a_line(tmp_path: Path) -> None:
    ran = intouch("check", tmp_path / "nowhere")
    assert ran.code == 1
    assert ran.err.startswith(f"Error: There is no rules folder at {tmp_path / 'nowhere'}. ")
    assert ran.err.count("\n") == 1
