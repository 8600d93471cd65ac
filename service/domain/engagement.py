"""Engagement: how a mentorship stands, as staff see it, and how a program's mentorships stand together.

The rules of this file:
1. Every mentorship that goes on is in exactly one state. One that has ended is in none, and counts in the connection
   rate all the same: it was matched, and it was connected or it was not.
2. An open request for help overlays any state and changes none.
3. A conversation counts from the instant at which it was logged, as in rules, and not from the day it was held.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from service.domain.calendar import Instant
from service.domain.facts import SubjectFacts
from service.domain.fold import STATUS
from service.domain.rules import Thresholds

MATCHED = "mentorship.matched"
LOGGED = "conversation.logged"
WROTE = "mentorship.message_sent"


class Engagement(StrEnum):
    """The states, from the first day on."""

    NEW = "new"
    NOT_YET_CONNECTED = "not_yet_connected"
    NOT_CONNECTED = "not_connected"
    CONNECTED = "connected"
    HIGHLY_ENGAGED = "highly_engaged"
    DRIFTING = "drifting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Footing:
    """What a mentorship's standing follows from at any later instant; it changes by events alone.

    Instants are None for what has not happened, or is not so now. `last_contact_at` is the newest message or
    conversation, `flagged_at` since when the oldest open flag waits, `asked_at` the oldest open request for help.
    """

    matched_at: Instant | None = None
    ended_at: Instant | None = None
    status: str = ""
    conversations: int = 0
    first_logged_at: Instant | None = None
    last_logged_at: Instant | None = None
    last_contact_at: Instant | None = None
    open_flags: int = 0
    flagged_at: Instant | None = None
    asked_at: Instant | None = None


def footing_of(mentorship: SubjectFacts) -> Footing:
    """Return what the mentorship stands on."""
    status = mentorship.latest.get(STATUS)
    ended = status is not None and status[1] == "ended"
    last_logged_at, last_message_at = mentorship.last(LOGGED), mentorship.last(WROTE)
    flags, requests = (_opened(mentorship, kind) for kind in ("flag", "help"))
    return Footing(
        matched_at=mentorship.last(MATCHED),
        ended_at=status[0].time if status and ended else None,
        status=str(status[1]) if status else "",
        conversations=mentorship.count(LOGGED),
        first_logged_at=mentorship.first(LOGGED),
        last_logged_at=last_logged_at,
        last_contact_at=max((at for at in (last_logged_at, last_message_at) if at is not None), default=None),
        open_flags=len(flags),
        flagged_at=min(flags, default=None),
        asked_at=min(requests, default=None),
    )


def _opened(mentorship: SubjectFacts, kind: str) -> list[Instant]:
    """Return since when each thing of the kind is open."""
    things = (each for each in mentorship.things.values() if each.kind == kind and each.is_open)
    return [each.opened.time for each in things if each.opened is not None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How one mentorship stands. `state` is None where it has ended; `open_flags` has a number for each priority."""

    state: Engagement | None
    matched_at: Instant
    conversations: int
    last_logged_at: Instant | None
    asks_for_help: bool
    open_flags: Mapping[str, int] = field(default_factory=dict)


def standing_of(mentorship: SubjectFacts, thresholds: Thresholds, now: Instant) -> Standing | None:
    """Return how the mentorship stands at `now`, or None where nobody has told of its match."""
    footing = footing_of(mentorship)
    if footing.matched_at is None:
        return None
    things = [each for each in mentorship.things.values() if each.is_open]
    return Standing(
        state=state_at(footing, thresholds, now),
        matched_at=footing.matched_at,
        conversations=footing.conversations,
        last_logged_at=footing.last_logged_at,
        asks_for_help=footing.asked_at is not None,
        open_flags=Counter(str(each.value("priority")) for each in things if each.kind == "flag"),
    )


def state_at(footing: Footing, limits: Thresholds, now: Instant) -> Engagement | None:
    """Return the state at `now`, or None where it has ended or was never matched."""
    if footing.ended_at is not None or footing.matched_at is None:
        return None
    if footing.last_logged_at is None:
        return _before_the_first(now - footing.matched_at, limits)
    if now - footing.last_logged_at >= limits.drifting_after:
        return Engagement.DRIFTING
    many = footing.conversations >= limits.highly_engaged_from
    return Engagement.HIGHLY_ENGAGED if many else Engagement.CONNECTED


def _before_the_first(since_match: int, limits: Thresholds) -> Engagement:
    if since_match < limits.new_for:
        return Engagement.NEW
    return Engagement.NOT_CONNECTED if since_match >= limits.not_connected_after else Engagement.NOT_YET_CONNECTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """How a program's mentorships stand together. `states` has every state, those with nobody too."""

    states: Mapping[Engagement, int]
    matched: int
    ever_connected: int
    asking_for_help: int

    @property
    def going_on(self) -> int:
        return sum(self.states.values())

    @property
    def connection_rate(self) -> float | None:
        """The share of matched mentorships with a conversation, from 0 to 1; None before the first match."""
        return self.ever_connected / self.matched if self.matched else None


def overview_of(standings: Iterable[Standing]) -> Overview:
    """Return how these mentorships stand together."""
    states = dict.fromkeys(Engagement, 0)
    matched = ever_connected = asking = 0
    for each in standings:
        matched += 1
        ever_connected += each.conversations > 0
        if each.state is not None:
            states[each.state] += 1
            asking += each.asks_for_help
    return Overview(states=states, matched=matched, ever_connected=ever_connected, asking_for_help=asking)
