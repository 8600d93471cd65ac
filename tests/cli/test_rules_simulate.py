"""`intouch simulate`: events in, who gets what and when out."""

import json
from pathlib import Path

import pytest

from tests.cli.commands import PROGRAM, WARNED, event, intouch, ndjson, pair, registered, rules, write

FLAG = {"flag_id": "f-1", "by": "mentor", "topics": ["academic_struggles", "belonging"], "priority": "routine"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return rules(tmp_path)


def simulate(folder: Path, events: list[dict[str, object]], *more: str) -> list[dict[str, object]]:
    """Return what the command prints as JSON for events on its standard input."""
    ran = intouch("simulate", "-", "--rules", folder, "--format", "json", *more, stdin=ndjson(events))
    assert (ran.code, ran.err) == (0, "")
    return ran.objects


def test_each_object_has_the_fields_of_the_contract_in_order(folder: Path) -> None:
    [first, second] = simulate(folder, pair(), "--until", "2026-03-05T00:00:00Z")
    assert (
        list(first.items())
        == [
            ("at", "2026-03-04T15:00:00Z"),
            ("rule", "say-hello"),
            ("start", "match-m-1"),
            ("k", 0),
            ("subject", "mentorships/m-1"),
            ("to", "both"),
            ("recipient", "mia"),
            ("message", "hello"),
            ("kind", "nudge"),
            ("email", "e1"),
        ]
        or first["recipient"] == "mo"
    )
    assert {first["recipient"], second["recipient"]} == {"mo", "mia"}
    assert first["email"] != second["email"]


def test_it_runs_until_nothing_more_can_change(folder: Path) -> None:
    assert [each["k"] for each in simulate(folder, pair())] == [0, 0, 1, 1]


@pytest.mark.parametrize(
    ("until", "sent"), [("2026-03-04T14:59:59Z", 0), ("2026-03-04T15:00:00Z", 2), ("2026-03-04", 2)]
)
def test_until_is_included(folder: Path, until: str, sent: int) -> None:
    assert len(simulate(folder, pair(), "--until", until)) == sent


def talked(time: str, **more: object) -> dict[str, object]:
    """Return the event of a logged conversation."""
    data = {"conversation_id": "c-1", "by": "mentor"}
    return event("c", "conversation.logged", "mentorships/m-1", time, data, **more)


def test_an_event_is_known_from_its_recorded_time(folder: Path) -> None:
    heard_late = talked("2026-03-03T10:00:00Z", recordedtime="2026-03-05T10:00:00Z")
    assert [each["k"] for each in simulate(folder, [*pair(), heard_late])] == [0, 0]
    in_time = {**heard_late, "recordedtime": "2026-03-03T10:00:01Z"}
    assert simulate(folder, [*pair(), in_time]) == []


def test_events_need_no_order_and_a_second_sending_counts_once(folder: Path) -> None:
    events = pair()
    assert simulate(folder, [*reversed(events), *events]) == simulate(folder, events)


def test_elements_of_a_list_carry_their_value(folder: Path) -> None:
    flag = event("flag-1", "flag.submitted", "mentorships/m-1", "2026-03-03T03:00:00Z", FLAG)
    found = [each for each in simulate(folder, [*pair(), flag]) if each["kind"] == "answer"]
    assert [(each["value"], each["message"], each["at"]) for each in found] == [
        ("academic_struggles", "flag-study", "2026-03-03T03:00:00Z"),
        ("belonging", "flag-belonging", "2026-03-03T03:00:00Z"),
    ]


def test_notices_of_one_email_share_its_id(folder: Path) -> None:
    again = event(
        "m2", "mentorship.matched", "mentorships/m-2", "2026-03-02T15:00:00Z", {"mentor_id": "mo", "mentee_id": "eli"}
    )
    found = simulate(folder, [*pair(), registered("eli", "mentee"), again], "--until", "2026-03-05")
    emails = {each["email"] for each in found if each["recipient"] == "mo"}
    assert (len(found), len(emails)) == (4, 1)


def test_the_program_is_named_where_there_are_several(folder: Path) -> None:
    elsewhere = [{**each, "program": "eastgate"} for each in pair()]
    found = simulate(folder, [*pair(), *elsewhere], "--until", "2026-03-05")
    assert sorted(str(each["program"]) for each in found) == ["eastgate", "eastgate", "northfield", "northfield"]


def test_verdicts_say_what_did_not_go_and_why_at_the_close_of_its_slot(folder: Path) -> None:
    events = [*pair(), talked("2026-03-06T10:00:00Z")]
    found = simulate(folder, events, "--verdicts")
    unsent = [each for each in found if "verdict" in each]
    assert [(each["k"], each["verdict"], each["detail"], each["email"]) for each in unsent] == [
        (1, "gate", "conversation.logged: never", None)
    ] * 2
    assert {each["at"] for each in unsent} == {"2026-03-14T15:00:00Z"}
    assert [each for each in found if "verdict" not in each] == simulate(folder, events)


def test_every_fault_is_told_with_its_line_and_nothing_is_simulated(folder: Path) -> None:
    events = pair()
    events[1] = {**events[1], "subject": "participants/mia", "data": {"role": "boss", "email": "x"}}
    text = ndjson(events) + "\n{broken\n" + json.dumps({**events[0], "id": "b", "type": "mentorship.matchd"})
    ran = intouch("simulate", "-", "--rules", folder, "--format", "json", stdin=text)
    assert (ran.code, ran.out) == (1, "")
    assert "Line 2: /data/role" in ran.err
    assert "Line 2: /data/first_name" in ran.err
    assert "Line 5: The line is not valid JSON" in ran.err
    assert 'Line 6: /type: "mentorship.matchd"' in ran.err
    assert "mentorship.matched" in ran.err
    assert "3 lines are no valid event, so nothing was simulated." in ran.err


def test_rules_with_errors_are_refused_and_warnings_are_told_on_stderr(folder: Path) -> None:
    write(folder / "bad.yaml", "rules:\n  - { id: x, kind: nudge, starts: mentorship.matchd, send: [] }\n")
    ran = intouch("simulate", "-", "--rules", folder, stdin=ndjson(pair()))
    assert (ran.code, ran.out) == (1, "")
    assert "[unknown-event]" in ran.err
    write(folder / "bad.yaml", WARNED)
    write(folder / "p.yaml", PROGRAM)
    warned = intouch("simulate", "-", "--rules", folder, "--format", "json", stdin=ndjson(pair()))
    assert (warned.code, len(warned.objects)) == (0, 4)
    assert "Warning." in warned.err


def test_one_file_will_do_for_rules_and_messages_need_not_exist(folder: Path) -> None:
    assert len(simulate(folder / "all.yaml", pair())) == 4


def test_message_names_are_checked_where_templates_are_given(folder: Path, tmp_path: Path) -> None:
    message = "---\nsubject: S\npreheader: P\ncategory: reminders\n---\nText.\n"
    write(tmp_path / "mine" / "messages" / "other.md", message)
    ran = intouch("simulate", "-", "--rules", folder, "--templates", tmp_path / "mine", stdin=ndjson(pair()))
    assert ran.code == 1
    assert "[unknown-message]" in ran.err


def test_the_repository_s_own_rules_are_the_default_and_settings_name_others(folder: Path) -> None:
    default = intouch("simulate", "-", "--format", "json", "--until", "2026-03-05", stdin=ndjson(pair()))
    assert {each["rule"] for each in default.objects} == {"you-are-matched", "first-message"}
    named = {"INTOUCH_RULES_DIR": str(folder), "INTOUCH_TEMPLATES_DIR": str(folder)}
    chosen = intouch("simulate", "-", "--format", "json", stdin=ndjson(pair()), environment=named)
    assert {each["rule"] for each in chosen.objects} == {"say-hello"}


def test_the_table_tells_days_in_the_program_s_zone_and_what_it_comes_to(folder: Path) -> None:
    write(folder / "p.yaml", PROGRAM + "timezone: America/Chicago\n")
    ran = intouch("simulate", "-", "--rules", folder, "--until", "2026-03-05", stdin=ndjson(pair()))
    assert "Wednesday 4 March 2026 (America/Chicago)" in ran.out
    assert "  09:00  say-hello" in ran.out
    assert "2 messages in 2 emails to 2 recipients." in ran.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nowhere.ndjson",), "nowhere.ndjson cannot be read"),
        (("-", "--until", "soon"), '"soon" is no instant'),
        (("-", "--rules", "nowhere"), "There is no rules folder at nowhere"),
    ],
)
def test_mistakes_are_answered_in_a_line(words: tuple[str, ...], said: str) -> None:
    ran = intouch("simulate", *words)
    assert ran.code != 0
    assert said in ran.err


def test_an_empty_file_sends_nothing(folder: Path) -> None:
    assert simulate(folder, []) == []
