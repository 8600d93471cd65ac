"""Who may publish over HTTP: a key, its bounds, its pace, and how soon a change of them counts."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from service.adapters.store import SqlStore
from service.flow.pace import LARGEST_BATCH
from service.flow.permit import MEMORY, shown_key
from tests.http.door import BATCH, STRUCTURED, Door, Reply, served
from tests.http.guarded import KEY, Guarded
from tests.schemas.samples import cloudevent

EVENT = cloudevent("mentorship.matched")


@pytest.fixture(name="door")
def _door(guarded: Guarded) -> Iterator[Door]:
    with served(guarded.intake, permits=guarded.permits) as door:
        yield door


def post(door: Door, value: object, key: str | None = KEY, content_type: str = STRUCTURED) -> Reply:
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    return door.post(json.dumps(value).encode(), content_type, **headers)


def numbered(count: int, **more: Any) -> list[dict[str, Any]]:
    return [{**EVENT, "id": f"e-{place}", **more} for place in range(count)]


def test_whoever_has_a_key_is_let_in(door: Door) -> None:
    assert post(door, {**EVENT, "source": "/matching"}).status == 202


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer intouch_of-another",
        f"bearer {KEY}x",
        f"Basic {KEY}",
        KEY,
        f"{KEY} Bearer",
    ],
)
def test_nobody_else_is_and_is_told_what_to_send(door: Door, guarded: Guarded, authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    reply = door.post(b"no matter what", **headers)
    assert (reply.status, reply.is_problem, reply.headers["Www-Authenticate"]) == (401, True, 'Bearer realm="intouch"')
    assert "key" in reply.json["detail"]
    assert guarded.intake.calls == 0


def test_beyond_its_bounds_a_key_opens_nothing_and_says_which_event_it_was(door: Door, guarded: Guarded) -> None:
    good, *bad = numbered(3, source="/matching")
    bad[0]["program"], bad[1]["source"] = "riverside", "/surveys"
    reply = post(door, [good, *bad], content_type=BATCH)
    assert (reply.status, reply.is_problem) == (403, True)
    assert [(each["index"], each["pointer"]) for each in reply.json["errors"]] == [(1, "/program"), (2, "/source")]
    assert guarded.intake.calls == 0


def test_a_revoked_key_opens_nothing_as_soon_as_what_was_known_is_old(door: Door, guarded: Guarded) -> None:
    event = {**EVENT, "source": "/matching"}
    assert post(door, event).status == 202
    guarded.revoke("matching")
    guarded.clock.now += MEMORY + 1
    assert post(door, event).status == 401
    guarded.let("matching", "intouch_new")
    guarded.clock.now += MEMORY + 1
    assert [post(door, event, key).status for key in (KEY, "intouch_new")] == [401, 202]


def test_a_clock_that_is_set_back_keeps_no_revoked_key_alive(door: Door, guarded: Guarded) -> None:
    event = {**EVENT, "source": "/matching"}
    assert post(door, event).status == 202
    guarded.revoke("matching")
    guarded.clock.now -= 10 * MEMORY
    assert post(door, event).status == 401


def test_where_nobody_needs_a_key_one_that_was_ever_made_is_asked_for(store: SqlStore) -> None:
    guarded = Guarded(store, needs_key=False)
    with served(guarded.intake, permits=guarded.permits) as door:
        assert post(door, EVENT, None).status == 202
        guarded.let("matching", KEY)
        guarded.revoke("matching")
        guarded.clock.now += MEMORY + 1
        assert post(door, EVENT, None).status == 401


def test_a_key_that_is_too_fast_is_told_when_to_come_back(door: Door, guarded: Guarded) -> None:
    """A bucket of 1,000: a whole batch at once, and then a hundred a second."""
    batch = numbered(LARGEST_BATCH, source="/matching")
    assert post(door, batch, content_type=BATCH).status == 202
    reply = post(door, batch[:50], content_type=BATCH)
    assert (reply.status, reply.is_problem, reply.headers["Retry-After"]) == (429, True, "1")
    assert post(door, batch, content_type=BATCH).headers["Retry-After"] == "10"
    guarded.seconds = 0.5
    assert post(door, batch[:50], content_type=BATCH).status == 202
    assert post(door, batch[:1], content_type=BATCH).status == 429


def test_one_key_s_haste_is_no_other_s(door: Door, guarded: Guarded) -> None:
    guarded.let("surveys", "intouch_surveys", sources=("/surveys",))
    assert post(door, numbered(LARGEST_BATCH, source="/matching"), content_type=BATCH).status == 202
    assert post(door, EVENT).status == 429
    assert post(door, {**EVENT, "source": "/surveys"}, "intouch_surveys").status == 202


def test_neither_key_nor_hash_is_in_what_is_told_or_kept(door: Door, tmp_path: Path) -> None:
    told = [post(door, EVENT, KEY), post(door, EVENT, KEY + "x"), post(door, "", KEY)]
    assert all(KEY.encode() not in each.body for each in told)
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert shown_key(KEY) in kept
    assert KEY.encode() not in kept
