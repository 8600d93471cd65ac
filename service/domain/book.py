"""The rules of one program, compiled: indexed by what can wake them, gates as predicates, dates as starts."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache, cached_property

from service.domain.calendar import Instant, Span, is_zone, merge_spans, start_of_day
from service.domain.catalogue import Catalogue
from service.domain.events import Moment, Subject, SubjectKind
from service.domain.facts import Start, SubjectFacts
from service.domain.fold import Folding
from service.domain.gates import CompiledGate, compile_count, compile_gate
from service.domain.lens import Lens, as_text
from service.domain.rules import Groups, Kind, Program, Rule, RuleSet

PROGRAM_ENDS = "program_ends"


@dataclass(frozen=True, slots=True)
class Compiled:
    """A rule with its gates ready to ask; `common` ones once a slot, `personal` ones for each recipient."""

    rule: Rule
    common: tuple[CompiledGate, ...]
    personal: tuple[CompiledGate, ...]
    stays_open: int
    personal_quiet: frozenset[str]


@dataclass(frozen=True, slots=True)
class CompiledPause:
    id: str
    gates: tuple[CompiledGate, ...]
    stops: frozenset[Kind]


@dataclass(slots=True)
class _Waking:
    """Rules that one event type wakes: those it always wakes, and those that need one of some field or group values."""

    always: list[Compiled] = field(default_factory=list)
    by_field: dict[str, dict[str, list[Compiled]]] = field(default_factory=dict)
    by_group: dict[str, list[Compiled]] = field(default_factory=dict)

    def add(self, compiled: Compiled) -> None:
        """File the rule under the narrowest condition that can be looked up, so that a thousand others cost nothing."""
        rule = compiled.rule
        groups = rule.only_for.mentor or rule.only_for.mentee or rule.only_for.either
        if rule.where:
            name, values = min(rule.where.items(), key=lambda item: len(item[1]))
            for value in values:
                self.by_field.setdefault(name, {}).setdefault(value, []).append(compiled)
        elif groups:
            for group in groups:
                self.by_group.setdefault(group, []).append(compiled)
        else:
            self.always.append(compiled)

    def woken(self, data: Mapping[str, object], groups: frozenset[str]) -> Iterator[Compiled]:
        """Yield each rule that may match the data and groups, once; the rule's own tests decide."""
        yield from self.always
        found: dict[str, Compiled] = {}
        for name, by_value in self.by_field.items():
            value = data.get(name)
            for each in value if isinstance(value, list | tuple) else (value,):
                found.update((compiled.rule.id, compiled) for compiled in by_value.get(as_text(each), ()))
        if self.by_group:
            for group in groups:
                found.update((compiled.rule.id, compiled) for compiled in self.by_group.get(group, ()))
        yield from found.values()


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
        self._waking: dict[tuple[SubjectKind, str], _Waking] = {}
        self.reaching: dict[SubjectKind, list[Compiled]] = {}
        self._dated: dict[tuple[SubjectKind, str], list[Compiled]] = {}
        self._file(self._compile(rule) for rule in self.rules)
        self.pauses = tuple(
            CompiledPause(each.id, tuple(compile_gate(gate, self.catalogue) for gate in each.gates), each.stops)
            for each in rule_set.pauses
        )

    def _compile(self, rule: Rule) -> Compiled:
        gates = [compile_gate(gate, self.catalogue) for gate in rule.only_while]
        gates += [compile_count(count, self.catalogue) for count in rule.counts]
        return Compiled(
            rule=rule,
            common=tuple(gate for gate in gates if not gate.personal),
            personal=tuple(gate for gate in gates if gate.personal),
            stays_open=self.delivery.slot_stays_open(rule),
            personal_quiet=frozenset(
                quiet.event
                for quiet in rule.none_in_last
                if self.catalogue.types[quiet.event].subject is SubjectKind.PARTICIPANT
            ),
        )

    def _file(self, compiled: Iterable[Compiled]) -> None:
        for each in compiled:
            rule = each.rule
            if rule.date_name is not None:
                self._dated.setdefault((rule.for_each, rule.date_name), []).append(each)
            elif rule.reaches is not None:
                self.reaching.setdefault(rule.for_each, []).append(each)
            else:
                self._waking.setdefault((rule.for_each, rule.starts), _Waking()).add(each)

    def woken(self, for_each: SubjectKind, start: Start, groups: frozenset[str]) -> Iterator[Compiled]:
        """Yield the rules for that kind of subject which the start may have started."""
        waking = self._waking.get((for_each, start.type))
        return waking.woken(start.data, groups) if waking else iter(())

    def wakes(self, for_each: SubjectKind, event_type: str) -> bool:
        """Return whether an event of that type can start a rule for that kind of subject."""
        return (for_each, event_type) in self._waking

    def dated(self, for_each: SubjectKind, program: SubjectFacts) -> Iterator[tuple[Compiled, Start]]:
        """Yield the rules that dates start, each with its start; a date's start is its name and index."""
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
        days = self.dates(PROGRAM_ENDS, program)
        by_date = start_of_day(days[-1] + timedelta(days=1), self.zone(program)) if days else None
        return min((at for at in (by_event, by_date) if at is not None), default=None)

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
