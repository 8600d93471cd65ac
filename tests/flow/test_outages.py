"""kill -9 of consumer, worker, broker and database under load: what was confirmed is stored, nothing decided twice."""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from threading import Event as Signal
from threading import Thread
from typing import Any

import psycopg
import pytest
from pika.exceptions import AMQPError

from service.adapters.broker import topology
from service.domain.calendar import DAY
from service.settings import ROOT, read_settings
from service.wiring import Installation
from tests.broker.publisher import dead_letters, left_in, publish
from tests.flow.events import event, pair
from tests.servers.postgresql import SAFE, PostgreSql, new_database
from tests.servers.rabbitmq import RabbitMq

pytestmark = pytest.mark.servers

PAIRS = 30
PACE_S = 0.1
"""Between two batches, so that fifty kills leave an hour's work behind and not a week's."""
VICTIMS = ("consume", "work", "broker", "database")


class Plant:
    """`intouch consume` and `intouch work` with a broker and a database of their own, each to be killed at will."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "broker").mkdir()
        self._disk = TemporaryDirectory()  # the database's owner is let into no folder of pytest's
        self.broker, self.database = RabbitMq(folder / "broker"), PostgreSql(Path(self._disk.name), SAFE)
        self.broker.start()
        self.database.start()
        self.url = new_database(self.database.url)
        own = {
            "INTOUCH_DATA_DIR": str(folder / "work"),
            "INTOUCH_DATABASE_URL": self.url,
            "INTOUCH_BROKER_URL": self.broker.url,
            "INTOUCH_BROKER_HEARTBEAT_SECONDS": "2",
            "INTOUCH_LEASE_SECONDS": "2",
        }
        self.settings = read_settings(own)
        others = {name: value for name, value in os.environ.items() if not name.startswith("INTOUCH_")}
        self.environment = {**others, **own}
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.prepare()

    def prepare(self) -> None:
        with self.installed() as intouch:
            intouch.migrate()
            intouch.rules_folder.refresh()
            self.broker.flush()
            now = time.time_ns() // 1_000 - 200 * DAY
            people = [each for n in range(PAIRS) for each in pair(now, f"m-{n}", f"ada-{n}", f"ben-{n}")]
            intouch.acceptor.accept(intouch.schemas.admit(people)[0])

    @contextmanager
    def installed(self) -> Iterator[Installation]:
        intouch = Installation(self.settings)
        try:
            yield intouch
        finally:
            intouch.close()

    def start(self, name: str) -> None:
        server = self.server(name)
        if server is not None:
            server.start()
            return
        with self.log(name).open("ab") as log:
            command = [sys.executable, "-m", "service", name]
            self.running[name] = subprocess.Popen(command, env=self.environment, cwd=ROOT, stdout=log, stderr=log)

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def check_alive(self) -> None:
        """Nobody ends because a neighbour was killed."""
        for name, each in self.running.items():
            assert each.poll() is None, f"{name} has ended: {self.log(name).read_text('utf-8')[-2_000:]}"

    def server(self, name: str) -> RabbitMq | PostgreSql | None:
        return {"broker": self.broker, "database": self.database}.get(name)  # type: ignore[return-value]

    def kill(self, name: str) -> None:
        server = self.server(name)
        if server is not None:
            server.kill()
            return
        self.running[name].kill()
        self.running.pop(name).wait(30)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(query.encode()).fetchall()

    def close(self) -> None:
        for name in list(self.running):
            self.kill(name)
        self.broker.kill()
        self.database.kill()
        self._disk.cleanup()


class Load:
    """Another service that publishes until it is told to stop; whatever was not confirmed is published again."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._stop = Signal()
        self._thread = Thread(target=self._publish)
        self.confirmed: list[dict[str, Any]] = []

    def __enter__(self) -> "Load":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(120)

    def _publish(self) -> None:
        numbers = count()
        while not self._stop.wait(PACE_S):
            batch = [_help(next(numbers)), *(_conversation(next(numbers)) for _ in range(4))]
            until(lambda: self._sent(batch), "the broker takes events again")  # noqa: B023 - called at once
            self.confirmed += batch

    def _sent(self, batch: list[dict[str, Any]]) -> bool:
        try:
            publish(self._url, *batch)
        except (AMQPError, OSError):
            return False
        return True


