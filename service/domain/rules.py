"""What staff write, as typed values: rules, delivery, pauses, programs, and the rule set that joins them.

The words and their meaning are fixed by `docs/rule-language.md`. Loading text into these values is the
rulebook adapter's work; judging by them is `decide.py`'s and `plan.py`'s.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any

from service.domain.calendar import DAY, Duration, Hours, Instant, Span, end_of_day, start_of_day
from service.domain.catalogue import Catalogue
from service.domain.events import SubjectKind


class Kind(StrEnum):
    """Which delivery policies apply to a rule's messages."""

    ALERT = "alert"
    ANSWER = "answer"
    SERVICE = "service"
    NUDGE = "nudge"
    REPORT = "report"

    @property
    def order(self) -> int:
        """The place in the queue when several are sendable at once; 1 goes first."""
        return _ORDER[self]

    @property
    def exact(self) -> bool:
        """Whether it goes at its very instant, and its clock starts when the event was recorded."""
        return self in (Kind.ALERT, Kind.ANSWER)


_ORDER = {kind: place for place, kind in enumerate(Kind, 1)}


class StartsFrom(StrEnum):
    EACH = "each"
    LATEST = "latest"


class Actor(StrEnum):
    """Who did something, seen from the starting event."""

    INITIATOR = "initiator"
    COUNTERPART = "counterpart"


DATE_PREFIX = "date."
STAFF_PREFIX = "staff."
PICKS = ("this", "by_topic", "by_stage")


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """One line of `send`: a message to whoever `to` names; `resource` is a slug or one of PICKS."""

    to: str
    message: str
    resource: str | None = None


@dataclass(frozen=True, slots=True)
class Gate:
    """A fact that must hold at the moment of sending: `word: value`, with no clock."""

    word: str
    value: str

    def __str__(self) -> str:
        return f"{self.word}: {self.value}"


@dataclass(frozen=True, slots=True)
class Quiet:
    """`none_in_last`: the gate that time alone can open."""

    event: str
    span: Duration

    def __str__(self) -> str:
        return f"none_in_last: {self.event}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many of an event type there must be, bounds included; None is no bound."""

    event: str
    at_least: int | None = None
    at_most: int | None = None

    def __str__(self) -> str:
        return f"count: {self.event}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Until:
    """An event that stops the rule for good once it happened after the start."""

    event: str
    by: Actor | None = None
    same: str | None = None


