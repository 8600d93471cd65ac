"""Intouch as processes that tests kill, freeze and cut off, with a SendGrid of our own whose list alone says what went.

Each case has a mentorship of its own, whose mentee asks for help: one decision, one email, to an address by which the
list tells it from all others.
"""

import base64
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from service.domain.calendar import DAY, Instant
from service.flow.failpoint import Failpoint
from service.settings import ROOT, read_settings
from service.wiring import Installation
from tests.flow.events import event, pair
from tests.flow.one_message import write_rules
from tests.mail.fake_sendgrid import KEY, FakeSendGrid
from tests.ports import free_ports

PRIVATE = ec.generate_private_key(ec.SECP256R1())
PUBLIC = base64.b64encode(
    PRIVATE.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
).decode()
LONGEST_S = 60.0
PAIRS = 40
LEASE_S = 2

RULES = """
delivery: {{ send_within: 3 days, on_unknown: {{ answer: {on_unknown} }} }}
rules:
  - {{ id: answer, kind: answer, starts: help.requested, send: [ {{ to: initiator, message: word }} ] }}
"""


def until(holds: Callable[[], object], what: str, instead: Callable[[], object] = str) -> None:
    """Wait until it holds; when it never does, say what there is `instead`."""
    end = time.monotonic() + LONGEST_S
    while not holds():
        assert time.monotonic() < end, f"it did not come to this: {what}. {instead()}"
        time.sleep(0.01)


def now() -> Instant:
    return time.time_ns() // 1_000


def signature(body: bytes, stamp: str) -> dict[str, str]:
    """Return the headers by which SendGrid signs a report."""
    signed = base64.b64encode(PRIVATE.sign(stamp.encode() + body, ec.ECDSA(hashes.SHA256()))).decode()
    return {
        "X-Twilio-Email-Event-Webhook-Signature": signed,
        "X-Twilio-Email-Event-Webhook-Timestamp": stamp,
    }


