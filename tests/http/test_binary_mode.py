"""Binary mode: attributes in `ce-` headers, data as the body."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.http.door import Door, MemoryIntake, served
from tests.schemas.samples import cloudevent

EVENT = cloudevent("mentorship.matched")
HEADERS = {f"ce-{name}": str(value) for name, value in EVENT.items() if name != "data"}
BODY = json.dumps(EVENT["data"]).encode()


@pytest.fixture(name="intake")
def _intake() -> MemoryIntake:
    return MemoryIntake()


@pytest.fixture(name="door")
def _door(intake: MemoryIntake) -> Iterator[Door]:
    with served(intake) as door:
        yield door


def canonical(door: Door, intake: MemoryIntake, structured: dict[str, Any], headers: dict[str, str]) -> list[bytes]:
    """Return the canonical bytes of one event sent both ways, under two ids that are then made one."""
    assert door.post_json(structured).status == 202
    reply = door.post(BODY, "application/json", **{**headers, "ce-id": "other"})
    assert reply.status == 202, reply.body
    return [each.canonical.replace(b'"other"', b'"e-1"') for each in intake.taken]


def test_one_event_sent_both_ways_is_the_same_event(door: Door, intake: MemoryIntake) -> None:
    one, other = canonical(door, intake, EVENT, HEADERS)
    assert one == other


@pytest.mark.parametrize(
    ("value", "header"),
    [
        ("Grüße, 100 %", "Gr%C3%BC%C3%9Fe,%20100%20%25"),
        ("%41", "%2541"),  # decoded once, not twice
        ('say "hi"', '"say \\"hi\\""'),  # as older senders quote it
        ("a\\b", "a\\b"),
        ("€", "%E2%82%AC"),
        ("grün", "gr\u00c3\u00bcn"),  # raw UTF-8 bytes
        (7, "7"),
        (True, "true"),
    ],
)
def test_headers_carry_any_text(door: Door, intake: MemoryIntake, value: object, header: str) -> None:
    one, other = canonical(door, intake, {**EVENT, "note1": value}, {**HEADERS, "ce-note1": header})
    assert one == other


def test_no_body_is_empty_data(door: Door, intake: MemoryIntake) -> None:
    headers = HEADERS | {"ce-type": "participant.signed_in", "ce-subject": "participants/p-44"}
    assert door.send("POST", "/events", None, headers).status == 202
    assert intake.taken[0].data == {}


@pytest.mark.parametrize("name", ["specversion", "id", "source", "type", "subject", "program", "time"])
def test_a_missing_header_is_missed_and_never_made_up(door: Door, intake: MemoryIntake, name: str) -> None:
    headers = {header: value for header, value in HEADERS.items() if header != f"ce-{name}"}
    reply = door.post(BODY, "application/json", **headers)
    assert (reply.status, reply.is_problem) == (422, True)
    assert {each["pointer"] for each in reply.json["errors"]} == {f"/{name}"}
    assert intake.calls == 0


@pytest.mark.parametrize("value", ["%ff", "%ED%A0%80", "%C3", "\u00fc"])
def test_a_header_that_is_not_utf_8_is_400(door: Door, value: str) -> None:
    reply = door.post(BODY, "application/json", **{**HEADERS, "ce-note1": value})
    assert (reply.status, reply.is_problem) == (400, True)
    assert "ce-note1" in reply.json["detail"]


@pytest.mark.parametrize("value", ["%00", "a%0D%0Ab", "%E2%80%AE", "%7F"])
def test_a_header_that_hides_control_characters_is_422(door: Door, value: str) -> None:
    reply = door.post(BODY, "application/json", **{**HEADERS, "ce-note1": value})
    assert (reply.status, [each["pointer"] for each in reply.json["errors"]]) == (422, ["/note1"])


def test_an_attribute_sent_twice_is_no_id(door: Door, intake: MemoryIntake) -> None:
    connection = door.connect()
    connection.putrequest("POST", "/events")
    for header, value in [*HEADERS.items(), ("ce-id", "e-2"), ("Content-Type", "application/json")]:
        connection.putheader(header, value)
    connection.putheader("Content-Length", str(len(BODY)))
    connection.endheaders(BODY)
    answer = connection.getresponse()
    assert (answer.status, json.loads(answer.read())["errors"][0]["pointer"]) == (422, "/id")
    connection.close()
    assert intake.calls == 0


@pytest.mark.parametrize("header", ["ce-data_base64", "ce-data-base64", "ce-trace-id"])
def test_a_name_that_is_none_is_not_taken_for_one(door: Door, intake: MemoryIntake, header: str) -> None:
    reply = door.post(BODY, "application/json", **{**HEADERS, header: "x"})
    # waitress drops names with an underscore before anybody can be deceived by them
    assert reply.status == (202 if "_" in header else 422)
    assert [each.data for each in intake.taken] == ([EVENT["data"]] if "_" in header else [])


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"1"])
def test_data_is_an_object(door: Door, body: bytes) -> None:
    reply = door.post(body, "application/json", **HEADERS)
    assert (reply.status, [each["pointer"] for each in reply.json["errors"]]) == (422, ["/data"])
