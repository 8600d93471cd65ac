"""The brakes: what keeps a rule that suddenly concerns many from writing to all of them, and what staff have stopped.

How much room a rule has is counted by the store and handed to `plan`. Source: `docs/rule-language.md`, *Delivery*.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from enum import Enum
from hashlib import sha256
from typing import NamedTuple

from service.domain.calendar import HOUR, Duration, Instant
from service.domain.delivery import LedgerKey
from service.domain.rules import Kind, Rule, Safety

BRAKED = frozenset({Kind.NUDGE, Kind.SERVICE, Kind.ANSWER})
"""Kinds that the safety limit holds. Alerts are merged and never held, reports are few."""

PACE_WINDOW: Duration = HOUR

SAFETY, STOPPED, DROPPED = "safety", "stopped", "dropped"
"""What `held` is about: the safety limit, a stop that somebody ordered, or staff's word that it shall never go."""

_SHOWN_ONLY = frozenset({"id", "position", "title", "why", "formerly"})


class Hold(NamedTuple):
    """Since when the safety limit holds a notice, and when staff released it, if they have."""

    since: Instant
    released_at: Instant | None = None

    def lasted(self, now: Instant) -> Duration:
        """Return how long it was held; that much longer it may go out."""
        return (now if self.released_at is None else self.released_at) - self.since


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """What is counted of one edition of a rule.

    `lately` notices went in the last hour, `went` since the edition is new; `released` says that staff let it run.
    `expected` are those that an announced launch has left.
    """

    lately: int = 0
    went: int = 0
    released: bool = False
    expected: int = 0

    def room(self, safety: Safety) -> int:
        """Return how many more may go."""
        unasked = safety.per_rule_per_hour - self.lately
        if not self.released:
            unasked = min(unasked, safety.first_after_change - self.went)
        return self.expected + max(0, unasked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Brakes:
    """What brakes one recipient's plan: rules that are stopped, notices that are held, and room for more by rule.

    A rule without an entry in `room` has as much as it wants.
    """

    everything: bool = False
    stopped: frozenset[str] = frozenset()
    holds: Mapping[LedgerKey, Hold] = field(default_factory=dict)
    room: Mapping[str, int] = field(default_factory=dict)

    def stops(self, rule: str) -> bool:
        return self.everything or rule in self.stopped


NO_BRAKES = Brakes()


def edition_of(rule: Rule) -> str:
    """Return what a rule means as one word: equal as long as it would write the same to the same people.

    Its title and its place in the file are no part of it, nor is what was left at its default: a later Intouch that
    knows one more key has not changed any rule.
    """
    return sha256(_written(rule).encode()).hexdigest()[:16]


def _written(value: object) -> str:
    """Return a value in one way only, whatever order its parts are held in."""
    if isinstance(value, Enum):
        return str(value.value)
    if is_dataclass(value) and not isinstance(value, type):
        told = (each for each in fields(value) if each.name not in _SHOWN_ONLY)
        said = ((each.name, getattr(value, each.name), each.default) for each in told)
        return _written({name: held for name, held, default in said if held not in (default, {}, (), frozenset())})
    if isinstance(value, Mapping):
        return "{" + ",".join(sorted(f"{_written(k)}:{_written(v)}" for k, v in value.items())) + "}"
    if isinstance(value, frozenset):
        return "{" + ",".join(sorted(map(_written, value))) + "}"
    if isinstance(value, tuple):
        return "[" + ",".join(map(_written, value)) + "]"
    return repr(value)
