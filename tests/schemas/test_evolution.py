"""How event types change, and what is asked of events that are ahead of us: in their fields, or in their time."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from service.adapters.schemas import UnknownFields, load_schemas
from service.domain.calendar import DAY, MINUTE, format_rfc3339, parse_rfc3339
from tests.schemas.samples import FOLDER, SOURCES, cloudevent, pointers

RELEASED: Mapping[str, Mapping[str, Any]] = json.loads(Path(__file__).with_name("released.json").read_text("utf-8"))
"""The first release's fields of every type. Nothing is ever taken out of here."""

NOW = parse_rfc3339("2026-03-02T15:00:00Z")
AHEAD = load_schemas(FOLDER, lambda: NOW)
DROPPING = load_schemas(FOLDER, lambda: NOW, UnknownFields.DROP)
EVENT = cloudevent("mentorship.matched")


@pytest.mark.parametrize("name", RELEASED)
def test_what_was_released_stays_and_what_came_later_is_optional_and_says_since_when(name: str) -> None:
    released, schema = RELEASED[name], SOURCES[name]
    fields = schema["properties"]
    assert set(released["fields"]) <= fields.keys(), "a field that publishers send was taken away"
    assert set(schema.get("required", ())) == set(released["required"]), "a publisher of before is refused, or misled"
    for added in fields.keys() - set(released["fields"]):
        assert fields[added]["x-intouch"]["since"] <= schema["x-intouch"]["version"]


def test_every_released_type_is_still_there() -> None:
    assert RELEASED.keys() <= SOURCES.keys()


def test_an_unknown_field_is_refused_by_name() -> None:
    assert pointers({**EVENT, "data": {**EVENT["data"], "mood": "fine"}}) == ["/data/mood"]


def test_dropping_leaves_out_what_is_unknown_and_counts_it() -> None:
    sent = {**EVENT, "data": {**EVENT["data"], "mood": "fine", "note": {"deep": [1]}}}
    (one, other), faults = DROPPING.admit([sent, EVENT])
    assert (faults, one.dropped_fields, other.dropped_fields) == ([], 2, 0)
    assert one.data == other.data
    assert one.canonical == other.canonical, "with and without them it is the same event"


def test_dropping_forgives_nothing_else() -> None:
    faulty = {**EVENT, "data": {"mentor_id": "p 1", "mood": "fine"}}
    unknown = {**EVENT, "type": "mentorship.matchd", "data": {"mood": "fine"}}
    for sent, pointed in (
        (faulty, ["/data/mentee_id", "/data/mentor_id"]),
        (unknown, ["/type"]),
        ({**EVENT, "data": 7}, ["/data"]),
        (7, [""]),
    ):
        admitted, faults = DROPPING.admit([sent])
        assert (admitted, sorted(each.pointer for each in faults)) == ([], pointed)


@pytest.mark.parametrize(
    ("time", "taken"),
    [
        (format_rfc3339(NOW + DAY), True),
        (format_rfc3339(NOW + DAY + MINUTE), False),
        ("2026-03-04T00:59:00+10:00", True),  # a day ahead by its own calendar, and less by the clock
        ("2026-03-04T01:01:00+10:00", False),
        ("2026-03-03T09:59:00-05:00", True),
        ("2026-03-03T10:01:00-05:00", False),
        ("9999-12-31T23:59:59Z", False),
        ("2026-03-02T15:00:00", False),  # of no zone, it is no instant
    ],
)
def test_a_time_more_than_a_day_ahead_is_refused_wherever_its_clock_stands(time: str, taken: bool) -> None:
    admitted, faults = AHEAD.admit([{**EVENT, "time": time}])
    assert [each.pointer for each in faults] == ([] if taken else ["/time"])
    assert len(admitted) == taken


def test_a_fault_of_time_says_what_to_do_and_stands_at_its_event() -> None:
    _, (fault,) = AHEAD.admit([EVENT, {**EVENT, "time": "2027-03-02T15:00:00Z"}])
    assert (fault.index, "more than 24 hours ahead" in fault.message) == (1, True)


def test_what_is_replayed_may_lie_ahead() -> None:
    event, faults = AHEAD.replayed({**EVENT, "time": "2027-03-02T15:00:00Z"})
    assert (event is not None, faults) == (True, [])