def _help(number: int) -> dict[str, Any]:
    data = {"request_id": f"h-{number}", "by": "mentee", "option": "talk_to_institution"}
    return event("help.requested", f"mentorships/m-{number % PAIRS}", time.time_ns() // 1_000, **data)


def _conversation(number: int) -> dict[str, Any]:
    data = {"conversation_id": f"c-{number}", "by": "mentor"}
    return event("conversation.logged", f"mentorships/m-{number % PAIRS}", time.time_ns() // 1_000, **data)


def until(holds: Callable[[], bool], what: str) -> None:
    """Wait until something holds; say what did not within ten minutes."""
    deadline = time.monotonic() + 600
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.2)


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    made = Plant(tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("victims", "kills", "seed"),
    [
        pytest.param(VICTIMS, 6, 1, id="a few"),
        *(pytest.param((each,), 50, 2, id=f"{each}, fifty times", marks=pytest.mark.soak) for each in VICTIMS),
    ],
)
def test_what_was_confirmed_is_stored_and_nothing_is_decided_twice(
    plant: Plant, victims: tuple[str, ...], kills: int, seed: int
) -> None:
    random = Random(seed)
    for name in ("consume", "work"):
        plant.start(name)
        # One that does not find its database when it begins ends with a sentence: that is not what is tried here.
        until(lambda: "Stop it with Ctrl-C" in plant.log(name).read_text("utf-8"), "it has begun")  # noqa: B023 - called at once
    with Load(plant.broker.url) as load:
        for n in range(kills):
            stored = len(plant.rows("SELECT 1 FROM events"))
            until(lambda: len(plant.rows("SELECT 1 FROM events")) > stored, "it works")  # noqa: B023 - called at once
            plant.check_alive()
            time.sleep(random.uniform(0, 0.5))
            name = victims[n % len(victims)]
            plant.kill(name)
            plant.start(name)
    confirmed = {each["id"] for each in load.confirmed}
    # What a consumer holds while the store is away is in no queue's count: so it is the log that is asked.
    until(lambda: confirmed <= set(_stored(plant)), "what was confirmed is stored")
    until(lambda: left_in(plant.broker.url, topology.INTAKE) == 0 and _is_idle(plant), "all is worked off")
    assert set(Counter(_stored(plant)).values()) == {1}, "once"
    assert len(load.confirmed) > kills
    assert dead_letters(plant.broker.url) == []
    answers = plant.rows("SELECT start FROM ledger WHERE rule = 'help-confirmed'")
    asked = {ref for (ref,) in plant.rows("SELECT ref FROM things WHERE thing = 'help'")}
    assert Counter(start.split(" ")[-1] for (start,) in answers) == Counter(dict.fromkeys(asked, 1)), "answered once"
    assert {each["data"]["request_id"] for each in load.confirmed if each["type"] == "help.requested"} <= asked
    decided = {email for (email,) in plant.rows("SELECT email FROM ledger")}
    with plant.installed() as intouch:
        mails = intouch.mailbox.page(at_most=100_000).mails
    assert {each.attempts for each in mails} == {1}, "nothing was sent twice"
    assert {each.send_id.partition(".")[0] for each in mails} <= decided


def _stored(plant: Plant) -> list[str]:
    return [id for (id,) in plant.rows("SELECT id FROM events")]


def _is_idle(plant: Plant) -> bool:
    """Return whether every question is answered. Alerts to staff may wait: the next quarter hour merges them."""
    plant.check_alive()
    open_work = """SELECT (SELECT count(*) FROM subjects WHERE news_at IS NOT NULL) + (SELECT count(*) FROM checks)
        + (SELECT count(*) FROM pending WHERE rule = 'help-confirmed')
        + (SELECT count(*) FROM emails WHERE state = 'sending')"""
    return bool(plant.rows(open_work)[0][0] == 0)
