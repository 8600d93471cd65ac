"""Addresses that get no more mail, and why: a provider said so, whatever the kind and the program."""

from dataclasses import dataclass
from enum import StrEnum

from service.domain.calendar import Instant


class Reason(StrEnum):
    """Why an address is blocked."""

    HARD_BOUNCE = "hard_bounce"
    COMPLAINT = "complaint"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """Why an address is blocked, and since when. `detail` is the provider's code, free of personal data."""

    reason: Reason
    at: Instant
    detail: str = ""
