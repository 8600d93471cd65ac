"""A morning: very many nudges due at one quarter hour, and mail that may go at so many a second.

    python -m bench.morning [--nudges 100000] [--per-second 20] [--send-within-minutes 45]

On PostgreSQL, one `work` process, over TLS to a provider on this machine that answers after 50 ms. The pairs are copies
of one that went through the pipeline (bench/quiet.py). What cannot go within its time is too late, and that must be
known of each.
"""

import argparse
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from statistics import mean, pstdev
from typing import Any, NamedTuple

import psycopg

from bench.consumers import settings_of
from bench.quiet import fill
from bench.servers import database, servers, use_of
from bench.slow_providers import CERTIFICATE, sendgrid, serving
from service.domain.calendar import DAY, MINUTE, SECOND, Duration, Instant, format_rfc3339, quarter_up
from service.settings import ROOT, read_settings
from service.wiring import Installation
from tests.flow.one_message import write_rules

RULES = """
delivery:
  hours: {{ from: "00:00", to: "24:00", days: [mon, tue, wed, thu, fri, sat, sun], timezone: UTC }}
  send_within: {minutes} minutes
rules:
  - id: morning
    kind: nudge
    starts: mentorship.matched
    wait: 200 days
    send: [ {{ to: mentee, message: word }} ]
"""
LOADING: Duration = 5 * MINUTE
SETTLING: Duration = 3 * MINUTE
ODD: Duration = 123_456_789
EVERY_S = 10
EXPLAINED = 20


class Seen(NamedTuple):
    """One look: seconds since they were due, emails taken so far, and MiB of the worker."""

    at_s: float
    taken: int
    mib: float


def environment(url: str, folder: Path, minutes: int, per_second: int) -> dict[str, str]:
    """Write the rules, and return the settings of the installation."""
    own = write_rules(folder, RULES.format(minutes=minutes))
    return settings_of(url, folder) | own | {"INTOUCH_MAIL_PER_SECOND": str(per_second)}


def work(own: dict[str, str], port: int) -> None:
    """Work until the process is ended."""
    from threading import Event

    from service.adapters.mail.sendgrid import SendGridAccount, SendGridMailer

    intouch = Installation(read_settings(own))
    mailer = SendGridMailer(SendGridAccount(host=f"https://localhost:{port}", read_key=lambda: "SG.x"), time.time)
    intouch.worker(mailer).run(Event(), intouch.wake)


def watched(pid: int, taken: Any, nudges: int, due: Instant, over: Instant) -> list[Seen]:
    """Look every ten seconds until all have gone or none may go any more, and tell each minute."""
    looks: list[Seen] = []
    time.sleep(max(0.0, due / SECOND - time.time()))
    while (now := time.time() * SECOND) < over and (not looks or looks[-1].taken < nudges):
        looks.append(Seen((now - due) / SECOND, taken.value, use_of(pid).mib))
        if len(looks) % 6 == 1:
            print(f"{looks[-1].at_s:6.0f} s: {looks[-1].taken:7,} sent, {looks[-1].mib:4.0f} MiB", flush=True)
        time.sleep(EVERY_S)
    return looks


def steadiness(looks: list[Seen]) -> str:
    """Return how even the emails went, while there were any to go."""
    pairs = [(one, other) for one, other in pairwise(looks) if other.taken > one.taken]
    rates = [(other.taken - one.taken) / (other.at_s - one.at_s) for one, other in pairs[1:-1]]
    spread = f"least {min(rates):.2f}, most {max(rates):.2f}, deviation {pstdev(rates):.2f}" if rates else "too few"
    return f"{mean(rates or [0.0]):.2f} emails a second ({spread})"


def outcome(url: str, due: Instant, within: Duration) -> dict[str, int]:
    """Return how many nudges came to what."""
    asked = {
        "sent": "SELECT count(*) FROM emails WHERE state = 'sent'",
        "of these after their time": f"SELECT count(*) FROM emails WHERE claimed_at >= {due + within}",
        "emails in any other state": "SELECT count(*) FROM emails WHERE state <> 'sent'",
        "still pending": "SELECT count(*) FROM pending",
        "decided, and too late": "SELECT count(*) FROM members WHERE participant LIKE 'ben-%'"
        " AND NOT EXISTS (SELECT FROM ledger WHERE recipient = participant)",
    }
    with psycopg.connect(url) as connection:
        return {what: connection.execute(query.encode()).fetchall()[0][0] for what, query in asked.items()}


def explained(url: str, own: dict[str, str]) -> int:
    """Ask Intouch about some of those to whom nothing went; return how many it says that it was too late."""
    query = (
        "SELECT mentorship FROM members WHERE participant LIKE 'ben-%' AND NOT EXISTS"
        f" (SELECT FROM ledger WHERE recipient = participant) ORDER BY md5(mentorship) LIMIT {EXPLAINED}"
    )
    with psycopg.connect(url) as connection:
        unsent = [id for (id,) in connection.execute(query.encode())]
    others = {name: value for name, value in os.environ.items() if not name.startswith("INTOUCH_")}
    return sum("too late" in _explain(id, {**others, **own}) for id in unsent)


def _explain(mentorship: str, environment: dict[str, str]) -> str:
    command = [sys.executable, "-m", "service", "explain", f"mentorships/{mentorship}", "--rule", "morning"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False).stdout


def main() -> None:
    """Run it and print what came of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--nudges", type=int, default=100_000)
    parser.add_argument("--per-second", type=int, default=20)
    parser.add_argument("--send-within-minutes", type=int, default=45)
    chosen = parser.parse_args()
    within = chosen.send_within_minutes * MINUTE
    os.environ["SSL_CERT_FILE"] = str(CERTIFICATE)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = stack.enter_context(database(stack.enter_context(servers())[0]))
        own = environment(url, folder, chosen.send_within_minutes, chosen.per_second)
        due = quarter_up(int(time.time() * SECOND) + LOADING)
        intouch = Installation(read_settings(own))
        intouch.migrate()
        intouch.rules_folder.refresh()
        # Not at a round time: rows are copied by replacing a number that a row of noughts would contain.
        fill(url, intouch, chosen.nudges, due - 200 * DAY - ODD)
        intouch.close()
        assert time.time() * SECOND < due, "it was not loaded in time: allow more than LOADING"
        print(f"{chosen.nudges:,} nudges are due at {format_rfc3339(due)}", flush=True)
        port, taken = stack.enter_context(serving(sendgrid))
        worker = multiprocessing.Process(target=work, args=(own, port), daemon=True)
        worker.start()
        looks = watched(worker.pid or 0, taken, chosen.nudges, due, due + within + SETTLING)
        print(steadiness(looks))
        print(
            f"memory of `work`: at most {max(each.mib for each in looks):.0f} MiB, at the end {looks[-1].mib:.0f} MiB"
        )
        for what, number in outcome(url, due, within).items():
            print(f"{what}: {number:,}")
        print(f"asked about {EXPLAINED} who got nothing, explain says too late of {explained(url, own)}")
        worker.terminate()
        worker.join()


if __name__ == "__main__":
    main()
