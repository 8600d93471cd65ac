"""Mail that came back, read: which send it was, to whom, and why, from what a mail server wrote.

The rules of this file: whoever wrote it may be a stranger, so nothing here is believed; what is read are codes,
addresses and the id of a send, each bounded, and never words. Whether there was such a send, and to such an address,
the store knows. Source: RFC 3464 (delivery status), RFC 3463 (codes), RFC 3834 (automatic replies).
"""

import re
from collections.abc import Iterator
from datetime import UTC
from email import message_from_bytes
from email.message import Message
from email.policy import compat32
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import Final

from service.adapters.mail.smtp_answers import is_bad_address
from service.domain.calendar import Instant, instant
from service.flow.feedback import What
from service.flow.returned import Returned

MOST_BYTES: Final = 1024 * 1024
"""Of a message; whatever comes after it is a copy of what was sent."""
_MOST_PARTS: Final = 40
_MOST_RECIPIENTS: Final = 20
_MOST_TEXT: Final = 64 * 1024
_OUR_ID: Final = re.compile(r"(?im)^[> ]*message-id:\s*<([A-Za-z0-9._-]{1,120})@")
_ID: Final = re.compile(r"<([A-Za-z0-9._-]{1,120})@")
_TAGGED: Final = re.compile(r"\+([A-Za-z0-9._-]{16,120})@")
_ADDRESS: Final = re.compile(r"[^\s<>;,\"]{1,64}@[^\s<>;,\"]{1,255}")
_AT_LINE_START: Final = re.compile(r"(?m)^[ \t]*<?([^\s<>;,\"]{1,64}@[^\s<>;,\":]{1,255})>?:?[ \t]*$")
_CODE: Final = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?!\.?\d)")
_REPLY: Final = re.compile(r"(?<![\d.])([45]\d\d)(?=[ -])")
_SERVERS: Final = re.compile(r"(?i)\b(mailer-daemon|postmaster|mail delivery (sub)?system|microsoft outlook)\b")
_NO_DOMAIN: Final = re.compile(r"(?i)\b(host|domain)( or domain name)?( name)? not found|no such domain|NXDOMAIN")
_WORDS: Final = {"delayed": What.DEFERRED, "delivered": What.DELIVERED, "relayed": What.TAKEN, "expanded": What.TAKEN}


def read_returned(content: bytes) -> list[Returned]:
    """Return what a message reports of sends, one for each recipient; nothing where it is no report.

    Raises: ValueError for a message that cannot be read at all.
    """
    try:
        message = message_from_bytes(content[:MOST_BYTES], policy=compat32)
        parts = list(islice(message.walk(), _MOST_PARTS))
        send_id = _send_id(message, parts)
        said = list(islice(_of_status(parts), _MOST_RECIPIENTS)) or list(_of_words(message, parts))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    at = _instant(message)
    found = said if send_id else ()
    return [Returned(send_id=send_id, what=what, at=at, addresses=to, detail=code) for what, to, code in found]


_Said = tuple[What, frozenset[str], str]
"""What became of a recipient, the addresses that name them, and the code."""


def _of_status(parts: list[Message]) -> Iterator[_Said]:
    """Yield what each block of a delivery status says of a recipient."""
    for part in parts:
        blocks = part.get_payload() if part.get_content_type() == "message/delivery-status" else ()
        for block in (each for each in blocks if isinstance(each, Message)):
            action = _field(block, "Action").strip().lower()
            if action == "failed" or action in _WORDS:
                to = _named(block)
                why, status = _field(block, "Diagnostic-Code"), _field(block, "Status")
                what = _WORDS.get(action) or _failed(why, status)
                yield what, to | _failed_recipients(parts), _code_of(why, status)


def _named(block: Message) -> frozenset[str]:
    names = (_field(block, name) for name in ("Original-Recipient", "Final-Recipient"))
    return frozenset(address for name in names for address in _ADDRESS.findall(name.partition(";")[2] or name)[:2])


