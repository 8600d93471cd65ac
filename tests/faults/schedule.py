"""One schedule of faults on virtual time: two workers on one store, a SendGrid that misbehaves, and a seed for it all.

Everything is what runs in production but the line to SendGrid, the clocks and chance. A kill is an exception that
nothing catches; a freeze lets the others go on in the midst of a step, for longer than a lease; a cut of the database
undoes a transaction, or loses the answer to its commit.
"""

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import urllib3
from flask.testing import FlaskClient
from urllib3.exceptions import NewConnectionError, ProtocolError, ReadTimeoutError

from service.adapters.mail.sendgrid import SendGridAccount, SendGridMailer
from service.domain.calendar import DAY, HOUR, MINUTE, SECOND, Duration, Instant, parse_rfc3339
from service.domain.events import Subject
from service.flow.accept import StoreUnavailable
from service.flow.failpoint import Failpoint
from service.flow.ports import EmailRow, EmailState, SubjectKey
from service.flow.work import Worker
from service.settings import read_settings
from service.wiring import Installation
from tests.faults.works import PUBLIC, signature
from tests.flow.events import event, pair
from tests.flow.one_message import write_rules
from tests.mail.fake_sendgrid import KEY
from tests.store.test_trouble import set_pragma

MONDAY = parse_rfc3339("2026-03-02T15:00:00Z")
HELPED, TOLD = range(5), range(5, 8)
"""The mentorships whose mentee asks for help (`resend`), and those that pause, of which both hear (`hold`)."""
STEPS = 40
RULES = """
delivery: { send_within: 3 days, on_unknown: { answer: resend, service: hold } }
rules:
  - { id: answer, kind: answer, starts: help.requested, send: [ { to: initiator, message: word } ] }
  - { id: told, kind: service, starts: mentorship.paused, send: [ { to: both, message: word } ] }
"""
WITHIN = frozenset({Failpoint.CHECKING, Failpoint.CLAIMING, Failpoint.RECORDING, Failpoint.SETTLING})
REPORTS = frozenset({Failpoint.REPORTING, Failpoint.REPORTED})


class Killed(BaseException):
    """kill -9: no handler runs, nothing is written down."""


@dataclass
class Line:
    """The line to SendGrid, and SendGrid itself: `taken` alone says what was sent."""

    schedule: "Schedule"
    taken: list[str] = field(default_factory=list)
    to: dict[str, str] = field(default_factory=dict)
    reports: list[dict[str, Any]] = field(default_factory=list)
    calm: bool = False

    def request(self, _method: str, url: str, *, body: bytes, **_: object) -> urllib3.BaseHTTPResponse:
        """Answer as SendGrid might, or not at all."""
        chance = 0.0 if self.calm else self.schedule.random.random()
        pool = urllib3.HTTPSConnectionPool("api.sendgrid.example.org")
        if chance < 0.55:
            return self._take(body, 202)
        if chance < 0.60:
            reset = self.schedule.now // SECOND + self.schedule.random.randrange(1, 600)
            return _reply(429, {"X-RateLimit-Reset": str(reset)})
        if chance < 0.65:
            return _reply(503)
        if chance < 0.70:
            raise NewConnectionError(pool, "refused")  # type: ignore[arg-type]
        if chance < 0.80:
            self._take(body, 500)
        elif chance < 0.85:
            return _reply(502)
        elif chance < 0.92:
            self._take(body, 202)
            self.schedule.now += 10 * SECOND
            raise ReadTimeoutError(pool, url, "silence")
        else:
            raise ProtocolError("cut")
        return _reply(500)

    def _take(self, body: bytes, status: int) -> urllib3.BaseHTTPResponse:
        (to,) = json.loads(body)["personalizations"]
        send_id, address = to["custom_args"]["send_id"], to["to"][0]["email"]
        self.taken.append(send_id)
        self.to[send_id] = address.partition("@")[0]
        for what in ("processed", "delivered"):
            if self.schedule.random.random() < 0.8:
                at = self.schedule.now // SECOND
                self.reports.append({"event": what, "email": address, "timestamp": at, "send_id": send_id})
        return _reply(status)


def _reply(status: int, headers: Mapping[str, str] | None = None) -> urllib3.BaseHTTPResponse:
    return urllib3.HTTPResponse(b"", headers=headers, status=status)


