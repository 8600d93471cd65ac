"""Consumers with everything included beside the same writes as others write them, on one PostgreSQL and RabbitMQ.

    python -m bench.consumers [--events 60000] [--pairs 500] [--rounds 3]

Every side finds the same events in its queue and is let go at once; its time ends when the last one is stored, and with
Intouch also checked: folded, decided upon, what came of it pending. All processes of a side are counted. It is night in
the program, so that what is pending waits for the morning: sending is measured by `bench.mail`. Run it in the
environment of `make bench-line`, where Celery is.
"""

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree
from typing import Any, Final, NamedTuple

import orjson
import pika
import psycopg

from bench.peers.writes import TABLES
from bench.servers import Use, database, servers, use_of
from service.adapters.broker import topology
from service.adapters.broker.binding import STRUCTURED
from service.domain.calendar import DAY, HOUR, SECOND, format_rfc3339
from service.settings import ROOT, read_settings
from service.wiring import Installation
from tests.flow.events import pair
from tests.servers.postgresql import PostgreSql
from tests.servers.rabbitmq import RabbitMq

LONGEST_S = 600
QUEUE = "plain"
_vhosts = iter(range(1, 96))


class Place(NamedTuple):
    """Where one side works: its own database, virtual host and folder."""

    database: str
    broker: str
    folder: Path


class Side(NamedTuple):
    """One way to do the job."""

    name: str
    prepare: Callable[[Place, int], None]
    """Makes what is there before the first event; it is told how many pairs there are."""
    feed: Callable[[Place, Sequence[dict[str, Any]]], None]
    commands: Sequence[Sequence[str]]
    environment: Callable[[Place], Mapping[str, str]]
    done: str
    """A query that returns how many events are done with."""
    share: float = 1.0
    """Of all events; those that take long are given fewer."""


class Figures(NamedTuple):
    """What one run of a side came to."""

    per_second: float
    cpu_us: float
    """Of its own processes, for one event."""
    servers_cpu_us: float
    mib: float


def conversations(number: int, pairs: int) -> list[dict[str, Any]]:
    """Return conversations of about 500 bytes, of a while ago, so that the quarter hour of what follows has come."""
    now = format_rfc3339(_now() // SECOND * SECOND - HOUR)
    return [
        {
            "specversion": "1.0",
            "id": f"01JNBB7Q4W8Z5T3X9K2M6V{n:08d}",
            "source": "/services/conversations/production/eu-west",
            "type": "conversation.logged",
            "subject": f"mentorships/m-{n * 7919 % pairs}",
            "program": "northfield",
            "time": now,
            "datacontenttype": "application/json",
            "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "data": {
                "conversation_id": f"c-{n}",
                "by": "mentor",
                "held_on": now[:10],
                "count": 1,
                "topics": ["career"],
            },
        }
        for n in range(number)
    ]


def _now() -> int:
    return time.time_ns() // 1_000


# Intouch.


def settings_of(database: str, folder: Path) -> dict[str, str]:
    """Return the settings of an installation in a folder, without a broker."""
    return {
        "INTOUCH_DATABASE_URL": database,
        "INTOUCH_DATA_DIR": str(folder / "data"),
        "INTOUCH_RULES_DIR": str(folder / "rules"),
        "INTOUCH_SECRET": "x" * 32,
        "INTOUCH_OUTBOUND": "off",
    }


def _own_environment(place: Place) -> dict[str, str]:
    return {**settings_of(place.database, place.folder), "INTOUCH_BROKER_URL": place.broker}


def night_rules(folder: Path) -> None:
    """Copy the pack, with its program where it is two in the night now."""
    rules = copytree(ROOT / "rules", folder / "rules")
    program = rules / "programs" / "northfield.yaml"
    west = (datetime.now(UTC).hour - 2) % 24  # in the odd names of zones, plus is west
    zone = f"Etc/GMT+{west}" if west <= 12 else f"Etc/GMT-{24 - west}"
    text = program.read_text("utf-8")
    assert "timezone: America/Chicago" in text
    program.write_text(text.replace("America/Chicago", zone), "utf-8")


def prepare_intouch(settings: Mapping[str, str], folder: Path, pairs: int) -> None:
    """Make tables and queues, and let the pairs be known and settled."""
    night_rules(folder)
    intouch = Installation(read_settings(settings))
    try:
        intouch.migrate()
        intouch.rules_folder.refresh()
        events = [each for n in range(pairs) for each in pair(_now() - 200 * DAY, f"m-{n}", f"ada-{n}", f"ben-{n}")]
        admitted, faults = intouch.schemas.admit(events)
        assert not faults, faults[0]
        for begin in range(0, len(admitted), 500):
            intouch.acceptor.accept(admitted[begin : begin + 500])
        worker = intouch.worker()
        while worker.turn():
            pass
    finally:
        intouch.close()


def _prepare(place: Place, pairs: int) -> None:
    prepare_intouch(_own_environment(place), place.folder, pairs)


