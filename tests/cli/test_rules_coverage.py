"""`intouch coverage`: it says what stories show of each rule, and exactly which one is missing."""

import json
from pathlib import Path

import pytest

from tests.cli.commands import here, write

RULES = """rules:
  - id: ask
    kind: nudge
    starts: mentorship.message_sent
    wait: 2 days
    only_while: { mentorship: active, conversation.logged: never }
    until: [ { event: mentorship.message_sent, by: counterpart } ]
    send: [ { to: counterpart, message: ask } ]

  - id: task
    kind: alert
    starts: help.requested
    send_depending_on: option
    cases:
      remove_me: [ { to: staff.primary, message: task } ]
      dont_know_how_to_reach_out: []
      talk_to_institution: [ { to: staff.primary, message: task } ]
      unmatch_and_rematch: [ { to: staff.primary, message: task } ]
      unmatch_no_rematch: [ { to: staff.primary, message: task } ]

  - { id: off, enabled: false, kind: nudge, starts: flag.submitted, send: [ { to: mentor, message: off } ] }

pauses:
  - { id: help-on-its-way, while: { help: open }, stops: [nudge] }
"""
HEAD = """- story: {name}
  begins: "2026-05-04 10:00 Europe/London"
  events:
    - {{ day: 0, event: mentorship.matched }}
    - {{ day: 1, event: mentorship.message_sent, by: mentor }}
{events}
  until: day 9
  expect:
{expect}
"""
ASKED = "    - { day: 3, rule: ask, to: mentee }"
NOTHING = "    []"


def told(name: str, events: str = "", expect: str = ASKED) -> str:
    """Return a story in which the mentor writes on day 1."""
    return HEAD.format(name=name, events=f"    - {events}" if events else "", expect=expect)


def covered(folder: Path, *stories: str) -> dict[str, dict[str, list[str]]]:
    """Return, by rule and by what a story can show of it, the stories that show it."""
    write(folder / "rules" / "all.yaml", RULES)
    write(folder / "rules" / "tests" / "stories.yaml", "".join(stories))
    ran = here("coverage", folder / "rules", "--format", "json")
    assert ran.code == 0, ran.err
    found = json.loads(ran.out)
    rules = {each["rule"]: {shown["name"]: shown["stories"] for shown in each["shown"]} for each in found["rules"]}
    return {**rules, "pauses": {each["name"]: each["stories"] for each in found["pauses"]}}


def test_a_rule_is_to_be_sent_in_each_case_that_sends_and_held_back_by_each_gate(tmp_path: Path) -> None:
    found = covered(tmp_path, told("it goes"))
    assert found["ask"] == {
        "": ["it goes"],
        "until: mentorship.message_sent, by counterpart": [],
        "mentorship: active": [],
        "conversation.logged: never": [],
    }
    assert found["task"] == {
        "remove_me": [], "talk_to_institution": [], "unmatch_and_rematch": [], "unmatch_no_rematch": [],
    }  # fmt: skip
    assert "off" not in found
    assert found["pauses"] == {"help-on-its-way": []}


@pytest.mark.parametrize(
    ("event", "gate"),
    [
        ("{ day: 2, event: mentorship.message_sent, by: mentee }", "until: mentorship.message_sent, by counterpart"),
        ("{ day: 2, event: mentorship.completed }", "mentorship: active"),
        ("{ day: 2, event: conversation.logged, by: mentor }", "conversation.logged: never"),
    ],
)
def test_a_gate_is_shown_by_a_story_in_which_it_alone_stands_in_the_way(tmp_path: Path, event: str, gate: str) -> None:
    expect = "    - { day: 4, rule: ask, to: mentor }" if "message_sent" in event else NOTHING
    found = covered(tmp_path, told("held", event, expect))
    assert {name for name, stories in found["ask"].items() if stories == ["held"]} - {""} == {gate}


def test_two_gates_at_once_show_neither(tmp_path: Path) -> None:
    both = "{ day: 2, event: mentorship.completed }\n    - { day: 2, event: conversation.logged, by: mentor }"
    assert not any(covered(tmp_path, told("both", both, NOTHING))["ask"].values())


