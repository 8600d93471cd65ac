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


class Engagement(StrEnum):
    """The states, from the first day on."""

    NEW = "new"
    NOT_YET_CONNECTED = "not_yet_connected"
    NOT_CONNECTED = "not_connected"
    CONNECTED = "connected"
    HIGHLY_ENGAGED = "highly_engaged"
    DRIFTING = "drifting"


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
    matched_at = mentorship.last(MATCHED)
    if matched_at is None:
        return None
    things = [each for each in mentorship.things.values() if each.is_open]
    return Standing(
        state=_state(mentorship, matched_at, thresholds, now),
        matched_at=matched_at,
        conversations=mentorship.count(LOGGED),
        last_logged_at=mentorship.last(LOGGED),
        asks_for_help=any(each.kind == "help" for each in things),
        open_flags=Counter(str(each.value("priority")) for each in things if each.kind == "flag"),
    )


def _state(mentorship: SubjectFacts, matched_at: Instant, limits: Thresholds, now: Instant) -> Engagement | None:
    if mentorship.value(STATUS) == "ended":
        return None
    last = mentorship.last(LOGGED)
    if last is None:
        return _before_the_first(now - matched_at, limits)
    if now - last >= limits.drifting_after:
        return Engagement.DRIFTING
    many = mentorship.count(LOGGED) >= limits.highly_engaged_from
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
