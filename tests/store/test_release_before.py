"""The code from before the newest migration really runs on the new tables: it takes events in, decides and sends.

It comes from the history of this repository and runs with the libraries of today. Only where no history is (an unpacked
archive, a shallow clone) is there nothing to run; `test_expand_only` holds there too.
"""

import http.client
import json
import os
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import psycopg
import pytest

from service.adapters.store.schema import REVISION
from service.domain.calendar import DAY
from service.settings import ROOT, read_settings
from service.wiring import Installation
from tests.flow.events import event, pair

pytestmark = pytest.mark.servers


def git(*arguments: str) -> bytes:
    """Return what git says; nothing where it has no answer."""
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else b""


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the code as it was before the newest migration."""
    migrated = (
        git("log", "-1", "--format=%H", f"-S{REVISION}", "--", "service/adapters/store/schema.py").decode().strip()
    )
    packed = git("archive", f"{migrated}^", "service", "rules", "templates", "schemas") if migrated else b""
    if not packed:
        pytest.skip("This copy has no history from before the newest migration: clone it whole to run this.")
    folder = tmp_path_factory.mktemp("before")
    with tarfile.open(fileobj=BytesIO(packed)) as files:
        files.extractall(folder, filter="data")
    return folder


@contextmanager
def running(code: Path, settings: dict[str, str], command: str) -> Iterator["subprocess.Popen[str]"]:
    """Run a command of that code."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("INTOUCH_")}
    environment = {**others, **settings, "PYTHONPATH": str(code), "PYTHONUNBUFFERED": "1"}
    called = [sys.executable, "-m", "service", command]
    process = subprocess.Popen(
        called, cwd=code, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        yield process
    finally:
        process.terminate()
        said, _ = process.communicate(timeout=40)
        assert process.returncode == 0, said


def port_of(process: "subprocess.Popen[str]") -> int:
    """Return where a door came to listen."""
    assert process.stdout is not None
    for line in process.stdout:
        if "Mail and timelines" in line:
            return int(line.split(":")[-1].split("/")[0])
    raise AssertionError("it did not start")


def post(port: int, events: list[dict[str, Any]]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("POST", "/events", json.dumps(events), {"Content-Type": "application/cloudevents-batch+json"})
    answer = connection.getresponse()
    assert answer.status == 202, answer.read()
    connection.close()


def help_requested(number: int) -> dict[str, Any]:
    data = {"request_id": f"h-{number}", "by": "mentee", "option": "talk_to_institution"}
    return event("help.requested", "mentorships/m-1", time.time_ns() // 1_000, **data)


def until(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.2)


def test_it_takes_in_decides_and_sends_and_todays_goes_on(
    before: Path, tmp_path: Path, postgresql_store_url: str
) -> None:
    """Its doors and workers, started on the new tables, do all they ever did; then today's take over what they left."""

    def answered() -> set[str]:
        with psycopg.connect(postgresql_store_url) as connection:
            rows = connection.execute("SELECT start FROM ledger WHERE rule = 'help-confirmed'").fetchall()
        return {start.split(" ")[-1] for (start,) in rows}

    def is_done() -> bool:
        with psycopg.connect(postgresql_store_url) as connection:
            return connection.execute("SELECT 1 FROM emails WHERE state = 'sending' LIMIT 1").fetchone() is None

    settings = {
        "INTOUCH_DATABASE_URL": postgresql_store_url,
        "INTOUCH_DATA_DIR": str(tmp_path),
        "INTOUCH_HTTP": "127.0.0.1:0",
    }
    version = (before / "service/adapters/store/schema.py").read_text("utf-8")
    assert f'REVISION: Final = "{REVISION}"' not in version, "it is from before"
    with running(before, settings, "work"):
        until(lambda: _has_rules(postgresql_store_url), "it makes its rules active")
        with running(before, settings, "serve") as door:
            port = port_of(door)
            post(port, pair(time.time_ns() // 1_000 - 200 * DAY))
            post(port, [help_requested(1)])
            until(lambda: answered() == {"h-1"} and is_done(), "it answers")
            post(port, [help_requested(2)])
    intouch = Installation(read_settings(settings))
    try:
        intouch.rules_folder.refresh()
        worker = intouch.worker()
        until(lambda: not worker.turn() and answered() == {"h-1", "h-2"}, "today's answers what is left")
        assert {each.attempts for each in intouch.mailbox.page(at_most=100).mails} == {1}
    finally:
        intouch.close()


def _has_rules(database: str) -> bool:
    with psycopg.connect(database) as connection:
        return connection.execute("SELECT 1 FROM activations LIMIT 1").fetchone() is not None
