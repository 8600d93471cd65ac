"""The port to what mentorships stand on: kept by whoever checks them, and asked by pages."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple, Protocol

from service.domain.calendar import Instant
from service.domain.engagement import Engagement, Footing
from service.domain.programs import Thresholds


@dataclass(frozen=True, slots=True, kw_only=True)
class FootingRow:
    """One mentorship in the list of its program, with the names of its people, "" for who is not known yet.

    `folded_seq` is the position of the log up to which it is so. `advisors` are the addresses of the advisors of its
    people. They are kept as keys that nobody can turn back, so that a row which is read has none.
    """

    program: str
    id: str
    footing: Footing
    mentor: str = ""
    mentee: str = ""
    folded_seq: int = 0
    advisors: tuple[str, ...] = ()
    groups: frozenset[str] = frozenset()
    """Those of either of the two."""


class Order(StrEnum):
    """How a list of mentorships is sorted; by id among equals."""

    ID = "id"
    QUIET = "quiet"
    """The longest without a message or conversation first."""
    NEWEST = "newest"
    """The latest match first."""
    CONVERSATIONS = "conversations"
    """The most first."""


class Place(NamedTuple):
    """Where in a list a page ends: what its last row is sorted by, and its id."""

    by: int = -(2**63)
    id: str = ""


START: Final = Place()
"""Before all of a list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which mentorships somebody wants to see; what is None or False is not asked.

    `quiet_before` keeps those that go on without a message or conversation since then. `text` is part of an id or,
    unless `by_id`, of the two names. `advisor` is the key of the one whose caseload it is; None asks for all.
    """

    state: Engagement | None = None
    at_least: int | None = None
    at_most: int | None = None
    """Conversations."""
    quiet_before: Instant | None = None
    flagged: bool = False
    asking: bool = False
    text: str = ""
    by_id: bool = False
    advisor: str | None = None
    group: str = ""
    topic: str = ""
    order: Order = Order.ID


class FootingReading(Protocol):
    """What can be read of them."""

    def footings(
        self, program: str, wanted: Wanted, limits: Thresholds, now: Instant, after: Place, limit: int
    ) -> Sequence[tuple[Place, FootingRow]]:
        """Return mentorships as wanted, from after a place, each with its own place."""

    def number_going_on(self, program: str, wanted: Wanted, limits: Thresholds, now: Instant) -> int:
        """Return how many mentorships that go on are as wanted."""

    def states(
        self, program: str, limits: Thresholds, now: Instant, advisor: str | None = None
    ) -> dict[Engagement | None, int]:
        """Return how many mentorships are in each state, of one advisor's where a key is given.

        None are those that ended or were never matched.
        """

    def advised(self, program: str, ids: Collection[str], advisor: str) -> Collection[str]:
        """Return those of the mentorships that are in the caseload of the advisor with this key."""

    def advisor_key(self, address: str) -> str:
        """Return the key of the advisor with this address, "" of none; upper and lower case are one."""


class FootingWriting(FootingReading, Protocol):
    """What can be changed of them."""

    def save_footings(self, rows: Sequence[FootingRow]) -> None:
        """Keep what these mentorships stand on."""

    def check_unkept(self) -> None:
        """Ask for the check of each mentorship whose footing is not kept as far as its facts are."""
