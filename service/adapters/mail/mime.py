"""An email as bytes, built by hand: `email.message` spends two milliseconds on parsing its own header fields.

The rules of this file: a value reaches a header field only through `_words`, `_phrase`, `one_address` or
`_own_field`; the first two encode whatever is not plain ASCII, the others refuse it. None lets a line break through.
Source: RFC 5322 (fields, folding), RFC 2047 (encoded words), RFC 2046 (multipart), RFC 3834 (Auto-Submitted).
"""

import hashlib
import re
from base64 import b64encode, encodebytes
from collections.abc import Iterator
from email.utils import format_datetime
from typing import Final

from service.adapters.mail.addresses import one_address
from service.domain.calendar import to_datetime
from service.flow.mail_port import MOST_MARKS, Outgoing

_PLAIN: Final = re.compile(r"[ -~]*")
_BREAKS_AND_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_FIELD_NAME: Final = re.compile(r"[A-Za-z0-9-]{1,60}")
_SAFE_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,120}")
_BYTES_A_WORD: Final = 45
"""Bytes that fit into one encoded word of at most 75 characters."""
_FOLD_AT: Final = 76
MARKS: Final = "X-Decisions"
"""The field with the marks of what else an email carries: letters and digits that we alone can read."""
_MARKS_A_LINE: Final = 3
_OURS: Final = re.compile(
    "from|to|cc|bcc|reply-to|sender|subject|date|message-id|return-path|auto-submitted|mime-version|x-decisions|content-.*",
    re.IGNORECASE,
)


def message_id(outgoing: Outgoing) -> str:
    """Return the Message-ID, the same for every attempt at one send."""
    known = outgoing.send_id
    left = known if _SAFE_ID.fullmatch(known) else hashlib.sha256(known.encode()).hexdigest()[:40]
    return f"<{left}@{one_address(outgoing.from_email).rpartition('@')[2]}>"


def as_bytes(outgoing: Outgoing) -> bytes:
    """Return the whole email with CRLF line ends, all ASCII.

    Raises: ProviderError for an address that is not one; ValueError for a further header field that is not plain
    or repeats one that is set here.
    """
    boundary = "=_" + hashlib.sha256(f"{outgoing.send_id}\0{outgoing.html}".encode("utf-8", "replace")).hexdigest()[:32]
    fields = "".join(f"{name}: {value}\r\n" for name, value in _fields(outgoing, boundary))
    parts = "".join(_part(boundary, kind, text) for kind, text in (("plain", outgoing.text), ("html", outgoing.html)))
    return f"{fields}\r\n{parts}--{boundary}--\r\n".encode("ascii")


def _fields(outgoing: Outgoing, boundary: str) -> Iterator[tuple[str, str]]:
    yield "From", _mailbox(outgoing.from_name, outgoing.from_email)
    yield "To", _mailbox(outgoing.to_name, outgoing.to)
    if outgoing.reply_to:
        yield "Reply-To", one_address(outgoing.reply_to)
    yield "Subject", _words(outgoing.subject)
    yield "Date", format_datetime(to_datetime(outgoing.created).replace(microsecond=0))
    yield "Message-ID", message_id(outgoing)
    yield "Auto-Submitted", "auto-generated"
    if outgoing.marks:
        marks = outgoing.marks[:MOST_MARKS]
        lines = (marks[n : n + _MARKS_A_LINE] for n in range(0, len(marks), _MARKS_A_LINE))
        yield MARKS, "\r\n ".join(map(" ".join, lines))
    yield "Content-Language", _own_field("Content-Language", outgoing.language)[1]
    for name, value in outgoing.headers:
        if _OURS.fullmatch(name):
            raise ValueError(f"the header field {name} is set from the email itself")
        yield _own_field(name, value)
    yield "MIME-Version", "1.0"
    yield "Content-Type", f'multipart/alternative;\r\n boundary="{boundary}"'


def _own_field(name: str, value: str) -> tuple[str, str]:
    if not _FIELD_NAME.fullmatch(name) or not _PLAIN.fullmatch(value) or len(value) > 900:
        raise ValueError(f"the header field {name[:60]!r} or its value is not plain ASCII on one line")
    return name, value


def _mailbox(name: str, address: str) -> str:
    phrase = _phrase(name)
    return f"{phrase}\r\n <{one_address(address)}>" if phrase else one_address(address)


def _phrase(name: str) -> str:
    text = one_line(name)
    if not _PLAIN.fullmatch(text) or "=?" in text or len(text) > _FOLD_AT:
        return _encoded(text)
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}"' if text else ""


def _words(subject: str) -> str:
    text = one_line(subject)
    return _folded(text) if _PLAIN.fullmatch(text) and "=?" not in text else _encoded(text)


def one_line(text: str) -> str:
    return " ".join(_BREAKS_AND_CONTROLS.sub(" ", text).split())


def _folded(text: str) -> str:
    lines, line = [], ""
    for word in text.split(" "):
        if line and len(line) + len(word) > _FOLD_AT - len("Subject: "):
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    # A word that no line can hold must not run past 998 characters; encoding may break it anywhere.
    lines.append(line)
    return "\r\n ".join(lines) if max(map(len, lines)) < 900 else _encoded(text)


def _encoded(text: str) -> str:
    return "\r\n ".join(f"=?utf-8?B?{b64encode(chunk).decode()}?=" for chunk in _chunks(text))


def _chunks(text: str) -> Iterator[bytes]:
    """Yield the text's UTF-8 in pieces that end between characters, as an encoded word must."""
    chunk = b""
    for char in text:
        encoded = char.encode()
        if len(chunk) + len(encoded) > _BYTES_A_WORD:
            yield chunk
            chunk = b""
        chunk += encoded
    if chunk:
        yield chunk


def _part(boundary: str, kind: str, text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\n", "\r\n").encode("utf-8", "replace")
    body = encodebytes(lines).decode().replace("\n", "\r\n")
    return (
        f'--{boundary}\r\nContent-Type: text/{kind}; charset="utf-8"\r\n'
        f"Content-Transfer-Encoding: base64\r\n\r\n{body}\r\n"
    )
