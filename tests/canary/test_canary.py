"""No name, no address and no token of a link is ever found in logs, metrics or error answers."""

import json
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event as Signal
from typing import Any

import pytest

from service.adapters.broker.binding import Message
from service.adapters.broker.tray import Delivery
from service.adapters.http import HttpServer, create_app
from service.adapters.mail.sendgrid import SendGridAccount, SendGridMailer
from service.domain.calendar import DAY, MINUTE, parse_rfc3339
from service.domain.events import Incoming
from service.domain.grants import Purpose, granted
from service.flow.accept import Accepted
from service.flow.consume import Consumer
from service.flow.ports import Appended, SubjectKey
from tests.canary.cage import ADDRESSES, NAMES, Heard, canaries, listening
from tests.flow.events import event
from tests.flow.outbound import waiting
from tests.flow.stage import Stage
from tests.flow.test_consume import Given
from tests.http.door import BATCH, STRUCTURED, Door
from tests.mail.fake_sendgrid import CUT, KEY, Reply, fake_sendgrid
from tests.mail.servers import scripted_server
from tests.metrics.scraping import Scraper
from tests.store.samples import mentorship

MONDAY = parse_rfc3339("2026-03-02T15:00:00Z")
FAULTY: list[dict[str, Any]] = [
    event("participant.registered", "participants/p-9", MONDAY, role=NAMES[0], email=ADDRESSES[0], first_name=NAMES[0]),
    event("participant.registered", "participants/p-9", MONDAY, role="mentor", email=NAMES[1], first_name=[NAMES[1]]),
    event("participant.registered", f"participants/{ADDRESSES[0]}", MONDAY, role="mentor", email=ADDRESSES[0]),
    event("help.requested", "mentorships/m-1", MONDAY, request_id=ADDRESSES[1], by="mentee", option=NAMES[1]),
    {**event("help.requested", "mentorships/m-1", MONDAY), "data": f"{NAMES[0]} <{ADDRESSES[0]}>"},
    {**event("help.requested", "mentorships/m-1", MONDAY), "time": ADDRESSES[0]},
]


@pytest.fixture
def heard() -> Iterator[Heard]:
    with listening() as ears:
        yield ears


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    made = Stage(tmp_path_factory.mktemp("canary"), MONDAY, {"INTOUCH_HTTP": "127.0.0.1:0"})
    made.take(*canaries(MONDAY))
    yield made
    made.close()


class Defect:
    """An intake that fails in a way that nobody thought of, and says whose event it was."""

    def accept(self, events: Sequence[Incoming]) -> Accepted:
        raise RuntimeError(f"cannot {[dict(each.data) for each in events]} {NAMES[0]} {ADDRESSES[0]}")

    def foresee(self, events: Sequence[Incoming]) -> Sequence[Appended]:
        raise RuntimeError(f"cannot look up {[dict(each.data) for each in events]}")


def answers(server: HttpServer, *requests: tuple[str, str, bytes, str]) -> list[str]:
    """Return what a server says to each (method, path, body, content type), where it does not say yes."""
    server.start()
    door = Door(server.address)
    replies = [door.send(method, path, body, {"Content-Type": kind}) for method, path, body, kind in requests]
    server.stop(5)
    assert all(each.status >= 400 for each in replies), [each.status for each in replies]
    return [each.body.decode() for each in replies]


def test_the_canaries_would_be_heard(heard: Heard) -> None:
    logging.getLogger("intouch").info("%s was registered", NAMES[0])
    heard.told.append(ADDRESSES[1])
    assert heard.traces() == [*NAMES, ADDRESSES[1]]
    assert json.loads(heard.json.getvalue())["message"] == f"{NAMES[0]} was registered"


def test_the_door_refuses_without_repeating_whom_it_is_about(stage: Stage, heard: Heard) -> None:
    one = [(json.dumps(each).encode(), STRUCTURED) for each in FAULTY]
    others = [
        (json.dumps(FAULTY).encode(), BATCH),
        (f'{{"first_name": "{NAMES[0]}", {ADDRESSES[0]}'.encode(), STRUCTURED),
        (f'"{ADDRESSES[0]}"'.encode(), STRUCTURED),
        (ADDRESSES[0].encode(), ADDRESSES[0]),
    ]
    heard.told += answers(stage.intouch.server(), *(("POST", "/events", body, kind) for body, kind in one + others))
    assert heard.traces() == []


