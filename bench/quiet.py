"""A million quiet mentorships in PostgreSQL beside ten thousand: events, many that become due at once, and rest.

    python -m bench.quiet [--many 1000000] [--few 10000] [--due 100000]

The quiet ones are rows copied from one pair that went through the pipeline, with other ids; another pair that went
through it is compared with its copy, row by row. Events and the worker go through the pipeline, as ever.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random
from typing import Any

import psycopg

from bench.consumers import conversations, night_rules, settings_of
from bench.servers import database, servers, use_of
from service.domain.calendar import DAY, Instant
from service.settings import ROOT, read_settings
from service.wiring import Installation
from tests.flow.events import pair

EVENTS_A_ROUND = 3_000
AT_ONCE = 500
TABLES = ("events", "subjects", "members", "footings")
MODEL, CHECKED = 0, 7
"""The pair that is copied, and the one that is compared with its copy."""


def take_in(intouch: Installation, events: Sequence[dict[str, Any]]) -> None:
    """Take events in and check what they concern."""
    admitted, faults = intouch.schemas.admit(events)
    assert not faults, faults[0]
    worker = intouch.worker()
    for begin in range(0, len(admitted), AT_ONCE):
        intouch.acceptor.accept(admitted[begin : begin + AT_ONCE])
        while worker._check(intouch.clock(), None):
            pass


def fill(url: str, intouch: Installation, number: int, since: Instant) -> None:
    """Let one pair go through the pipeline, copy it, and compare a copy with what the pipeline makes of that pair."""
    for n in (MODEL, CHECKED):
        take_in(intouch, _named(pair(since, f"m-{n:07d}", f"ada-{n:07d}", f"ben-{n:07d}"), n))
    with psycopg.connect(url) as connection:
        made = {table: _rows(connection, table, CHECKED) for table in TABLES}
        for table in TABLES:
            connection.execute(f"DELETE FROM {table} WHERE {table}::text LIKE '%-{CHECKED:07d}%'".encode())
        statements = [_copy(connection, table, number) for table in TABLES]
    with ThreadPoolExecutor(len(TABLES)) as pool:
        list(pool.map(lambda each: _execute(url, each), statements))
    with psycopg.connect(url, autocommit=True) as connection:
        for table in TABLES:
            assert _rows(connection, table, CHECKED) == made[table], (
                f"copies are not as the pipeline makes them: {table}"
            )
        connection.execute("SELECT setval(pg_get_serial_sequence('events', 'seq'), (SELECT max(seq) FROM events))")
        connection.execute("VACUUM ANALYZE")


def _named(events: list[dict[str, Any]], pair_number: int) -> list[dict[str, Any]]:
    return [{**each, "id": f"e-{n}-{pair_number:07d}"} for n, each in enumerate(events)]


def _execute(url: str, statement: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(statement.encode())


def _columns(connection: "psycopg.Connection[Any]", table: str) -> list[str]:
    found = connection.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s ORDER BY ordinal_position", (table,)
    )
    return [name for (name,) in found]


def _copy(connection: "psycopg.Connection[Any]", table: str, number: int) -> str:
    """Return the statement that makes the other pairs' rows of the model's: other ids, later places in the log."""
    texts = {name for (name,) in connection.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND data_type = 'text'", (table,)
    )}  # fmt: skip
    columns = _columns(connection, table)
    model = f"{MODEL:07d}"

    def made(name: str) -> str:
        if name.endswith("seq"):
            return f"{name} + n * 3"
        if name == "hash":
            return "sha256((id || n)::bytea)"
        return f"replace({name}, '{model}', lpad(n::text, 7, '0'))" if name in texts else name

    chosen = ", ".join(map(made, columns))
    source = f"generate_series(1, {number - 1}) AS n, {table} WHERE {table}::text LIKE '%-{model}%'"
    return f"INSERT INTO {table} ({', '.join(columns)}) SELECT {chosen} FROM {source} ORDER BY n"


def _rows(connection: "psycopg.Connection[Any]", table: str, number: int) -> list[tuple[Any, ...]]:
    """Return a pair's rows, without what tells one run of the pipeline from another: places, hashes, and instants."""
    dropped = {"hash", "recorded", "time", "matched_at", "facts"}
    kept = [each for each in _columns(connection, table) if each not in dropped and not each.endswith("seq")]
    columns = ", ".join(kept)
    facts = ", regexp_replace(facts, '\\d{16}', 'T', 'g')" if table == "subjects" else ""
    query = f"SELECT {columns}{facts} FROM {table} WHERE {table}::text LIKE '%-{number:07d}%' ORDER BY {columns}"
    return connection.execute(query.encode()).fetchall()


