"""The wall between programs, as those see it who reach the door: a publisher with a key, and a reader with their links.

Somebody of Northfield, who knows everybody's ids at Eastgate, goes to every address that there is with all that they
have. What is asked of an address is in `ATTACKS`; one that is not in there fails the test.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, Final

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from service.domain.grants import Purpose
from service.domain.publishers import CredentialKind, Publisher
from service.flow import by_hand
from service.flow.permit import shown_key
from service.flow.ports import KnownPublisher
from tests.flow.events import event, registered
from tests.flow.stage import Stage
from tests.pages.visits import MONDAY, Copied, Visits

KEY: Final = "intouch_of-northfield"
STRUCTURED: Final = "application/cloudevents+json"
BATCH: Final = "application/cloudevents-batch+json"
THEIRS: Final = ("eastgate", "m-1", "m-zara", "zara", "ada", "mentorships/m-zara", "participants/zara", "h-zara", "zen")
"""Ids at Eastgate, some of which Northfield has too."""

SLUG: Final = "active-listening"
CANARY: Final = "Zebulon"
"""A name at Eastgate that nobody at Northfield knows."""


@dataclass
class Hostile:
    """Somebody with a key and links of Northfield."""

    app: Flask
    people: Visits

    def ask(self, path: str, method: str = "GET", **more: Any) -> TestResponse:
        return self.app.test_client().open(path, method=method, buffered=True, **more)

    def send(self, body: object, path: str = "/events", content_type: str = STRUCTURED) -> TestResponse:
        headers = {"Authorization": f"Bearer {KEY}"}
        return self.ask(path, "POST", data=json.dumps(body), content_type=content_type, headers=headers)


@pytest.fixture
def hostile(day_one: Stage, tmp_path: Path) -> Iterator[Hostile]:
    stage = Copied(day_one, tmp_path, INTOUCH_CONSOLE_HTTP="127.0.0.1:0")
    people = [registered("zara", "mentor", MONDAY), registered("zen", "mentee", MONDAY, first_name=CANARY)]
    matched = event("mentorship.matched", "mentorships/m-zara", MONDAY, mentor_id="zara", mentee_id="zen")
    stage.take(*({**each, "program": "eastgate"} for each in [*people, matched, SECRET]))
    stage.work_until(stage.clock.now)
    let_publish(stage)
    app = stage.intouch.door()
    yield Hostile(app, Visits(stage, app))
    stage.close()


SECRET: Final = {
    **event(
        "help.requested", "mentorships/m-zara", MONDAY, request_id="h-zara", by="mentee", option="talk_to_institution"
    ),
    "id": "known-at-eastgate",
}


def let_publish(stage: Stage) -> None:
    publisher = Publisher(
        kind=CredentialKind.KEY,
        name="northfield",
        sources=("*",),
        programs=("northfield",),
        created_at=MONDAY,
        created_by="kim",
    )
    with stage.intouch.store.writing() as transaction:
        by_hand.let_publish(transaction, KnownPublisher(publisher, shown_key(KEY)))


def eastgate(stage: Stage) -> list[Any]:
    """Return all that the store has of Eastgate, table by table."""
    tables = ("events", "subjects", "things", "members", "pending", "emails", "ledger", "recipients", "holds")
    with stage.intouch.store.reading() as snapshot:
        return [
            sorted(map(str, snapshot._session.all(f"SELECT * FROM {each} WHERE program = 'eastgate'", {})))
            for each in tables
        ]


def publishing(hostile: Hostile) -> Iterator[TestResponse]:
    """Whatever names Eastgate is refused, known there or not, and in the same words."""
    own = {**SECRET, "id": "own", "program": "northfield"}
    for path in ("/events", "/events?validate=true", "/events?validate=false"):
        known = hostile.send({**SECRET, "program": "eastgate"}, path)
        other = hostile.send({**SECRET, "program": "eastgate", "data": {**SECRET["data"], "by": "mentor"}}, path)
        fresh = hostile.send({**SECRET, "program": "eastgate", "id": "fresh"}, path)
        assert known.data == other.data == fresh.data
        yield from (known, other, fresh, hostile.send([own, {**SECRET, "program": "eastgate"}], path, BATCH))
        headers = {f"ce-{name}": str(value) for name, value in SECRET.items() if name != "data"}
        headers |= {"ce-program": "eastgate", "Authorization": f"Bearer {KEY}"}
        yield hostile.ask(path, "POST", json=SECRET["data"], headers=headers)
    assert all(reply.status_code == 400 for reply in (hostile.send(own, f"/events?program={each}") for each in THEIRS))
    # The same ids at Northfield are Northfield's own: they are new here, and no duplicates.
    assert hostile.send({**SECRET, "program": "northfield"}).get_json() == {"accepted": 1, "duplicates": 0}


def pressing(hostile: Hostile) -> Iterator[TestResponse]:
    """Each link, with every field of its page, and every parameter, naming what is Eastgate's."""
    abouts = {Purpose.HELP: "m-1", Purpose.LOG: "m-1", Purpose.ACKNOWLEDGE: "m-1/help/h-1", Purpose.READ: SLUG}
    for purpose in Purpose:
        who = "staff.primary" if purpose is Purpose.ACKNOWLEDGE else "ada"
        link = hostile.people.link(purpose, who, abouts.get(purpose, ""))
        names = {*re.findall(r'name="(\w+)"', hostile.ask(link).text), "program", "mentorship", "participant", "about"}
        for name, value in product(sorted(names), THEIRS):
            yield hostile.ask(f"{link}?{name}={value}")
            yield hostile.ask(link, "POST", data={name: value})


