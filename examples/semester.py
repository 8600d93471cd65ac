"""A semester of a mentoring program as Intouch would hear of it: CloudEvents, one a line, in the order they arrive.

    python examples/semester.py --pairs 40 --weeks 16 --seed 7 > semester.ndjson

The same arguments give the same lines. `time` is when a thing happened, `recordedtime` when the event arrived: mostly
seconds later, sometimes hours or weeks, so that events come out of order; some come twice. Told week by week, so that
20,000 pairs need little more memory than their own.
"""

import argparse
import json
import sys
from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, date, datetime
from operator import itemgetter
from pathlib import Path
from typing import Any

if __name__ == "__main__":  # Run as a file, Python looks for neighbours in examples/ only.
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from examples.campus.chance import Chance
from examples.campus.people import Happening
from examples.campus.program import Program

STARTS = date(2026, 8, 24)
LAG_HOURS = ((0.92, 0.0002, 0.004), (0.04, 1, 20), (0.03, 24, 140), (0.01, 170, 500))
"""Share of events, and how many hours they take to arrive: seconds, hours, days, weeks."""
SENT_TWICE = 0.02
SOURCES = {
    "participant": "/accounts",
    "mentorship": "/matching",
    "conversation": "/dashboard",
    "flag": "/dashboard",
    "concern": "/dashboard",
    "help": "/dashboard",
    "survey": "/surveys",
}
"""The first word of a type → who publishes it; all else comes from the program's office."""

Arrival = tuple[int, int, Happening]
"""When it arrives, its number in the telling (doubled, one more for the second sending), and what happened."""


def semester(
    pairs: int, weeks: int, seed: int, starts: date = STARTS, program: str = "northfield"
) -> Iterator[dict[str, Any]]:
    """Yield the CloudEvents of a semester in order of arrival, each with its `recordedtime`.

    What is late arrives after the last week too, so that nothing is missing at the end.
    """
    story = Program(pairs=pairs, weeks=weeks, seed=seed, starts=starts, program=program)
    waiting: list[Arrival] = []
    number = 0
    for week in range(weeks):
        for happening in story.week(week):
            number += 1
            waiting += _arrivals(happening, 2 * number, story.chance)
        waiting.sort(key=itemgetter(0, 1))
        due = bisect_left(waiting, story.is_told_until(week), key=itemgetter(0))
        yield from (_event(arrival, seed, program) for arrival in waiting[:due])
        del waiting[:due]


def _arrivals(happening: Happening, order: int, chance: Chance) -> Iterator[Arrival]:
    recorded = happening.at + _lag(chance)
    yield recorded, order, happening
    if chance.is_so(SENT_TWICE):
        yield chance.later(recorded, 0.001, 50), order + 1, happening


def _lag(chance: Chance) -> int:
    drawn = chance.random()
    for share, least, most in LAG_HOURS:
        drawn -= share
        if drawn < 0:
            return chance.later(0, least, most)
    return 1


def _event(arrival: Arrival, seed: int, program: str) -> dict[str, Any]:
    recorded, order, happening = arrival
    event: dict[str, Any] = {
        "specversion": "1.0",
        "id": f"{seed}-{order // 2}",
        "source": SOURCES.get(happening.type.partition(".")[0], "/office"),
        "type": happening.type,
        "subject": happening.subject,
        "program": program,
        "time": _rfc3339(happening.at),
        "recordedtime": _rfc3339(recorded),
    }
    return {**event, "data": dict(happening.data)} if happening.data else event


def _rfc3339(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()[:19] + "Z"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Write a semester of events as NDJSON, in order of arrival.")
    parser.add_argument("--pairs", type=int, default=40, help="how many mentorships are matched at the start (40)")
    parser.add_argument("--weeks", type=int, default=16, help="how long the program lasts (16)")
    parser.add_argument("--seed", type=int, default=7, help="another number, another semester (7)")
    parser.add_argument("--program", default="northfield", help="the program's id (northfield)")
    parser.add_argument("--starts", type=date.fromisoformat, default=STARTS, help=f"the first day ({STARTS})")
    parser.add_argument("--until", type=datetime.fromisoformat, help="leave out what arrives after this instant")
    arguments = parser.parse_args()
    if arguments.pairs < 1 or arguments.weeks < 1:
        parser.error("--pairs and --weeks must be 1 or more")
    if arguments.until and arguments.until.tzinfo is None:
        parser.error("--until needs an offset, as in 2026-10-20T12:00:00Z")
    return arguments


def main() -> None:
    """Write the semester that the command line asks for to standard output."""
    asked = _arguments()
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    until = _rfc3339(int(asked.until.timestamp())) if asked.until else "9999"
    for event in semester(asked.pairs, asked.weeks, asked.seed, asked.starts, asked.program):
        if event["recordedtime"] > until:
            break
        sys.stdout.write(encode(event) + "\n")


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:  # The reader, such as `head`, has seen enough.
        sys.stderr.close()
