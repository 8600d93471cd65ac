"""SendGrid's reports by the thousand, on SQLite and PostgreSQL, beside a bare route on the same server.

    python -m bench.reports [--posts 3]

Every post is signed and tells of 1,000 emails to as many people; each was decided and sent by the pipeline. The bare
route checks the same signature and inserts the same 1,000 reports in one transaction; it knows nothing of emails.
"""

import argparse
import base64
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from itertools import cycle
from pathlib import Path
from typing import Any, Final

import orjson
import psycopg
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask, request
from flask.testing import FlaskClient
from sendgrid.helpers.eventwebhook import EventWebhook

from bench.consumers import settings_of
from bench.servers import database, servers
from service.cli.running import look_for_cycles_seldom
from service.settings import read_settings
from service.wiring import Installation
from tests.flow.carriers import Refusing
from tests.flow.events import pair
from tests.flow.one_message import write_rules

POST: Final = 1_000
AT_ONCE: Final = 300
RULES: Final = """
delivery:
  hours: { from: "00:00", to: "24:00", days: [mon, tue, wed, thu, fri, sat, sun], timezone: UTC }
  safety: { per_rule_per_hour: 100000, first_after_change: 100000 }
rules:
  - id: word
    kind: answer
    starts: mentorship.matched
    send: [ { to: mentee, message: word } ]
"""
KEY: Final = ec.generate_private_key(ec.SECP256R1())
PUBLIC: Final = base64.b64encode(
    KEY.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
).decode()
ALONE: Final = ("processed", "delivered", "unsubscribe", "bounce", "spamreport")
"""Posts that tell of nothing else."""
MIXED: Final = ("processed",) * 46 + ("delivered",) * 46 + ("deferred", "bounce", "bounce", "dropped", "spamreport")
ORDINARY: Final = (*MIXED, "unsubscribe", "open", "click")
"""A post as they come: of a hundred events, most are good news."""
KINDS: Final[Mapping[str, Sequence[str]]] = {"ordinary": ORDINARY, **{each: (each,) for each in ALONE}}


def send(intouch: Installation, number: int) -> list[tuple[str, str]]:
    """Let the pipeline send so many emails; return the id and the address of each."""
    mailer, now = Refusing(), intouch.clock()
    matches = [each for n in range(number) for each in pair(now, f"m-{n}", f"ada-{n}", f"ben-{n}")]
    for begin in range(0, len(matches), AT_ONCE):
        admitted, faults = intouch.schemas.admit(matches[begin : begin + AT_ONCE])
        assert not faults, faults[0]
        intouch.acceptor.accept(admitted)
    worker = intouch.worker(mailer)
    while len(mailer.carried) < number:
        worker.turn()
    return [(each.send_id, each.to) for each in mailer.carried]


def told(sends: list[tuple[str, str]], kinds: Sequence[str], nonce: int) -> bytes:
    """Return the body of a post."""
    at = int(time.time())
    return orjson.dumps([
        {"event": kind, "email": to, "timestamp": at, "send_id": id, "sg_event_id": f"{nonce}-{id}", "status": "5.1.1"}
        for (id, to), kind in zip(sends, cycle(kinds), strict=False)
    ])  # fmt: skip


def post(client: FlaskClient, body: bytes) -> float:
    """Post it as SendGrid does; return in how many ms it was answered."""
    stamp = str(int(time.time()))
    signature = base64.b64encode(KEY.sign(stamp.encode() + body, ec.ECDSA(hashes.SHA256()))).decode()
    headers = {
        "X-Twilio-Email-Event-Webhook-Signature": signature,
        "X-Twilio-Email-Event-Webhook-Timestamp": stamp,
    }
    begun = time.perf_counter()
    reply = client.post("/webhooks/sendgrid", data=body, headers=headers, content_type="application/json")
    assert reply.status_code == 204, reply.status_code
    return (time.perf_counter() - begun) * 1_000


def bare(url: str) -> FlaskClient:
    """Return a client of the bare route."""
    connection = psycopg.connect(url)
    connection.execute("CREATE TABLE bare (id text, what text, at bigint)")
    connection.commit()
    checker = EventWebhook(PUBLIC)
    app = Flask(__name__)

    @app.post("/webhooks/sendgrid")
    def reports() -> tuple[str, int]:
        names = ("X-Twilio-Email-Event-Webhook-Signature", "X-Twilio-Email-Event-Webhook-Timestamp")
        body = request.get_data(as_text=True)
        assert checker.verify_signature(body, *(request.headers[name] for name in names))
        rows = [(each["send_id"], each["event"], each["timestamp"]) for each in orjson.loads(body)]
        with connection.transaction(), connection.cursor() as cursor:
            cursor.executemany("INSERT INTO bare VALUES (%s, %s, %s)", rows)
        return "", 204

    return app.test_client()


@contextmanager
def webhook(own: dict[str, str], folder: Path) -> Iterator[tuple[Installation, FlaskClient]]:
    """Give an installation whose mail goes through SendGrid, and a client of its door."""
    more = {"INTOUCH_MAIL_URL": "sendgrid:", "INTOUCH_SENDGRID_KEY": "SG.x", "INTOUCH_SENDGRID_WEBHOOK_KEY": PUBLIC}
    intouch = Installation(read_settings(own | write_rules(folder, RULES) | more))
    try:
        intouch.migrate()
        intouch.rules_folder.refresh()
        yield intouch, intouch.door().test_client()
    finally:
        intouch.close()


def measure(what: str, client: FlaskClient, sends: list[tuple[str, str]], posts: int) -> None:
    """Post each kind, each time about people of whom nothing was told yet, and print the medians."""
    for place, (kind, kinds) in enumerate(KINDS.items()):
        first = place * posts * POST
        parts = [sends[first + n * POST : first + (n + 1) * POST] for n in range(posts)]
        took = [post(client, told(part, kinds, n)) for n, part in enumerate(parts)]
        print(f"{what:12} {kind:12} {statistics.median(took):6.0f} ms (at most {max(took):.0f})", flush=True)


def main() -> None:
    """Run it and print what came of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--posts", type=int, default=3)
    posts = parser.parse_args().posts
    number = posts * POST * len(KINDS)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = stack.enter_context(database(stack.enter_context(servers())[0]))
        sides: dict[str, dict[str, Any]] = {
            "SQLite": {"INTOUCH_DATA_DIR": str(folder / "data")},
            "PostgreSQL": settings_of(url, folder),
        }
        for what, own in sides.items():
            with webhook(own, folder / what) as (intouch, client):
                look_for_cycles_seldom()  # as each process of Intouch does
                measure(what, client, send(intouch, number), posts)
        measure("a bare route", bare(url), [(f"s-{n}", f"ben-{n}@example.org") for n in range(number)], posts)


if __name__ == "__main__":
    main()
