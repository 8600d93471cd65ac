"""`POST /events?validate=true`: what would become of events, on a real store in which nothing changes."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from service.adapters.store import SqlStore
from service.flow.accept import Acceptor
from tests.flow.stage import SetClock
from tests.http.door import BATCH, STRUCTURED, Door, Reply, served
from tests.http.guarded import KEY, Guarded
from tests.schemas.samples import cloudevent
from tests.store.samples import NOW

EVENT = cloudevent("mentorship.matched")
OTHER = {**EVENT, "data": {"mentor_id": "p-17", "mentee_id": "p-45"}}


@pytest.fixture(name="door")
def _door(store: SqlStore) -> Iterator[Door]:
    with served(Acceptor(store, SetClock(NOW), lambda: None)) as door:
        yield door


def ask(door: Door, value: object, content_type: str = STRUCTURED, **headers: str) -> Reply:
    sent = {"Content-Type": content_type, **headers}
    return door.send("POST", "/events?validate=true", json.dumps(value).encode(), sent)


def outcomes(reply: Reply) -> list[str]:
    return [each["outcome"] for each in reply.json["events"]]


def count(store: SqlStore) -> int:
    with store.reading() as snapshot:
        return int(snapshot._session.one("SELECT count(*) FROM events", {})[0])


def test_a_single_event_is_checked_and_not_stored(door: Door, store: SqlStore) -> None:
    reply = ask(door, EVENT)
    assert (reply.status, reply.json["stored"], reply.json["acceptable"], outcomes(reply)) == (
        200,
        False,
        True,
        ["accepted"],
    )
    assert count(store) == 0
    assert door.post_json(EVENT).json == {"accepted": 1, "duplicates": 0}, "and then it is taken in earnest"


def test_each_event_of_a_batch_hears_what_would_become_of_it(door: Door, store: SqlStore) -> None:
    door.post_json(EVENT)
    faulty: dict[str, Any] = {**EVENT, "id": "e-3", "data": {"mentor_id": "p-17"}}
    fresh = {**EVENT, "id": "e-2"}
    reply = ask(door, [EVENT, OTHER, fresh, fresh, faulty, 7], BATCH)
    assert outcomes(reply) == ["duplicate", "refused", "accepted", "duplicate", "refused", "refused"]
    told = reply.json
    assert (told["acceptable"], told["accepted"], told["duplicates"], told["refused"]) == (False, 1, 2, 3)
    assert [[error["pointer"] for error in each.get("errors", ())] for each in told["events"]] == [
        [], ["/id"], [], [], ["/data/mentee_id"], [""],
    ]  # fmt: skip
    assert [each["index"] for each in told["events"]] == list(range(6))
    assert count(store) == 1


def test_what_cannot_be_read_is_refused_as_in_earnest(door: Door) -> None:
    headers = {"Content-Type": STRUCTURED}
    assert door.send("POST", "/events?validate=true", b"{", headers).status == 400
    assert ask(door, EVENT, "text/plain").status == 415
    assert ask(door, [EVENT] * 1_001, BATCH).status == 413


@pytest.mark.parametrize("query", ["validate", "validate=1", "validate=TRUE", "validate=true&x=1", "dry-run=true", "x"])
def test_a_misspelt_wish_stores_nothing(door: Door, store: SqlStore, query: str) -> None:
    reply = door.send("POST", f"/events?{query}", json.dumps(EVENT).encode(), {"Content-Type": STRUCTURED})
    assert (reply.status, reply.is_problem, "validate=true" in reply.json["detail"]) == (400, True, True)
    assert count(store) == 0


def test_of_another_program_nothing_is_told(store: SqlStore) -> None:
    """Neither that it has an event of this id, nor that its body is another."""
    guarded = Guarded(store)
    guarded.let("riverside", KEY, programs="riverside")
    acceptor = Acceptor(store, guarded.clock, lambda: None)
    with served(acceptor) as within:
        within.post_json(EVENT)
    with served(acceptor, permits=guarded.permits) as door:
        key = {"Authorization": f"Bearer {KEY}"}
        known, conflict, fresh = (ask(door, each, **key) for each in (EVENT, OTHER, {**EVENT, "id": "e-9"}))
        assert known.json == conflict.json == fresh.json
        assert outcomes(known) == ["refused"]
        assert [each["pointer"] for each in known.json["events"][0]["errors"]] == ["/program"]
        assert ask(door, EVENT).status == 401
