"""Intake over HTTP on PostgreSQL beside a bare Flask route that inserts one row there: the same server, one run.

    python -m bench.doors [--seconds 8]

Clients post single events at a pace, whether or not the last one was answered: what goes late counts from when it
should have gone. The pace is raised until the p99 is above 200 ms or not all of it was answered in time. Our side is
`intouch serve` whole, with `work` deciding beside it; the bare side parses JSON and inserts one row in a transaction.
"""

import argparse
import http.client
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson
import psycopg

from bench.consumers import conversations, prepare_intouch, settings_of
from bench.servers import database, servers
from service.settings import ROOT

CLIENTS: Final = 48
PAIRS: Final = 500
BOUND_MS: Final = 200
STEPS: Final = (100, 200, 300, 400, 500, 600, 800, 1_000, 1_200, 1_500, 2_000)
BARE: Final = "CREATE TABLE events (n bigserial PRIMARY KEY, id text NOT NULL, body text NOT NULL)"
_numbers = count()


def serve_bare() -> None:
    """Serve the bare route on a free port, until killed; the port is told on standard output."""
    from flask import Flask, request

    from service.adapters.http.server import HttpServer

    local = threading.local()
    app = Flask(__name__)

    @app.post("/events")
    def events() -> tuple[dict[str, int], int]:
        if not hasattr(local, "connection"):
            local.connection = psycopg.connect(os.environ["DATABASE"], autocommit=True)
        body = request.get_data()
        event = orjson.loads(body)
        row = (event["id"], body.decode())
        local.connection.execute("INSERT INTO events (id, body) VALUES (%s, %s)", row)
        return {"accepted": 1}, 202

    server = HttpServer(app, "127.0.0.1:0")
    server.start()
    print(f"http://{server.address}", flush=True)
    threading.Event().wait()


class Step(NamedTuple):
    """What came of one pace: events a second that were answered, and how long they took, in ms."""

    answered: float
    p50: float
    p99: float


def _post_at(port: int, pace: int, seconds: float) -> Step:
    """Post at a pace, each event when its turn has come, from clients that take turns."""
    events = conversations(int(pace * seconds), PAIRS)
    mark = next(_numbers)
    bodies = [orjson.dumps({**each, "id": f"{mark}-{each['id']}"}) for each in events]
    bodies = [each.replace(b'"c-', f'"c-{mark}-'.encode()) for each in bodies]
    turns, lock, took = iter(range(len(bodies))), threading.Lock(), list[float]()
    begun = time.perf_counter() + 0.1

    def post() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while True:
            with lock:
                turn = next(turns, None)
            if turn is None:
                return
            due = begun + turn / pace
            time.sleep(max(0.0, due - time.perf_counter()))
            connection.request("POST", "/events", bodies[turn], {"Content-Type": "application/cloudevents+json"})
            answer = connection.getresponse()
            said = answer.read()
            if answer.status != 202:
                raise RuntimeError(said)
            took.append((time.perf_counter() - due) * 1_000)

    clients = [threading.Thread(target=post) for _ in range(CLIENTS)]
    for each in clients:
        each.start()
    for each in clients:
        each.join()
    took.sort()
    rate = len(took) / (time.perf_counter() - begun)
    return Step(rate, took[len(took) // 2], took[int(len(took) * 0.99)])


@contextmanager
def _running(commands: Sequence[Sequence[str]], own: Mapping[str, str]) -> Iterator[int]:
    """Run the commands, and give the port that the first of them says."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("INTOUCH_")}
    processes = [
        subprocess.Popen(
            command, cwd=ROOT, env={**others, **own, "PYTHONUNBUFFERED": "1"}, stdout=subprocess.PIPE, text=True
        )
        for command in commands
    ]
    try:
        said = processes[0].stdout
        assert said is not None
        yield next(int(found[1]) for line in said if (found := re.search(r"http://127\.0\.0\.1:(\d+)", line)))
    finally:
        for each in processes:
            each.terminate()
        for each in processes:
            each.wait(60)


def _highest(post: Callable[[int], Step], paces: Sequence[int], name: str) -> int:
    """Return the highest of the paces that is kept."""
    kept = 0
    for pace in paces:
        step = post(pace)
        print(f"{name:8} {pace:5} a second: p50 {step.p50:6.1f} ms   p99 {step.p99:7.1f} ms", flush=True)
        if step.p99 > BOUND_MS or step.answered < 0.95 * pace:
            break
        kept = pace
    return kept


def main() -> None:
    """Print p50 and p99 of both sides by pace, and the highest that each keeps."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=8)
    chosen = parser.parse_args()
    with ExitStack() as stack:
        postgresql = stack.enter_context(servers())[0]
        kept: dict[str, int] = {}
        for name in ("bare", "intouch"):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            url = stack.enter_context(database(postgresql))
            commands, own = _side(name, url, folder)
            with _running(commands, own) as port:
                _post_at(port, 50, 2)
                kept[name] = _highest(lambda pace: _post_at(port, pace, chosen.seconds), STEPS, name)
        of_bare = f"; {kept['intouch'] / kept['bare']:.2f} of the bare route" if kept["bare"] else ""
        print(f"highest with a p99 under {BOUND_MS} ms: {kept}{of_bare}")


def _side(name: str, url: str, folder: Path) -> tuple[list[list[str]], dict[str, str]]:
    """Make what a side needs, and return its commands and their environment."""
    if name == "bare":
        with psycopg.connect(url) as connection:
            connection.execute(BARE)
        return [[sys.executable, "-m", "bench.doors", "bare"]], {"DATABASE": url}
    own: dict[str, Any] = {**settings_of(url, folder), "INTOUCH_HTTP": "127.0.0.1:0"}
    prepare_intouch(own, folder, PAIRS)
    return [[sys.executable, "-m", "service", each] for each in ("serve", "work")], own


if __name__ == "__main__":
    serve_bare() if sys.argv[1:] == ["bare"] else main()
