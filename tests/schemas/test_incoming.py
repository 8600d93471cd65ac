"""A valid event becomes one value, and two sendings of it compare equal whatever road they took."""

import json
from typing import Any

import pytest

from service.domain.calendar import parse_rfc3339
from service.domain.events import Incoming, Subject, SubjectKind
from tests.schemas.samples import SCHEMAS, cloudevent

LOGGED = {"conversation_id": "c-1", "by": "mentor", "count": 2, "topics": ["career"]}


def admitted(event: object) -> Incoming:
    [incoming], faults = SCHEMAS.admit([event])
    assert faults == []
    return incoming


def logged(data: object = LOGGED, **attributes: object) -> dict[str, Any]:
    return cloudevent("conversation.logged", data, **attributes)


def test_the_value_holds_what_the_event_says() -> None:
    event = logged(time="2026-03-02T09:00:00-06:00", recordedtime="2026-03-05T08:00:00Z", traceparent="00-a-b-01")
    incoming = admitted(event)
    assert incoming.program == "northfield"
    assert incoming.source == "/matching"
    assert incoming.id == "e-1"
    assert incoming.type == "conversation.logged"
    assert incoming.subject == Subject(SubjectKind.MENTORSHIP, "m-812")
    assert incoming.time == parse_rfc3339("2026-03-02T15:00:00Z")
    assert incoming.recordedtime == parse_rfc3339("2026-03-05T08:00:00Z")
    assert incoming.traceparent == "00-a-b-01"
    assert incoming.data == LOGGED


def test_what_is_absent_is_none() -> None:
    assert admitted(logged()).recordedtime is None
    assert admitted(logged()).traceparent is None


def test_the_canonical_form_is_sorted_json_that_makes_the_same_event_again() -> None:
    canonical = admitted(logged()).canonical
    assert canonical == json.dumps(json.loads(canonical), sort_keys=True, separators=(",", ":")).encode()
    assert admitted(json.loads(canonical)) == admitted(logged())


SAME: dict[str, dict[str, Any]] = {
    "another order": dict(reversed(logged(dict(reversed(LOGGED.items()))).items())),
    "on another trace": logged(traceparent="00-a-b-01", tracestate="x=1"),
    "recorded at another time": logged(recordedtime="2026-03-05T08:00:00Z"),
    "the same instant with an offset": logged(time="2026-03-02T09:00:00-06:00"),
    "the same instant as an SDK writes it": logged(time="2026-03-02T15:00:00.000000+00:00"),
    "the same instant in small letters": logged(time="2026-03-02t15:00:00z"),
    "with its content type": logged(datacontenttype="application/json"),
    "unset attributes as null": logged(dataschema=None, traceparent=None),
    "a whole number as a fraction": logged({**LOGGED, "count": 2.0}),
}
OTHER: dict[str, dict[str, Any]] = {
    "another second": logged(time="2026-03-02T15:00:01Z"),
    "another field": logged({**LOGGED, "held_on": "2026-03-01"}),
    "another value": logged({**LOGGED, "count": 3}),
    "another order of topics": logged({**LOGGED, "topics": ["career", "family"]}),
    "another subject": logged(subject="mentorships/m-813"),
    "an extension": logged(sequence="1"),
}


@pytest.mark.parametrize("event", SAME.values(), ids=SAME.keys())
def test_the_same_event_is_the_same_bytes(event: dict[str, Any]) -> None:
    assert admitted(event).canonical == admitted(logged()).canonical


@pytest.mark.parametrize("event", OTHER.values(), ids=OTHER.keys())
def test_another_event_is_other_bytes(event: dict[str, Any]) -> None:
    assert admitted(event).canonical != admitted(logged()).canonical


@pytest.mark.parametrize(("typed", "text"), [(7, "7"), (7.0, "7"), (True, "true"), (False, "false"), (-1, "-1")])
def test_an_extension_compares_as_the_text_that_headers_carry(typed: object, text: str) -> None:
    assert admitted(logged(sequence=typed)).canonical == admitted(logged(sequence=text)).canonical


def test_a_whole_number_is_an_int_in_the_data() -> None:
    count = admitted(logged({**LOGGED, "count": 2.0})).data["count"]
    assert type(count) is int


def test_no_data_is_empty_data() -> None:
    event = cloudevent("participant.signed_in")
    without = {name: value for name, value in event.items() if name != "data"}
    assert admitted(without).data == {}
    assert admitted(without).canonical == admitted(event).canonical == admitted({**event, "data": None}).canonical


def test_a_leap_second_is_the_second_after() -> None:
    leap = admitted(logged(time="2016-12-31T23:59:60Z"))
    assert leap.canonical == admitted(logged(time="2017-01-01T00:00:00Z")).canonical


def test_faults_tell_their_place_in_the_batch_and_the_valid_are_still_read() -> None:
    incoming, faults = SCHEMAS.admit([logged(id="a"), logged(id=""), logged(id="c"), 7])
    assert [each.id for each in incoming] == ["a", "c"]
    assert [(fault.index, fault.pointer) for fault in faults] == [(1, "/id"), (3, "")]
