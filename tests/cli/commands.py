"""Runs `intouch` as people do, and writes the files that it is given."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cache
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any
from unittest.mock import patch

from service.adapters.schemas import load_schemas
from service.cli import main, rule_files

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended. No command may ever show a stack trace, so none of its words may be one."""

    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        """The output as one JSON object a line."""
        return [json.loads(line) for line in self.out.splitlines()]


def intouch(*words: object, stdin: str = "", environment: Mapping[str, str] | None = None) -> Ran:
    """Return how `intouch` with these words ended, with no settings but those given."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("INTOUCH_")}
    done = subprocess.run(
        [sys.executable, "-m", "service", *map(str, words)],
        cwd=ROOT,
        input=stdin,
        env={**inherited, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert "Traceback" not in done.stderr + done.stdout
    return Ran(done.returncode, done.stdout, done.stderr)


def here(*words: object, environment: Mapping[str, str] | None = None) -> Ran:
    """As `intouch`, but in this process, which saves its start: for tests of what a command says and does.

    The schemas are read once for all of them.
    """
    out, err = (TextIOWrapper(BytesIO(), "utf-8", write_through=True) for _ in range(2))
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("INTOUCH_")}
    with (
        patch.dict(os.environ, {**inherited, **(environment or {})}, clear=True),
        patch.object(sys, "argv", ["intouch", *map(str, words)]),
        patch.object(rule_files, "load_schemas", cached_schemas),
        chdir(ROOT),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        code = _ended()
    ran = Ran(code, *(each.buffer.getvalue().decode() for each in (out, err)))
    assert "defect of its own" not in ran.err
    return ran


def _ended() -> int:
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


cached_schemas = cache(load_schemas)


def write(path: Path, text: str) -> Path:
    """Write a file, its folders made, and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def event(
    id: str, type: str, subject: str, time: str, data: Mapping[str, object] | None = None, **more: object
) -> dict[str, object]:
    """Return a CloudEvent of the program northfield."""
    return {
        "specversion": "1.0",
        "id": id,
        "source": "/tests",
        "type": type,
        "subject": subject,
        "program": "northfield",
        "time": time,
        "data": dict(data or {}),
        **more,
    }


def ndjson(events: Sequence[Mapping[str, object]]) -> str:
    """Return the events one a line."""
    return "".join(json.dumps(each) + "\n" for each in events)


def registered(person: str, role: str, time: str = "2026-03-01T09:00:00Z") -> dict[str, object]:
    """Return the event by which a participant is known, with an address and in London."""
    data = {"role": role, "email": f"{person}@example.org", "first_name": person.title(), "timezone": "Europe/London"}
    return event(f"reg-{person}", "participant.registered", f"participants/{person}", time, data)


def pair(time: str = "2026-03-02T15:00:00Z", mentorship: str = "m-1") -> list[dict[str, object]]:
    """Return a mentor, a mentee and their match."""
    match = {"mentor_id": "mo", "mentee_id": "mia"}
    matched = event(f"match-{mentorship}", "mentorship.matched", f"mentorships/{mentorship}", time, match)
    return [registered("mo", "mentor"), registered("mia", "mentee"), matched]


RULES = """rules:
  - id: say-hello
    title: Two days after the match
    kind: nudge
    starts: mentorship.matched
    wait: 2 days
    repeat: { every: 7 days, total: 2 }
    only_while: { conversation.logged: never }
    send: [ { to: both, message: hello } ]

  - id: thanks-for-flag
    title: A flag was received
    kind: answer
    starts: flag.submitted
    send_depending_on: topics
    cases:
      academic_struggles: [ { to: initiator, message: flag-study } ]
      belonging: [ { to: initiator, message: flag-belonging } ]
"""
WARNED = """rules:
  - { id: x, kind: alert, starts: flag.submitted, send: [ { to: staff.boss, message: m } ] }
"""
"""A role that nobody fills: a warning."""
PROGRAM = "program: northfield\nname: Northfield\n"
TOPICS = (
    "financial_concerns", "considering_switching_majors", "depression", "registration", "considering_leaving", "stress",
    "housing_food", "family", "physical_health", "disability_access", "safety", "career", "transition",
    "work_study_balance", "other",
)  # fmt: skip


def rules(folder: Path) -> Path:
    """Write the rules above, every other topic going to nobody, and return their folder."""
    others = "".join(f"      {topic}: []\n" for topic in TOPICS)
    write(folder / "rules" / "all.yaml", RULES + others)
    return folder / "rules"


def file_of(folder: Path, lines: Iterable[bytes]) -> Path:
    """Return a file of these lines."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "events.ndjson"
    path.write_bytes(b"".join(each.rstrip(b"\n") + b"\n" for each in lines))
    return path
