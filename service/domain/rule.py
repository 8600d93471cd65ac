"""One rule as staff write it, and the words it is made of.

The words and their meaning are fixed by `docs/rule-language.md`. Loading text into these values is the
rulebook adapter's work; judging by them is `decide.py`'s and `plan.py`'s.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from service.domain.calendar import Duration
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
RESOURCE = "resource"
"""The word of a line, and the field of events, that names one."""


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
    """An event that stops the rule for good once it happened after the start.

    `same` is a field in which the two agree; where the start is about no resource, `resource` is the one that a line
    sends, and such an event of its recipient stops that line for them.
    """

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