@dataclass(frozen=True, slots=True)
class Groups:
    """Groups that the mentor, the mentee, or either of them must carry; an empty set asks for nothing."""

    mentor: frozenset[str] = frozenset()
    mentee: frozenset[str] = frozenset()
    either: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule. Durations in microseconds. `position` is its place over all files, by path then line."""

    id: str
    position: int
    kind: Kind
    starts: str
    title: str = ""
    why: str = ""
    for_each: SubjectKind = SubjectKind.MENTORSHIP
    enabled: bool = True
    programs: frozenset[str] | None = None
    only_for: Groups = Groups()
    starts_from: StartsFrom = StartsFrom.EACH
    where: Mapping[str, frozenset[str]] = field(default_factory=dict)
    reaches: int | None = None
    wait: Duration = 0
    before: Duration | None = None
    every: Duration | None = None
    total: int = 1
    only_while: tuple[Gate, ...] = ()
    until: tuple[Until, ...] = ()
    counts: tuple[Count, ...] = ()
    none_in_last: tuple[Quiet, ...] = ()
    send_within: Duration | None = None
    sends: tuple[Send, ...] = ()
    depends_on: str | None = None
    cases: Mapping[str, tuple[Send, ...]] = field(default_factory=dict)
    formerly: tuple[str, ...] = ()

    @property
    def date_name(self) -> str | None:
        """The program date that starts the rule, or None when an event does."""
        return self.starts.removeprefix(DATE_PREFIX) if self.starts.startswith(DATE_PREFIX) else None

    @property
    def offset(self) -> Duration:
        """From the start to the first slot; negative ahead of a date."""
        return -self.before if self.before is not None else self.wait


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """Days of rest in a program, both included."""

    name: str
    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Somebody at the institution whom people can call. `url` and `hours` are "" where they were left out."""

    name: str
    phone: str
    url: str = ""
    hours: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """From when on a mentorship counts as what. Durations in microseconds, the first two since the match."""

    new_for: Duration = 7 * DAY
    not_connected_after: Duration = 21 * DAY
    highly_engaged_from: int = 3
    """Conversations."""
    drifting_after: Duration = 45 * DAY
    """Since the last logged conversation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incentive:
    """Something that a program gives, in one sentence, and the messages that end with it where they are nudges."""

    text: str = ""
    shown_in: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One program's file, or the defaults where it has none. `staff` is ordered: who is next.

    `dates` gives each name its dates in order; a single date is a list of one.
    """

    id: str
    name: str = ""
    timezone: str | None = None
    locale: str = ""
    """The language of readers who named none, and of the words in this file, as a tag (`en-US`)."""
    dashboard: str = ""
    """The address of the program's own platform, where participants log and flag; "" where there is none."""
    from_name: str = ""
    from_email: str = ""
    color: str | None = None
    logo: str | None = None
    staff: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    dates: Mapping[str, tuple[date, ...]] = field(default_factory=dict)
    breaks: tuple[Break, ...] = ()
    groups: Mapping[str, bool] = field(default_factory=dict)
    """Group name → whether it is private."""
    flag_labels: Mapping[str, str] = field(default_factory=dict)
    flags_hidden: frozenset[str] = frozenset()
    engagement: Thresholds = Thresholds()
    incentive: Incentive = Incentive()
    contacts: Mapping[str, Contact] = field(default_factory=dict)
    """The institution's own contacts, by the names that resources ask for (`counselling`)."""
    overrides: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    """Rule id → names of Rule fields → their values, already typed by the loader."""

    def incentive_in(self, message: str, kind: Kind) -> str:
        """Return what the message ends with: the incentive, or ""."""
        return self.incentive.text if kind is Kind.NUDGE and message in self.incentive.shown_in else ""

    def break_spans(self, zone_name: str) -> tuple[Span, ...]:
        """Return the breaks as spans in the zone, from 00:00 of the first day to 24:00 of the last."""
        return tuple(
            Span(start_of_day(each.first, zone_name), end_of_day(each.last, zone_name)) for each in self.breaks
        )


class Category(StrEnum):
    """What a participant can opt out of; `service` they cannot."""

    REMINDERS = "reminders"
    RESOURCES = "resources"
    CELEBRATIONS = "celebrations"
    SURVEYS = "surveys"
    SERVICE = "service"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePolicy:
    """What a message's front matter says to the planner."""

    category: Category = Category.REMINDERS
    not_again_within: Duration | None = None


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


_NO_POLICY = MessagePolicy()


@dataclass(frozen=True, kw_only=True)
class RuleSet:
    """Rules, delivery, pauses, programs, messages and resources together, known by one content hash."""

    catalogue: Catalogue
    rules: tuple[Rule, ...] = ()
    delivery: Delivery = field(default_factory=Delivery)
    pauses: tuple[Pause, ...] = ()
    programs: Mapping[str, Program] = field(default_factory=dict)
    messages: Mapping[str, MessagePolicy] = field(default_factory=dict)
    resources: tuple[Resource, ...] = ()
    hash: str = ""

    def program(self, program_id: str) -> Program:
        """Return the program's file, or the defaults for one without a file."""
        return self.programs.get(program_id) or Program(id=program_id)

    def policy(self, message: str) -> MessagePolicy:
        return self.messages.get(message, _NO_POLICY)

    def rules_of(self, program_id: str) -> tuple[Rule, ...]:
        """Return the rules that run in the program, its overrides applied, in rule order."""
        cached = self._rules_by_program.get(program_id)
        if cached is None:
            cached = self._rules_by_program[program_id] = self._apply(self.program(program_id))
        return cached

    @cached_property
    def books(self) -> dict[str, Any]:
        """Compiled rules by program, filled by `book.book_of`."""
        return {}

    @cached_property
    def _rules_by_program(self) -> dict[str, tuple[Rule, ...]]:
        return {}

    def _apply(self, program: Program) -> tuple[Rule, ...]:
        changed = (replace(rule, **program.overrides.get(rule.id, {})) for rule in self.rules)  # type: ignore[arg-type]
        return tuple(
            rule for rule in changed if rule.enabled and (rule.programs is None or program.id in rule.programs)
        )


@dataclass(frozen=True, slots=True)
class Activation:
    """A rule set that decided from `since` on, until the next one did."""

    since: Instant
    rule_set: RuleSet