def _of_words(message: Message, parts: list[Message]) -> Iterator[_Said]:
    """Yield what a message without a delivery status says, where a mail server wrote it."""
    text = _text(parts)
    before = re.split(r"(?m)^-{3,}.*(?:copy of|original|returned) message|^--- Below this line", text)[0]
    named = _failed_recipients(parts) or frozenset(_AT_LINE_START.findall(before)[:_MOST_RECIPIENTS])
    if not (_is_from_a_server(message) and named and (_CODE.search(before) or _REPLY.search(before))):
        return
    yield _failed(before, ""), named, _code_of(before, "")


def _failed(why: str, status: str) -> What:
    """Return whether a recipient's address takes no mail, now or later, or this mail alone did not arrive."""
    reply = _REPLY.search(why)
    code = _code_of(why, status)
    if _NO_DOMAIN.search(why) and code in ("", "5.0.0", "5.1.2", "5.4.4"):
        return What.BOUNCED
    # Whatever stands before the server's own answer, such as its address, looks like a code.
    words = _CODE.sub("", why[reply.start() :] if reply else why)
    enhanced = code if "." in code and not code.endswith(".0.0") else ""
    is_final = not code.startswith(("2", "4")) and (reply is None or reply[1].startswith("5"))
    is_bad = is_bad_address(550, f"{enhanced} {words}".encode("ascii", "replace"))
    return What.BOUNCED if is_final and is_bad else What.REFUSED


def _code_of(why: str, status: str) -> str:
    """Return the most telling code: what the other server said before what ours made of it."""
    found = [*_CODE.findall(why[:_MOST_TEXT])[:5], *_CODE.findall(status)[:1]]
    telling = [each for each in found if not each.endswith(".0.0")]
    reply = _REPLY.search(why[:_MOST_TEXT])
    return str((telling or found or [reply[1] if reply else ""])[0])


def _send_id(message: Message, parts: list[Message]) -> str:
    """Return the id of our send: from the copy of its header, whom the report went to, or what it refers to."""
    copies = (_field(part, "Message-ID") for part in parts[1:])
    inside = next((found for copy in copies if (found := _ID.search(copy))), None)
    quoted = inside or _OUR_ID.search(_text(parts))
    if quoted:
        return str(quoted[1])
    went_to = " ".join(_field(message, name) for name in ("To", "Delivered-To", "X-Original-To", "Envelope-To"))
    tagged = _TAGGED.search(went_to)
    if tagged:
        return tagged[1]
    answered = _ID.search(_field(message, "In-Reply-To") or _field(message, "References"))
    return answered[1] if answered else ""


def _is_from_a_server(message: Message) -> bool:
    is_auto = _field(message, "Auto-Submitted").strip().lower().startswith("auto-replied")
    has_no_sender = _field(message, "Return-Path").strip() == "<>"
    names_failed = bool(_field(message, "X-Failed-Recipients"))
    return bool(_SERVERS.search(_field(message, "From"))) and (is_auto or has_no_sender or names_failed)


def _failed_recipients(parts: list[Message]) -> frozenset[str]:
    return frozenset(_ADDRESS.findall(_field(parts[0], "X-Failed-Recipients"))[:_MOST_RECIPIENTS])


def _text(parts: list[Message]) -> str:
    """Return what stands in the message for people, and the header of its copy."""
    wanted = ("text/plain", "text/rfc822-headers", "text/html")
    texts = (part.get_payload(decode=True) for part in parts if part.get_content_type() in wanted)
    whole = b"\n".join(text[:_MOST_TEXT] for text in texts if isinstance(text, bytes))
    return whole[: 2 * _MOST_TEXT].decode("utf-8", "replace")


def _field(message: Message, name: str) -> str:
    return " ".join(str(message.get(name, ""))[:2_000].split())


def _instant(message: Message) -> Instant | None:
    try:
        told = parsedate_to_datetime(_field(message, "Date"))
        return instant(told if told.tzinfo else told.replace(tzinfo=UTC))
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
