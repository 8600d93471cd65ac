"""Two rules that one act makes reach one person at one moment, with the history that shows it.

Only what one event or one date is enough for: that two unlike events can fall together says nothing about two rules,
and the limits and the digest are there for it. Slots that fall due while the same hours are closed meet when they open.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product

from service.domain.calendar import DAY, HOUR, QUARTER, Duration, Instant, quarter_up, to_datetime
from service.domain.catalogue import Catalogue, Does
from service.domain.rules import DATE_PREFIX, STAFF_PREFIX, Kind, Rule, RuleSet
from service.staff.check.acts import Act, acts_of
from service.staff.check.clocks import closed_for
from service.staff.check.demands import Demands, demands_of
from service.staff.check.finding import Finding, Severity

MOST_PAIRS = 200
"""Beyond so many nobody reads on; a set with more has one trouble, not many."""
MONDAY: Instant = 1_772_409_600 * 1_000_000
"""2 March 2026, 00:00 UTC: when examples begin to look for their start."""
_OPENING = frozenset({Does.OPENS, Does.REOPENS})
_IN_HOURS = frozenset({Kind.SERVICE, Kind.NUDGE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """The history that shows it: earlier events, the start with its fields, events since, and both at `at`."""

    first: Rule
    second: Rule
    earlier: tuple[str, ...]
    since: tuple[str, ...]
    actor: str
    fields: dict[str, str]
    people: tuple[str, ...]
    starts_at: Instant
    at: Instant


@dataclass(frozen=True, slots=True)
class _Due:
    """One slot of a rule: so long after the start it is due."""

    after: Duration
    stays_open: Duration
    rule: Rule


def overlaps(rule_set: RuleSet, rules: Sequence[Rule]) -> Iterator[Finding]:
    """Yield one warning for each two rules that can meet, at the later of the two."""
    for meeting in islice(meetings(rule_set, rules), MOST_PAIRS):
        yield _finding(meeting)


def meetings(rule_set: RuleSet, rules: Sequence[Rule]) -> Iterator[Meeting]:
    """Yield each two rules once that one act can make reach one person at one moment."""
    by_start: dict[str, list[Rule]] = {}
    for rule in rules:
        if rule.kind is not Kind.REPORT:
            by_start.setdefault(rule.starts, []).append(rule)
    for together in by_start.values():
        yield from _Group(rule_set, together).meetings()


class _Group:
    """The rules of one start. What is asked of each is reckoned once."""

    def __init__(self, rule_set: RuleSet, rules: Sequence[Rule]) -> None:
        self._rule_set, self._rules = rule_set, rules
        self._closed = closed_for(rule_set.delivery.hours)
        self._acts = {rule.id: acts_of(rule, rule_set.catalogue) for rule in rules}
        self._demands = {rule.id: demands_of(rule, rule_set.catalogue) for rule in rules}

    def meetings(self) -> Iterator[Meeting]:
        seen: set[tuple[str, str]] = set()
        for earlier, later in self._near():
            first, second = sorted((earlier.rule, later.rule), key=lambda rule: rule.position)
            pair = (first.id, second.id)
            if pair not in seen and self._compatible(first, second):
                meeting = self._meeting(first, second, earlier, later)
                if meeting is not None:
                    seen.add(pair)
                    yield meeting

    def _near(self) -> Iterator[tuple[_Due, _Due]]:
        """Yield slots of two rules that one opening of the hours, or one instant, can bring together."""
        dues = sorted((due for rule in self._rules for due in self._dues(rule)), key=lambda due: due.after)
        for place, earlier in enumerate(dues):
            for later in islice(dues, place + 1, None):
                if later.after - earlier.after >= max(self._closed, QUARTER):
                    break
                if later.rule.id != earlier.rule.id and self._can_wait(earlier, later):
                    yield earlier, later

    def _dues(self, rule: Rule) -> Iterator[_Due]:
        open_for = self._rule_set.delivery.slot_stays_open(rule)
        for k in range(rule.total):
            last = k == rule.total - 1 or rule.every is None
            yield _Due(rule.offset + k * (rule.every or 0), open_for if last else min(open_for, rule.every or 0), rule)

    @staticmethod
    def _can_wait(earlier: _Due, later: _Due) -> bool:
        gap = later.after - earlier.after
        both_in_hours = earlier.rule.kind in _IN_HOURS and later.rule.kind in _IN_HOURS
        return gap == 0 or (both_in_hours and gap < earlier.stays_open)

    def _compatible(self, first: Rule, second: Rule) -> bool:
        together = first.programs is None or second.programs is None or not first.programs.isdisjoint(second.programs)
        if not together or not self._counts_agree(first, second):
            return False
        one, other = self._demands[first.id], self._demands[second.id]
        return not one.clash(other) and not self._paused(first, other) and not self._paused(second, one)

    def _counts_agree(self, first: Rule, second: Rule) -> bool:
        """Two different totals are reached by one event only where one event can stand for several."""
        start = self._rule_set.catalogue.types.get(first.starts)
        several = start is not None and start.counted_by is not None
        return several or first.reaches is None or second.reaches is None or first.reaches == second.reaches

    def _paused(self, rule: Rule, demands: Demands) -> bool:
        pauses = (each for each in self._rule_set.pauses if rule.kind in each.stops)
        return any(all(map(demands.assure, pause.gates)) for pause in pauses)

    def _meeting(self, first: Rule, second: Rule, earlier: _Due, later: _Due) -> Meeting | None:
        start = self._rule_set.catalogue.types.get(first.starts)
        for one, other in product(self._acts[first.id], self._acts[second.id]):
            people = one.to & other.to
            if people and one.meets(other, start):
                return self._shown(first, second, one, other, earlier, later)
        return None

    def _shown(self, first: Rule, second: Rule, one: Act, other: Act, earlier: _Due, later: _Due) -> Meeting | None:
        since = tuple(sorted(set(_since((first, second), self._rule_set.catalogue))))
        found = self._moment(earlier, later, HOUR if since else 0)
        if found is None:
            return None
        return Meeting(
            first=first,
            second=second,
            earlier=tuple(sorted(set(_earlier((first, second), self._rule_set.catalogue)))),
            since=since,
            actor=one.actor,
            fields=one.joined(other),
            people=tuple(sorted(one.to & other.to, reverse=True)),
            starts_at=found[0],
            at=found[1],
        )

    def _moment(self, earlier: _Due, later: _Due, least: Duration) -> tuple[Instant, Instant] | None:
        """Return a start in the week of examples such that both go at one instant, and that instant.

        `least` is the time that what must happen in between needs.
        """
        for start in _starts_to_try(is_date=earlier.rule.date_name is not None):
            at = self._goes(start, later)
            if (
                at >= start + least
                and at == self._goes(start, earlier)
                and at < self._due(start, earlier) + earlier.stays_open
            ):
                return start, at
        return None

    def _goes(self, start: Instant, due: _Due) -> Instant:
        at = self._due(start, due)
        return max(at, self._rule_set.delivery.hours.spell(at, "UTC").start) if due.rule.kind in _IN_HOURS else at

    @staticmethod
    def _due(start: Instant, due: _Due) -> Instant:
        return start + due.after if due.rule.kind.exact else quarter_up(start + due.after)


def _starts_to_try(*, is_date: bool) -> Iterable[Instant]:
    """Yield the hours of a week from Monday 10:00, which people read most easily; dates begin at midnight."""
    if is_date:
        return (MONDAY + day * DAY for day in range(7))
    return (MONDAY + (10 + hour) * HOUR for hour in range(7 * 24))


def _earlier(rules: Sequence[Rule], catalogue: Catalogue) -> Iterator[str]:
    """Yield the events that must have happened before the start, for the gates and counts to hold."""
    start = catalogue.types.get(rules[0].starts)
    opened = start.thing if start is not None and start.does in _OPENING else None
    for gate in (gate for rule in rules for gate in rule.only_while):
        if gate.value == "happened" and gate.word != rules[0].starts:
            yield gate.word
        elif gate.value == "open" and gate.word in catalogue.things and gate.word != opened:
            yield from _that(gate.word, Does.OPENS, catalogue)
    yield from (each.event for rule in rules for each in rule.counts if each.at_least and each.event != rule.starts)


def _since(rules: Sequence[Rule], catalogue: Catalogue) -> Iterator[str]:
    """Yield the events that must follow the start, for the gates to hold when both are due."""
    start = catalogue.types.get(rules[0].starts)
    for gate in (gate for rule in rules for gate in rule.only_while):
        if gate.value == "happened_since_start":
            yield gate.word
        elif start is not None and gate.word == start.thing and gate.value != "open" and start.does in _OPENING:
            yield from _that(gate.word, Does.CLOSES, catalogue)


def _that(thing: str, does: Does, catalogue: Catalogue) -> Iterator[str]:
    """Yield the first event that does so to the thing."""
    yield from islice((each.name for each in catalogue.things[thing] if each.does is does), 1)


def _finding(meeting: Meeting) -> Finding:
    who = " and ".join(each if each.startswith(STAFF_PREFIX) else f"the {each}" for each in meeting.people)
    return Finding(
        code="overlap",
        severity=Severity.WARNING,
        rule=meeting.second.id,
        others=frozenset({meeting.first.id}),
        at=("starts",),
        message=f'Beside "{meeting.first.id}", {who} can get two messages at one moment. {_example(meeting)}',
        suggestion=f"Move one of the two, or let their gates exclude each other. If it is meant, write "
        f'"accept: [ {{ warning: overlap, with: {meeting.first.id}, because: "…", until: … }} ]".',
    )


def _example(meeting: Meeting) -> str:
    told = ", ".join(f"{name} {value}" for name, value in sorted(meeting.fields.items()))
    start = meeting.first.starts
    what = f"the date {start.removeprefix(DATE_PREFIX)}" if start.startswith(DATE_PREFIX) else start
    before = f"after {' and '.join(meeting.earlier)}, " if meeting.earlier else ""
    start_words = f"{before}{what} on {_day(meeting.starts_at)}{f' ({told})' if told else ''}"
    since = f", then {' and '.join(meeting.since)}" if meeting.since else ""
    when = "at once" if meeting.at == meeting.starts_at else f"on {_day(meeting.at)}"
    return f"Example: {start_words}{since}; {when} both are due."


def _day(at: Instant) -> str:
    moment = to_datetime(at)
    return f"{moment:%A} {moment.day} {moment:%B}, {moment:%H:%M}"
