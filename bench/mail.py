"""Mail over TLS to a provider that answers after 50 ms: one `work` process beside the usual ways, in one run.

    python -m bench.mail [--mails 600] [--senders 8 32 64]

The usual ways: SendGrid's own client called in a loop, and `smtplib` with a connection for each email, the latter in
as many threads as we have senders. They send what stands ready. Our side claims, writes out, renders, sends and
records each email, with the rules that come with Intouch; that these emails are due was decided before.
"""

import argparse
import multiprocessing
import os
import smtplib
import ssl
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, NamedTuple

from bench.slow_providers import CERTIFICATE, Talk, sendgrid, serving, smtp
from service.domain.calendar import DAY

LONGEST_S = 300
Result = Any
"""Where a side leaves its seconds and its CPU seconds, shared between processes."""
Side = Callable[[int, int, int, Any, Result], None]
"""Sends so many emails by so many senders to a port. It may look at how many were taken."""


class Cost(NamedTuple):
    """Emails a second, and CPU milliseconds for one."""

    per_second: float
    cpu_ms: float


def with_their_client(port: int, mails: int, senders: int, taken: Any, result: Result) -> None:  # noqa: ARG001 - as Side
    """Send through the `sendgrid` package's client, one after the other."""
    from sendgrid import SendGridAPIClient

    from service.adapters.mail.sendgrid_payload import payload
    from tests.mail.emails import email

    client = SendGridAPIClient("SG.x", host=f"https://localhost:{port}")
    with _timed(result):
        for number in range(mails):
            client.send(payload(email(send_id=f"s-{number}"), sandbox=False))


def with_smtplib(port: int, mails: int, senders: int, taken: Any, result: Result) -> None:  # noqa: ARG001 - as Side
    """Send each email over a connection of its own."""
    from service.adapters.mail.mime import as_bytes
    from tests.mail.emails import email

    context = ssl.create_default_context(cafile=CERTIFICATE)

    def send(number: int) -> None:
        ready = email(send_id=f"s-{number}")
        with smtplib.SMTP_SSL("localhost", port, context=context) as server:
            server.sendmail(ready.from_email, [ready.to], as_bytes(ready))

    with _timed(result), ThreadPoolExecutor(senders) as pool:
        list(pool.map(send, range(mails)))


def work_with_sendgrid(port: int, mails: int, senders: int, taken: Any, result: Result) -> None:
    """Let one worker send through SendGrid."""
    from service.adapters.mail.sendgrid import SendGridAccount, SendGridMailer

    account = SendGridAccount(host=f"https://localhost:{port}", read_key=lambda: "SG.x")
    _work(SendGridMailer(account, time.time), mails, senders, taken, result)


def work_with_smtp(port: int, mails: int, senders: int, taken: Any, result: Result) -> None:
    """Let one worker send over SMTP."""
    from service.adapters.mail.smtp import SmtpMailer
    from service.adapters.mail.smtp_line import SmtpServer

    _work(SmtpMailer(SmtpServer(host="localhost", port=port, tls=True)), mails, senders, taken, result)


def _work(mailer: Any, mails: int, senders: int, taken: Any, result: Result) -> None:
    from service.settings import read_settings
    from service.wiring import Installation

    with tempfile.TemporaryDirectory() as folder:
        settings = read_settings({"INTOUCH_DATA_DIR": folder, "INTOUCH_MAIL_SENDERS": str(senders)})
        intouch = Installation(settings)
        intouch.migrate()
        intouch.rules_folder.refresh()
        _make_due(intouch, mails)
        stop, worker = threading.Event(), intouch.worker(mailer)
        thread = threading.Thread(target=worker.run, args=(stop, intouch.wake))
        with _timed(result):
            thread.start()
            _wait_for(lambda: taken.value >= mails)
            stop.set()
            intouch.wake.set()
            thread.join()
        mailer.close()
        intouch.close()


def _make_due(intouch: Any, mails: int) -> None:
    """Take in mentorships and send what they bring; then one request for help in each, which one email answers."""
    from tests.flow.events import event, pair

    now = intouch.clock()
    matched = (pair(now - 300 * DAY, f"m-{n}", f"ada-{n}", f"ben-{n}") for n in range(mails))
    _take(intouch, [event for events in matched for event in events])
    idle = intouch.worker()  # into the mailbox
    while idle.turn():
        pass
    said = {"by": "mentee", "option": "dont_know_how_to_reach_out"}
    _take(
        intouch,
        [event("help.requested", f"mentorships/m-{n}", now, request_id=f"h-{n}", **said) for n in range(mails)],
    )


def _take(intouch: Any, events: list[dict[str, Any]]) -> None:
    """Take events in, and decide what they bring."""
    from service.flow.reconcile import reconcile

    for first in range(0, len(events), 500):
        admitted, faults = intouch.schemas.admit(events[first : first + 500])
        if faults:
            raise RuntimeError(faults)
        intouch.acceptor.accept(admitted)
    count = 1
    while count:
        with intouch.store.writing() as transaction:
            count = reconcile(transaction, intouch.rules.of(transaction).rule_set, intouch.clock(), 25).subjects


def _wait_for(done: Callable[[], bool]) -> None:
    until = time.monotonic() + LONGEST_S
    while not done():
        if time.monotonic() > until:
            raise RuntimeError("the emails did not all arrive")
        time.sleep(0.02)


@contextmanager
def _timed(result: Result) -> Iterator[None]:
    begun, cpu = time.perf_counter(), time.process_time()
    yield
    result[:] = [time.perf_counter() - begun, time.process_time() - cpu]


def measure(talk: Talk, side: Side, mails: int, senders: int) -> Cost:
    """Return what one side costs, in a process of its own, with a provider in another."""
    context = multiprocessing.get_context("spawn")
    result = context.Array("d", 2)
    with serving(talk) as (port, taken):
        sending = context.Process(target=side, args=(port, mails, senders, taken, result))
        sending.start()
        sending.join()
    if sending.exitcode or taken.value < mails:
        raise RuntimeError(f"{side.__name__}: {taken.value} of {mails} emails arrived")
    return Cost(taken.value / result[0], result[1] / taken.value * 1_000)


def main() -> None:
    """Print emails a second and CPU for one, and how many times the usual way that is."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--mails", type=int, default=600)
    parser.add_argument("--senders", type=int, nargs="+", default=[8, 32, 64])
    chosen, _ = parser.parse_known_args()
    os.environ["SSL_CERT_FILE"] = str(CERTIFICATE)
    # One after the other waits for its provider nearly all the time: few emails are enough.
    theirs = _told("sendgrid's client in a loop", measure(sendgrid, with_their_client, 60, 1))
    for senders in chosen.senders:
        name = f"work, {senders} senders, SendGrid"
        _told(name, measure(sendgrid, work_with_sendgrid, chosen.mails, senders), theirs)
    for senders in chosen.senders:
        mails = min(chosen.mails, senders * 20)
        usual = _told(f"smtplib, {senders} threads", measure(smtp, with_smtplib, mails, senders))
        _told(f"work, {senders} senders, SMTP", measure(smtp, work_with_smtp, mails, senders), usual)


def _told(name: str, cost: Cost, usual: Cost | None = None) -> Cost:
    times = f"   {cost.per_second / usual.per_second:5.1f} times" if usual else ""
    print(f"{name:30} {cost.per_second:7.1f} mails/s   {cost.cpu_ms:6.2f} ms CPU{times}", flush=True)
    return cost


if __name__ == "__main__":
    main()