def test_a_defect_is_told_without_its_words(stage: Stage, heard: Heard) -> None:
    app = create_app(Defect(), stage.intouch.reader, stage.intouch.ready)
    body = json.dumps(canaries(MONDAY)[0]).encode()
    asked = [("POST", path, body, STRUCTURED) for path in ("/events", "/events?validate=true")]
    heard.told += answers(HttpServer(app, "127.0.0.1:0"), *asked)
    assert "RuntimeError" in heard.text.getvalue()
    assert heard.traces() == []


def test_a_broker_gets_reasons_without_people_and_so_does_the_log(stage: Stage, heard: Heard) -> None:
    bodies = [json.dumps(each).encode() for each in (*FAULTY, *canaries(MONDAY))] + [ADDRESSES[0].encode()]
    messages = [Message(body=each, content_type=STRUCTURED, content_encoding="", headers={}) for each in bodies]
    source = Given([[Delivery(message=each, tag=n, line=1, came_back=False) for n, each in enumerate(messages)]])
    with stage.intouch.store.writing() as transaction:
        transaction.use_outbox(MONDAY, wanted=True)
    for acceptor in (stage.intouch.acceptor, Defect()):
        taker: Any = acceptor
        own = stage.intouch
        Consumer(source=source, read=own._read, identify=own._identify, acceptor=taker, jitter=lambda: 0.5).run(
            Signal()
        )
    (reasons,) = source.settled
    own_events = waiting(stage)
    for each in own_events:
        each["data"].pop("id", None)  # which event it was is what its publisher has to be told
    heard.told += [each for each in reasons if each] + list(map(str, own_events))
    assert len(heard.told) == 2 * (len(FAULTY) + 1)
    assert heard.traces() == []


def links(stage: Stage) -> list[str]:
    """Return a link of each purpose, and one that is spoilt."""
    tokens = [
        (each, stage.intouch.link_tokens.token(granted(each, "northfield", "p-2", stage.clock.now, "mentorships/m-1")))
        for each in Purpose
    ]
    return [f"/{purpose}/{token}" for purpose, token in tokens] + [f"/help/{tokens[0][1]}x"]


def test_pages_tell_the_log_nothing_of_who_opens_them(stage: Stage, heard: Heard) -> None:
    stage.work_until(MONDAY + MINUTE)
    opened = links(stage)
    server = stage.intouch.server()
    server.start()
    door = Door(server.address)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for link in opened:
        for method in ("GET", "POST", "PUT"):
            answer = door.send(method, link, b"option=zanzibarella" if method == "POST" else None, form)
            heard.told += [answer.body.decode()] if answer.status >= 500 or answer.status in (404, 405) else []
    server.stop(5)
    assert heard.traces(*(each.rpartition("/")[2] for each in opened)) == []


def deliver(stage: Stage) -> list[str]:
    """Let what is due go, and return what the store keeps of how it failed."""
    stage.clock.now += DAY
    stage.worker.turn()
    with stage.intouch.store.reading() as snapshot:
        return [each.error for each in snapshot.emails_about(SubjectKey("northfield", mentorship("m-1").subject))]


def test_a_mail_server_that_repeats_the_address_is_not_repeated(tmp_path: Path, heard: Heard) -> None:
    refusals = ["451 4.2.0", "421 4.3.2", "550 5.7.1", "550 5.1.1"]

    def answer(_: int, line: str) -> str:
        if line.upper().startswith("RCPT") and refusals:
            return f"{refusals.pop(0)} {line} {NAMES[0]} {NAMES[1]} says no"
        return "220 hello" if line == "CONNECT" else "250 fine"

    with scripted_server(answer) as (port, _):
        stage = Stage(tmp_path, MONDAY, {"INTOUCH_MAIL_URL": f"smtp://127.0.0.1:{port}"})
        scraper = Scraper(stage.intouch.metrics_page())
        stage.take(*canaries(MONDAY))
        while refusals:
            heard.told += deliver(stage)
        heard.told.append(scraper.text())
        stage.close()
    assert "intouch_notice_to_provider_seconds_count" in heard.everything
    assert heard.traces() == []


def test_sendgrid_that_repeats_the_address_is_not_repeated(stage: Stage, heard: Heard) -> None:
    told = json.dumps({"errors": [{"message": f"{NAMES[0]} {ADDRESSES[0]}", "field": ADDRESSES[0]}]}).encode()
    with fake_sendgrid() as fake:
        stage.worker.carrier.mailer = SendGridMailer(SendGridAccount(host=fake.url, read_key=lambda: KEY), lambda: 0.0)
        fake.replies += [Reply(what, body=told) for what in (400, 401, 413, 500, 503, CUT)]
        while fake.replies:
            heard.told += deliver(stage)
        stage.worker.carrier.mailer.close()
    assert any("SendGrid does not take this email (400)" in each for each in heard.told)
    assert heard.traces(KEY) == []
