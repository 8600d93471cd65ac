"""Other brokers through kombu, behind the same port: a real Redis, and memory."""

from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
import redis as redis_client
from kombu import Connection, Exchange, Producer

from service.adapters.broker import topology
from service.adapters.broker.binding import STRUCTURED
from service.adapters.broker.kombu_line import KombuLine, KombuOutlet
from service.adapters.broker.letters import DeadLetter
from service.domain.errors import OperatorError
from service.flow.relay import Word
from service.wiring import Installation
from tests.broker.site import Site, conversation, until
from tests.cli.commands import here

Publish = Callable[..., None]

WRONG = {**conversation(1), "type": "conversation.loged"}


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.servers)])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Site:
    url = f"memory://{tmp_path.name}" if request.param == "memory" else str(request.getfixturevalue("redis_url"))
    made = Site(tmp_path, url)
    made.migrate()
    purge(made)
    return made


def purge(site: Site) -> None:
    """Empty both queues: those in memory are one for the whole process."""
    with Connection(site.broker) as connection:
        for queue in (topology.INTAKE, topology.DEAD_LETTERS):
            connection.default_channel.queue_purge(queue)


def publish(site: Site, *bodies: object) -> None:
    """Publish as a service with kombu does."""
    with Connection(site.broker) as connection:
        producer = Producer(connection.default_channel, Exchange(topology.EVENTS, "topic"))
        for body in bodies:
            text = body if isinstance(body, bytes) else orjson.dumps(body)
            producer.publish(text, routing_key="any.type", content_type=STRUCTURED)


def waiting(site: Site, queue: str = topology.INTAKE) -> int:
    with Connection(site.broker) as connection:
        return int(connection.default_channel.queue_declare(queue).message_count)


def letters(site: Site) -> list[DeadLetter]:
    with site.installed() as own, own.dead_letters().held(99) as held:
        return list(held)


def test_events_are_stored_once_and_acknowledged_and_faults_are_dead_letters(site: Site) -> None:
    publish(site, *(conversation(n) for n in range(40)), b"{", WRONG, conversation(3))
    with site.consuming():
        until(lambda: len(site.stored()) == 40, "all are stored")
        until(lambda: waiting(site, topology.DEAD_LETTERS) == 2, "two are refused")
    assert waiting(site) == 0
    malformed, mistaken = letters(site)
    assert (malformed.message.body, "JSON" in malformed.reason) == (b"{", True)
    assert 'Did you mean "conversation.logged"?' in mistaken.reason
    assert [each.id for each in letters(site)] == [malformed.id, mistaken.id], "looking changes nothing"


def test_dead_letters_are_replayed_and_discarded(site: Site) -> None:
    publish(site, b"{", WRONG)
    with site.consuming():
        until(lambda: waiting(site, topology.DEAD_LETTERS) == 2, "two are refused")
    first, second = letters(site)
    assert here("dead-letters", "replay", second.id, environment=site.own).code == 0
    assert waiting(site) == 1
    assert here("dead-letters", "discard", "--all", "--reason", "tests", environment=site.own).code == 0
    with site.consuming():
        until(lambda: waiting(site, topology.DEAD_LETTERS) == 1, "it is refused again")
    assert [each.id for each in letters(site)] == [second.id]
    assert first.id != second.id


def test_what_whoever_fetched_it_did_not_settle_comes_again(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line is lost with the batch in hand: the broker gives it to the next one, and it is stored once."""
    publish(site, conversation(1))
    lost: list[bool] = []
    settled: list[bool] = []
    settle_all = KombuLine._settle_all

    def losing(line: KombuLine) -> None:
        has_wishes = not line._wishes.empty()
        if has_wishes and not lost:
            lost.append(True)
            raise ConnectionResetError
        settle_all(line)
        settled.extend([True] * has_wishes)

    monkeypatch.setattr(KombuLine, "_settle_all", losing)
    with site.consuming():
        until(lambda: bool(settled) and waiting(site) == 0, "it came again")
    assert site.stored() == ["n-1"]
    assert waiting(site) == 0


def test_events_go_to_the_intake_by_command(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "events.ndjson"
    file.write_bytes(orjson.dumps(conversation(1)) + b"\n" + orjson.dumps(WRONG))
    ended = here("publish", file, environment=site.own)
    assert (ended.code, ended.out) == (1, "1 published; 1 refused.\n")
    with site.consuming():
        until(lambda: site.stored() == ["n-1"], "it is stored")


@pytest.mark.servers
@pytest.mark.parametrize("pushed", [b"{", b"[1]", b"\xff", b'{"body": "%", "properties": {"body_encoding": "base64"}}'])
def test_what_is_no_message_at_all_is_a_dead_letter_with_a_reason(
    tmp_path: Path, redis_url: str, pushed: bytes
) -> None:
    """Whoever pushes to the list by hand loses nothing: kombu alone would drop what it cannot read."""
    site = Site(tmp_path, redis_url)
    site.migrate()
    with redis_client.Redis.from_url(redis_url) as client:
        client.lpush(topology.INTAKE, pushed)
    publish(site, conversation(1))
    with site.consuming():
        until(lambda: site.stored() == ["n-1"], "the next one is stored")
        until(lambda: waiting(site, topology.DEAD_LETTERS) == 1, "it is refused")
    (letter,) = letters(site)
    assert letter.message.body == pushed
    assert "content_type application/cloudevents+json" in letter.reason


def test_a_broker_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="cannot be reached"):
        Site(tmp_path, "redis://127.0.0.1:1/").migrate()
    assert KombuOutlet("redis://127.0.0.1:1/").publish([("a", b"{}")]) == [Word.UNKNOWN]


def test_own_events_are_not_kept_for_a_broker_that_does_not_say_who_got_them(site: Site) -> None:
    with site.installed() as own:
        assert isinstance(own, Installation)
        with pytest.raises(OperatorError, match="RabbitMQ only"):
            own.relay()
    publish(site, WRONG)
    with site.consuming():
        until(lambda: waiting(site, topology.DEAD_LETTERS) == 1, "it is refused")
    assert site.told() == []
