"""What the rules of one program need of history, so that facts can stay bounded.

A start is kept while any slot of any rule on it may still open or is open; a value that `until: same` compares is kept
as long. When the active rules change, so does the lens, and subjects are folded again from the log.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from service.domain.calendar import DAY, QUARTER, Duration, Instant
from service.domain.events import Moment
from service.domain.facts import Start, SubjectFacts
from service.domain.rules import Delivery, Program, Rule, StartsFrom

CROWDED = 8
"""Pruning waits until a type has this many starts, so that its cost is shared by as many events."""


def matches(rule: Rule, data: Mapping[str, object]) -> bool:
    """Return whether the starting event's data passes the rule's `where`."""
    return all(_field_matches(data.get(name), wanted) for name, wanted in rule.where.items())


def _field_matches(value: object, wanted: frozenset[str]) -> bool:
    if isinstance(value, list | tuple):
        return any(as_text(each) in wanted for each in value)
    return value is not None and as_text(value) in wanted


def as_text(value: object) -> str:
    """Return a field's value as rules write it: `true`, `3`, `routine`."""
    return str(value).lower() if isinstance(value, bool) else str(value)


MOST_VALUES = 200
"""How many values of a field `until: same` remembers; beyond, the ones longest ago are forgotten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lens:
    """Which starts, values and totals the facts of a program's subjects must hold."""

    starting: Mapping[str, tuple[Rule, ...]]
    """Event type → the rules that start on it, `reaches` apart."""
    reaching: Mapping[str, tuple[Rule, ...]]
    horizon: Mapping[str, Duration]
    """Event type → how long after it a start of that type can matter."""
    same_fields: Mapping[str, tuple[str, ...]]
    lengths: Mapping[str, Duration]
    """Rule id → how long after a start of it nothing is left to send."""
    signature: str
    """Equal for lenses that keep the same: facts folded with one serve the other."""

    @classmethod
    def of(cls, rules: Iterable[Rule], delivery: Delivery, program: Program) -> "Lens":
        """Return the lens for a program's rules."""
        starting: dict[str, tuple[Rule, ...]] = {}
        reaching: dict[str, tuple[Rule, ...]] = {}
        horizon: dict[str, Duration] = {}
        same: dict[str, tuple[str, ...]] = {}
        lengths: dict[str, Duration] = {}
        rest = sum(((each.last - each.first).days + 2) * DAY for each in program.breaks)
        for rule in rules:
            for until in rule.until:
                if until.same and until.same not in same.get(until.event, ()):
                    same[until.event] = (*same.get(until.event, ()), until.same)
            group = reaching if rule.reaches is not None else starting
            group[rule.starts] = (*group.get(rule.starts, ()), rule)
            reach = rule.offset + (rule.total - 1) * (rule.every or 0) + delivery.slot_stays_open(rule) + rest
            lengths[rule.id] = reach + 2 * QUARTER
            horizon[rule.starts] = max(horizon.get(rule.starts, 0), lengths[rule.id])
        return cls(
            starting=starting,
            reaching=reaching,
            horizon=horizon,
            same_fields=same,
            lengths=lengths,
            signature=_signature(starting, reaching, horizon, same),
        )

    # Keeping facts small.

    def prune(
        self, facts: SubjectFacts, now: Instant, crowded: int = CROWDED, held: Collection[Moment] = frozenset()
    ) -> None:
        """Drop from the facts what no rule can ask for any more; the starts of notices that are `held` stay."""
        for event_type, starts in facts.starts.items():
            if len(starts) >= crowded:
                facts.starts[event_type] = self._live(event_type, starts, now, held)
        for tally in facts.tallies.values():
            for name, values in tally.last_with.items():
                if len(values) > MOST_VALUES:
                    newest = sorted(values.items(), key=lambda item: item[1])[-MOST_VALUES:]
                    tally.last_with[name] = dict(newest)

    def _live(self, event_type: str, starts: list[Start], now: Instant, held: Collection[Moment]) -> list[Start]:
        keep: set[Moment] = set(held)
        horizon = self.horizon[event_type]
        live = [start for start in starts if max(start.moment.time, start.recorded) + horizon >= now]
        for rule in self.starting[event_type]:
            if rule.starts_from is StartsFrom.LATEST:
                # The newest stands even when it is over: an older one that arrives late must not pass for it.
                newest = next((start for start in reversed(starts) if matches(rule, start.data)), None)
                keep.update((newest.moment,) if newest else ())
            else:
                keep.update(start.moment for start in live if matches(rule, start.data))
        return [start for start in starts if start.moment in keep]


def _signature(
    starting: Mapping[str, tuple[Rule, ...]],
    reaching: Mapping[str, tuple[Rule, ...]],
    horizon: Mapping[str, Duration],
    same: Mapping[str, tuple[str, ...]],
) -> str:
    kept = [
        sorted((name, _where(rule), rule.starts_from) for name, rules in starting.items() for rule in rules),
        sorted((name, rule.id, rule.reaches, _where(rule)) for name, rules in reaching.items() for rule in rules),
        sorted(horizon.items()),
        sorted(same.items()),
    ]
    return sha256(repr(kept).encode()).hexdigest()[:16]


def _where(rule: Rule) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple(sorted((name, tuple(sorted(values))) for name, values in rule.where.items()))
