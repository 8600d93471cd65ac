"""What an SMTP server's answers mean: for the email, for its recipient, or for us."""

import re
import smtplib
import ssl
from typing import Final

from service.domain.errors import ProviderError

_CONFIGURATION: Final = frozenset({530, 534, 535, 538})
"""Refusals of us, not of the email: it stays due until an operator has put the access right."""
_RECIPIENT_REFUSED: Final = frozenset({550, 551, 553, 556})
_BAD_ADDRESS: Final = frozenset({b"5.1.1", b"5.1.2", b"5.1.3", b"5.1.6", b"5.1.10", b"5.2.1"})
"""No such mailbox, no such domain, no address at all, moved, a domain that takes no mail, mailbox disabled."""
_NOBODY: Final = re.compile(
    rb"no such (user|mailbox|recipient|address|person)|(user|mailbox|recipient|address) (is )?(unknown|not found)"
    rb"|unknown (user|mailbox|recipient)|does ?n[o']t exist|no mailbox here",
    re.IGNORECASE,
)
_PUT_OFF: Final = frozenset({450, 451, 452})
_OUR_OWN: Final = frozenset({b"4.5.3", b"4.7.0"})
"""Too many recipients, and our own standing with the server."""
_ENHANCED: Final = re.compile(rb"[245]\.\d{1,3}\.\d{1,3}")


def is_bad_address(code: int, words: bytes) -> bool:
    """Return whether the refusal of a recipient says that the address takes no mail, now or later.

    A server refuses recipients for our sake too: relaying, a blocklist, a full mailbox, its policy. Taking such an
    answer for a bad address would silence everybody, so only the codes for addresses count, and of answers without
    a code only those that say in words that there is no such mailbox. Source: RFC 3463, 3.2 and 3.3; RFC 7505.
    """
    if code not in _RECIPIENT_REFUSED:
        return False
    detail = _ENHANCED.search(words)
    return detail[0] in _BAD_ADDRESS if detail else bool(_NOBODY.search(words))


def is_busy(code: int, words: bytes) -> bool:
    """Return whether a recipient is put off for their own sake: full, busy, greylisted.

    421 ends the connection and "too many recipients" is about ours. Source: RFC 5321, 4.2.3 and 4.5.3.1.10.
    """
    detail = _ENHANCED.search(words)
    return code in _PUT_OFF and not (detail and detail[0] in _OUR_OWN)


def busy_recipient(code: int, words: bytes) -> ProviderError:
    """Return the error for a recipient whom the server may serve later."""
    said = _said(code, words)
    message = f"The mail server cannot serve this recipient now ({said})."
    return ProviderError(message, temporary=True, of_recipient=True, code=said)


def no_such_address(code: int, words: bytes) -> ProviderError:
    said = _said(code, words)
    return ProviderError(
        f"The mail server says that this address takes no mail ({said}). Correct it where the person is registered.",
        temporary=False,
        address_is_bad=True,
        code=said,
    )


def _said(code: int, words: bytes) -> str:
    """Return the codes of an answer; its words may name the recipient, and are not kept."""
    detail = _ENHANCED.search(words)
    return f"{code} {detail[0].decode()}" if detail else str(code)


def refused(code: int, words: bytes) -> ProviderError:
    said = _said(code, words)
    if code in _CONFIGURATION:
        return ProviderError(
            f"The mail server wants another login ({said}). Check user and password in INTOUCH_MAIL_URL.",
            temporary=True,
        )
    if 500 <= code < 600:
        return ProviderError(f"The mail server refused the email ({said}).", temporary=False)
    return ProviderError(f"The mail server cannot take the email now ({said}).", temporary=True)


def lost(error: Exception) -> ProviderError:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return refused(535, b"")
    if isinstance(error, smtplib.SMTPResponseException):
        return ProviderError(f"The mail server cannot serve us now ({error.smtp_code}).", temporary=True)
    if isinstance(error, ssl.SSLCertVerificationError):
        return ProviderError(
            "The mail server's certificate is not trusted here. Check the host in INTOUCH_MAIL_URL.", temporary=True
        )
    return ProviderError(f"The mail server cannot be reached ({type(error).__name__}).", temporary=True)
