"""How addresses are kept on the suppression list: as keyed hashes, which nobody can turn back without the secret."""

import hmac
from hashlib import sha256

from service.domain.errors import OperatorError


def address_hash(secret: bytes, address: str) -> bytes:
    """Return the address's hash; upper and lower case are one, as every provider has it.

    Raises: OperatorError when there is no secret.
    """
    if not secret:
        raise OperatorError("The store was opened without the secret for addresses. Set INTOUCH_SECRET_FILE.")
    return hmac.digest(secret, address.strip().casefold().encode(), sha256)
