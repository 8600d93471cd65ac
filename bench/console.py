"""The console's pages over a store that was filled through the pipeline: server time and queries of each.

    python -m bench.console [--pairs 2000] [--events 100000] [--weeks 12] [--mailed-weeks 1] [--times 5]

The store is a PostgreSQL server of its own, with its usual care for the disk. Events of a semester, and as many
messages between pairs as it takes to come to `--events`, go through accept, reconcile and, in the last weeks,
planning and sending, to nobody. A page's time is that of the application itself, in one thread, the middle one of
several.
"""

import argparse
import re
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from examples.semester import semester
from service.adapters.http.app import create_app
from service.adapters.schemas import load_schemas
from service.adapters.store.session import Session
from service.domain.calendar import Duration, Instant, instant
from service.domain.events import Incoming
from service.flow.mail_port import Fate, Outgoing
from service.flow.reconcile import reconcile
from service.settings import ROOT, read_settings
from service.wiring import Installation
from tests.console.visitor import Visitor
from tests.servers.postgresql import PostgreSql, new_database

PROGRAM, WEEKS = "northfield", 16
STARTS = date(2026, 3, 2)
PAGES = {
    "Start": "/console/",
    "Overview": f"/console/{PROGRAM}",
    "Overview of a group": f"/console/{PROGRAM}?group=fall-2026",
    "Mentorships": f"/console/{PROGRAM}/mentorships",
    "Mentorships, quiet first": f"/console/{PROGRAM}/mentorships?talks=0&quiet=14&sort=quiet",
    "Mentorships, a name": f"/console/{PROGRAM}/mentorships?q=ada",
    "Mentorships, a topic": f"/console/{PROGRAM}/mentorships?topic=belonging",
    "A mentorship": "ONE",
    "Queue": f"/console/{PROGRAM}/queue",
    "Queue, one topic": f"/console/{PROGRAM}/queue?kind=flag&about=belonging",
    "Write to many": f"/console/{PROGRAM}/interventions",
    "Write, choosing": f"/console/{PROGRAM}/interventions/new?talks=0",
    "Who gets it": "REVIEW",
    "Resources": f"/console/{PROGRAM}/resources",
    "Who may be named": f"/console/{PROGRAM}/newsletter",
    "Delivery": "/console/delivery",
    "Rules": "/console/rules/all",
    "A rule": "/console/rules/of/not-connecting-first",
    "Held": "/console/held",
}


class Clock:
    """Set, not wound."""

    def __init__(self, now: Instant) -> None:
        self.now = now

    def __call__(self) -> Instant:
        return self.now


class Nobody:
    """Takes all mail and keeps none."""

    patience: Duration = 0

    def send(self, outgoing: Outgoing) -> str:
        return outgoing.send_id

    def settle(self, send_id: str) -> Fate:  # noqa: ARG002 - the port
        return Fate.SENT

    def close(self) -> None:
        pass


@dataclass
class Counting:
    """Counts statements while it is on."""

    number: int = 0
    _kept: dict[str, Any] = field(default_factory=dict)

    def __enter__(self) -> "Counting":
        for name in ("all", "one", "change"):
            self._kept[name] = method = getattr(Session, name)
            setattr(Session, name, self._counted(method))
        return self

    def _counted(self, method: Any) -> Any:
        def counted(session: Session, *arguments: Any, **more: Any) -> Any:
            self.number += 1
            return method(session, *arguments, **more)

        return counted

    def __exit__(self, *_: object) -> None:
        for name, method in self._kept.items():
            setattr(Session, name, method)


