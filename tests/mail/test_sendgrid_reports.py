"""SendGrid's webhook: believed with its signature over the very bytes, and with nothing else."""

import base64
import json
from collections.abc import Sequence
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask
from werkzeug.test import TestResponse

from service.adapters.mail.sendgrid_reports import create_sendgrid_webhook, reports_of
from service.domain.calendar import DAY, HOUR, SECOND
from service.domain.errors import OperatorError
from service.flow.accept import StoreUnavailable
from service.flow.feedback import Report, What

SENT_S = 1_772_460_000
NOW = SENT_S * SECOND
PRIVATE = ec.generate_private_key(ec.SECP256R1())
PUBLIC = base64.b64encode(
    PRIVATE.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
).decode()


def event(name: str, **more: Any) -> dict[str, Any]:
    return {
        "event": name,
        "email": "ben@example.org",
        "timestamp": SENT_S,
        "send_id": "s-1",
        "sg_event_id": "e",
        **more,
    }


def signed(body: bytes, stamp: str, key: ec.EllipticCurvePrivateKey = PRIVATE) -> str:
    return base64.b64encode(key.sign(stamp.encode() + body, ec.ECDSA(hashes.SHA256()))).decode()


class Webhook:
    """The webhook alone, asked as SendGrid asks; `taken` is what came through."""

    def __init__(self, key: str = PUBLIC, trouble: Exception | None = None) -> None:
        self.taken: list[Report] = []
        self.trouble = trouble
        self.own: dict[str, str] = {}
        self.accounts: list[str] = []
        app = Flask(__name__)
        app.register_blueprint(create_sendgrid_webhook(lambda: {"": key, **self.own}, self.take_in, lambda: NOW))
        self.client = app.test_client()

    def take_in(self, reports: Sequence[Report], program: str) -> int:
        self.accounts.append(program)
        if self.trouble:
            raise self.trouble
        self.taken += reports
        return len(reports)

    def post(self, body: bytes, signature: str | None = None, stamp: str = str(SENT_S)) -> TestResponse:
        headers = {
            "X-Twilio-Email-Event-Webhook-Signature": signed(body, stamp) if signature is None else signature,
            "X-Twilio-Email-Event-Webhook-Timestamp": stamp,
        }
        return self.client.post("/webhooks/sendgrid", data=body, headers=headers, content_type="application/json")


BODY = json.dumps([event("bounce", status="5.1.1")]).encode() + b"\r\n"


def test_what_is_signed_is_taken_in() -> None:
    webhook = Webhook()
    assert webhook.post(BODY).status_code == 204
    assert webhook.taken == [
        Report(send_id="s-1", what=What.BOUNCED, at=NOW, address="ben@example.org", detail="5.1.1")
    ]


