"""How mail reaches people: hours, limits, the brake, pauses, and what a message's or resource's front matter says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from service.domain.calendar import DAY, Duration, Hours
from service.domain.rule import Gate, Kind, Rule


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many emails with nudges per participant in any window of that length."""

    at_most: int
    window: Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Safety:
    """The brake on a bad rule: messages per rule and hour, and how many of a changed rule go unasked."""

    per_rule_per_hour: int = 200
    first_after_change: int = 25


class OnUnknown(StrEnum):
    """What becomes of an email whose fate at the provider nobody knows."""

    HOLD = "hold"
    RESEND = "resend"


_ON_UNKNOWN = {
    Kind.ALERT: OnUnknown.RESEND,
    Kind.ANSWER: OnUnknown.RESEND,
    Kind.SERVICE: OnUnknown.HOLD,
    Kind.NUDGE: OnUnknown.HOLD,
    Kind.REPORT: OnUnknown.HOLD,
}


_OFFICE_HOURS = Hours(opens=9 * 60, closes=18 * 60, days=frozenset(range(5)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How mail reaches people. `timezone` is a zone, or None for the recipient's own; likewise
    `timezone_if_unknown`, or None for the program's."""

    hours: Hours = _OFFICE_HOURS
    timezone: str | None = None
    timezone_if_unknown: str | None = None
    limits: tuple[Limit, ...] = (Limit(1, DAY), Limit(3, 7 * DAY))
    send_within: Duration = 3 * DAY
    digest_at_most: int = 5
    safety: Safety = Safety()
    on_unknown: Mapping[Kind, OnUnknown] = field(default_factory=lambda: dict(_ON_UNKNOWN))

    def slot_stays_open(self, rule: Rule) -> Duration:
        """Return how late a slot of the rule may still go out."""
        if rule.send_within is not None:
            return rule.send_within
        return 30 * DAY if rule.kind is Kind.ALERT else self.send_within


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """While all its gates hold for a mentorship, messages of these kinds about it wait."""

    id: str
    gates: tuple[Gate, ...]
    stops: frozenset[Kind]


class Category(StrEnum):
    """What a participant can opt out of; `service` they cannot."""

    REMINDERS = "reminders"
    RESOURCES = "resources"
    CELEBRATIONS = "celebrations"
    SURVEYS = "surveys"
    SERVICE = "service"


OPTIONAL: Final = (Category.REMINDERS, Category.RESOURCES, Category.CELEBRATIONS, Category.SURVEYS)
"""The categories that a participant can opt out of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePolicy:
    """What a message's front matter says to the planner."""

    category: Category = Category.REMINDERS
    not_again_within: Duration | None = None
    """How long the same message with the same resource keeps away from the same recipient."""
    topic_not_again_within: Duration | None = None
    """How long the same message about the same value of a list, such as a flag's topic, keeps away from them."""

    @property
    def memory(self) -> Duration:
        """How far back planning has to look for what went before."""
        return max(self.not_again_within or 0, self.topic_not_again_within or 0)


ALL_TOPICS = "all"
"""Stands in a resource's topics when it suits every one."""


class Audience(StrEnum):
    """Who a resource is for."""

    MENTOR = "mentor"
    MENTEE = "mentee"
    BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """What a resource's front matter says to the planner. `order` is its place in the catalogue."""

    slug: str
    order: int
    title: str = ""
    audience: Audience = Audience.BOTH
    topics: frozenset[str] = frozenset()
    stage: str = ""
    needs_contacts: frozenset[str] = frozenset()
    """Contacts without which a program cannot show it."""
