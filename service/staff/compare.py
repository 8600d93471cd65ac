"""What differs between two rule sets: counts by rule and program, each message that differs and why, people's load.

The shape, for whoever shows it or decides by it:

- `Comparison.rules[program, rule]` is a `Counts`: `before`, `after`, `more`, `fewer`, `moved`, `reworded`.
- `Comparison.differences` are the messages that only one side sends, or sends at another instant or in other words,
  by time. `why` says what stood against it on the side that did not send it.
- `Comparison.before` and `.after` are a `Load` each: how many emails people get in a week.
- `Comparison.first_day` counts the messages to anybody within 24 hours of `since`, where that was given.

Nobody appears but by id. Comparisons of parts that share nobody are joined by `joined`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from service.domain.calendar import DAY, Duration, Instant
from service.domain.delivery import LedgerKey
from service.staff.load import Load

FIRST: Duration = DAY
"""How much of the time ahead `first_day` counts."""

Known = tuple[str, LedgerKey]
"""A message within its program."""


class Change(StrEnum):
    """How a message differs. Messages are the same by rule, subject, start, k, recipient and list value."""

    MORE = "more"
    FEWER = "fewer"
    MOVED = "moved"
    REWORDED = "reworded"
    """Sent at the same instant, but with another message or resource."""


class Cause(StrEnum):
    """Why a side did not send a message, where it is no verdict on a slot."""

    NO_RULE = "no_rule"
    RULE_OFF = "rule_off"
    NO_START = "no_start"
    NO_SLOT = "no_slot"
    NOT_NAMED = "not_named"
    SENT_BEFORE = "sent_before"
    EDITED = "edited"
    AROUND = "around"
    """Both sides send it, in another way: because its own rule was edited, or because something around it was."""


class Why(NamedTuple):
    """A `Cause`, or the word of a verdict, and what it is about (a gate, an event, a pause …)."""

    word: str
    detail: str = ""


class Difference(NamedTuple):
    """One message that differs. `before` and `after` are when each side sends it, None for never."""

    change: Change
    program: str
    key: LedgerKey
    start: str
    """The id of the starting event."""
    before: Instant | None
    after: Instant | None
    message: str
    why: Why

    @property
    def at(self) -> Instant:
        """When the first of the two sides sends it."""
        return min(each for each in (self.before, self.after) if each is not None)


@dataclass(slots=True)
class Counts:
    """Messages of one rule in one program. `before` and `after` count all, the others those that differ."""

    before: int = 0
    after: int = 0
    more: int = 0
    fewer: int = 0
    moved: int = 0
    reworded: int = 0

    def note(self, change: Change) -> None:
        """Count one difference."""
        setattr(self, change, getattr(self, change) + 1)

    def add(self, other: "Counts") -> None:
        self.before += other.before
        self.after += other.after
        for change in Change:
            setattr(self, change, getattr(self, change) + getattr(other, change))

    @property
    def differ(self) -> bool:
        return bool(self.more or self.fewer or self.moved or self.reworded)


@dataclass(slots=True)
class FirstDay:
    """Messages within the first 24 hours, of each side, and those that only `after` sends then."""

    before: int = 0
    after: int = 0
    new: int = 0

    def add(self, other: "FirstDay") -> None:
        self.before += other.before
        self.after += other.after
        self.new += other.new


@dataclass(slots=True, kw_only=True)
class Comparison:
    """Two rule sets over one stretch of time: `since` and `until` are None where it had no such bound."""

    since: Instant | None = None
    until: Instant | None = None
    rules: dict[tuple[str, str], Counts] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)
    before: Load = field(default_factory=Load)
    after: Load = field(default_factory=Load)
    first_day: FirstDay = field(default_factory=FirstDay)
    events: int = 0

    @property
    def is_empty(self) -> bool:
        return not self.differences

    def total(self) -> Counts:
        """Return the counts over all rules and programs."""
        total = Counts()
        for each in self.rules.values():
            total.add(each)
        return total

    def by_program(self) -> Mapping[str, Counts]:
        """Return the counts of each program over its rules."""
        found: dict[str, Counts] = {}
        for (program, _), each in sorted(self.rules.items()):
            found.setdefault(program, Counts()).add(each)
        return found

    def people(self) -> Iterator["Concerned"]:
        """Yield who gains or loses messages, by program and id, once for each rule, change and reason."""
        found: Counter[Concerned] = Counter()
        first: dict[Concerned, Instant] = {}
        for each in self.differences:
            who = Concerned(each.program, each.key.recipient, each.change, each.key.rule, each.why)
            found[who] += 1
            first[who] = min(each.at, first.get(who, each.at))
        yield from (who._replace(number=number, first=first[who]) for who, number in sorted(found.items()))


class Concerned(NamedTuple):
    """How many messages of one rule differ for one recipient, for one reason; `first` is the first of them."""

    program: str
    recipient: str
    change: Change
    rule: str
    why: Why
    number: int = 0
    first: Instant = 0


def joined(parts: Iterable[Comparison]) -> Comparison:
    """Return the comparison of all parts together, its differences by time."""
    whole = Comparison()
    for part in parts:
        whole.since, whole.until = part.since, part.until
        for known, counts in part.rules.items():
            whole.rules.setdefault(known, Counts()).add(counts)
        whole.differences += part.differences
        whole.before.add(part.before)
        whole.after.add(part.after)
        whole.first_day.add(part.first_day)
        whole.events += part.events
    whole.differences.sort(key=lambda each: (each.at, each.program, each.key))
    return whole
