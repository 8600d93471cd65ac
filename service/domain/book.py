"""The rules of one program, compiled: indexed by what can wake them, gates as predicates, dates as starts."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property

from service.domain.brakes import edition_of
from service.domain.calendar import Duration, Instant, Span, end_of_day, is_zone, merge_spans, start_of_day
from service.domain.catalogue import Catalogue
from service.domain.events import Event, Moment, Subject, SubjectKind
from service.domain.facts import Start, SubjectFacts
from service.domain.fold import STATING, Folding
from service.domain.gates import CompiledGate, compile_count, compile_gate
from service.domain.lens import Lens, as_text
from service.domain.rules import Groups, Kind, Program, Rule, RuleSet, StartsFrom
from service.domain.slots import Timetable

PROGRAM_ENDS = "program_ends"


@dataclass(frozen=True, slots=True)
class Compiled:
    """A rule with its gates ready to ask; `common` ones once a slot, `personal` ones for each recipient."""

    rule: Rule
    times: Timetable
    common: tuple[CompiledGate, ...]
    personal: tuple[CompiledGate, ...]
    personal_quiet: frozenset[str]
    grouped: bool
    """Whether it asks for groups at all."""


@dataclass(frozen=True, slots=True)
class CompiledPause:
    id: str
    gates: tuple[CompiledGate, ...]
    stops: frozenset[Kind]


@dataclass(slots=True)
class Woken:
    """Rules that an event may start: those it always starts, and those that need one of some field or group values."""

    always: list[Compiled] = field(default_factory=list)
    by_field: dict[str, dict[str, list[Compiled]]] = field(default_factory=dict)
    by_group: dict[str, list[Compiled]] = field(default_factory=dict)
    by_both: dict[str, dict[tuple[str, str], list[Compiled]]] = field(default_factory=dict)
    """Field name → (value, group) → rules that ask for both."""

    def add(self, compiled: Compiled) -> None:
        """File the rule under the narrowest condition that can be looked up, so that a thousand others cost nothing."""
        rule = compiled.rule
        groups = rule.only_for.mentor or rule.only_for.mentee or rule.only_for.either
        if rule.where:
            name, values = min(rule.where.items(), key=lambda item: len(item[1]))
            for value in values:
                if not groups:
                    self.by_field.setdefault(name, {}).setdefault(value, []).append(compiled)
                for group in groups:
                    self.by_both.setdefault(name, {}).setdefault((value, group), []).append(compiled)
        elif groups:
            for group in groups:
                self.by_group.setdefault(group, []).append(compiled)
        else:
            self.always.append(compiled)

    @property
    def unconditional(self) -> bool:
        """Whether every such event starts all of them."""
        return not (self.by_field or self.by_group or self.by_both)

    def woken(self, data: Mapping[str, object], groups: frozenset[str]) -> Iterable[Compiled]:
        """Return each rule that may match the data and groups, once; the rule's own tests decide."""
        return self.always if self.unconditional else (*self.always, *self._conditional(data, groups))

    def _conditional(self, data: Mapping[str, object], groups: frozenset[str]) -> Iterable[Compiled]:
        found: dict[str, Compiled] = {}
        for name, by_value in self.by_field.items():
            for each in _values(data.get(name)):
                found.update((compiled.rule.id, compiled) for compiled in by_value.get(each, ()))
        for name, by_pair in self.by_both.items():
            for each in _values(data.get(name)):
                for group in groups:
                    found.update((compiled.rule.id, compiled) for compiled in by_pair.get((each, group), ()))
        if self.by_group:
            for group in groups:
                found.update((compiled.rule.id, compiled) for compiled in self.by_group.get(group, ()))
        return found.values()

    def __bool__(self) -> bool:
        return bool(self.always) or not self.unconditional


def _values(value: object) -> tuple[str, ...]:
    """Return a field's value, or each element of a list, as rules write it."""
    return tuple(map(as_text, value)) if isinstance(value, list | tuple) else (as_text(value),)


@dataclass(slots=True)
class Waking:
    """The rules that one event type starts, by `from`. `each_lasts` after a start, those of `each` are over."""

    each: Woken = field(default_factory=Woken)
    latest: Woken = field(default_factory=Woken)
    each_lasts: Duration = 0


