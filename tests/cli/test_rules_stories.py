"""`intouch test`: stories pass only when everything expected comes, and nothing else."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from xml.etree.ElementTree import parse

import pytest

from tests.cli.commands import ROOT, here, rules, write

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
    ran = here("test", folder, *words)
    return ran.code, ran.out, ran.err


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return rules(tmp_path)


def test_a_story_whose_messages_all_come_passes(folder: Path) -> None:
    assert story(folder, GOOD) == (0, "1 passed, 0 failed\n", "")


def test_the_repository_s_own_stories_pass() -> None:
    ran = here("test")
    assert ran.code == 0, ran.out
    assert ran.out.endswith(" passed, 0 failed\n")


def test_what_was_not_sent_is_shown_with_the_reason(folder: Path) -> None:
    text = GOOD.replace("  until", "    - { day: 5, event: conversation.logged, by: mentee }\n  until")
    code, out, _ = story(folder, text)
    assert code == 1
    assert "FAILED  two hellos\n  --> rules/tests/stories.yaml:1 " in out
    assert "\n    day   2  15:00  say-hello            to mentor  hello\n" in out
    assert "\n  - day   9         say-hello            to mentor\n" in out
    why = "it was due on day 9 at 15:00 and was not sent: the gate “conversation.logged: never” does not hold"
    wish = "(seen: last on day 5 at 15:00). For it to go, conversation.logged must not have happened by then\n"
    assert out.count(f"             {why} {wish}") == 2
    assert "\n  * day   5  15:00  conversation.logged  by mentee" in out
    assert out.endswith("0 passed, 1 failed\n")


def test_a_message_that_nobody_expected_fails_the_story(folder: Path) -> None:
    code, out, _ = story(folder, GOOD.replace("    - { day: 9, rule: say-hello, to: mentor }\n", ""))
    assert code == 1
    assert "\n  + day   9  15:00  say-hello           to mentor  hello\n" in out
    started = "started by mentorship.matched on day 0 at 15:00, message 2 of 2"
    assert f"             Two days after the match: {started}\n" in out


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("day: 2,", "day: 3,", "it came on day 2 at 15:00, not on day 3"),
        ('at: "15:00"', 'at: "16:00"', "it came at 15:00, not at 16:00"),
        ("message: hello", "message: goodbye", "it came with the message hello, not goodbye"),
        ("until: day 20", "until: day 8", "its time comes later: it is due on day 9 at 15:00"),
    ],
)
def test_a_difference_of_day_hour_or_message_is_named(folder: Path, old: str, new: str, reason: str) -> None:
    code, out, _ = story(folder, GOOD.replace(old, new))
    assert code == 1
    assert reason in out


def test_all_that_stood_in_the_way_is_told_in_order(folder: Path) -> None:
    write(folder / "pause.yaml", "pauses: [ { id: rest, while: { help: open }, stops: [nudge] } ]\n")
    more = [
        "    - { day: 1, event: help.requested, by: mentee, option: remove_me }",
        "    - { day: 3, event: conversation.logged, by: mentee }",
    ]
    _, out, _ = story(folder, GOOD.replace("  until", "\n".join(more) + "\n  until"))
    why = "the pause “rest” applies; from day 3 at 15:00 on the gate “conversation.logged: never” does not hold"
    wish = "the pause “rest” must be over in time, and conversation.logged must not have happened by then"
    assert f"on day 2 at 15:00 and was not sent: {why} (seen: last on day 3 at 15:00). For it to go, {wish}\n" in out


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
    assert "not sent: somebody has left. For it to go, both must still be in the program" in out


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
    ran = here("test", folder)
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
    assert out.count("the rule does not run in Northfield") == 4


VARIANTS = """  variants:
    london: {}
    chicago: { zone: America/Chicago }
    northfield: { program: northfield, locale: es-MX }
