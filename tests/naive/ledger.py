"""What was sent, and what was not and why."""

from dataclasses import dataclass, field
from enum import StrEnum

from service.domain.calendar import Instant
from service.domain.rules import Kind


class Why(StrEnum):
    """The verdicts of *Meaning* 9, without their arguments."""

    WAITING = "waiting"
    GATE = "gate"
    UNTIL = "until"
    GAP = "gap"
    PAUSED = "paused"
    BREAK = "break"
    HOURS = "hours"
    LIMITED = "limited"
    AGAIN = "again"
    OPTED_OUT = "opted_out"
    ENDED = "ended"
    NO_ADDRESS = "no_address"
    ADDRESS_BLOCKED = "address_blocked"
    NOTHING_NEW = "nothing_new"
    HELD = "held"
    TOO_LATE = "too_late"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One notice that went out.

    `start` is the starting event's id, or "NAME:INDEX" for a date. `email` numbers the emails in the order
    in which they went; notices that share one email share its number. `program` and `start_key` (the
    ledger's word for the start: by business id) are kept for the next step and compare with nothing.
    """

    at: Instant
    rule: str
    start: str
    k: int
    subject: str
    to: str
    recipient: str
    message: str
    kind: Kind
    value: str = ""
    resource: str = ""
    email: int = 0
    program: str = field(default="", compare=False)
    start_key: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """One notice of an open slot that did not go out at `at`, and the verdict's name."""

    at: Instant
    rule: str
    start: str
    k: int
    subject: str
    to: str
    recipient: str
    value: str
    verdict: Why