OTHER = ec.generate_private_key(ec.SECP256R1())
ATTACKS = {
    "no signature": (BODY, "", str(SENT_S)),
    "no base64": (BODY, "%%%", str(SENT_S)),
    "base64 of nothing": (BODY, "AAAA", str(SENT_S)),
    "odd base64": (BODY, "A", str(SENT_S)),
    "signature beyond ASCII": (BODY, "\xe9", str(SENT_S)),
    "another's key": (BODY, signed(BODY, str(SENT_S), OTHER), str(SENT_S)),
    "another body": (BODY.replace(b"ben", b"eve"), signed(BODY, str(SENT_S)), str(SENT_S)),
    "written anew": (BODY.strip(), signed(BODY, str(SENT_S)), str(SENT_S)),
    "another time": (BODY, signed(BODY, str(SENT_S)), str(SENT_S + 1)),
    "of 2001": (BODY, signed(BODY, "1000000000"), "1000000000"),
    "of tomorrow": (BODY, signed(BODY, str(SENT_S + 90_000)), str(SENT_S + 90_000)),
    "no time": (BODY, signed(BODY, ""), ""),
    "time that is none": (BODY, signed(BODY, "soon"), "soon"),
    "not UTF-8": (b"\xff", signed(b"\xff", str(SENT_S)), str(SENT_S)),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_anything_else_is_refused(attack: str) -> None:
    webhook = Webhook()
    assert webhook.post(*ATTACKS[attack]).status_code == 403
    assert webhook.taken == []


def test_without_a_key_nobody_is_believed() -> None:
    assert Webhook(key="").post(BODY).status_code == 403


def test_a_key_that_is_none_is_told_at_start() -> None:
    with pytest.raises(OperatorError, match="INTOUCH_SENDGRID_WEBHOOK_KEY"):
        Webhook(key="c2VjcmV0")


@pytest.mark.parametrize("stamp", [NOW - 2 * DAY, NOW - 6 * DAY, NOW + HOUR])
def test_what_comes_late_is_taken_in(stamp: int) -> None:
    """SendGrid tries for a day, and clocks differ."""
    assert Webhook().post(BODY, stamp=str(stamp // SECOND)).status_code == 204


def test_json_that_is_none_is_malformed_and_other_json_is_no_report() -> None:
    webhook = Webhook()
    assert webhook.post(b"[").status_code == 400
    for body in (b"{}", b"[1, null, []]", b'[{"event": 3}]', json.dumps([event("bounce", send_id=7)]).encode()):
        assert webhook.post(body).status_code == 204
    assert webhook.taken == []


def test_more_than_four_megabytes_are_too_much() -> None:
    assert Webhook().post(b" " * (4 * 1024 * 1024 + 1), signature="x").status_code == 413


def test_a_store_in_trouble_is_asked_again() -> None:
    trouble = StoreUnavailable("The store is busy.", retry_after_s=1.0)
    assert Webhook(trouble=trouble).post(BODY).status_code == 503


@pytest.mark.parametrize(
    ("said", "what"),
    [
        (event("processed"), What.TAKEN),
        (event("delivered"), What.DELIVERED),
        (event("deferred"), What.DEFERRED),
        (event("bounce", type="bounce"), What.BOUNCED),
        (event("bounce", type="blocked"), What.REFUSED),
        (event("dropped", reason="Bounced Address"), What.BOUNCED),
        (event("dropped", reason="Spam Reporting Address"), What.COMPLAINED),
        (event("dropped", reason="Unsubscribed Address"), What.REFUSED),
        (event("spamreport"), What.COMPLAINED),
        (event("unsubscribe"), What.UNSUBSCRIBED),
        (event("group_unsubscribe"), What.UNSUBSCRIBED),
        (event("group_resubscribe"), What.RESUBSCRIBED),
        (event("open"), None),
        (event("click", url="https://example.org"), None),
        (event("something_new"), None),
        (event("delivered", send_id=""), None),
    ],
    ids=lambda each: each["event"] if isinstance(each, dict) else None,
)
def test_each_event_is_taken_for_what_it_is(said: dict[str, Any], what: What | None) -> None:
    assert [each.what for each in reports_of([said])] == ([what] if what else [])


def test_words_of_a_bounce_are_not_kept() -> None:
    (found,) = reports_of([event("bounce", status="550 ben@example.org", reason="ben@example.org is unknown")])
    assert found.detail == ""


def test_a_programs_own_account_is_known_by_its_key_and_a_new_one_needs_no_restart() -> None:
    webhook, own = Webhook(), ec.generate_private_key(ec.SECP256R1())
    body = json.dumps([event("delivered")]).encode()
    by_it = signed(body, str(SENT_S), own)
    assert webhook.post(body, by_it).status_code == 403
    public = own.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    webhook.own["northfield"] = base64.b64encode(public).decode()
    assert webhook.post(body, by_it).status_code == 204
    assert webhook.post(body, signed(body, str(SENT_S))).status_code == 204
    assert webhook.accounts == ["northfield", ""]