@dataclass
class Hand:
    """One process: its installation, its clock, and the worker it has now."""

    intouch: Installation
    schedule: "Schedule"
    skew: Duration = 0
    worker: Worker | None = None

    @cached_property
    def client(self) -> FlaskClient:
        """Who asks its door."""
        return self.intouch.door().test_client()

    def clock(self) -> Instant:
        return self.schedule.now + self.skew

    def hire(self) -> None:
        """Begin anew, as after a kill."""
        mailer = SendGridMailer(SendGridAccount(host="https://x", read_key=lambda: KEY), lambda: self.clock() / SECOND)
        mailer._pool = self.schedule.line  # type: ignore[assignment]
        self.worker = self.intouch.worker(mailer)
        self.worker.claiming = replace(self.worker.claiming, nonce=lambda: next(self.schedule.ids).to_bytes(3, "big"))
        self.worker.carrier.jitter = self.schedule.random.random

    def turn(self) -> None:
        """Work once; a kill ends the worker, and another begins."""
        assert self.worker is not None
        try:
            self.worker.turn()
        except StoreUnavailable:
            return
        except Killed:
            self.hire()


class Ground:
    """A store with people in it, from which each schedule begins; and two installations on a copy of it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.schedule = folder, Schedule(0)
        own = _environment(folder)
        intouch = Installation(read_settings(own), lambda: MONDAY - DAY)
        intouch.migrate()
        intouch.rules_folder.refresh()
        people = [each for n in (*HELPED, *TOLD) for each in pair(MONDAY - 300 * DAY, f"m-{n}", f"ada-{n}", f"ben-{n}")]
        admitted, _ = intouch.schemas.admit(people)
        intouch.acceptor.accept(admitted)
        while intouch.worker().turn():
            pass
        intouch.close()
        shutil.copy(folder / "var/intouch.db", folder / "begin.db")
        self.hands = [self._hand(own) for _ in range(2)]

    def _hand(self, own: dict[str, str]) -> Hand:
        intouch = Installation(read_settings(own))
        # A process that is killed loses nothing that was written; only a machine does, and none stops here.
        set_pragma(intouch.store.writer, "synchronous = OFF")
        hand = Hand(intouch, self.schedule)
        # Both ask the hand that they belong to, whose schedule changes.
        intouch.clock = hand.clock
        intouch.passing = lambda at: hand.schedule.passing(hand, at)
        return hand

    def begin(self, seed: int) -> "Schedule":
        """Return a schedule on the store as it was in the beginning."""
        for hand in self.hands:
            hand.intouch.store.close()
        for ending in ("", "-wal", "-shm"):
            (self.folder / f"var/intouch.db{ending}").unlink(missing_ok=True)
        shutil.copy(self.folder / "begin.db", self.folder / "var/intouch.db")
        schedule = Schedule(seed, self.hands)
        for hand in self.hands:
            hand.schedule, hand.skew = schedule, schedule.random.choice((0, 0, 30 * SECOND, 2 * HOUR, -2 * HOUR))
            hand.hire()
        return schedule

    def close(self) -> None:
        for hand in self.hands:
            hand.intouch.close()


def _environment(folder: Path) -> dict[str, str]:
    return {
        **write_rules(folder, RULES),
        "INTOUCH_DATA_DIR": str(folder / "var"),
        "INTOUCH_MAIL_URL": "sendgrid:",
        "INTOUCH_SENDGRID_KEY": KEY,
        "INTOUCH_SENDGRID_WEBHOOK_KEY": PUBLIC,
        "INTOUCH_MAIL_SENDERS": "1",
    }


@dataclass
class Schedule:
    """What happens, by the seed."""

    seed: int
    hands: list[Hand] = field(default_factory=list)
    now: Instant = MONDAY
    ids: Iterator[int] = field(default_factory=count)
    hit: Counter[str] = field(default_factory=Counter)
    _depth: int = 0
    _calm: bool = False

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        self.line = Line(self)

    def run(self) -> None:
        """Let everything happen that should, and much that should not; then let it be calm until all is settled."""
        happens = [self._helped(n) for n in HELPED] + [self._paused(n) for n in TOLD]
        self.random.shuffle(happens)
        for step in range(STEPS):
            if happens and step % 4 == 0:
                self._take(happens.pop())
            self._something()
        for each in happens:
            self._take(each)
        self._calm = self.line.calm = True
        for hand in self.hands:
            hand.skew = 0
        self._until_quiet()

    def _something(self) -> None:
        self.now += self.random.choice((0, SECOND, 20 * SECOND, 3 * MINUTE, 16 * MINUTE))
        what = self.random.random()
        if what < 0.75:
            self.random.choice(self.hands).turn()
        else:
            self._report()

    def passing(self, hand: Hand, at: Failpoint) -> None:
        """Do one of the faults that are possible at a failpoint, or none."""
        if self._calm:
            return
        chance = self.random.random()
        if chance < 0.06:
            self._count("kill", at)
            raise StoreUnavailable("killed", retry_after_s=1.0) if at in REPORTS else Killed
        if chance < 0.10 and at is not Failpoint.ASKING and at is not Failpoint.ANSWERED:
            self._count("cut", at)
            raise StoreUnavailable("cut", retry_after_s=1.0)
        if chance < 0.18 and at not in WITHIN | REPORTS and not self._depth:
            self._count("freeze", at)
            self._meanwhile(hand)
        if chance > 0.80 and at is Failpoint.ANSWERED and not self._depth:
            self._count("report before own commit", at)
            self._report()

    def _count(self, what: str, at: Failpoint) -> None:
        self.hit[f"{what} at {at}"] += 1

    def _meanwhile(self, frozen: Hand) -> None:
        """Let the others go on while one stands still, for longer than a lease more often than not."""
        self._depth += 1
        (other,) = (each for each in self.hands if each is not frozen)
        for _ in range(self.random.randrange(1, 5)):
            self.now += self.random.choice((20 * SECOND, 3 * MINUTE, 16 * MINUTE))
            other.turn()
            self._report()
        self._depth -= 1

    def _report(self) -> None:
        """Let SendGrid report some of what it has to, in any order, some of it twice, until somebody has heard it."""
        told = [each for each in self.line.reports if self._calm or self.random.random() < 0.5]
        self.random.shuffle(told)
        body = json.dumps(told + told[:1]).encode()
        stamp = str(self.now // SECOND)
        for hand in self.hands:
            answer = hand.client.post("/webhooks/sendgrid", data=body, headers=signature(body, stamp))
            if answer.status_code == 204 and (self._calm or self.random.random() < 0.7):
                self.line.reports = [each for each in self.line.reports if each not in told]
                return

    def _helped(self, n: int) -> Callable[[], dict[str, Any]]:
        help = {"request_id": f"h-{n}", "by": "mentee", "option": "dont_know_how_to_reach_out"}
        return lambda: event("help.requested", f"mentorships/m-{n}", self.now, **help)

    def _paused(self, n: int) -> Callable[[], dict[str, Any]]:
        return lambda: event("mentorship.paused", f"mentorships/m-{n}", self.now)

    def _take(self, happens: Callable[[], dict[str, Any]]) -> None:
        intouch = self.hands[0].intouch
        admitted, faults = intouch.schemas.admit([happens()])
        assert not faults, faults
        intouch.acceptor.accept(admitted)

    def _until_quiet(self) -> None:
        quiet = 0
        for _ in range(400):
            self._report()
            for hand in self.hands:
                hand.turn()
            quiet = quiet + 1 if self._is_quiet() else 0
            # What a rest released is pending again only once its subject is checked, later.
            if quiet == 12:
                return
            self.now += 10 * MINUTE
        raise AssertionError(f"seed {self.seed}: it never comes to rest")

    def _is_quiet(self) -> bool:
        open_work = (
            "SELECT (SELECT count(*) FROM pending) + (SELECT count(*) FROM emails WHERE state = 'sending')"
            " + (SELECT count(*) FROM checks) + (SELECT count(*) FROM subjects WHERE news_at IS NOT NULL)"
        )
        with self.hands[0].intouch.store.reading() as snapshot:
            emails = snapshot._session.one("SELECT count(*) FROM emails", {})[0]
            return bool(emails and snapshot._session.one(open_work, {})[0] == 0)

    # What came of it.

    def verdict(self) -> list[str]:
        """Return what is wrong: decisions lost, doubled, and mail that is said to be sent and was not."""
        wrong: list[str] = []
        taken = Counter(self.line.to[each] for each in self.line.taken)
        for n in HELPED:
            emails, times = self._emails(n, f"ben-{n}"), taken[f"ben-{n}"]
            again = sum("it is sent again" in each.error for each in emails)
            wrong += [f"lost: ben-{n}"] * (times == 0)
            wrong += [f"doubled: ben-{n}, {times} times, {again} unknown"] * (times > 1 + again)
        for who, n in ((f"{name}-{n}", n) for name in ("ada", "ben") for n in TOLD):
            emails, times = self._emails(n, who), taken[who]
            shown = any(each.state is EmailState.UNKNOWN for each in emails)
            wrong += [f"lost: {who}"] * (times == 0 and not shown)
            wrong += [f"doubled: {who}, {times} times"] * (times > 1)
        wrong += [f"said to be sent: {each.recipient}" for each in self._all() if self._is_invented(each)]
        return wrong

    def _is_invented(self, email: EmailRow) -> bool:
        return email.state is EmailState.SENT and email.id not in self.line.taken

    def _emails(self, n: int, recipient: str) -> list[EmailRow]:
        return [each for each in self._about(n) if each.recipient == recipient]

    def _all(self) -> list[EmailRow]:
        return [each for n in (*HELPED, *TOLD) for each in self._about(n)]

    def _about(self, n: int) -> list[EmailRow]:
        with self.hands[0].intouch.store.reading() as snapshot:
            return list(snapshot.emails_about(SubjectKey("northfield", Subject.parse(f"mentorships/m-{n}"))))
