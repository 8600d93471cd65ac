"""kill -9 at random moments of intake and sending: nothing accepted is lost, nothing is sent twice."""

import http.client
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing, suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest

from service.domain.calendar import DAY, Instant
from service.settings import ROOT
from tests.flow.events import event, pair

PAIRS = 40
PACE_S = 0.01
"""Between two posts, so that two hundred kills leave a day's work behind and not a month's."""
_PROGRAM = "import sys; from service.cli.running import run; sys.exit(run(standalone_mode=False))"


class Victim:
    """An `intouch run` of its own, on a port of its own, that can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process: subprocess.Popen[str] | None = None
        self.port = 0

    def start(self) -> None:
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("INTOUCH_")},
            "INTOUCH_DATA_DIR": str(self.folder),
            "INTOUCH_HTTP": "127.0.0.1:0",
            "INTOUCH_LEASE_SECONDS": "1",
            "PYTHONUNBUFFERED": "1",
        }
        command = [sys.executable, "-c", _PROGRAM]
        self.process = subprocess.Popen(
            command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if "Mail and timelines" in line:
                self.port = int(line.split(":")[-1].split("/")[0])
                return
        raise AssertionError("it did not start")

    def stop(self, how: signal.Signals) -> int:
        assert self.process is not None
        self.process.send_signal(how)
        code = self.process.wait(40)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code

    def post(self, events: list[dict[str, Any]]) -> int:
        """Return the status that a batch was answered with. Raises: OSError when the answer was cut."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            headers = {"Content-Type": "application/cloudevents-batch+json"}
            connection.request("POST", "/events", json.dumps(events), headers)
            return connection.getresponse().status
        except http.client.HTTPException as error:
            raise OSError("cut") from error
        finally:
            connection.close()


def _help(number: int, now: Instant) -> dict[str, Any]:
    data = {"request_id": f"h-{number}", "by": "mentee", "option": "talk_to_institution"}
    return event("help.requested", f"mentorships/m-{number % PAIRS}", now, **data)


def _now() -> Instant:
    return time.time_ns() // 1_000


def _rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as database:
        return database.execute(query).fetchall()


def _idle(folder: Path) -> bool:
    """Return whether every question is answered. Alerts to staff may wait: the next quarter hour merges them."""
    open_work = """SELECT (SELECT count(*) FROM subjects WHERE news_at IS NOT NULL)
        + (SELECT count(*) FROM checks)
        + (SELECT count(*) FROM pending WHERE rule = 'help-confirmed')
        + (SELECT count(*) FROM emails WHERE state = 'sending')"""
    return bool(_rows(folder / "intouch.db", open_work)[0][0] == 0)


def _shoot(victim: Victim, random: Random, accepted: dict[str, str], numbers: Any) -> None:
    """Post requests for help until a kill, at a moment chosen beforehand, cuts it off."""
    assert victim.process is not None
    deadline = time.monotonic() + random.uniform(0.0, 0.5)
    with suppress(OSError):
        while time.monotonic() < deadline:
            batch = [_help(next(numbers), _now()) for _ in range(random.choice((1, 1, 1, 5)))]
            if victim.post(batch) == 202:
                accepted.update({each["id"]: each["data"]["request_id"] for each in batch})
            time.sleep(PACE_S)
    victim.stop(signal.SIGKILL)


def _killed(folder: Path, kills: int, seed: int) -> tuple[dict[str, str], Victim]:
    random, accepted, victim = Random(seed), dict[str, str](), Victim(folder)
    numbers = iter(range(1_000_000))
    victim.start()
    people = [each for n in range(PAIRS) for each in pair(_now() - 200 * DAY, f"m-{n}", f"ada-{n}", f"ben-{n}")]
    assert victim.post(people) == 202
    for _ in range(kills):
        _shoot(victim, random, accepted, numbers)
        victim.start()
    return accepted, victim


@pytest.mark.parametrize(
    ("kills", "seed"), [(6, 1), pytest.param(200, 2, marks=pytest.mark.soak)], ids=["a few", "two hundred"]
)
def test_nothing_is_lost_and_nothing_goes_twice(tmp_path: Path, kills: int, seed: int) -> None:
    """Every event that was answered 202 is in the log, and its answer went to the mailbox once, in one attempt."""
    accepted, victim = _killed(tmp_path, kills, seed)
    deadline = time.monotonic() + 300
    while not _idle(tmp_path) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert _idle(tmp_path), "it works off what was accepted"
    assert victim.stop(signal.SIGTERM) == 0
    log = {id for (id,) in _rows(tmp_path / "intouch.db", "SELECT id FROM events")}
    assert accepted.keys() <= log
    assert len(accepted) > kills
    sends = _rows(tmp_path / "mailbox.db", "SELECT send_id, attempts FROM mail")
    assert {attempts for _, attempts in sends} == {1}
    decided = _rows(tmp_path / "intouch.db", "SELECT email, start, recipient, rule FROM ledger")
    carried = {send_id.partition(".")[0] for send_id, _ in sends}
    assert {email for email, *_ in decided} == carried, "what was decided was carried, and nothing else was"
    answered = Counter(start.split(" ")[-1] for _, start, _, rule in decided if rule == "help-confirmed")
    asked = {row[0] for row in _rows(tmp_path / "intouch.db", "SELECT ref FROM things WHERE thing = 'help'")}
    assert set(accepted.values()) <= asked
    assert answered == Counter(dict.fromkeys(asked, 1))


def test_sigterm_finishes_what_is_under_way_and_ends_clean(tmp_path: Path) -> None:
    """Asked to end while it works, it answers what it took in, leaves no lease behind, and exits with 0."""
    victim = Victim(tmp_path)
    victim.start()
    assert victim.post(pair(_now() - 200 * DAY, "m-0")) == 202
    assert victim.post([_help(n * PAIRS, _now()) for n in range(40)]) == 202
    assert victim.stop(signal.SIGTERM) == 0
    assert _rows(tmp_path / "intouch.db", "SELECT count(*) FROM emails WHERE state = 'sending'") == [(0,)]
    assert len(_rows(tmp_path / "intouch.db", "SELECT id FROM events")) == 43


def test_a_taken_port_is_told_in_one_line(tmp_path: Path) -> None:
    """Starting a second one on the same address fails at once, with what to do."""
    victim = Victim(tmp_path)
    victim.start()
    environment = {**os.environ, "INTOUCH_DATA_DIR": str(tmp_path / "two"), "INTOUCH_HTTP": f"127.0.0.1:{victim.port}"}
    second = subprocess.run(
        [sys.executable, "-m", "service", "run"],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    victim.stop(signal.SIGTERM)
    assert second.returncode == 1
    assert "in use" in second.stderr
    assert "Traceback" not in second.stderr