def feed_intouch(place: Place, events: Sequence[dict[str, Any]]) -> None:
    """Publish as another service does."""
    bodies = [orjson.dumps(each) for each in events]
    publish(place.broker, topology.EVENTS, "conversation.logged", bodies, content_type=STRUCTURED)


def publish(broker: str, exchange: str, key: str, bodies: Sequence[bytes], **more: Any) -> None:
    """Publish persistent messages, and return when the broker has them."""
    connection = pika.BlockingConnection(pika.URLParameters(broker))
    channel = connection.channel()
    properties = pika.BasicProperties(delivery_mode=2, **more)
    channel.tx_select()
    for body in bodies:
        channel.basic_publish(exchange, key, body, properties)
    channel.tx_commit()
    connection.close()


OWN_DONE = """
SELECT count(*) FROM events WHERE source = '/services/conversations/production/eu-west' AND NOT EXISTS (
    SELECT 1 FROM subjects WHERE news_at IS NOT NULL UNION ALL SELECT 1 FROM checks)
"""


COMPILED: Final = ROOT / ".compiled" / "app"
"""Where `make compiled` leaves the same Intouch with what decides as machine code."""


def intouch(consumers: int, workers: int, *, compiled: bool = False) -> Side:
    """Return so many processes of ours."""
    from_there = ["env", f"PYTHONPATH={COMPILED}"] if compiled else []
    command = [*from_there, sys.executable, *(["-P"] if compiled else []), "-m", "service"]
    commands = [[*command, "consume"]] * consumers + [[*command, "work"]] * workers
    name = f"Intouch, {consumers} consume, {workers} work{', compiled' if compiled else ''}"
    return Side(name, _prepare, feed_intouch, commands, _own_environment, OWN_DONE)


# The others.


def prepare_peer(place: Place, pairs: int) -> None:  # noqa: ARG001 - as Side wants
    """Make tables and a quorum queue."""
    with psycopg.connect(place.database) as connection:
        connection.execute(TABLES)
    link = pika.BlockingConnection(pika.URLParameters(place.broker))
    for queue in (QUEUE, "tasks"):
        link.channel().queue_declare(queue, durable=True, arguments={"x-queue-type": "quorum"})
    link.close()


def feed_plain(place: Place, events: Sequence[dict[str, Any]]) -> None:
    """Publish to the loop's queue."""
    publish(place.broker, "", QUEUE, [orjson.dumps(each) for each in events])


def feed_celery(task: str) -> Callable[[Place, Sequence[dict[str, Any]]], None]:
    """Return what publishes calls of a task, in the form that Celery gives them."""

    def feed(place: Place, events: Sequence[dict[str, Any]]) -> None:
        connection = pika.BlockingConnection(pika.URLParameters(place.broker))
        channel = connection.channel()
        channel.tx_select()
        for number, each in enumerate(events):
            id = f"task-{number}"
            headers = {"lang": "py", "task": task, "id": id, "root_id": id, "retries": 0, "timelimit": [None, None]}
            properties = pika.BasicProperties(
                delivery_mode=2,
                content_type="application/json",
                content_encoding="utf-8",
                correlation_id=id,
                headers={**headers, "argsrepr": "", "kwargsrepr": "{}", "origin": "bench", "ignore_result": True},
            )
            embedded = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}
            channel.basic_publish("", "tasks", orjson.dumps([[each], {}, embedded]), properties)
        channel.tx_commit()
        connection.close()

    return feed


def _peer_environment(place: Place) -> dict[str, str]:
    return {"CELERY_BROKER": place.broker, "DATABASE": place.database}


PEER_DONE = "SELECT count(*) FROM events"
CELERY = [sys.executable, "-m", "celery", "--app", "bench.peers.celery_app", "worker", "--pool", "prefork"]
CELERY += ["--concurrency", "2", "--loglevel", "WARNING", "--without-gossip", "--without-mingle", "--without-heartbeat"]


def sides() -> dict[str, Side]:
    """Return all sides by a short name."""
    plain = [[sys.executable, "-m", "bench.peers.plain", "{broker}", QUEUE, "{database}"]]
    celery = [CELERY]
    batches = [["env", "BATCHES=1", *CELERY]]

    def side(name: str, feed: Any, commands: Any, share: float = 1.0) -> Side:
        return Side(name, prepare_peer, feed, commands, _peer_environment, PEER_DONE, share)

    return {
        "plain": side("a plain loop", feed_plain, plain),
        "plain2": side("two plain loops", feed_plain, plain * 2),
        "celery": side("Celery, prefork 2", feed_celery("take"), celery, 0.25),
        "batches": side("celery-batches, prefork 2", feed_celery("take_many"), batches),
        "one": intouch(1, 1),
        "two": intouch(2, 1),
        "one2": intouch(1, 2),
        "two2": intouch(2, 2),
        "four": intouch(4, 2),
        "one-compiled": intouch(1, 1, compiled=True),
        "two-compiled": intouch(2, 1, compiled=True),
        "two2-compiled": intouch(2, 2, compiled=True),
    }


