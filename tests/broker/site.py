"""An installation that takes events from a broker, in this process or in one of its own."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event as Signal
from threading import Thread
from typing import Any

import orjson

from service.domain.calendar import parse_rfc3339
from service.settings import ROOT, read_settings
from service.wiring import Installation
from tests.flow.events import event

NOW = parse_rfc3339("2026-03-02T15:00:00Z")


@dataclass
class Site:
    """Where things are: a folder with a SQLite store, and a broker."""

    folder: Path
    broker: str
    heartbeat_s: int = 20

    @property
    def own(self) -> dict[str, str]:
        return {
            "INTOUCH_DATA_DIR": str(self.folder),
            "INTOUCH_BROKER_URL": self.broker,
            "INTOUCH_BROKER_HEARTBEAT_SECONDS": str(self.heartbeat_s),
        }

    @contextmanager
    def installed(self) -> Iterator[Installation]:
        intouch = Installation(read_settings(self.own))
        try:
            yield intouch
        finally:
            intouch.close()

    def migrate(self) -> None:
        with self.installed() as intouch:
            intouch.migrate()

    @contextmanager
    def consuming(self) -> Iterator[None]:
        """Take events in, in this process, until the end; and then everything that was delivered."""
        with self.installed() as intouch:
            line, consumer = intouch.consumer()
            stop, drained = Signal(), Signal()

            def take_in() -> None:
                consumer.run(stop)
                drained.set()

            threads = [Thread(target=line.run, args=(stop, drained)), Thread(target=take_in)]
            for each in threads:
                each.start()
            try:
                yield
            finally:
                stop.set()
                for each in threads:
                    each.join(60)

    def stored(self) -> list[str]:
        """Return the ids of the events in the log, as they were appended."""
        with self.installed() as intouch, intouch.store.reading() as snapshot:
            return [id for (id,) in snapshot._session.all("SELECT id FROM events ORDER BY seq", {})]

    def told(self) -> list[tuple[str, str]]:
        """Return the types of our own events that wait, and the ids of the events that they are about."""
        with self.installed() as intouch, intouch.store.reading() as snapshot:
            rows = snapshot._session.all("SELECT type, event FROM outbox ORDER BY n", {})
        return [(type, orjson.loads(event)["data"].get("id", "")) for type, event in rows]

    @contextmanager
    def process(self) -> Iterator["subprocess.Popen[bytes]"]:
        """Run `intouch consume` in a process of its own, and kill it at the end at the latest."""
        others = {name: value for name, value in os.environ.items() if not name.startswith("INTOUCH_")}
        command, quiet = [sys.executable, "-m", "service", "consume"], subprocess.DEVNULL
        running = subprocess.Popen(command, cwd=ROOT, env={**others, **self.own}, stdout=quiet, stderr=quiet)
        try:
            yield running
        finally:
            running.kill()
            running.wait(30)


def conversation(number: int) -> dict[str, Any]:
    """Return a logged conversation with an id made of the number."""
    made = event("conversation.logged", f"mentorships/m-{number % 5}", NOW, conversation_id=f"c-{number}", by="mentor")
    return {**made, "id": f"n-{number}"}


def until(holds: Callable[[], bool], what: str) -> None:
    """Wait until something holds; say what did not within two minutes."""
    deadline = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)