class ProgramBook:
    """The rules of one program under one rule set. Immutable once built; `book_of` keeps one per program."""

    def __init__(self, rule_set: RuleSet, program_id: str) -> None:
        self.rule_set = rule_set
        self.catalogue: Catalogue = rule_set.catalogue
        self.program: Program = rule_set.program(program_id)
        self.delivery = rule_set.delivery
        self.rules = rule_set.rules_of(program_id)
        self.lens = Lens.of(self.rules, self.delivery, self.program)
        self.folding = Folding(self.catalogue, self.lens)
        self._breaks: dict[str, tuple[Span, ...]] = {}
        self._midnights: dict[tuple[str, str | None], Instant | None] = {}
        self._starts_by_date: dict[tuple[object, ...], tuple[tuple[Compiled, Start], ...]] = {}
        self._waking: dict[SubjectKind, dict[str, Waking]] = {kind: {} for kind in SubjectKind}
        self.reaching: dict[SubjectKind, list[Compiled]] = {}
        self._dated: dict[tuple[SubjectKind, str], list[Compiled]] = {}
        self._compiled = {rule.id: self._compile(rule) for rule in self.rules}
        self._file(self._compiled.values())
        self.pauses = tuple(
            CompiledPause(each.id, tuple(compile_gate(gate, self.catalogue) for gate in each.gates), each.stops)
            for each in rule_set.pauses
        )

    def _compile(self, rule: Rule) -> Compiled:
        gates = [compile_gate(gate, self.catalogue) for gate in rule.only_while]
        gates += [compile_count(count, self.catalogue) for count in rule.counts]
        return Compiled(
            rule=rule,
            times=Timetable.of(rule, self.delivery),
            common=tuple(gate for gate in gates if not gate.personal),
            personal=tuple(gate for gate in gates if gate.personal),
            personal_quiet=frozenset(
                quiet.event
                for quiet in rule.none_in_last
                if self.catalogue.types[quiet.event].subject is SubjectKind.PARTICIPANT
            ),
            grouped=rule.only_for != Groups(),
        )

    def _file(self, compiled: Iterable[Compiled]) -> None:
        for each in compiled:
            rule = each.rule
            if rule.date_name is not None:
                self._dated.setdefault((rule.for_each, rule.date_name), []).append(each)
            elif rule.reaches is not None:
                self.reaching.setdefault(rule.for_each, []).append(each)
            else:
                waking = self._waking[rule.for_each].setdefault(rule.starts, Waking())
                if rule.starts_from is StartsFrom.LATEST:
                    waking.latest.add(each)
                else:
                    waking.each.add(each)
                    waking.each_lasts = max(waking.each_lasts, self.lens.lengths[rule.id])

    def compiled(self, rule_id: str) -> Compiled:
        """Return one of the program's rules, ready to ask. Raises: KeyError."""
        return self._compiled[rule_id]

    @cached_property
    def editions(self) -> Mapping[str, str]:
        """Each rule's id with its edition, as the rule runs in this program."""
        return {rule.id: edition_of(rule) for rule in self.rules}

    def waking(self, for_each: SubjectKind, event_type: str) -> Waking | None:
        """Return the rules for that kind of subject which such an event may start."""
        return self._waking[for_each].get(event_type)

    def dated(self, for_each: SubjectKind, program: SubjectFacts) -> Iterable[tuple[Compiled, Start]]:
        """Return the rules that dates start, each with its start; a date's start is its name and index."""
        if not self._dated:
            return ()
        known = (for_each, self.zone(program), program.value("ends_on"))
        if known not in self._starts_by_date:
            self._starts_by_date[known] = tuple(self._from_dates(for_each, program))
        return self._starts_by_date[known]

    def _from_dates(self, for_each: SubjectKind, program: SubjectFacts) -> Iterator[tuple[Compiled, Start]]:
        for (kind, name), compiled in self._dated.items():
            if kind is for_each:
                for index, day in enumerate(self.dates(name, program)):
                    start = _date_start(name, index, start_of_day(day, self.zone(program)), program.subject)
                    for each in compiled:
                        yield each, start

    def dates(self, name: str, program: SubjectFacts) -> tuple[date, ...]:
        """Return the program's dates of that name; `program_ends` falls back on what its events said."""
        days = self.program.dates.get(name, ())
        told = program.value("ends_on") if name == PROGRAM_ENDS and not days else None
        return (date.fromisoformat(told),) if told else days

    def zone(self, program: SubjectFacts) -> str:
        """Return the program's zone: its file's, else its events', else UTC."""
        told = program.value("timezone")
        return self.program.timezone or (told if told and is_zone(told) else "UTC")

    def breaks(self, program: SubjectFacts) -> tuple[Span, ...]:
        """Return the program's breaks as merged spans."""
        if not self.program.breaks:
            return ()
        zone_name = self.zone(program)
        if zone_name not in self._breaks:
            self._breaks[zone_name] = merge_spans(self.program.break_spans(zone_name))
        return self._breaks[zone_name]

    def ended_at(self, program: SubjectFacts) -> Instant | None:
        """Return when the program ended or will: its ending event, or the end of its last day."""
        by_event = program.first("program.ended")
        by_date = self._last_midnight(program)
        return by_date if by_event is None else by_event if by_date is None else min(by_event, by_date)

    def _last_midnight(self, program: SubjectFacts) -> Instant | None:
        known = self.zone(program), program.value("ends_on")
        if known not in self._midnights:
            days = self.dates(PROGRAM_ENDS, program)
            self._midnights[known] = end_of_day(days[-1], known[0]) if days else None
        return self._midnights[known]

    def heeds(self, event_type: str) -> bool:
        """Return whether an event of that type can change what rules do, but for bringing its subject into being."""
        return event_type in self._heeded

    @cached_property
    def _heeded(self) -> frozenset[str]:
        """Types that state who and how somebody is, those that the rules name, and all about a thing they ask for."""
        gates = [*(gate for rule in self.rules for gate in rule.only_while)]
        gates += [gate for pause in self.rule_set.pauses for gate in pause.gates]
        named = {gate.word.removeprefix("this_") for gate in gates}
        for rule in self.rules:
            named.add(rule.starts)
            named.update(each.event for each in rule.until)
            named.update(each.event for each in rule.counts)
            named.update(each.event for each in rule.none_in_last)
        types = self.catalogue.types
        things = named | {thing for name in named & types.keys() if (thing := types[name].thing)}
        return STATING | named | {name for name, kind in types.items() if kind.thing in things}

    def is_settled(self, facts: SubjectFacts, event: Event) -> bool:
        """Return whether folding the event, which is not the first about its subject, changes nothing that rules ask.

        Most events are one more of what has happened before, and most rules only ask whether it ever did.
        """
        is_known = event.type in self._asked_once and facts.count(event.type) > 0
        return is_known and self.folding.is_one_more(facts, event)

    @cached_property
    def _asked_once(self) -> frozenset[str]:
        """Types of which the rules ask no more than whether one happened, and when their total was first reached."""
        gates = [*(gate for rule in self.rules for gate in rule.only_while)]
        gates += [gate for pause in self.rule_set.pauses for gate in pause.gates]
        again = {gate.word for gate in gates if gate.value not in ("never", "happened")}
        again |= STATING
        for rule in self.rules:
            again.update(each.event for each in rule.until)
            again.update(each.event for each in rule.counts)
            again.update(each.event for each in rule.none_in_last)
        return frozenset(self.catalogue.types) - again

    @cached_property
    def has_participant_rules(self) -> bool:
        """Whether an event about a mentorship can matter to a rule about its participants."""
        return any(rule.for_each is SubjectKind.PARTICIPANT for rule in self.rules)

    @cached_property
    def grouped(self) -> bool:
        """Whether any rule asks for groups."""
        return any(rule.only_for != Groups() for rule in self.rules)


@cache
def _date_start(name: str, index: int, at: Instant, program: Subject) -> Start:
    known = f"{name}:{index}"
    return Start(f"date.{name}", Moment(at, "", known), at, program, "", {}, f"date:{known}")


def book_of(rule_set: RuleSet, program_id: str) -> ProgramBook:
    """Return the compiled rules of a program, built once per rule set."""
    books: dict[str, ProgramBook] = rule_set.books
    if program_id not in books:
        books[program_id] = ProgramBook(rule_set, program_id)
    return books[program_id]
