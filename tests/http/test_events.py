"""`POST /events`: what is taken, and what each refusal says."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from service.flow.accept import IdConflict, StoreUnavailable
from tests.http.door import BATCH, STRUCTURED, Door, MemoryIntake, served
from tests.schemas.attacks import ATTACKS
from tests.schemas.samples import cloudevent

EVENT = cloudevent("mentorship.matched")
KIB = 1024


@pytest.fixture(name="intake")
def _intake() -> MemoryIntake:
    return MemoryIntake()


@pytest.fixture(name="door")
def _door(intake: MemoryIntake) -> Iterator[Door]:
    with served(intake) as door:
        yield door


def numbered(count: int) -> list[dict[str, Any]]:
    return [{**EVENT, "id": f"e-{place}"} for place in range(count)]


def padded(value: object, length: int) -> bytes:
    return json.dumps(value).encode().ljust(length)


def test_one_event_is_accepted_and_its_second_sending_is_a_duplicate(door: Door, intake: MemoryIntake) -> None:
    first, second = door.post_json(EVENT), door.post_json(EVENT)
    assert (first.status, first.json) == (202, {"accepted": 1, "duplicates": 0})
    assert (second.status, second.json) == (202, {"accepted": 0, "duplicates": 1})
    assert [each.id for each in intake.taken] == ["e-1"]


def test_a_batch_is_accepted_in_one_go_and_in_order(door: Door, intake: MemoryIntake) -> None:
    reply = door.post_json(numbered(1_000), BATCH)
    assert (reply.status, reply.json) == (202, {"accepted": 1_000, "duplicates": 0})
    assert [each.id for each in intake.taken] == [f"e-{place}" for place in range(1_000)]
    assert intake.calls == 1


def test_an_empty_batch_is_accepted_and_nobody_is_troubled(door: Door, intake: MemoryIntake) -> None:
    reply = door.post(b"[]", BATCH)
    assert (reply.status, reply.json) == (202, {"accepted": 0, "duplicates": 0})
    assert intake.calls == 0


def test_the_media_type_may_have_parameters_and_capitals(door: Door) -> None:
    assert door.post_json(EVENT, "Application/CloudEvents+JSON; charset=UTF-8").status == 202
    assert door.post_json([EVENT], 'application/cloudevents-batch+json;charset="utf-8"').status == 202


@pytest.mark.parametrize("body", ATTACKS.values(), ids=ATTACKS.keys())
def test_what_is_no_json_is_400_in_every_mode(door: Door, intake: MemoryIntake, body: bytes) -> None:
    inside = b'{"specversion": "1.0", "data": %s}' % body
    for reply in (
        door.post(body),
        door.post(inside),
        door.post(body, BATCH),
        door.post(b"[%s]" % inside, BATCH),
        door.post(body or b" ", "application/json", **{"ce-id": "e-1"}),
    ):
        assert (reply.status, reply.is_problem) == (400, True)
        assert len(reply.body) < 500
    assert intake.calls == 0


def test_the_wrong_kind_of_json_is_400_and_names_the_right_media_type(door: Door) -> None:
    listed, single = door.post_json([EVENT]), door.post_json(EVENT, BATCH)
    assert (listed.status, listed.is_problem, single.status, single.is_problem) == (400, True, 400, True)
    assert BATCH in listed.json["detail"]
    assert STRUCTURED in single.json["detail"]


def test_faults_are_told_one_by_one_and_nothing_of_the_batch_is_kept(door: Door, intake: MemoryIntake) -> None:
    batch = [EVENT, {**EVENT, "id": "e-2", "data": {"mentor_id": "p 1", "note": "hi"}}, 7]
    reply = door.post_json(batch, BATCH)
    assert (reply.status, reply.is_problem) == (422, True)
    errors = {(each["index"], each["pointer"]): each["message"] for each in reply.json["errors"]}
    assert errors.keys() == {(1, "/data/mentor_id"), (1, "/data/mentee_id"), (1, "/data/note"), (2, "")}
    assert errors[1, "/data/mentee_id"].startswith('Add "mentee_id", the mentee\'s participant id')
    assert intake.calls == 0


def test_an_id_with_another_content_is_409_and_says_which(door: Door, intake: MemoryIntake) -> None:
    intake.fails_with = IdConflict((0, 2))
    reply = door.post_json(numbered(3), BATCH)
    assert (reply.status, reply.is_problem) == (409, True)
    assert [(each["index"], each["pointer"]) for each in reply.json["errors"]] == [(0, "/id"), (2, "/id")]


def test_a_store_that_cannot_commit_is_503_with_a_time_to_come_back(door: Door, intake: MemoryIntake) -> None:
    intake.fails_with = StoreUnavailable("disk full at db-1", retry_after_s=4.2)
    reply = door.post_json(EVENT)
    assert (reply.status, reply.is_problem, reply.headers["Retry-After"]) == (503, True, "5")
    assert b"db-1" not in reply.body


def test_a_fault_of_ours_shows_a_reference_and_neither_code_nor_people(
    door: Door, intake: MemoryIntake, caplog: pytest.LogCaptureFixture
) -> None:
    intake.fails_with = RuntimeError("row for canary@example.org is odd")
    reply = door.post_json(EVENT)
    assert (reply.status, reply.is_problem) == (500, True)
    [record] = [each for each in caplog.records if each.levelname == "ERROR"]
    reference = reply.json["detail"].rpartition(" ")[2].rstrip(".")
    assert reference in record.getMessage()
    assert "RuntimeError" in record.getMessage()
    assert "canary" not in caplog.text + reply.body.decode()
    assert "Traceback" not in reply.body.decode()
    assert "RuntimeError" not in reply.body.decode()


def test_a_body_at_the_limit_is_taken_and_one_byte_more_is_413(door: Door) -> None:
    assert door.post(padded(EVENT, 256 * KIB)).status == 202
    assert door.post(padded(numbered(2), 4_096 * KIB), BATCH).status == 202
    for reply in (door.post(padded(EVENT, 256 * KIB + 1)), door.post(padded([EVENT], 4_096 * KIB + 1), BATCH)):
        assert (reply.status, reply.is_problem) == (413, True)


def test_a_binary_body_has_the_limit_of_one_event(door: Door) -> None:
    reply = door.post(padded({}, 256 * KIB + 1), "application/json", **{"ce-id": "e-1"})
    assert (reply.status, reply.is_problem) == (413, True)


def test_more_than_1000_events_are_413(door: Door, intake: MemoryIntake) -> None:
    reply = door.post_json(numbered(1_001), BATCH)
    assert (reply.status, reply.is_problem) == (413, True)
    assert "1,001" in reply.json["detail"]
    assert intake.calls == 0


def test_a_body_in_chunks_is_taken_and_has_the_same_limits(door: Door) -> None:
    whole, chunks = json.dumps(EVENT).encode(), [b" " * KIB] * 300
    headers = {"Content-Type": STRUCTURED}
    taken = door.send("POST", "/events", iter([whole[:10], whole[10:]]), headers, chunked=True)
    refused = door.send("POST", "/events", iter([*chunks, whole]), headers, chunked=True)
    assert (taken.status, refused.status, refused.is_problem) == (202, 413, True)


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/json",  # without ce- headers
        "application/cloudevents+xml",
        "application/cloudevents+avro",
        "application/cloudevents+json; charset=utf-16",
        "multipart/form-data; boundary=x",
        "",
    ],
)
def test_another_media_type_is_415_and_says_which_to_use(door: Door, content_type: str) -> None:
    reply = door.post_json(EVENT, content_type)
    assert (reply.status, reply.is_problem) == (415, True)
    assert "Send" in reply.json["detail"]


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "gzip, identity"])
def test_a_packed_body_is_415_and_never_unpacked(door: Door, encoding: str) -> None:
    reply = door.post(b"\x1f\x8b", **{"Content-Encoding": encoding})
    assert (reply.status, reply.is_problem) == (415, True)
