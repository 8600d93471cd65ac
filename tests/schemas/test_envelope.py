"""The CloudEvents envelope: what every event says, whatever its type."""

from typing import Any

import pytest

from tests.schemas.samples import SCHEMAS, cloudevent, messages, pointers


def signed_in(**attributes: object) -> dict[str, Any]:
    return cloudevent("participant.signed_in", **attributes)


@pytest.mark.parametrize("name", ["specversion", "id", "source", "type", "subject", "program", "time"])
@pytest.mark.parametrize("how", ["absent", "null", "empty", "a number", "too long"])
def test_each_attribute_must_be_there(name: str, how: str) -> None:
    event = signed_in()
    event[name] = {"absent": None, "null": None, "empty": "", "a number": 7, "too long": "x" * 2_000}[how]
    if how == "absent":
        del event[name]
    assert pointers(event) == [f"/{name}"]


WRONG: dict[str, list[Any]] = {
    "specversion": ["0.3", "1.1", 1.0],
    "id": ["a b", "a\n", "é", "\x00"],
    "source": ["a b", "http://[::1", "%zz", "/x\n"],
    "subject": ["p-44", "participants", "participants/", "participants/a/b", "participants/a b", "people/p-44"],
    "program": ["a/b", "../x", "north field", ".hidden"],
    "time": [
        "2026-03-02",
        "2026-03-02T15:00:00",
        "yesterday",
        "1970-01-01T00:00:00Z",
        "2126-03-02T15:00:00Z",
        1772463600,
    ],
    "datacontenttype": ["text/xml", "application/xml", "application/json; charset=latin-1"],
    "recordedtime": ["soon"],
    "dataschema": ["", "a b"],
    "data": [[], "x", 1, True],
    "traceparent": ["", "a\r\nb", "x" * 200],
    "extension": [1.5, [], {}, 2**31, "x" * 2_000, "a\x00b"],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_wrong_attribute_is_named(name: str, value: object) -> None:
    assert pointers(signed_in(**{name: value})) == [f"/{name}"]


RIGHT: dict[str, list[Any]] = {
    "id": ["A234-1234-1234", "01JNB5Q2", "x" * 256, "{urn:x}"],
    "source": ["/matching", "https://example.org/a?b#c", "mailto:ops@example.org", "urn:uuid:6e8b", "1-555-123"],
    "time": [
        "2026-03-02T15:00:00.123456789Z",
        "2026-03-02t15:00:00z",
        "2026-03-02T15:00:00-06:00",
        "2099-12-31T00:00:00Z",
    ],
    "datacontenttype": ["application/json", "application/json; charset=utf-8", "application/JSON;charset=UTF-8", None],
    "traceparent": ["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", None],
    "sequence": ["1", 1, True, -(2**31), None],
    "data": [{}, None],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in RIGHT.items() for value in values])
def test_a_right_attribute_is_taken(name: str, value: object) -> None:
    assert pointers(signed_in(**{name: value})) == []


def test_an_absent_data_is_an_empty_one() -> None:
    event = signed_in()
    del event["data"]
    assert pointers(event) == []
    event |= {"type": "mentorship.message_sent", "subject": "mentorships/m-1"}
    assert messages(event)["/data/by"].startswith('Add "by"')


@pytest.mark.parametrize("name", ["data_base64", "Time", "trace-parent", "x" * 65, ""])
def test_a_name_that_cloudevents_does_not_allow_is_refused(name: str) -> None:
    [(pointer, message)] = messages(signed_in(**{name: "x"})).items()
    assert message.startswith("Leave out")
    assert pointer in ("/" + name, "")


def test_an_unknown_type_is_named_beside_the_other_faults() -> None:
    found = messages(signed_in(type="participant.sign_in", id=""))
    assert found.keys() == {"/type", "/id"}
    assert found["/type"].endswith('Did you mean "participant.signed_in"?')


@pytest.mark.parametrize("event", [[], "x", 1, None, True])
def test_what_is_no_object_is_no_event(event: object) -> None:
    assert messages(event) == {"": "Send an event as a JSON object."}


def test_every_event_of_the_largest_batch_has_its_faults_told() -> None:
    _, faults = SCHEMAS.admit([signed_in(data={"mood": "good"}, id="")] * 1_000)
    assert {each.index for each in faults} == set(range(1_000))
    assert {each.pointer for each in faults} == {"/id", "/data/mood"}


def test_faults_are_bounded_however_much_is_wrong() -> None:
    silly = signed_in(data={"x" * 5_000: 1, **{f"x{place}": place for place in range(400)}})
    _, faults = SCHEMAS.admit([silly] * 51)
    assert len(faults) == 50 * 100
    assert max(len(fault.pointer) + len(fault.message) for fault in faults) < 300


MONSTROUS = {
    "names in data": signed_in(data={f"x{place}": place for place in range(20_000)}),
    "names of attributes": signed_in(**{f"A{place}": "x" for place in range(20_000)}),
    "wrong attributes": signed_in(**{f"a{place}": [] for place in range(20_000)}),
    "values in a list": cloudevent("flag.updated", {"flag_id": "f-1", "topics": ["x"] * 100_000}),
    "nested values": signed_in(data={"a": [[1] * 100] * 100}),
    "a long text": signed_in(id="x" * 100_000),
    "a long name": signed_in(**{"x" * 100_000: 1}),
    "an unknown type": signed_in(type="x", data={f"x{place}": place for place in range(20_000)}),
}


@pytest.mark.parametrize("event", MONSTROUS.values(), ids=MONSTROUS.keys())
def test_a_monstrous_event_is_refused_without_a_report_that_is_worse(event: dict[str, Any]) -> None:
    found = messages(event)
    assert found[""].startswith("This event is not valid, and too big to say why")
    assert found.keys() <= {"", "/type"}


def test_a_path_is_written_as_a_json_pointer() -> None:
    assert pointers(signed_in(data={"a/b~c": 1})) == ["/data/a~1b~0c"]


def test_a_name_of_digits_is_a_name() -> None:
    assert pointers(signed_in(**{"0": "x"})) == []
    assert pointers(signed_in(**{"0": "a\n"})) == ["/0"]
    assert pointers(signed_in(**{"00": "a\n"})) == [""]
