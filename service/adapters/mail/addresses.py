"""Email addresses as header fields and envelopes want them: one addr-spec, ASCII, its domain in punycode."""

import re
from functools import lru_cache
from typing import Final

import idna

from service.domain.errors import ProviderError

_LOCAL: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LONGEST: Final = 254
_LONGEST_LOCAL: Final = 64


def one_address(text: str) -> str:
    """Return the address with its domain in punycode.

    Raises: ProviderError (permanent), which does not repeat the address, unless the text is exactly one
    addr-spec with an ASCII local part. Source: RFC 5321, RFC 5322 (dot-atom), RFC 5891.
    """
    local, at, domain = text.rpartition("@")
    if not at or len(local) > _LONGEST_LOCAL or not _LOCAL.fullmatch(local):
        raise _unusable()
    address = f"{local}@{_ascii_domain(domain)}"
    if len(address) > _LONGEST:
        raise _unusable()
    return address


def comparable(text: str) -> str:
    """Return the address as it is compared with others: in small letters, its domain in punycode where it has one."""
    try:
        return one_address(text.strip()).casefold()
    except ProviderError:
        return text.strip().casefold()


@lru_cache(maxsize=4_096)  # the same few domains all day, and a tenth of a millisecond for each
def _ascii_domain(domain: str) -> str:
    try:
        return idna.encode(domain, uts46=True, std3_rules=True).decode("ascii")
    except (idna.IDNAError, UnicodeError) as error:
        raise _unusable() from error


def _unusable() -> ProviderError:
    return ProviderError(
        "The address is not one plain email address. Correct it where the participant is registered.", temporary=False
    )
