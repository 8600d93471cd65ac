"""`intouch check`: every problem at once, in words or as JSON."""

import json
from pathlib import Path

from service.adapters.rulebook.folder import RulesFolder
from service.adapters.rulebook.sources import read_sources
from service.adapters.schemas import load_schemas
from service.adapters.store.store import open_store
from tests.cli.commands import PROGRAM, ROOT, RULES, TOPICS, WARNED, intouch, rules, write

BAD = """rules:
  - id: first-message
    kind: nudge
    starts: mentorship.matched
    only_whilst: { mentorship: active }
    send: [ { to: everybody, message: hello } ]
"""


RULES_WITHOUT_HELLO = "rules:\n" + RULES[RULES.index("  - id: thanks") :] + "".join(f"      {t}: []\n" for t in TOPICS)
STORIES = """- story: three days after a match
  begins: "2026-03-02 15:00 Europe/London"
  events:
    - { day: 0, event: mentorship.matched }
    - { day: 2, event: flag.submitted, by: mentee, flag_id: f-1, priority: routine, topics: [%s] }
  until: day 3
  expect:
    - { day: 2, rule: say-hello, to: both }
    - { day: 2, rule: thanks-for-flag, to: initiator }
"""
EVERY_TOPIC = ", ".join(("academic_struggles", "belonging", *TOPICS))


def told(folder: Path) -> Path:
    """Write rules whose every case has a story, and return their folder."""
    write(folder / "rules" / "tests" / "all.yaml", STORIES % EVERY_TOPIC)
    return rules(folder)


def test_a_sound_folder_has_no_problems(tmp_path: Path) -> None:
    ran = intouch("check", told(tmp_path))
    assert (ran.code, ran.out) == (0, "No problems in 2 rules.\n")


def test_warnings_are_failures_where_that_is_asked_for(tmp_path: Path) -> None:
    folder = rules(tmp_path)
    lenient, strict = intouch("check", folder), intouch("check", folder, "--strict")
    assert (lenient.code, strict.code) == (0, 1)
    assert lenient.out == strict.out
    assert "[no-story]" in strict.out


def test_a_rule_that_is_gone_is_told_against_the_rules_before(tmp_path: Path) -> None:
    before = told(tmp_path / "before")
    after = told(tmp_path / "after")
    write(after / "all.yaml", (after / "all.yaml").read_text("utf-8").replace("id: say-hello", "id: hello-again"))
    write(after / "tests/all.yaml", STORIES.replace("say-hello", "hello-again") % EVERY_TOPIC)
    assert intouch("check", after).code == 0
    ran = intouch("check", after, "--against", before)
    assert ran.code == 1
    assert 'Write "formerly: [say-hello]" below the id, or keep the old id.' in ran.out


def test_a_rule_that_is_gone_from_what_is_live_is_told(tmp_path: Path) -> None:
    folder = told(tmp_path)
    environment = {"INTOUCH_RULES_DIR": str(folder), "INTOUCH_DATA_DIR": str(tmp_path / "var")}
    assert intouch("migrate", environment=environment).code == 0
    activate(folder, tmp_path / "var")
    write(folder / "all.yaml", RULES_WITHOUT_HELLO)
    write(folder / "tests/all.yaml", STORIES.replace("    - { day: 2, rule: say-hello, to: both }\n", "") % EVERY_TOPIC)
    ran = intouch("check", environment=environment)
    assert ran.code == 1
    assert 'The rule "say-hello", which is live today, is missing. [id-gone]' in ran.out


def activate(folder: Path, data: Path) -> None:
    """Make the folder's rules the live ones of the store in `data`."""
    schemas = load_schemas(ROOT / "schemas")
    store = open_store(f"sqlite:///{data / 'intouch.db'}")
    RulesFolder(read=lambda: read_sources(folder), catalogue=schemas.catalogue, store=store, clock=lambda: 0).refresh()
    store.close()


def test_github_shows_each_problem_beside_its_line(tmp_path: Path) -> None:
    folder = rules(tmp_path)
    write(folder / "bad.yaml", BAD)
    ran = intouch("check", folder, "--format", "github")
    assert ran.code == 1
    assert (
        f"::error file={folder / 'bad.yaml'},line=5,col=5,endColumn=15,title=unknown-word::"
        'Rule "first-message": "only_whilst" is not a word of this language.%0ADid you mean "only_while"?'
    ) in ran.out.splitlines()


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
    assert ran.out.splitlines()[-1].startswith("2 errors and 1 warning. ")


def test_json_has_every_problem_with_its_place(tmp_path: Path) -> None:
    folder = rules(tmp_path)
    write(folder / "bad.yaml", BAD)
    ran = intouch("check", folder, "--format", "json")
    report = json.loads(ran.out)
    assert (ran.code, report["errors"], report["warnings"], report["rules"]) == (1, 2, 1, None)
    assert {(each["code"], each["path"], each["line"]) for each in report["problems"]} == {
        ("no-story", "rules/all.yaml", 2),
        ("unknown-word", "rules/bad.yaml", 5),
        ("unknown-recipient", "rules/bad.yaml", 6),
    }


def test_warnings_alone_are_no_failure(tmp_path: Path) -> None:
    write(tmp_path / "r.yaml", WARNED)
    write(tmp_path / "p.yaml", PROGRAM)
    ran = intouch("check", tmp_path)
    assert ran.code == 0
    assert ran.out.splitlines()[-1] == "2 warnings."


def test_a_folder_that_is_not_there_is_said_in_a_line(tmp_path: Path) -> None:
    ran = intouch("check", tmp_path / "nowhere")
    assert ran.code == 1
    assert ran.err.startswith(f"Error: There is no rules folder at {tmp_path / 'nowhere'}. ")
    assert ran.err.count("\n") == 1
