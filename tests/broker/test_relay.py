"""Intouch's own events reach a real broker, at least once, or stay and are told."""

import os
import signal
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from service.adapters.broker import topology
from service.adapters.broker.line import parameters_of
from service.adapters.broker.outlet import RabbitOutlet
from service.adapters.store.transaction import SqlTransaction
from service.domain.calendar import MINUTE, SECOND
from service.flow.outbound import outbox_in_words
from service.flow.outbox_port import Outbox, Trouble
from service.flow.relay import LEASE, Relay, Word
from tests.broker.publisher import channel_to
from tests.broker.site import NOW, Site
from tests.broker.test_faults import FORK
from tests.flow.stage import SetClock, Stage
from tests.store.test_outbox import EVENT

pytestmark = pytest.mark.servers

QUEUE = "campus"


@pytest.fixture
def stage(tmp_path: Path, rabbitmq_url: str) -> Iterator[Stage]:
    staged = Stage(tmp_path, NOW, Site(tmp_path, rabbitmq_url).own)
    yield staged
    staged.close()


@pytest.fixture
def relay(stage: Stage) -> Iterator[Relay]:
    made = stage.intouch.relay()
    yield made
    made.outlet.close()


def keep(stage: Stage, *numbers: int, type: str = EVENT.type) -> None:
    with stage.intouch.store.writing() as transaction:
        transaction.publish_later([replace(EVENT, id=f"s-{n}", type=type, time=stage.clock.now) for n in numbers])


def listen(stage: Stage, key: str = "#", arguments: Mapping[str, object] | None = None) -> None:
    with channel_to(stage.intouch.settings.broker_url) as channel:
        channel.queue_declare(QUEUE, durable=True, arguments=arguments)
        channel.queue_bind(QUEUE, topology.OUTBOUND, key)


def heard(stage: Stage) -> list[str]:
    """Return the ids of the events in the queue, and leave none."""
    ids = []
    with channel_to(stage.intouch.settings.broker_url) as channel:
        for method, properties, body in channel.consume(QUEUE, auto_ack=True, inactivity_timeout=0.5):
            if method is None:
                break
            assert (properties.content_type, properties.delivery_mode) == ("application/cloudevents+json", 2)
            assert method.routing_key == orjson.loads(body)["type"]
            ids.append(orjson.loads(body)["id"])
    return ids


def stands(stage: Stage) -> Outbox:
    with stage.intouch.store.reading() as snapshot:
        return snapshot.outbox()


def test_own_events_are_published_as_cloud_events_and_forgotten(stage: Stage, relay: Relay) -> None:
    listen(stage)
    keep(stage, *range(450))
    keep(stage, 900, type="help.requested")
    while relay.turn():
        pass
    assert sorted(heard(stage)) == sorted(f"s-{n}" for n in (*range(450), 900))
    assert stands(stage).waiting == 0


def test_what_no_queue_wants_stays_and_is_told_and_holds_up_no_other(stage: Stage, relay: Relay) -> None:
    listen(stage, "help.#")
    keep(stage, 1, 2)
    keep(stage, 3, type="help.requested")
    assert relay.turn()
    assert heard(stage) == ["s-3"]
    assert stands(stage) == Outbox(waiting=2, since=NOW, troubles={"notice.sent": Trouble.UNROUTABLE})
    _, ready = stage.intouch.ready()
    for words in ("2 of Intouch's own events wait", "notice.sent: no queue is bound", "INTOUCH_OUTBOUND=off"):
        assert words in ready["outbox"]


def test_a_type_that_found_no_queue_rests_and_goes_once_there_is_one(stage: Stage, relay: Relay) -> None:
    listen(stage, "help.#")
    keep(stage, 1, 2)
    assert not relay.turn()
    listen(stage)
    assert not relay.turn(), "it rests"
    stage.clock.now += MINUTE
    while relay.turn():
        pass
    assert sorted(heard(stage)) == ["s-1", "s-2"]
    assert stands(stage) == Outbox(waiting=0, since=None, troubles={})


def test_what_a_full_queue_refuses_stays(stage: Stage, relay: Relay) -> None:
    listen(stage, arguments={"x-max-length": 1, "x-overflow": "reject-publish"})
    keep(stage, 1)
    assert relay.turn()
    keep(stage, 2)
    assert not relay.turn()
    assert stands(stage).troubles == {"notice.sent": Trouble.REFUSED}


def test_what_waits_while_the_broker_is_away_goes_when_it_is_back(stage: Stage) -> None:
    listen(stage)
    keep(stage, 1)
    settings = stage.intouch.settings
    outlet = RabbitOutlet(parameters_of("amqp://127.0.0.1:1/", settings.heartbeat_s), topology.OUTBOUND)
    away = Relay(store=stage.intouch.store, outlet=outlet, clock=stage.clock, jitter=lambda: 0.5)
    assert not away.turn()
    assert stands(stage) == Outbox(waiting=1, since=NOW, troubles={})
    with stage.intouch.store.reading() as snapshot:
        assert outbox_in_words(snapshot.outbox(), NOW + SECOND) == "ok", "a second is no reason to worry"
        assert "intouch relay" in outbox_in_words(snapshot.outbox(), NOW + MINUTE)
    away.outlet = stage.intouch.relay().outlet
    stage.clock.now += MINUTE
    assert away.turn()
    assert heard(stage) == ["s-1"]
    away.outlet.close()


def test_a_line_that_was_closed_at_the_broker_is_opened_again(stage: Stage, relay: Relay) -> None:
    listen(stage)
    outlet = relay.outlet
    assert outlet.publish([("notice.sent", b"{}")]) == [Word.TAKEN]
    with channel_to(stage.intouch.settings.broker_url) as channel:
        channel.exchange_delete(topology.OUTBOUND)
        assert outlet.publish([("notice.sent", b"{}")]) == [Word.UNKNOWN]
        channel.exchange_declare(topology.OUTBOUND, "topic", durable=True)
        channel.queue_bind(QUEUE, topology.OUTBOUND, "#")
    assert outlet.publish([("notice.sent", b"{}")]) == [Word.TAKEN]


def test_who_is_killed_between_publishing_and_noting_it_has_it_published_again(
    stage: Stage, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    listen(stage)
    keep(stage, *range(5))

    def killed() -> None:
        own = Stage(stage.folder, NOW, {"INTOUCH_BROKER_URL": stage.intouch.settings.broker_url})
        monkeypatch.setattr(SqlTransaction, "published", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
        own.intouch.relay().turn()

    process = FORK.Process(target=killed)
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    assert sorted(heard(stage)) == [f"s-{n}" for n in range(5)], "the broker had them"
    assert not relay.turn(), "they are still taken"
    assert isinstance(relay.clock, SetClock)
    relay.clock.now += LEASE
    assert relay.turn()
    assert sorted(heard(stage)) == [f"s-{n}" for n in range(5)], "and has them again, with their ids"
    assert stands(stage).waiting == 0
