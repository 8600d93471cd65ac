"""What deciding and planning hand on: recipients, candidates, notices, and verdicts with their reasons."""

from enum import StrEnum
from typing import NamedTuple

from service.domain.calendar import Instant
from service.domain.events import Moment, Subject
from service.domain.rules import STAFF_PREFIX, Kind

ADVISOR_PREFIX = "advisor:"


class Role(StrEnum):
    """What a recipient is to the program."""

    MENTOR = "mentor"
    MENTEE = "mentee"
    STAFF = "staff"
    ADVISOR = "advisor"


def is_participant(recipient: str) -> bool:
    """Return whether the recipient is a participant's id, not `staff.<role>` or `advisor:<participant>`."""
    return not recipient.startswith((STAFF_PREFIX, ADVISOR_PREFIX))


class LedgerKey(NamedTuple):
    """One decision, for as long as the program lives; `start` is "" for `reaches`, `value` "" for a whole field."""

    rule: str
    subject: str
    start: str
    k: int
    recipient: str
    value: str


class Candidate(NamedTuple):
    """A notice that its subject allows now: in an open slot, every gate holds, no pause or break applies.

    A tuple, because deciding makes one for every open slot, time and again, and a tuple costs less than half.
    """

    key: LedgerKey
    kind: Kind
    position: int
    subject: Subject
    start_id: str
    start_moment: Moment
    place: int
    """Its place among the sends of its slot."""
    to: str
    role: Role
    message: str
    resource: str | None
    """A slug, "by_topic" or "by_stage"; None for no resource, "" where the start was to name one and did not."""
    pick: str
    """The topic by which a resource is to be picked, or ""."""
    due: Instant
    closes: Instant
    every: int
    formerly: tuple[str, ...] = ()

    @property
    def order(self) -> tuple[int, Instant, int, str, Moment, int, int]:
        """The order in which several that are sendable at once take their place. Source: *Meaning* 6."""
        return (
            self.kind.order,
            self.due,
            self.position,
            self.key.subject,
            self.start_moment,
            self.key.k,
            self.place,
        )


class Charge(NamedTuple):
    """What the safety limit counted a notice for: a rule's edition, or (`expected`) a launch that staff announced."""

    edition: str
    expected: bool = False


class Notice(NamedTuple):
    """A candidate that goes out: `at` is the planned instant, `resource` the slug that was picked, or "".

    `charge` says what the safety limit counted it for, None where it counts nothing.
    """

    candidate: Candidate
    at: Instant
    resource: str = ""
    charge: Charge | None = None


class Word(StrEnum):
    """Why a message was not sent, or not yet."""

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


class Verdict(NamedTuple):
    """A word, what it is about (a gate, an event, a pause …), and the instant at which time alone lifts it."""

    word: Word
    detail: str = ""
    until: Instant | None = None

    def __str__(self) -> str:
        return f"{self.word}({self.detail})" if self.detail else str(self.word)
