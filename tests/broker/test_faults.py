"""What goes wrong with brokers and with those who consume: all is stored, once, and nobody pays for a neighbour."""

import logging
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.context import ForkProcess
from pathlib import Path
from random import Random

import pytest

from service import wiring
from service.adapters.broker import topology
from service.adapters.broker.binding import Decode, Message, read_event
from service.adapters.broker.frozen import CHECKS, SILENT_FOR, SilentBrokerError
from service.domain.errors import OperatorError
from tests.broker.publisher import dead_letters, left_in, publish
from tests.broker.site import Site, conversation, until
from tests.servers.rabbitmq import CERTIFICATE, RabbitMq

pytestmark = pytest.mark.servers

FORK = multiprocessing.get_context("fork")


@contextmanager
def crew(size: int, work: Callable[[], None]) -> Iterator[list[ForkProcess]]:
    """Run the work in so many processes, to be killed at the end at the latest."""
    running = [FORK.Process(target=work) for _ in range(size)]
    for each in running:
        each.start()
    try:
        yield running
    finally:
        for each in running:
            each.kill()
            each.join(30)


def consume_for_ever(site: Site) -> Callable[[], None]:
    def work() -> None:
        with site.consuming():
            signal.pause()

    return work


def until_stored(site: Site, number: int) -> None:
    until(lambda: len(site.stored()) >= number, f"{number} events are stored")


def deadly(message: Message, decode: Decode) -> object:
    """Read a message as ever; but one that holds poison takes the process along, as a crash in a library would."""
    if b"poison" in message.body:
        os._exit(1)
    return read_event(message, decode)


def test_a_message_that_kills_its_process_costs_only_itself(
    tmp_path: Path, rabbitmq_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes back until the broker's limit; what was delivered with it each time is stored and no dead letter."""
    monkeypatch.setattr(wiring, "read_event", deadly)
    site = Site(tmp_path, rabbitmq_url)
    site.migrate()
    publish(site.broker, *(conversation(n) for n in range(30)), b"poison", *(conversation(n) for n in range(30, 60)))
    deaths = 0
    while left_in(site.broker, topology.DEAD_LETTERS) == 0:
        with crew(1, consume_for_ever(site)) as (process,):
            until(lambda: not process.is_alive() or left_in(site.broker, topology.DEAD_LETTERS) > 0, "it dies again")
        deaths += 1
    assert deaths > topology.DELIVERY_LIMIT
    with site.consuming():
        until_stored(site, 60)
    assert dead_letters(site.broker) == [(b"poison", "")]
    assert left_in(site.broker, topology.INTAKE) == 0


def test_whoever_consumes_may_be_killed_at_any_moment(tmp_path: Path, rabbitmq_url: str) -> None:
    """Four processes share the queue and are killed and replaced; every event is stored once, none is a dead letter."""
    site, random = Site(tmp_path, rabbitmq_url), Random(1)
    site.migrate()
    events = 0
    for _ in range(2):
        with crew(4, consume_for_ever(site)) as running:
            for victim in running:
                publish(site.broker, *(conversation(n) for n in range(events, events + 100)))
                events += 100
                until_stored(site, random.randrange(events))
                victim.kill()
    with site.consuming():
        until_stored(site, events)
        until(lambda: left_in(site.broker, topology.INTAKE) == 0, "nothing is left")
    assert sorted(site.stored()) == sorted(f"n-{n}" for n in range(events))
    assert dead_letters(site.broker) == []


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitMq]:
    """Return a broker of this file's own, which tests may break."""
    started = RabbitMq(tmp_path_factory.mktemp("node"))
    started.start()
    yield started
    started.stop()


def test_over_tls_only_a_broker_that_can_be_trusted_is_spoken_to(
    tmp_path: Path, node: RabbitMq, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Site(tmp_path, f"amqps://guest:guest@localhost:{node.tls_port}/1")
    with pytest.raises(OperatorError, match="cannot be reached"):
        site.migrate()
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    site.migrate()
    publish(f"{node.url}1", conversation(1))
    with site.consuming():
        until_stored(site, 1)


def test_a_silent_broker_is_given_up_within_two_heartbeats() -> None:
    assert SILENT_FOR + 1 / CHECKS < 2


def test_a_broker_that_freezes_is_left_and_found_again(
    tmp_path: Path, node: RabbitMq, caplog: pytest.LogCaptureFixture
) -> None:
    """It is given up while its connection still stands."""
    caplog.set_level(logging.WARNING, "intouch.broker")
    site = Site(tmp_path, f"{node.url}2", heartbeat_s=2)
    site.migrate()
    with site.consuming():
        publish(site.broker, conversation(0))
        until(lambda: site.stored() == ["n-0"], "the first is stored")
        node.process.send(signal.SIGSTOP)
        until(lambda: SilentBrokerError.__name__ in caplog.text, "a silent broker is given up")
        node.process.send(signal.SIGCONT)
        publish(site.broker, conversation(1))
        until(lambda: site.stored() == ["n-0", "n-1"], "it is found again")
    assert left_in(site.broker, topology.INTAKE) == 0


def test_a_broker_that_is_killed_has_what_it_confirmed_when_it_is_back(tmp_path: Path, node: RabbitMq) -> None:
    site = Site(tmp_path, node.url, heartbeat_s=2)
    site.migrate()
    node.flush()
    with site.consuming():
        publish(site.broker, conversation(1))
        until(lambda: site.stored() == ["n-1"], "the first is stored")
        node.kill()
        node.start()
        publish(site.broker, conversation(2))
        until(lambda: site.stored() == ["n-1", "n-2"], "it is found again")
    assert left_in(site.broker, topology.INTAKE) == 0
    assert dead_letters(site.broker) == []
