"""Intake over HTTP beside a bare Flask route: the same server, the same disk, one run.

    python -m bench.intake [--seconds 6] [--rounds 3] [--clients 16]

The bare side parses the JSON and inserts one row in a transaction (SQLite, WAL, synchronous=FULL), which is the least
an intake could do. Our side is `intouch run` whole: validation, dedupe, log, and the worker deciding beside it.
"""

import argparse
import http.client
import json
import multiprocessing
import sqlite3
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.synchronize import Event as Signal
from typing import Any

SINGLE = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"


def _event(number: int) -> dict[str, Any]:
    mentorship = number % 500
    data = {"conversation_id": f"c-{number}", "by": "mentor", "held_on": "2026-03-02", "count": 1, "topics": ["career"]}
    return {
        "specversion": "1.0",
        "id": f"01JNBB7Q4W8Z5T3X9K2M6V{number:08d}",
        "source": "/services/conversations/production/eu-west",
        "type": "conversation.logged",
        "subject": f"mentorships/m-{mentorship}",
        "program": "northfield",
        "time": "2026-03-02T15:00:00Z",
        "datacontenttype": "application/json",
        "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "data": data,
    }


def serve_bare(port: Any, stop: Signal, folder: str) -> None:
    """Serve the bare route until told to stop."""
    from flask import Flask, request

    from service.adapters.http.server import HttpServer

    local = threading.local()
    app = Flask(__name__)

    def database() -> sqlite3.Connection:
        if not hasattr(local, "connection"):
            local.connection = sqlite3.connect(f"{folder}/bare.db", isolation_level=None, timeout=10)
            local.connection.execute("PRAGMA journal_mode=WAL")
            local.connection.execute("PRAGMA synchronous=FULL")
            local.connection.execute("CREATE TABLE IF NOT EXISTS events (n INTEGER PRIMARY KEY, id TEXT, body TEXT)")
        return local.connection  # type: ignore[no-any-return]  # thread-locals have no types

    @app.post("/events")
    def events() -> tuple[dict[str, int], int]:
        body = request.get_data()
        event = json.loads(body)
        connection = database()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO events (id, body) VALUES (?, ?)", (event["id"], body.decode()))
        connection.execute("COMMIT")
        return {"accepted": 1}, 202

    _serve(HttpServer(app, "127.0.0.1:0"), port, stop)


def serve_intouch(port: Any, stop: Signal, folder: str) -> None:
    """Serve `intouch run`'s parts until told to stop: intake and worker in one process."""
    from service.settings import read_settings
    from service.wiring import Installation

    settings = read_settings({"INTOUCH_DATA_DIR": folder, "INTOUCH_HTTP": "127.0.0.1:0"})
    intouch = Installation(settings)
    intouch.migrate()
    intouch.rules_folder.refresh()
    halt = threading.Event()
    worker = threading.Thread(target=lambda: intouch.worker().run(halt, intouch.wake), daemon=True)
    worker.start()
    _serve(intouch.server(), port, stop)
    halt.set()
    intouch.wake.set()
    worker.join(20)
    intouch.close()


def _serve(server: Any, port: Any, stop: Signal) -> None:
    server.start()
    port.value = int(server.address.rpartition(":")[2])
    stop.wait()
    server.stop(5)


@contextmanager
def _serving(serve: Callable[..., None]) -> Iterator[int]:
    context = multiprocessing.get_context("spawn")
    port, stop = context.Value("i", 0), context.Event()
    with tempfile.TemporaryDirectory() as folder:
        process = context.Process(target=serve, args=(port, stop, folder))
        process.start()
        while not port.value:
            time.sleep(0.05)
        yield port.value
        stop.set()
        process.join(60)


def _load(port: int, clients: int, seconds: float, batch: int) -> tuple[float, float]:
    """Return events a second and the p99 of a request in milliseconds, from clients that post as fast as they can."""
    counts, times = [0] * clients, [list[float]() for _ in range(clients)]
    until = time.perf_counter() + seconds
    base = time.time_ns() // 1000 % 10_000_000 * 10

    def post(client: int) -> None:
        connection, number = http.client.HTTPConnection("127.0.0.1", port), base + client * 1_000_000
        while (begun := time.perf_counter()) < until:
            events = [_event(number + each) for each in range(batch)]
            number += batch
            body = json.dumps(events if batch > 1 else events[0])
            connection.request("POST", "/events", body, {"Content-Type": BATCH if batch > 1 else SINGLE})
            answer = connection.getresponse()
            text = answer.read()
            if answer.status != 202:
                raise RuntimeError(text)
            times[client].append((time.perf_counter() - begun) * 1000)
            counts[client] += batch

    threads = [threading.Thread(target=post, args=(each,)) for each in range(clients)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    latencies = sorted(each for client in times for each in client)
    return sum(counts) / seconds, latencies[int(len(latencies) * 0.99)]


def main() -> None:
    """Print events a second of both sides, interleaved, and the ratios of their medians."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clients", type=int, default=16)
    chosen, _ = parser.parse_known_args()
    sides = (("bare", serve_bare, 1), ("intouch", serve_intouch, 1), ("intouch, batches of 100", serve_intouch, 100))
    rates: dict[str, list[float]] = {name: [] for name, _, _ in sides}
    for _ in range(chosen.rounds):
        for name, serve, batch in sides:
            with _serving(serve) as port:
                _load(port, chosen.clients, 1, batch)
                rate, p99 = _load(port, chosen.clients, chosen.seconds, batch)
            rates[name].append(rate)
            print(f"{name:26} {rate:9.0f} events/s   p99 {p99:6.1f} ms", flush=True)
    median = {name: statistics.median(each) for name, each in rates.items()}
    print(f"singles: {median['intouch'] / median['bare']:.2f} of the bare route")
    print(f"batches: {median['intouch, batches of 100'] / median['intouch']:.1f} times the singles")


if __name__ == "__main__":
    main()