def test_a_gate_that_holds_something_up_for_a_while_is_shown_too(tmp_path: Path) -> None:
    later = "{ day: 2, event: mentorship.paused }\n    - { day: 4, event: mentorship.resumed }"
    found = covered(tmp_path, told("later", later, "    - { day: 4, rule: ask, to: mentee }"))
    assert found["ask"][""] == found["ask"]["mentorship: active"] == ["later"]


def test_a_pause_and_a_case_are_shown(tmp_path: Path) -> None:
    event = "{ day: 2, event: help.requested, by: mentee, option: remove_me }"
    found = covered(tmp_path, told("help", event, "    - { day: 2, rule: task, to: staff.primary }"))
    assert found["pauses"] == {"help-on-its-way": ["help"]}
    assert found["task"]["remove_me"] == ["help"]
    assert not any(found["ask"].values())


def test_what_delivery_did_is_told_and_not_asked_for(tmp_path: Path) -> None:
    covered(tmp_path, told("late", "{ day: 0, event: mentorship.message_sent, by: mentee, known: day 8 }"))
    ran = here("coverage", tmp_path / "rules", "--format", "json")
    ask = json.loads(ran.out)["rules"][0]
    assert ask["reached"]
    assert ask["delivery"]["too_late"] == ["late"]
    assert ask["delivery"]["limited"] == []
    assert list(json.loads(ran.out)["rules"][1]["delivery"]) == ["too_late"]
    assert (
        "hours -, limited -, break -, paused -, opted_out -, ended -, too_late 1"
        in here("coverage", tmp_path / "rules").out
    )


def test_what_is_missing_is_said_as_the_story_to_write(tmp_path: Path) -> None:
    covered(tmp_path, told("it goes"))
    ran = here("coverage", tmp_path / "rules", "--missing")
    said = [line.partition("missing: ")[2] for line in ran.out.splitlines() if "missing:" in line]
    start = "A story with mentorship.message_sent, in which 2 days later"
    alone = "and nothing else that it asks for, does not hold: expect no ask."
    sent = "in which all that it asks for holds at once: expect task to staff.primary (task)."
    assert said == [
        f"{start} mentorship.message_sent has happened after the start by the counterpart: expect no ask.",
        f"{start} “mentorship: active”, {alone}",
        f"{start} “conversation.logged: never”, {alone}",
        f"A story with help.requested and option remove_me, {sent}",
        f"A story with help.requested and option talk_to_institution, {sent}",
        f"A story with help.requested and option unmatch_and_rematch, {sent}",
        f"A story with help.requested and option unmatch_no_rematch, {sent}",
        "A story in which help: open while a nudge is due: it waits.",
    ]
    assert "task   (no story reaches it)" in ran.out
    assert ran.out.endswith("\n11 %: 1 of 9 are shown by stories\n")


def test_below_what_is_required_it_fails_after_saying_all(tmp_path: Path) -> None:
    covered(tmp_path, told("it goes"))
    assert here("coverage", tmp_path / "rules", "--require", "11").code == 0
    ran = here("coverage", tmp_path / "rules", "--require", "12")
    assert (ran.code, ran.err) == (1, "Error: The stories cover 11 %, and 12 % are required.\n")
    assert "11 %: 1 of 9" in ran.out


def test_a_story_that_fails_shows_nothing(tmp_path: Path) -> None:
    covered(tmp_path, told("it goes"))
    write(tmp_path / "rules" / "tests" / "stories.yaml", told("wrong", "", NOTHING))
    ran = here("coverage", tmp_path / "rules")
    assert ran.code == 1
    assert ran.err == "Error: 1 story failed, and what they show does not count. Run `intouch test` to see why.\n"
    assert "0 %: 0 of 9" in ran.out


def test_the_standard_pack_is_at_100_percent() -> None:
    ran = here("coverage", "--missing", "--require", "100")
    assert ran.code == 0, ran.out
