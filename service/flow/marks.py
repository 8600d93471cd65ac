"""Marks: by which a send says, to us alone, which decisions it carried.

A store that was put back from a copy has forgotten what went out since. The provider still reports those sends, so that
a send's id begins with the mark of its first notice, and the marks of all go along: what is decided anew is recognised.
Without the secret nobody reads a decision from a mark, and nobody makes an id that passes for one of ours.
"""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from service.domain.delivery import Candidate, LedgerKey

_MARK: Final = 20
_NONCE: Final = 6
_CHECK: Final = 6
"""Hexadecimal digits of each part of a send's id, in this order."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Makes and reads them with the installation's secret."""

    secret: bytes = field(repr=False)

    def of(self, program: str, key: LedgerKey) -> str:
        """Return the decision's mark: 20 hexadecimal digits, the same each time it is decided."""
        return self._digits("decision", repr((program, *key)))[:_MARK]

    def of_candidate(self, program: str, candidate: Candidate) -> Iterator[str]:
        """Yield the marks under which a candidate may have gone: by its rule's name, and by its former ones."""
        for rule in (candidate.key.rule, *candidate.formerly):
            yield self.of(program, candidate.key._replace(rule=rule))

    def send_id(self, mark: str, nonce: bytes) -> str:
        """Return the id of a send whose first notice has that mark; `nonce` (3 bytes) is another for each attempt."""
        begun = mark + nonce.hex()[:_NONCE]
        return begun + self._check(begun)

    def first_in(self, send_id: str) -> str | None:
        """Return the mark with which the id begins, or None where it was not made here."""
        begun, check = send_id[: _MARK + _NONCE], send_id[_MARK + _NONCE :]
        is_ours = len(check) == _CHECK and hmac.compare_digest(check.encode(), self._check(begun).encode())
        return begun[:_MARK] if is_ours else None

    def _check(self, begun: str) -> str:
        return self._digits("send", begun)[:_CHECK]

    def _digits(self, purpose: str, text: str) -> str:
        return hmac.digest(self.secret, f"{purpose}\0{text}".encode(), sha256).hex()


def marks_of(text: object) -> tuple[str, ...]:
    """Return the marks that a report carries along, as far as they look like some."""
    words = text.split() if isinstance(text, str) else ()
    return tuple(each for each in words if len(each) == _MARK and each.isalnum())
