"""`POST /webhooks/sendgrid`: SendGrid's reports, believed only with its signature over the very bytes that came.

The package's check accepts a signature of any age and raises on one that is no signature; both are seen to here. The
window is wide, since SendGrid tries for a day, and whoever repeats a report changes nothing by it.
"""

import logging
from binascii import Error as Base64Error
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from http import HTTPStatus
from typing import Any, Final

import orjson
from cryptography.exceptions import InvalidSignature
from flask import Blueprint, Response, request
from sendgrid.helpers.eventwebhook import EventWebhook, EventWebhookHeader
from werkzeug.datastructures import Headers

from service.adapters.mail.sendgrid_payload import MARKS, SEND_ID
from service.domain.calendar import DAY, HOUR, SECOND, Instant
from service.domain.errors import IntouchError, OperatorError
from service.flow.feedback import Report, What
from service.flow.marks import marks_of

MOST_BYTES: Final = 4 * 1024 * 1024
_OLDEST: Final = 7 * DAY
_AHEAD: Final = HOUR
_LONGEST_DETAIL: Final = 20
_PLAIN: Final = {
    "processed": What.TAKEN,
    "delivered": What.DELIVERED,
    "deferred": What.DEFERRED,
    "spamreport": What.COMPLAINED,
    "unsubscribe": What.UNSUBSCRIBED,
    "group_unsubscribe": What.UNSUBSCRIBED,
    "group_resubscribe": What.RESUBSCRIBED,
}
_DROPPED_FOR: Final = {
    "Bounced Address": What.BOUNCED,
    "Invalid": What.BOUNCED,
    "Spam Reporting Address": What.COMPLAINED,
}
"""Why SendGrid itself held a mail back, where that says something about the address."""

log = logging.getLogger("intouch.sendgrid")


Keys = Callable[[], Mapping[str, str]]
"""Gives the verification keys as they are now, by the program whose account they belong to; "" is the one all share."""


def create_sendgrid_webhook(
    read_keys: Keys, take_in: Callable[[Sequence[Report], str], int], clock: Callable[[], Instant]
) -> Blueprint:
    """Return the webhook; without a key it believes nobody. What a program's own account reports is taken in as that.

    Raises: OperatorError when a key is none.
    """
    blueprint = Blueprint("sendgrid", __name__)
    _checkers(read_keys)

    @blueprint.post("/webhooks/sendgrid")
    def reports() -> Response:
        body = _body(request.environ)
        if body is None:
            return Response(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        program = _signed_for(read_keys, body, request.headers, clock())
        if program is None:
            return Response(status=HTTPStatus.FORBIDDEN)
        try:
            events = orjson.loads(body)
        except orjson.JSONDecodeError:
            return Response(status=HTTPStatus.BAD_REQUEST)
        try:
            take_in(list(reports_of(events)), program)
        except IntouchError as error:
            log.warning("Reports could not be taken in; SendGrid will bring them again. %s", error)
            return Response(status=HTTPStatus.SERVICE_UNAVAILABLE)
        return Response(status=HTTPStatus.NO_CONTENT)

    return blueprint


def _body(environ: Mapping[str, Any]) -> bytes | None:
    length = environ.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > MOST_BYTES:
        return None
    body: bytes = environ["wsgi.input"].read(int(length))
    return body


def _checkers(read_keys: Keys) -> dict[str, EventWebhook]:
    """Return what checks signatures, by program. Raises: OperatorError."""
    return {program: _checker(key) for program, key in read_keys().items() if key}


@lru_cache(maxsize=256)
def _checker(public_key: str) -> EventWebhook:
    try:
        return EventWebhook(public_key)
    except ValueError as error:
        raise OperatorError(
            "A key for SendGrid's reports is no public key. Copy the verification key from its mail settings into "
            "INTOUCH_SENDGRID_WEBHOOK_KEY, or into PROGRAM.webhook-key below INTOUCH_SENDGRID_KEYS_DIR."
        ) from error


def _signed_for(read_keys: Keys, body: bytes, headers: Headers, now: Instant) -> str | None:
    """Return whose account signed it, "" for the one that all share, or None where nobody did."""
    try:
        checkers = _checkers(read_keys)
    except OperatorError as error:
        log.warning("Reports cannot be checked; SendGrid will bring them again. %s", error)
        return None
    return next((each for each, checker in checkers.items() if _is_signed(checker, body, headers, now)), None)


def _is_signed(checker: EventWebhook, body: bytes, headers: Headers, now: Instant) -> bool:
    signature = headers.get(EventWebhookHeader.SIGNATURE, "")
    stamp = headers.get(EventWebhookHeader.TIMESTAMP, "")
    if not (signature and stamp.isascii() and stamp.isdecimal() and len(stamp) < 15):
        return False
    if not now - _OLDEST <= int(stamp) * SECOND <= now + _AHEAD:
        return False
    try:
        return bool(checker.verify_signature(body.decode("utf-8"), signature, stamp))
    except (ValueError, TypeError, InvalidSignature, Base64Error):
        return False


def reports_of(events: object) -> Iterator[Report]:
    """Yield what the events report of sends of ours; opens, clicks and whatever is no report are left out."""
    for event in events if isinstance(events, list) else ():
        what = _what(event) if isinstance(event, dict) else None
        send_id, address, at = (event.get(name) for name in (SEND_ID, "email", "timestamp")) if what else ("", "", 0)
        if what and isinstance(send_id, str) and isinstance(address, str) and isinstance(at, int) and send_id:
            yield Report(
                send_id=send_id[:120],
                what=what,
                at=min(abs(at), 10**11) * SECOND,
                address=address,
                detail=_code(event),
                marks=marks_of(event.get(MARKS)),
                group=group if isinstance(group := event.get("asm_group_id"), int) else None,
            )


def _what(event: Mapping[str, Any]) -> What | None:
    name = event.get("event")
    if name == "bounce":
        return What.REFUSED if event.get("type") == "blocked" else What.BOUNCED
    if name == "dropped":
        return _DROPPED_FOR.get(str(event.get("reason")), What.REFUSED)
    return _PLAIN.get(str(name))


def _code(event: Mapping[str, Any]) -> str:
    """Return the status code of a bounce; its words may name people."""
    status = str(event.get("status") or "")[:_LONGEST_DETAIL]
    return status if status.replace(".", "").isdecimal() else ""
