"""The example semester: the same every time, valid, in order of arrival, and with a bit of everything in it."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache
from itertools import pairwise, product
from typing import Any

import pytest

from examples.semester import semester
from service.adapters.schemas import Schemas, load_schemas
from tests.structure.tree import ROOT

Events = list[dict[str, Any]]
OPTIONS = (
    "remove_me",
    "dont_know_how_to_reach_out",
    "talk_to_institution",
    "unmatch_and_rematch",
    "unmatch_no_rematch",
)


@cache
def told(seed: int = 7) -> Events:
    return list(semester(40, 16, seed))


@cache
def schemas() -> Schemas:
    return load_schemas(ROOT / "schemas")


def first_sendings(events: Events) -> Events:
    return list({event["id"]: event for event in reversed(events)}.values())[::-1]


def having(events: Events, kind: str, **fields: Any) -> Events:
    """Return the events of a type whose data hold these fields."""
    return [each for each in events if each["type"] == kind and fields.items() <= each.get("data", {}).items()]


def lag(event: Mapping[str, Any]) -> timedelta:
    return datetime.fromisoformat(event["recordedtime"]) - datetime.fromisoformat(event["time"])


def silent_mentorships(events: Events) -> set[str]:
    matched = {each["subject"] for each in having(events, "mentorship.matched")}
    return matched - {each["subject"] for each in having(events, "mentorship.message_sent")}


def test_the_same_arguments_tell_the_same_semester() -> None:
    assert list(semester(40, 16, 7)) == told()


def test_another_seed_tells_another_semester() -> None:
    assert told(8) != told()


def test_it_is_told_the_same_in_another_process_as_one_event_a_line() -> None:
    command = [sys.executable, "examples/semester.py", "--pairs", "40", "--weeks", "16", "--seed", "7"]
    written = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode("utf-8")
    assert [json.loads(line) for line in written.splitlines()] == told()


def test_until_leaves_out_what_arrives_later_and_nothing_else() -> None:
    until = "2026-10-12T12:00:00Z"
    command = [sys.executable, "examples/semester.py", "--until", until]
    written = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode("utf-8")
    assert [json.loads(line) for line in written.splitlines()] == [e for e in told() if e["recordedtime"] <= until]


@pytest.mark.parametrize("seed", [7, 8])
def test_every_event_is_valid(seed: int) -> None:
    admitted, faults = schemas().admit(told(seed))
    assert faults == []
    assert len(admitted) == len(told(seed))


@pytest.mark.parametrize(("pairs", "weeks"), list(product((1, 2, 13, 90), (1, 2, 5, 9, 30))))
def test_any_size_is_valid_and_in_order(pairs: int, weeks: int) -> None:
    events = list(semester(pairs, weeks, 3, date(2026, 2, 23), "harbor"))
    assert schemas().admit(events)[1] == []
    assert all(one["recordedtime"] <= other["recordedtime"] for one, other in pairwise(events))


def test_events_come_in_order_of_arrival_and_never_before_they_happen() -> None:
    assert all(one["recordedtime"] <= other["recordedtime"] for one, other in pairwise(told()))
    assert all(lag(event) >= timedelta(0) for event in told())


def test_an_id_stands_for_one_event_however_often_it_is_sent() -> None:
    bodies = {(each["id"], json.dumps({**each, "recordedtime": ""}, sort_keys=True)) for each in told()}
    assert len(bodies) == len({each["id"] for each in told()}) < len(told())


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("program.launched", {}),
        ("program.ended", {}),
        ("participant.invited", {}),
        ("participant.registered", {}),
        ("participant.checklist_item_completed", {"item": "mentor_training"}),
        ("participant.checklist_item_completed", {"item": "matching_survey"}),
        ("mentorship.matched", {}),
        ("mentorship.message_sent", {"by": "mentor"}),
        ("mentorship.message_sent", {"by": "mentee"}),
        ("conversation.logged", {"by": "mentor"}),
        ("conversation.logged", {"by": "mentee"}),
        ("conversation.corrected", {}),
        ("conversation.deleted", {}),
        ("flag.submitted", {"priority": "routine"}),
        ("flag.submitted", {"priority": "immediate"}),
        ("flag.updated", {"priority": "immediate"}),
        ("flag.acknowledged", {}),
        ("flag.resolved", {}),
        ("flag.reopened", {}),
        ("concern.raised", {}),
        ("concern.acknowledged", {}),
        *[("help.requested", {"option": option}) for option in OPTIONS],
        ("help.acknowledged", {}),
        ("help.resolved", {}),
        ("help.withdrawn", {}),
        ("participant.paused", {}),
        ("participant.resumed", {}),
        ("mentorship.paused", {}),
        ("mentorship.resumed", {}),
        ("mentorship.unmatched", {"rematch_mentor": False}),
        ("mentorship.completed", {}),
        ("participant.left", {"initiated_by": "participant"}),
        ("participant.left", {"initiated_by": "staff"}),
        ("participant.updated", {}),
        ("participant.preferences_changed", {"wanted": False}),
        ("survey.opened", {}),
        ("survey.completed", {}),
        ("resource.published", {}),
        ("resource.viewed", {}),
    ],
)
@pytest.mark.parametrize("seed", [7, 8])
def test_forty_pairs_hold_a_bit_of_everything(seed: int, kind: str, fields: dict[str, Any]) -> None:
    assert having(told(seed), kind, **fields)


def test_some_mentors_have_two_to_five_mentees() -> None:
    matches = having(first_sendings(told()), "mentorship.matched")
    loads = Counter(each["data"]["mentor_id"] for each in matches if "previous_mentorship_id" not in each["data"])
    assert {1, 2, 3, 5} <= set(loads.values()) <= {1, 2, 3, 4, 5}


def test_most_pairs_write_within_five_days_and_some_never() -> None:
    events = first_sendings(told())
    matched = {each["subject"]: datetime.fromisoformat(each["time"]) for each in having(events, "mentorship.matched")}
    first: dict[str, datetime] = {}
    for each in sorted(having(events, "mentorship.message_sent"), key=lambda each: each["time"]):
        first.setdefault(each["subject"], datetime.fromisoformat(each["time"]))
    soon = [subject for subject, at in first.items() if at - matched[subject] <= timedelta(days=5, hours=1)]
    assert len(soon) >= 0.75 * len(matched)
    assert silent_mentorships(events)


def test_people_live_in_several_zones_and_some_have_advisors_and_groups() -> None:
    people = [each["data"] for each in having(first_sendings(told()), "participant.registered")]
    assert len({person["timezone"] for person in people if "timezone" in person}) >= 4
    assert [person for person in people if "timezone" not in person]
    assert [person for person in people if "advisor_email" in person]
    assert {group for person in people for group in person.get("groups", [])} == {"fall-2026", "first-generation"}
    assert all(person["email"].endswith("@example.org") for person in people)


def test_who_was_unmatched_for_a_new_mentor_gets_one() -> None:
    events = first_sendings(told())
    matches = [each["data"] for each in having(events, "mentorship.matched")]
    again = {match["previous_mentorship_id"] for match in matches if "previous_mentorship_id" in match}
    assert again
    assert again <= {each["subject"].removeprefix("mentorships/") for each in having(events, "mentorship.unmatched")}


def test_some_events_come_hours_late_and_some_weeks() -> None:
    lags = [lag(each) for each in first_sendings(told())]
    assert [each for each in lags if timedelta(hours=1) <= each < timedelta(days=1)]
    assert [each for each in lags if each >= timedelta(days=7)]
    assert sum(each < timedelta(minutes=1) for each in lags) > 0.85 * len(lags)


def test_within_a_pair_some_events_come_out_of_order() -> None:
    pairs: dict[str, list[str]] = {}
    for each in first_sendings(told()):
        pairs.setdefault(each["subject"], []).append(each["time"])
    assert sum(times != sorted(times) for times in pairs.values()) >= 5


def test_a_pair_brings_about_thirty_events() -> None:
    assert 25 <= len(told()) / 40 <= 40


@pytest.mark.parametrize("arguments", [["--pairs", "0"], ["--weeks", "0"], ["--until", "2026-10-20T12:00:00"]])
def test_arguments_that_make_no_semester_are_refused_in_one_sentence(arguments: list[str]) -> None:
    command = [sys.executable, "examples/semester.py", *arguments]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert finished.returncode == 2
    assert "Traceback" not in finished.stderr
