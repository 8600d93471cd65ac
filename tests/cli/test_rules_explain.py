"""`intouch explain`: why a rule did, did not, or will not write, from a real store."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from service.domain.calendar import Instant, parse_rfc3339
from service.settings import read_settings
from service.wiring import Installation
from tests.cli.commands import Ran, event, intouch, pair, registered, rules, write

MATCHED = "2026-03-02T15:00:00Z"
Explain = Callable[..., Ran]


class Now:
    """A clock that the test sets."""

    at: Instant = 0

    def __call__(self) -> Instant:
        return self.at


def lived(environment: dict[str, str], events: list[dict[str, object]], until: str) -> None:
    """Let an installation live through the events up to an instant."""
    clock = Now()
    intouch_ = Installation(read_settings(environment), clock)
    clock.at = parse_rfc3339(str(events[0]["time"]))
    intouch_.migrate()
    intouch_.rules_folder.refresh()
    worker = intouch_.worker()
    arrivals = [(parse_rfc3339(str(each["time"])), [each]) for each in events]
    for at, arrived in [*arrivals, (parse_rfc3339(until), [])]:
        while (due := next_due(intouch_)) is not None and due < at:
            clock.at = max(clock.at, due)
            worker.turn()
        clock.at = at
        admitted, faults = intouch_.schemas.admit(arrived)
        assert not faults
        intouch_.acceptor.accept(admitted)
        worker.turn()
    intouch_.close()


def next_due(intouch_: Installation) -> Instant | None:
    with intouch_.store.reading() as snapshot:
        return snapshot.next_due()


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return installed(tmp_path)


def installed(tmp_path: Path) -> dict[str, str]:
    """Write the rules and their messages, and return the settings that name them."""
    folder = rules(tmp_path)
    for name in ("hello", "flag-study", "flag-belonging"):
        text = "---\nsubject: S\npreheader: P\ncategory: reminders\n---\nText.\n"
        write(tmp_path / "templates" / "messages" / f"{name}.md", text)
    return {
        "INTOUCH_DATA_DIR": str(tmp_path / "var"),
        "INTOUCH_RULES_DIR": str(folder),
        "INTOUCH_TEMPLATES_DIR": str(tmp_path / "templates"),
    }


@pytest.fixture
def explain(environment: dict[str, str]) -> Explain:
    def ask(*words: object) -> Ran:
        return intouch("explain", *words, environment=environment)

    return ask


def talked(time: str) -> dict[str, object]:
    data = {"conversation_id": "c-1", "by": "mentor"}
    return event("c", "conversation.logged", "mentorships/m-1", time, data)


def as_json(ran: Ran) -> Any:
    assert (ran.code, ran.err) == (0, "")
    return json.loads(ran.out)


HELLO = ("mentorships/m-1", "--rule", "say-hello", "--format", "json")


def test_what_went_is_told_with_its_email_and_what_comes_with_its_day(
    environment: dict[str, str], explain: Explain
) -> None:
    lived(environment, pair(), "2026-03-05T12:00:00Z")
    told = as_json(explain(*HELLO, "--at", "2026-03-05T12:00:00Z"))
    first, second = told["slots"][:2], told["slots"][2:]
    assert [(each["k"], each["state"], each["sent_at"]) for each in first] == [(0, "sent", "2026-03-04T15:00:00Z")] * 2
    assert all(each["email"] for each in first)
    assert [(each["k"], each["verdict"], each["due"]) for each in second] == [
        (1, "waiting", "2026-03-11T15:00:00Z")
    ] * 2
    assert told["next"] == "2026-03-11T15:00:00Z"
    assert told["sentence"] == (
        "“say-hello” writes to mia next (message 2 of 2) on Wed 11 Mar 2026 15:00, unless something changes."
    )


def test_a_closed_gate_is_told_with_what_was_seen(environment: dict[str, str], explain: Explain) -> None:
    lived(environment, [*pair(), talked("2026-03-06T10:00:00Z")], "2026-03-20T12:00:00Z")
    told = as_json(explain(*HELLO, "--at", "2026-03-20T12:00:00Z"))
    [gate] = [each for each in told["gates"] if each["asks"] == "conversation.logged: never"]
    assert (gate["holds"], gate["seen_at"]) == (False, "2026-03-06T10:00:00Z")
    assert {(each["k"], each["verdict"], each["detail"]) for each in told["slots"] if each["k"] == 1} == {
        (1, "gate", "conversation.logged: never")
    }
    assert told["next"] is None
    text = explain("mentorships/m-1", "--rule", "say-hello", "--at", "2026-03-20T12:00:00Z").out
    assert text.startswith("“say-hello” did not write to ")
    assert "NO   conversation.logged: never   (seen: last Fri 6 Mar 2026 10:00)" in text
    assert "Next change without an event: only an event can change anything" in text


def test_an_earlier_instant_knows_nothing_of_what_came_later(environment: dict[str, str], explain: Explain) -> None:
    lived(environment, [*pair(), talked("2026-03-06T10:00:00Z")], "2026-03-20T12:00:00Z")
    told = as_json(explain(*HELLO, "--at", "2026-03-03T12:00:00Z"))
    assert {each["state"] for each in told["slots"]} == {None}
    assert all(each["holds"] for each in told["gates"])
    assert told["next"] == "2026-03-04T15:00:00Z"


def test_a_gate_that_is_closed_now_is_foreseen_for_what_comes(environment: dict[str, str], explain: Explain) -> None:
    lived(environment, [*pair(), talked("2026-03-03T10:00:00Z")], "2026-03-03T12:00:00Z")
    told = as_json(explain(*HELLO, "--at", "2026-03-03T12:00:00Z"))
    assert {each["verdict"] for each in told["slots"]} == {"gate"}
    assert "as things stand the gate “conversation.logged: never” does not hold" in told["sentence"]


def test_limits_count_the_person_s_other_mentorships(environment: dict[str, str], explain: Explain) -> None:
    others = []
    for number in (2, 3):
        match = {"mentor_id": "mo", "mentee_id": f"e{number}"}
        at = f"2026-03-02T{15 + number}:00:00Z"
        others += [registered(f"e{number}", "mentee", at)]
        others += [event(f"m{number}", "mentorship.matched", f"mentorships/m-{number}", at, match)]
    events = sorted([*pair(), *others], key=lambda each: str(each["time"]))
    lived(environment, events, "2026-03-04T18:30:00Z")
    told = as_json(
        explain("mentorships/m-3", "--rule", "say-hello", "--format", "json", "--at", "2026-03-04T18:30:00Z")
    )
    [mentor] = [each for each in told["slots"] if each["recipient"] == "mo" and each["k"] == 0]
    assert (mentor["verdict"], mentor["until"]) == ("hours", "2026-03-05T09:00:00Z")
    told = as_json(
        explain("mentorships/m-2", "--rule", "say-hello", "--format", "json", "--at", "2026-03-04T17:30:00Z")
    )
    [mentor] = [each for each in told["slots"] if each["recipient"] == "mo" and each["k"] == 0]
    assert (mentor["verdict"], mentor["until"]) == ("limited", "2026-03-05T15:00:00Z")


def test_a_rule_that_nothing_started_says_what_it_waits_for(environment: dict[str, str], explain: Explain) -> None:
    lived(environment, pair(), "2026-03-03T12:00:00Z")
    told = as_json(explain("mentorships/m-1", "--rule", "thanks-for-flag", "--format", "json", "--at", MATCHED))
    assert told["sentence"] == "Nothing has started “thanks-for-flag” for mentorships/m-1: it waits for flag.submitted."


def test_a_person_is_told_what_the_rules_about_their_mentorship_do(
    environment: dict[str, str], explain: Explain
) -> None:
    lived(environment, pair(), "2026-03-05T12:00:00Z")
    told = as_json(
        explain("participants/mia", "--rule", "say-hello", "--format", "json", "--at", "2026-03-05T12:00:00Z")
    )
    assert [(each["subject"], {slot["recipient"] for slot in each["slots"]}) for each in told] == [
        ("mentorships/m-1", {"mia"})
    ]


def test_without_a_rule_each_has_its_sentence(environment: dict[str, str], explain: Explain) -> None:
    lived(environment, pair(), "2026-03-03T12:00:00Z")
    lines = explain("mentorships/m-1", "--at", "2026-03-03T12:00:00Z").out.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("“say-hello” writes to ")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("mentorship/m-1", "--rule", "say-hello"), "Did you mean mentorships/m-1?"),
        (("m-1", "--rule", "say-hello"), '"m-1" is no subject.'),
        (("mentorships/m-11", "--rule", "say-hello"), "Did you mean mentorships/m-1?"),
        (("mentorships/m-1", "--rule", "say-helo"), "Did you mean say-hello?"),
        (("mentorships/m-1", "--rule", "hello"), "Did you mean say-hello?"),
        (("mentorships/m-1", "--rule", "say-hello", "--program", "northfeld"), "Did you mean northfield?"),
    ],
)
def test_a_typo_is_answered_with_the_nearest_word(
    environment: dict[str, str], explain: Explain, words: tuple[str, ...], said: str
) -> None:
    lived(environment, pair(), MATCHED)
    ran = explain(*words)
    assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)
    assert said in ran.err


def test_a_store_that_is_not_there_is_said_in_a_line(explain: Explain) -> None:
    ran = explain("mentorships/m-1", "--rule", "say-hello")
    assert ran.code == 1
    assert ran.err.startswith("Error: ")
    assert "intouch migrate" in ran.err