def guessing(hostile: Hostile) -> Iterator[TestResponse]:
    """Without a token that is signed, names open nothing."""
    token = hostile.people.link(Purpose.MINE, "ada").rpartition("/")[2]
    for purpose, guess in product(Purpose, ("", "zara", "eastgate/zara", f"{token}/zara", f"eastgate.{token}")):
        for method in ("GET", "POST"):
            reply = hostile.ask(f"/{purpose}/{guess}", method)
            assert reply.status_code == 404
            yield reply


def reading(hostile: Hostile) -> Iterator[TestResponse]:
    """What is for anybody holds nothing about anyone."""
    for path, program in product(("/resources/", "/resources/x", "/resources/x/y"), THEIRS):
        yield hostile.ask(f"{path}?program={program}")
    reader = hostile.people.link(Purpose.READ, "ada", SLUG).rpartition("/")[2]
    for program in THEIRS:
        reply = hostile.ask(f"/resources/{SLUG}?program={program}&reader={reader}")
        assert "/read/" not in reply.text
        yield reply
    described = ("/schemas", "/schemas/help.requested", "/schemas/zara", "/openapi.json", "/asyncapi.json")
    for path in (*described, "/healthz", "/readyz"):
        yield hostile.ask(path, headers={"Authorization": f"Bearer {KEY}"})


ATTACKS: Final[Mapping[str, Callable[[Hostile], Iterator[TestResponse]]]] = {
    "/events": publishing,
    "/<purpose>/<token>": pressing,
    "/<purpose>/": guessing,
    "/<purpose>/<path:rest>": guessing,
    "/resources/": reading,
    "/resources/<slug>": reading,
    "/resources/<path:anything>": reading,
    "/schemas": reading,
    "/schemas/<name>": reading,
    "/healthz": reading,
    "/readyz": reading,
    "/openapi.json": reading,
    "/asyncapi.json": reading,
}


def test_every_address_of_the_door_is_attacked(hostile: Hostile) -> None:
    rules = {re.sub(r"<any\([^)]*\):purpose>", "<purpose>", each.rule) for each in hostile.app.url_map.iter_rules()}
    assert rules == ATTACKS.keys(), "an address that nobody tries to climb over; say in ATTACKS how"


@pytest.mark.parametrize("attack", dict.fromkeys(ATTACKS.values()), ids=lambda attack: attack.__name__)
def test_nobody_of_one_program_reads_or_changes_anything_of_another(
    hostile: Hostile, attack: Callable[[Hostile], Iterator[TestResponse]]
) -> None:
    before = eastgate(hostile.people.stage)
    assert sum(map(len, before)) > 10
    for reply in attack(hostile):
        assert CANARY not in reply.text
        assert reply.status_code < 500
    assert eastgate(hostile.people.stage) == before


def test_the_canary_would_be_heard(hostile: Hostile) -> None:
    theirs = hostile.people.link(Purpose.HELP, "zara", "m-zara", program="eastgate")
    assert CANARY in hostile.ask(theirs).text