class Nursery:
    """Starts processes fast, and tells how they ended."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.faults.nursery"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=_without_settings()
        )

    def ask(self, **asked: object) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        self._process.communicate()


def _without_settings() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("INTOUCH_")}


@dataclass(frozen=True)
class Running:
    """One process."""

    pid: int
    port: int


@dataclass
class Works:
    """Where everything is; `database` is "" for a SQLite file in the folder."""

    folder: Path
    sendgrid: FakeSendGrid
    nursery: Nursery
    on_unknown: str
    database: str = ""
    more: dict[str, str] = field(default_factory=dict)
    running: list[Running] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=count)
    told_at: dict[tuple[int, str], int] = field(default_factory=dict)
    """When something was first reported: told again, it happened then all the same."""

    def __post_init__(self) -> None:
        self.failpoints.mkdir(parents=True)
        self.own = {
            **write_rules(self.folder, RULES.format(on_unknown=self.on_unknown)),
            "INTOUCH_DATA_DIR": str(self.folder / "var"),
            "INTOUCH_MAIL_URL": "sendgrid:",
            "INTOUCH_SENDGRID_KEY": KEY,
            "INTOUCH_SENDGRID_WEBHOOK_KEY": PUBLIC,
            "INTOUCH_LEASE_SECONDS": str(LEASE_S),
            "INTOUCH_MAIL_SENDERS": "2",
            **({"INTOUCH_DATABASE_URL": self.database} if self.database else {}),
        }
        self.intouch = Installation(read_settings(self.own))
        self.intouch.migrate()
        self.intouch.rules_folder.refresh()
        at = now() - 200 * DAY
        self.take([each for n in range(PAIRS) for each in pair(at, f"m-{n}", f"ada-{n}", f"ben-{n}")])

    @property
    def failpoints(self) -> Path:
        return self.folder / "failpoints"

    def take(self, events: Sequence[dict[str, Any]]) -> None:
        """Take events in, in this process."""
        admitted, faults = self.intouch.schemas.admit(events)
        assert not faults
        self.intouch.acceptor.accept(admitted)

    # Processes.

    def start(self, command: str = "run", **more: str) -> Running:
        """Start one, and wait until it answers."""
        http_port, metrics_port = free_ports(2)
        where = {"INTOUCH_HTTP": f"127.0.0.1:{http_port}", "INTOUCH_METRICS_HTTP": f"127.0.0.1:{metrics_port}"}
        pid = self.nursery.ask(
            command=command,
            environment={**self.own, **where, **self.more, **more},
            failpoints=str(self.failpoints),
            sendgrid=self.sendgrid.url,
            log=str(self.folder / "log.txt"),
        )
        started = Running(pid, http_port)
        self.running.append(started)
        until(lambda: self.answers(metrics_port), f"`intouch {command}` answers; see {self.folder}/log.txt")
        return started

    def answers(self, port: int) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        with closing(connection), suppress(OSError):
            connection.request("GET", "/healthz")
            with connection.getresponse() as response:
                return response.status == 200
        return False

    def end(self, pid: int, how: signal.Signals) -> int:
        """End a process and return how it ended: its exit code, or the negative signal."""
        os.kill(pid, how)
        self.running = [each for each in self.running if each.pid != pid]
        return self.nursery.ask(wait=pid)

    def freeze(self, pid: int) -> None:
        """Stop a process where it is, and return once it stands still."""
        os.kill(pid, signal.SIGSTOP)
        status = Path(f"/proc/{pid}/stat")
        until(lambda: status.read_text().rpartition(")")[2].split()[0] == "T", "it stands still")

    def wake(self, pid: int) -> None:
        os.kill(pid, signal.SIGCONT)

    def close(self) -> None:
        for each in list(self.running):
            self.end(each.pid, signal.SIGKILL)
        self.intouch.close()

    # Failpoints.

    def arm(self, at: Failpoint) -> None:
        (self.failpoints / at).touch()

    def reached(self, at: Failpoint) -> int:
        """Wait until a process is there, and return its id."""
        path = self.failpoints / f"{at}.reached"
        until(lambda: path.exists() and path.read_text(), f"somebody comes by {at}")
        return int(path.read_text())

    def let_go(self, at: Failpoint) -> None:
        (self.failpoints / f"{at}.reached").unlink(missing_ok=True)

    # What happens, and what is seen.

    def ask_for_help(self) -> int:
        """Let the mentee of a mentorship of its own ask for help, and return its number."""
        n = next(self.numbers)
        assert n < PAIRS
        help = {"request_id": f"h-{n}", "by": "mentee", "option": "dont_know_how_to_reach_out"}
        self.take([event("help.requested", f"mentorships/m-{n}", now(), **help)])
        return n

    def report(self, n: int, what: str = "delivered", within_s: float = LONGEST_S) -> int:
        """Let SendGrid report what it took for a mentee, and return the reply. Raises: OSError when it was cut."""
        events = [
            {
                "event": what,
                "email": f"ben-{n}@example.org",
                "timestamp": self.told_at.setdefault((n, what), int(time.time())),
                "send_id": each["personalizations"][0]["custom_args"]["send_id"],
            }
            for each in self.taken(n)
        ]
        body = json.dumps(events).encode()
        headers = signature(body, str(int(time.time())))
        if not self.running:
            raise OSError("nobody there")
        connection = http.client.HTTPConnection("127.0.0.1", self.running[-1].port, timeout=within_s)
        try:
            connection.request("POST", "/webhooks/sendgrid", body, headers)
            with connection.getresponse() as response:
                return response.status
        except http.client.HTTPException as error:
            raise OSError("cut") from error
        finally:
            connection.close()

    def report_until_heard(self, n: int) -> None:
        """Report as SendGrid does: again and again, until somebody has it."""

        def heard() -> bool:
            with suppress(OSError):
                return self.report(n) == 204
            return False

        until(heard, "the report is heard")

    def taken(self, n: int) -> Sequence[dict[str, Any]]:
        """Return what SendGrid took for a mentee. It alone says what was sent."""
        to = f"ben-{n}@example.org"
        return [each for each in self.sendgrid.accepted if each["personalizations"][0]["to"][0]["email"] == to]

    def states(self, n: int) -> list[str]:
        """Return how the emails to a mentee stand, in order; `pending` first, where something still waits.

        Without those that were decided anew: a machine that is busy may need longer than a lease.
        """
        with self.intouch.store.reading() as snapshot:
            session = snapshot._session
            who = {"who": f"ben-{n}"}
            waits = session.one(
                "SELECT (SELECT count(*) FROM pending WHERE recipient = :who) + (SELECT count(*) FROM checks)"
                " + (SELECT count(*) FROM subjects WHERE news_at IS NOT NULL)",
                who,
            )
            rows = session.all(
                "SELECT state FROM emails WHERE recipient = :who AND state <> 'released' ORDER BY claimed_at, id",
                who,
            )
        return ["pending"] * bool(waits[0]) + [state for (state,) in rows]

    def settles_as(self, n: int, states: Sequence[str]) -> bool:
        """Wait until the emails to a mentee stand like that, and nothing more happens by itself."""
        until(lambda: self.states(n) == states, f"ben-{n} comes to {states}", lambda: self.states(n))
        return self.settled(n) == states

    def rest(self) -> None:
        """Wait until everything that was taken in is decided, so that a failpoint is passed for what comes then."""
        open_work = (
            "SELECT (SELECT count(*) FROM checks) + (SELECT count(*) FROM subjects WHERE news_at IS NOT NULL)"
            " + (SELECT count(*) FROM subjects WHERE checked_with = '')"
        )

        def is_idle() -> bool:
            with self.intouch.store.reading() as snapshot:
                return bool(snapshot._session.one(open_work, {})[0] == 0)

        until(is_idle, "all is decided")

    def reports(self, n: int) -> int:
        """Return how many reports about what went to a mentee were kept."""
        asked = "SELECT count(*) FROM reports JOIN emails ON emails.id = send_id WHERE recipient = :who"
        with self.intouch.store.reading() as snapshot:
            return int(snapshot._session.one(asked, {"who": f"ben-{n}"})[0])

    def settled(self, n: int) -> list[str]:
        """Wait until nothing more happens by itself about a mentee's emails, and return how they stand."""
        states: list[str] = []

        def is_done_with() -> bool:
            states[:] = self.states(n)
            # Where there is none yet, its event was looked at in the very moment before its time.
            return bool(states) and not {"pending", "sending"} & set(states)

        until(is_done_with, f"ben-{n} is done with", lambda: states)
        return states