def main() -> None:
    asked = _arguments()
    with TemporaryDirectory(prefix="bench-console-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        place = folder / "postgresql"
        place.mkdir()
        server = PostgreSql(place, ("shared_buffers=256MB",))
        server.start()
        try:
            _measure(asked, folder, new_database(server.url))
        finally:
            server.stop()


def _measure(asked: argparse.Namespace, folder: Path, url: str) -> None:
    environment = {"INTOUCH_DATA_DIR": str(folder / "var"), "INTOUCH_DATABASE_URL": url, "INTOUCH_SECRET": "s" * 32}
    clock = Clock(_at(STARTS))
    intouch = Installation(read_settings(environment), clock)
    intouch.migrate()
    intouch.rules_folder.refresh()
    begun = time.perf_counter()
    number = _load(intouch, clock, asked)
    _say(f"{number:,} events of {asked.pairs:,} pairs in {time.perf_counter() - begun:,.0f} s")
    begun = time.perf_counter()
    intouch.summing_up.sum_up()
    _say(f"figures made in {time.perf_counter() - begun:.1f} s")
    with intouch.store.altering() as connection:
        connection.exec_driver_sql("ANALYZE")
    app = create_app(intouch.acceptor, intouch.schemas, intouch.ready, [intouch._console()])
    visitor = Visitor(app).enter(intouch.sessions)
    print("\n| page | ms | queries |\n|---|---|---|", *_rows(visitor, asked.times), sep="\n")
    intouch.close()


def _rows(visitor: Visitor, times: int) -> Iterator[str]:
    for name, path in PAGES.items():
        there = _review(visitor) if path == "REVIEW" else _one(visitor) if path == "ONE" else path
        taken, queries = [], 0
        for _ in range(times):
            with Counting() as counting:
                begun = time.perf_counter()
                answer = visitor.get(there)
                taken.append(1_000 * (time.perf_counter() - begun))
            assert answer.status_code == 200, (name, answer.status_code)
            queries = counting.number
        yield f"| {name} | {statistics.median(taken):.0f} | {queries} |"


def _one(visitor: Visitor) -> str:
    """Return the first mentorship that the list shows."""
    found = re.search(rf"/console/{PROGRAM}/mentorships/[^\"?/]+", visitor.get(PAGES["Mentorships"]).text)
    assert found is not None
    return found[0]


def _review(visitor: Visitor) -> str:
    said = {"asked": "talks=0", "message": "word-from-staff", "heading": "Hello", "text": "Come by."}
    return str(visitor.post(f"/console/{PROGRAM}/interventions/new", **said).headers["Location"])


def _load(intouch: Installation, clock: Clock, asked: argparse.Namespace) -> int:
    """Take everything in, week by week, and return how many events there are."""
    schemas, number = load_schemas(ROOT / "schemas"), 0
    worker = intouch.worker(Nobody())
    left: Iterator[dict[str, Any]] = semester(asked.pairs, WEEKS, 7, STARTS, PROGRAM)
    per_week = max(0, asked.events // asked.weeks)
    upcoming = next(left, None)
    for week in range(asked.weeks):
        end = _at(STARTS + timedelta(weeks=week + 1))
        told, upcoming = _until(left, upcoming, end)
        more = per_week - len(told)
        events = iter(chain(told, _messages(asked.pairs, week, more)))
        while batch := list(islice(events, 500)):
            admitted, faults = schemas.admit(batch)
            assert not faults, faults
            clock.now = max(clock.now, min(end, admitted[-1].recordedtime or clock.now))
            number += intouch.acceptor.accept(_once(admitted)).accepted
        clock.now = end
        _check(intouch, clock)
        if week >= asked.weeks - asked.mailed_weeks:
            while worker.turn():
                pass
        _say(f"week {week + 1}: {number:,} events")
    return number


def _once(events: Sequence[Incoming]) -> list[Incoming]:
    """Return the events without those that come twice in one batch."""
    return list({(each.source, each.id): each for each in events}.values())


def _until(
    left: Iterator[dict[str, Any]], first: dict[str, Any] | None, end: Instant
) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
    found = []
    while first is not None and _instant(first["recordedtime"]) < end:
        found.append(first)
        first = next(left, None)
    return found, first


def _messages(pairs: int, week: int, number: int) -> Iterator[dict[str, Any]]:
    """Yield so many messages between pairs."""
    begins = datetime.combine(STARTS + timedelta(weeks=week), datetime.min.time(), UTC)
    for n in islice(range(10**9), max(0, number)):
        at = (begins + timedelta(seconds=n * 600_000 // max(1, number))).isoformat()[:19] + "Z"
        yield {
            "specversion": "1.0",
            "id": f"more-{week}-{n}",
            "source": "/more",
            "type": "mentorship.message_sent",
            "subject": f"mentorships/m-{1 + (n * 7) % (pairs * 2 // 3)}",
            "program": PROGRAM,
            "time": at,
            "recordedtime": at,
            "data": {"by": "mentor" if n % 2 else "mentee"},
        }


def _check(intouch: Installation, clock: Clock) -> None:
    done = 1
    while done:
        with intouch.store.writing() as transaction:
            rule_set = intouch.rules.of(transaction).rule_set
            done = reconcile(transaction, rule_set, clock.now, 500).subjects


def _at(day: date) -> Instant:
    return instant(datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=16))


def _instant(text: str) -> Instant:
    return instant(datetime.fromisoformat(text))


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure the console's pages.")
    parser.add_argument("--pairs", type=int, default=2_000)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--weeks", type=int, default=12, help="how many of a semester of 16 are told (12)")
    parser.add_argument("--mailed-weeks", type=int, default=1, help="how many of the last weeks' mail goes out (1)")
    parser.add_argument("--times", type=int, default=5)
    return parser.parse_args()


if __name__ == "__main__":
    main()