@contextmanager
def filled(url: str, folder: Path, number: int) -> Iterator[Installation]:
    """Give an installation with so many quiet mentorships."""
    night_rules(folder)
    intouch = Installation(read_settings(settings_of(url, folder)))
    try:
        intouch.migrate()
        intouch.rules_folder.refresh()
        begun = time.perf_counter()
        fill(url, intouch, number, time.time_ns() // 1_000 - 200 * DAY)
        print(f"{number:,} quiet mentorships were loaded in {time.perf_counter() - begun:.0f} s", flush=True)
        yield intouch
    finally:
        intouch.close()


def rate(intouch: Installation, number: int, round: int, server: int) -> tuple[float, float]:
    """Return events a second, taken in and checked by this process, and CPU µs for one, the database's among it."""
    random = Random(round)
    events = [
        {
            **each,
            "id": f"{round}-{n}",
            "subject": f"mentorships/m-{random.randrange(number):07d}",
            "data": {**each["data"], "conversation_id": f"c-{round}-{n}"},
        }
        for n, each in enumerate(conversations(EVENTS_A_ROUND, 1))
    ]
    cpu, begun = use_of(os.getpid()).cpu_s + use_of(server).cpu_s, time.perf_counter()
    take_in(intouch, events)
    seconds = time.perf_counter() - begun
    used = use_of(os.getpid()).cpu_s + use_of(server).cpu_s - cpu
    return EVENTS_A_ROUND / seconds, used / EVENTS_A_ROUND * 1e6


@contextmanager
def working(url: str, folder: Path, processes: int) -> Iterator[list[int]]:
    """Run `work` in so many processes, and give their numbers."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("INTOUCH_")}
    command, own = [sys.executable, "-m", "service", "work"], {**others, **settings_of(url, folder)}
    running = [
        subprocess.Popen(command, cwd=ROOT, env=own, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(processes)
    ]
    try:
        yield [each.pid for each in running]
    finally:
        for each in running:
            each.terminate()
        for each in running:
            each.wait(60)


def _until(holds: Callable[[], bool], every_s: float) -> None:
    while not holds():
        time.sleep(every_s)


def idle(url: str, folder: Path, seconds: float = 30) -> float:
    """Return which share of a core one `work` takes while nothing is due, and no figures are made.

    Those take less than a hundredth of the time, however long they take (service/flow/sum_up.py).
    """
    with psycopg.connect(url, autocommit=True) as watcher, working(url, folder, 1) as pids:
        made = "SELECT 1 FROM figuring WHERE made_at > 0"
        _until(lambda: watcher.execute(made).fetchone() is not None, 1)
        time.sleep(5)
        before = use_of(*pids).cpu_s
        time.sleep(seconds)
        return (use_of(*pids).cpu_s - before) / seconds


def due_at_once(url: str, folder: Path, number: int, server: int) -> tuple[float, float]:
    """Return how many mentorships a second two `work` decide, when so many become due together; and CPU µs for one."""
    with psycopg.connect(url, autocommit=True) as watcher, working(url, folder, 2) as pids:
        time.sleep(15)
        later = time.time_ns() // 1_000 + 10 * 1_000_000
        chosen = f"SELECT id FROM subjects WHERE kind = 'mentorships' ORDER BY id DESC LIMIT {number}"
        changed = watcher.execute(
            f"UPDATE subjects SET next_check_at = {later} WHERE kind = 'mentorships' AND id IN ({chosen})".encode()
        )
        assert changed.rowcount == number
        time.sleep(max(0, later / 1e6 - time.time()))
        cpu, begun = use_of(*pids, server).cpu_s, time.perf_counter()
        due = f"SELECT 1 FROM subjects WHERE next_check_at IS NOT NULL AND next_check_at <= {later} LIMIT 1"
        _until(lambda: watcher.execute(due.encode()).fetchone() is None, 0.1)
        seconds = time.perf_counter() - begun
        return number / seconds, (use_of(*pids, server).cpu_s - cpu) / number * 1e6


def main() -> None:
    """Print all of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--many", type=int, default=1_000_000)
    parser.add_argument("--few", type=int, default=10_000)
    parser.add_argument("--due", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    with ExitStack() as stack:
        postgresql = stack.enter_context(servers())[0]
        sides = []
        for number in (chosen.few, chosen.many):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            url = stack.enter_context(database(postgresql))
            sides.append((number, url, folder, stack.enter_context(filled(url, folder, number))))
        found: dict[int, list[tuple[float, float]]] = {number: [] for number, *_ in sides}
        for round in range(-1, chosen.rounds):
            for number, _, _, intouch in sides:
                one = rate(intouch, number, round, postgresql.process.pid)
                if round >= 0:  # the first fills caches
                    found[number].append(one)
                    print(f"{number:9,} mentorships: {one[0]:6.0f} events/s, {one[1]:5.0f} µs CPU", flush=True)
        few, many = (
            [statistics.median(each) for each in zip(*found[number], strict=True)]
            for number in (chosen.few, chosen.many)
        )
        print(f"events/s with {chosen.many:,}: {many[0] / few[0]:.2f} of {chosen.few:,}; CPU: {many[1] / few[1]:.2f}")
        _, url, folder, _ = sides[1]
        print(f"idle: {idle(url, folder):.2%} of a core", flush=True)
        decided, cpu_us = due_at_once(url, folder, chosen.due, postgresql.process.pid)
        print(
            f"due at once: {decided:.0f} decided a second by two workers, {cpu_us:.0f} µs CPU each, the database's too"
        )


if __name__ == "__main__":
    main()