"""


def varied(folder: Path, text: str = GOOD) -> str:
    """Write a program in which the rule waits for longer, and return the story in three variants."""
    write(folder / "p.yaml", "program: northfield\nname: Northfield\noverrides: { say-hello: { wait: 4 days } }\n")
    return text.replace("  events", f"{VARIANTS}  events")


def test_each_variant_is_played_and_named(folder: Path) -> None:
    code, out, _ = story(folder, varied(folder))
    assert code == 1
    assert out.endswith("\n2 passed, 1 failed\n")
    assert out.startswith("FAILED  two hellos [northfield]\n")
    assert story(folder, varied(folder), "-k", "[chicago]")[1] == "1 passed, 0 failed\n"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("zone: America", "zon: America", "unknown-word"),
        ("America/Chicago", "America/Chicgo", "unknown-zone"),
        ("program: northfield", "program: southfield", "unknown-program"),
        ("es-MX", "Spanish", "bad-name"),
    ],
)
def test_a_mistake_in_a_variant_is_shown_at_its_place(folder: Path, old: str, new: str, code: str) -> None:
    ended, _, err = story(folder, varied(folder).replace(old, new))
    assert ended == 1
    assert f"[{code}]" in err
    assert "--> rules/tests/stories.yaml:" in err


def test_other_rules_are_left_out_where_a_story_is_only_about_some(folder: Path) -> None:
    flag = "    - { day: 1, event: flag.submitted, by: mentor, topics: [belonging], priority: routine }\n"
    text = GOOD.replace("  until", f"{flag}  until")
    assert story(folder, text)[0] == 1
    limited = text.replace("  expect", "  only_about: [say-hello]\n  expect")
    assert story(folder, limited)[1] == "1 passed, 0 failed\n"
    assert "[unknown-rule]" in story(folder, limited.replace("[say-hello]", "[say-helo]"))[2]


MAIL = """---
subject: "A word for {{ recipient.first_name }}"
preheader: Hello
category: reminders
---
Hi {{ recipient.first_name }}, {{ counterpart.first_name }} would like to hear from you, and you
have had {{ mentorship.conversations }} conversations so far.
"""


def test_what_the_mail_says_is_rendered_with_the_real_templates_at_its_moment(folder: Path) -> None:
    for name in ("hello", "flag-study", "flag-belonging"):
        write(folder.parent / "templates" / "messages" / f"{name}.md", MAIL)
    says = 'subject: A word for Mentor, text: ["to hear from you, and you have had 0 conversations"] }'
    text = GOOD.replace("day: 9, rule: say-hello, to: mentor }", f"day: 9, rule: say-hello, to: mentor, {says}")
    text = text.replace("  until", "    - { day: 10, event: conversation.logged, by: mentor }\n  until")
    assert story(folder, text)[1] == "1 passed, 0 failed\n"
    _, out, _ = story(folder, text.replace("A word for Mentor", "A word for you"))
    assert "it came with the subject “A word for Mentor”, not “A word for you”" in out
    _, out, _ = story(folder, text.replace("had 0", "had 1"))
    assert "it came without the words “to hear from you, and you have had 1 conversations”" in out


def test_without_templates_nothing_can_be_said_of_a_mail(folder: Path) -> None:
    _, _, err = story(folder, GOOD.replace("to: mentor }", "to: mentor, subject: Hello }"))
    assert "Error: The story “two hellos” says what a mail says, and there are no messages here." in err


def test_an_event_that_is_known_late_counts_from_then_on(folder: Path) -> None:
    text = GOOD.replace("matched }", "matched, known: day 3 }").replace("day: 2,", "day: 3,")
    _, out, _ = story(folder, text)
    assert "* day 3 15:00 mentorship.matched (happened on day 0 at 15:00)" in " ".join(out.split())
    late = "it came on day 10 at 15:00, not on day 9; it was due on day 9 at 15:00"
    assert f"{late}, and then the same rule wrote to them too recently" in out
    assert story(folder, text.replace("day: 9,", "day: 10,"))[1] == "1 passed, 0 failed\n"
    early = GOOD.replace("matched }", 'matched, known: "day 0 09:00" }')
    assert "Nobody can know of an event before it happened. [bad-date]" in story(folder, early)[2]
    vague = GOOD.replace("matched }", "matched, known: soon }")
    assert '"soon" is not a day. [not-a-number]' in story(folder, vague)[2]


def test_json_has_every_story_with_its_time_line(folder: Path) -> None:
    code, out, _ = story(folder, varied(folder), "--format", "json")
    told = json.loads(out)
    assert (code, told["passed"], told["failed"]) == (1, 2, 1)
    assert [each["variant"] for each in told["stories"]] == ["london", "chicago", "northfield"]
    first = told["stories"][0]
    assert (first["story"], first["file"], first["line"], first["passed"]) == (
        "two hellos", "rules/tests/stories.yaml", 1, True,
    )  # fmt: skip
    assert first["time_line"][0] == {
        "outcome": "event", "day": 0, "at": "15:00", "event": "mentorship.matched", "by": "", "data": "",
    }  # fmt: skip
    outcomes = {line["outcome"] for line in told["stories"][2]["time_line"]}
    assert outcomes == {"event", "missing", "unexpected"}


def test_junit_has_a_case_for_each_story_with_name_time_and_failure(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "junit.xml"
    code, out, _ = story(folder, varied(folder), "--junit", str(file))
    root = parse(file).getroot()
    assert (code, root.tag, root.get("tests"), root.get("failures")) == (1, "testsuites", "3", "1")
    cases = root.findall("testsuite/testcase")
    assert [each.get("name") for each in cases] == [f"two hellos [{v}]" for v in ("london", "chicago", "northfield")]
    assert all(float(each.get("time", "")) >= 0 and each.get("file") == "rules/tests/stories.yaml" for each in cases)
    assert [each.find("failure") is not None for each in cases] == [False, False, True]
    failure = cases[2].find("failure")
    assert failure is not None
    assert "say-hello to mentor is missing: it came on day 4 at 15:00" in str(failure.get("message"))
    assert str(failure.text) in out


def test_a_junit_file_that_cannot_be_written_ends_the_run_with_a_word(folder: Path) -> None:
    _, _, err = story(folder, GOOD, "--junit", "/nowhere/junit.xml")
    assert err.startswith("Error: /nowhere/junit.xml cannot be written (No such file or directory).")


def test_watching_plays_again_after_an_edit_and_ends_on_ctrl_c(folder: Path) -> None:
    file = write(folder / "tests" / "stories.yaml", GOOD)
    words = [sys.executable, "-u", "-m", "service", "test", str(folder), "--watch"]
    watching = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert watching.stdout is not None
        assert watching.stderr is not None
        assert watching.stdout.readline() == "1 passed, 0 failed\n"
        assert watching.stderr.readline() == "Waiting for a change. Ctrl-C ends it.\n"
        replace_file(file, GOOD.replace("until", "untill"))
        assert "[unknown-word]" in watching.stderr.readline()
        replace_file(file, GOOD + GOOD)
        assert watching.stdout.readline() == "2 passed, 0 failed\n"
        watching.send_signal(signal.SIGINT)
        _, err = watching.communicate(timeout=60)
        assert watching.returncode == 0
        assert err.endswith("\nStopped.\n")
    finally:
        watching.kill()
        watching.communicate()


def replace_file(file: Path, text: str) -> None:
    """Let the file have another text at once, as editors do, so that nobody reads a half of it."""
    other = file.with_name(".new")
    other.write_text(text, "utf-8")
    other.replace(file)
