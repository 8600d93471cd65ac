"""Several processes on one PostgreSQL: each decision is made once, whatever arrives twice, late or in another order."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import pytest

from service.domain.calendar import DAY, Instant
from service.settings import ROOT, read_settings
from service.wiring import Installation
from tests.flow.events import event, pair

pytestmark = pytest.mark.servers

PAIRS = 12
REQUESTS = 120
WORKERS = 3


class Crew:
    """`intouch work` in several processes, over one database and one mailbox."""

    def __init__(self, folder: Path, database: str) -> None:
        own = {"INTOUCH_DATA_DIR": str(folder), "INTOUCH_DATABASE_URL": database, "INTOUCH_LEASE_SECONDS": "5"}
        self.settings = read_settings(own)
        others = {name: value for name, value in os.environ.items() if not name.startswith("INTOUCH_")}
        self.environment = {**others, **own}
        self.running: list[subprocess.Popen[bytes]] = []

    def hire(self) -> None:
        """Start one more process."""
        command = [sys.executable, "-m", "service", "work"]
        quiet = subprocess.DEVNULL
        self.running.append(subprocess.Popen(command, env=self.environment, cwd=ROOT, stdout=quiet, stderr=quiet))

    def lose_one(self) -> None:
        """Kill the process that has worked longest, at whatever it is doing."""
        lost = self.running.pop(0)
        lost.kill()
        lost.wait(30)

    def dismiss(self) -> list[int]:
        """Ask all of them to end, and return with which codes they did."""
        for each in self.running:
            each.send_signal(signal.SIGTERM)
        return [each.wait(40) for each in self.running]


@pytest.fixture
def crew(tmp_path: Path, postgresql_store_url: str) -> Iterator[Crew]:
    hired = Crew(tmp_path, postgresql_store_url)
    yield hired
    for each in hired.running:
        each.kill()
        each.wait(30)


@contextmanager
def installed(crew: Crew) -> Iterator[Installation]:
    intouch = Installation(crew.settings)
    try:
        yield intouch
    finally:
        intouch.close()


def rows(crew: Crew, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(crew.settings.database_url) as connection:
        return connection.execute(query.encode()).fetchall()


def is_idle(crew: Crew) -> bool:
    """Return whether every question is answered. Alerts to staff may wait: the next quarter hour merges them."""
    open_work = """SELECT (SELECT count(*) FROM subjects WHERE news_at IS NOT NULL) + (SELECT count(*) FROM checks)
        + (SELECT count(*) FROM pending WHERE rule = 'help-confirmed')
        + (SELECT count(*) FROM emails WHERE state = 'sending')"""
    return bool(rows(crew, open_work)[0][0] == 0)


def history(now: Instant) -> list[dict[str, Any]]:
    people = [each for n in range(PAIRS) for each in pair(now - 200 * DAY, f"m-{n}", f"ada-{n}", f"ben-{n}")]
    asked = [
        event(
            "help.requested",
            f"mentorships/m-{n % PAIRS}",
            now,
            request_id=f"h-{n}",
            by="mentee",
            option="talk_to_institution",
        )
        for n in range(REQUESTS)
    ]
    return people + asked


def feed(crew: Crew, events: list[dict[str, Any]], seed: int) -> int:
    """Take all events in through a door of its own, in an order of its own, and return how many were new."""
    shuffled = Random(seed).sample(events, len(events))
    with installed(crew) as door:
        admitted, faults = door.schemas.admit(shuffled)
        assert not faults
        batches = [admitted[n : n + 7] for n in range(0, len(admitted), 7)]
        return sum(door.acceptor.accept(batch).accepted for batch in batches)


def test_each_decision_is_made_once_by_whichever_process(crew: Crew) -> None:
    """Two doors bring the same events in two orders while three workers decide and one of them is killed, twice."""
    with installed(crew) as intouch:
        intouch.rules_folder.refresh()
    events = history(time.time_ns() // 1_000)
    for _ in range(WORKERS):
        crew.hire()
    with ThreadPoolExecutor(2) as doors:
        fed = [doors.submit(feed, crew, events, seed) for seed in (1, 2)]
        for _ in range(2):
            crew.lose_one()
            crew.hire()
        assert sum(each.result(120) for each in fed) == len(events), "each event is new once"
    until = time.monotonic() + 180
    while not is_idle(crew) and time.monotonic() < until:
        time.sleep(0.2)
    assert is_idle(crew), "they work off what was accepted"
    assert crew.dismiss() == [0] * WORKERS
    answers = rows(crew, "SELECT start, recipient FROM ledger WHERE rule = 'help-confirmed'")
    assert Counter(start.split(" ")[-1] for start, _ in answers) == Counter(
        {each["data"]["request_id"]: 1 for each in events if each["type"] == "help.requested"}
    )
    with installed(crew) as intouch:
        assert {each.attempts for each in intouch.mailbox.page(at_most=1_000).mails} == {1}
    assert len(rows(crew, "SELECT 1 FROM events")) == len(events)
