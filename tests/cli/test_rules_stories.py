"""`intouch test`: stories pass only when everything expected comes, and nothing else."""

from pathlib import Path

import pytest

from tests.cli.commands import intouch, rules, write

GOOD = """- story: two hellos
  begins: "2026-03-02 15:00 Europe/London"
  events:
    - { day: 0, event: mentorship.matched }
  until: day 20
  expect:
    - { day: 2, rule: say-hello, to: both, at: "15:00" }
    - { day: 9, rule: say-hello, to: mentor }
    - { day: 9, rule: say-hello, to: mentee, message: hello }
"""


def story(folder: Path, text: str, *words: str) -> tuple[int, str, str]:
    """Return how `intouch test` ends with these stories beside the rules."""
    write(folder / "tests" / "stories.yaml", text)
    ran = intouch("test", folder, *words)
    return ran.code, ran.out, ran.err


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return rules(tmp_path)


def test_a_story_whose_messages_all_come_passes(folder: Path) -> None:
    assert story(folder, GOOD) == (0, "1 passed, 0 failed\n", "")


def test_the_repository_s_own_stories_pass() -> None:
    ran = intouch("test")
    assert ran.code == 0, ran.out
    assert ran.out.endswith(" passed, 0 failed\n")


def test_what_was_not_sent_is_shown_with_the_reason(folder: Path) -> None:
    text = GOOD.replace("  until", "    - { day: 5, event: conversation.logged, by: mentee }\n  until")
    code, out, _ = story(folder, text)
    assert code == 1
    assert "FAILED  two hellos\n  --> rules/tests/stories.yaml:1 " in out
    assert "\n    day   2  15:00  say-hello  to mentor  hello\n" in out
    assert "\n  - day   9         say-hello  to mentor\n" in out
    assert out.count("due on day 9, not sent: gate (conversation.logged: never)") == 2
    assert out.endswith("0 passed, 1 failed\n")


def test_a_message_that_nobody_expected_fails_the_story(folder: Path) -> None:
    code, out, _ = story(folder, GOOD.replace("    - { day: 9, rule: say-hello, to: mentor }\n", ""))
    assert code == 1
    assert "\n  + day   9  15:00  say-hello  to mentor  hello\n" in out
    assert "             Two days after the match, message 2 of 2\n" in out


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("day: 2,", "day: 3,", "it came on day 2"),
        ('at: "15:00"', 'at: "16:00"', "it came at 15:00"),
        ("message: hello", "message: goodbye", "it came with the message hello"),
        ("until: day 20", "until: day 8", "nothing in the story starts the rule, or its time comes later"),
    ],
)
def test_a_difference_of_day_hour_or_message_is_named(folder: Path, old: str, new: str, reason: str) -> None:
    code, out, _ = story(folder, GOOD.replace(old, new))
    assert code == 1
    assert reason in out


def test_ids_are_filled_in_and_the_newest_thing_is_meant(folder: Path) -> None:
    text = """- story: a log that is deleted again
  begins: "2026-03-02 15:00 Europe/London"
  events:
    - { day: 0, event: mentorship.matched }
    - { day: 1, event: conversation.logged, by: mentor, count: 2 }
    - { day: 3, event: conversation.deleted }
    - { day: 4, event: flag.submitted, by: mentor, topics: [belonging], priority: routine }
  until: day 6
  expect:
    - { day: 3, rule: say-hello, to: both }
    - { day: 4, rule: thanks-for-flag, to: initiator, message: flag-belonging }
"""
    assert story(folder, text) == (0, "1 passed, 0 failed\n", "")


def test_days_and_hours_are_those_of_the_story_s_zone_across_a_clock_change(folder: Path) -> None:
    write(folder / "hours.yaml", "delivery: { hours: { from: '09:00', to: '18:00', days: [sun, mon] } }\n")
    text = """- story: across the last Sunday of March
  begins: "2026-03-27 09:00 Europe/London"
  events: [ { day: 0, event: mentorship.matched } ]
  until: day 4
  expect: [ { day: 2, rule: say-hello, to: both, at: "10:00" } ]
"""
    assert story(folder, text)[0] == 0


def test_who_left_is_said_with_by(folder: Path) -> None:
    left = "    - { day: 3, event: participant.left, by: mentee, initiated_by: staff }\n"
    text = GOOD.replace("  until", f"{left}  until")
    code, out, _ = story(folder, text)
    assert code == 1
    assert "not sent: ended (left)" in out


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("begins", "beginns", "unknown-word"),
        ("rule: say-hello, to: mentor }", "rule: say-helo, to: mentor }", "unknown-rule"),
        ("mentorship.matched", "mentorship.matchd", "unknown-event"),
        ("to: both", "to: everybody", "unknown-recipient"),
        ("Europe/London", "Europe/Lundon", "unknown-zone"),
        ("2026-03-02 15:00 Europe/London", "2026-03-02", "bad-date"),
        ("day: 0", "day: zero", "not-a-number"),
        ("event: mentorship.matched }", "event: mentorship.matched, notes: x }", "bad-event"),
        ("event: mentorship.matched }", "event: participant.left, initiated_by: staff }", "missing-word"),
        ("  begins", "  program: nowhere\n  begins", "unknown-program"),
    ],
)
def test_a_story_with_a_mistake_fails_the_run_and_shows_its_place(folder: Path, old: str, new: str, code: str) -> None:
    ended, out, err = story(folder, GOOD.replace(old, new))
    assert (ended, out) == (1, "")
    assert f"[{code}]" in err
    assert "--> rules/tests/stories.yaml:" in err
    assert "Error: The stories cannot be played" in err


def test_no_stories_fail_the_run(folder: Path) -> None:
    ran = intouch("test", folder)
    assert ran.code == 1
    assert ran.err.startswith("Error: No stories found.")


def test_a_word_chooses_among_stories_and_one_that_none_has_fails(folder: Path) -> None:
    two = GOOD + GOOD.replace("two hellos", "another one")
    assert story(folder, two, "-k", "ANOTHER")[1] == "1 passed, 0 failed\n"
    code, _, err = story(folder, two, "-k", "third")
    assert code == 1
    assert 'has the word "third"' in err


def test_a_story_of_a_program_runs_with_that_program_s_file(folder: Path) -> None:
    write(folder / "p.yaml", "program: northfield\nname: Northfield\noverrides: { say-hello: { wait: 4 days } }\n")
    code, out, _ = story(folder, GOOD.replace("  begins", "  program: northfield\n  begins"))
    assert code == 1
    assert "it came on day 4" in out


def test_a_rule_that_the_program_does_not_run_is_named_as_the_reason(folder: Path) -> None:
    write(folder / "p.yaml", "program: northfield\nname: Northfield\noverrides: { say-hello: { enabled: false } }\n")
    _, out, _ = story(folder, GOOD.replace("  begins", "  program: northfield\n  begins"))
    assert out.count("the rule does not run in this program") == 4
