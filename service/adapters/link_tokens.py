"""Grants as tokens: a short text that only who knows the installation's secret can make, and anybody can carry.

The rules of this file:
1. A token is base64url of the grant's ids and an HMAC-SHA-256 over them, cut to 160 bits. Nobody stores it.
2. The key is made of the secret for this use alone: what is known of another use of the secret says nothing here.
3. There is one spelling: a token that reads the same but is written otherwise is none.
Source: RFC 2104 and 4648; ASVS 5.0, 11.5.1 (at least 128 bits).
"""

import hmac
from base64 import b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from hashlib import sha256
from typing import Final

from service.domain.grants import Grant, Purpose

_USE: Final = b"intouch: links in mail, 1"
_TAG_BYTES: Final = 20
_LONGEST: Final = 800
_PARTS: Final = 5


class LinkTokens:
    """Makes tokens of grants, and grants of tokens."""

    def __init__(self, secret: bytes) -> None:
        self._key = hmac.digest(secret, _USE, sha256)

    def token(self, grant: Grant) -> str:
        """Return the grant as text for an address. Raises: ValueError where an id of it cannot stand in one."""
        ids = (str(grant.purpose), grant.program, grant.recipient, str(grant.last_day))
        if any("/" in each for each in ids):
            raise ValueError("an id in a link has no slash")
        body = "/".join((*ids, grant.about)).encode()
        return urlsafe_b64encode(body + self._tag(body)).rstrip(b"=").decode()

    def grant(self, token: str) -> Grant | None:
        """Return what the token grants, or None where this installation did not make it."""
        body = self._verified(token)
        if body is None:
            return None
        purpose, program, recipient, last_day, about = body.decode().split("/", _PARTS - 1)
        return Grant(
            purpose=Purpose(purpose), program=program, recipient=recipient, last_day=int(last_day), about=about
        )

    def _verified(self, token: str) -> bytes | None:
        """Return the bytes that were signed, or None."""
        if not token.isascii() or len(token) > _LONGEST:
            return None
        try:
            signed = b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except Base64Error:
            return None
        body, tag = signed[:-_TAG_BYTES], signed[-_TAG_BYTES:]
        is_ours = hmac.compare_digest(tag, self._tag(body))
        return body if is_ours and urlsafe_b64encode(signed).rstrip(b"=").decode() == token else None

    def _tag(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, sha256)[:_TAG_BYTES]