# One run.


@contextmanager
def _running(side: Side, place: Place) -> Iterator[list["subprocess.Popen[bytes]"]]:
    others = {name: value for name, value in os.environ.items() if not name.startswith("INTOUCH_")}
    environment = {**others, **side.environment(place)}
    log = (place.folder / "log").open("wb")
    processes = [
        subprocess.Popen(
            [each.format(broker=place.broker, database=place.database) for each in command],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
        )
        for command in side.commands
    ]
    try:
        yield processes
    finally:
        for each in processes:
            for pid in _everybody(each.pid):
                os.kill(pid, signal.SIGCONT)
            each.send_signal(signal.SIGTERM)
        for each in processes:
            try:
                each.wait(30)
            except subprocess.TimeoutExpired:
                each.kill()


def _everybody(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children")
    own = children.read_text().split() if children.exists() else []
    return [pid, *(each for child in own for each in _everybody(int(child)))]


def _use(processes: Sequence["subprocess.Popen[bytes]"]) -> Use:
    return use_of(*(each.pid for each in processes))


def _count(connection: "psycopg.Connection[Any]", query: str) -> int:
    row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return int(row[0])


def measure(side: Side, events: int, pairs: int, postgresql: PostgreSql, rabbitmq: RabbitMq) -> Figures:
    """Let one side do the job once."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        place = Place(stack.enter_context(database(postgresql)), f"{rabbitmq.url}{next(_vhosts)}", folder)
        side.prepare(place, pairs)
        watcher = stack.enter_context(psycopg.connect(place.database, autocommit=True))
        watcher.execute("VACUUM ANALYZE")
        processes = stack.enter_context(_running(side, place))
        _wait_for_quiet(processes)
        for each in processes:
            for pid in _everybody(each.pid):
                os.kill(pid, signal.SIGSTOP)
        load = conversations(int(events * side.share), pairs)
        side.feed(place, load)
        own, theirs = _use(processes), use_of(postgresql.process.pid, rabbitmq.process.pid)
        begun = time.perf_counter()
        for each in processes:
            for pid in _everybody(each.pid):
                os.kill(pid, signal.SIGCONT)
        while (done := _count(watcher, side.done)) < len(load):
            if time.perf_counter() - begun > LONGEST_S or any(each.poll() is not None for each in processes):
                raise RuntimeError(f"{side.name} did not finish ({done}):\n{(folder / 'log').read_text()[-3000:]}")
            time.sleep(0.05)
        seconds = time.perf_counter() - begun
        after, theirs_after = _use(processes), use_of(postgresql.process.pid, rabbitmq.process.pid)
        each_us = 1e6 / len(load)
        return Figures(
            len(load) / seconds,
            (after.cpu_s - own.cpu_s) * each_us,
            (theirs_after.cpu_s - theirs.cpu_s) * each_us,
            after.mib,
        )


def _wait_for_quiet(processes: Sequence["subprocess.Popen[bytes]"]) -> None:
    """Wait until all have begun and rest."""
    before, quiet = _use(processes).cpu_s, 0
    time.sleep(1)
    while quiet < 4:
        time.sleep(0.5)
        now = _use(processes).cpu_s
        quiet, before = (quiet + 1 if now - before < 0.1 else 0), now


MEASURED: Final = ("plain", "celery", "batches", "one", "one2", "two", "two2", "four")
COMPILED_TOO: Final = ("one-compiled", "two-compiled", "two2-compiled")


def main() -> None:
    """Print what each side comes to, in interleaved rounds, and the ratios that are aimed at."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=60_000)
    parser.add_argument("--pairs", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sides", nargs="+", default=[*MEASURED, *(COMPILED_TOO if COMPILED.exists() else ())])
    chosen = parser.parse_args()
    known = sides()
    found: dict[str, list[Figures]] = {name: [] for name in chosen.sides}
    with servers() as (postgresql, rabbitmq):
        for _ in range(chosen.rounds):
            for name in chosen.sides:
                figures = measure(known[name], chosen.events, chosen.pairs, postgresql, rabbitmq)
                found[name].append(figures)
                print(
                    f"{known[name].name:32} {figures.per_second:8.0f} events/s   {figures.cpu_us:6.0f} µs CPU"
                    f"   servers {figures.servers_cpu_us:6.0f} µs   {figures.mib:6.0f} MiB",
                    flush=True,
                )
    rate = {name: statistics.median(each.per_second for each in figures) for name, figures in found.items()}
    aims = [("one", "plain"), ("two", "celery"), ("two", "batches")]
    more = [("one2", "plain"), ("two2", "celery"), ("two2", "batches")]
    compiled = [(f"{each}-compiled", peer) for each, peer in (*aims, *more)]
    for ours, peer in [*aims, *more, *compiled, ("four", "one")]:
        if ours in rate and peer in rate:
            print(f"{known[ours].name}: {rate[ours] / rate[peer]:.2f} times {known[peer].name}")


if __name__ == "__main__":
    main()
