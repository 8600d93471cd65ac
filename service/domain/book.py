"""The rules of one program, compiled: indexed by what can wake them, gates as predicates, dates as starts."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache

from service.domain.brakes import edition_of
from service.domain.calendar import (
    DAY,
    QUARTER,
    Duration,
    Instant,
    Span,
    end_of_day,
    is_zone,
    merge_spans,
    start_of_day,
)
from service.domain.catalogue import Catalogue
from service.domain.compiled import Compiled, Compiling
from service.domain.course import Course
from service.domain.events import Event, Moment, Subject, SubjectKind
from service.domain.facts import Start, SubjectFacts
from service.domain.fold import Folding
from service.domain.heeding import asked_once, heeded
from service.domain.lens import Lens
from service.domain.rules import Program, Rule, RuleSet
from service.domain.waking import Waking, Woken

PROGRAM_ENDS = "program_ends"


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
        self._rest = sum(((each.last - each.first).days + 2) * DAY for each in self.program.breaks)
        self._breaks: dict[str, tuple[Span, ...]] = {}
        self._midnights: dict[tuple[str, str | None], Instant | None] = {}
        self._starts_by_date: dict[tuple[object, ...], tuple[tuple[Woken, Start], ...]] = {}
        self._waking: dict[SubjectKind, dict[str, Waking]] = {kind: {} for kind in SubjectKind}
        self.reaching: dict[SubjectKind, list[Rule]] = {}
        self._dated: dict[tuple[SubjectKind, str], Woken] = {}
        compiling = Compiling(self.catalogue, self.delivery)
        self._compiled = {rule.id: compiling.rule(rule) for rule in self.rules}
        self._alone: dict[str, Course] = {}
        self._file(self._compiled.values())
        self.pauses = tuple(compiling.pause(each) for each in rule_set.pauses)
        self._editions: Mapping[str, str] | None = None
        # What is asked once an event or once a look is answered here, before the first.
        self._longest_open: Duration = max(
            (each.times.stays_open for each in self._compiled.values() if each.times.rests), default=0
        )
        self._heeded = heeded(self.rules, rule_set.pauses, self.catalogue)
        theirs = [rule for rule in self.rules if rule.for_each is SubjectKind.PARTICIPANT]
        self._heeded_by_participants = heeded(theirs, rule_set.pauses, self.catalogue) if theirs else frozenset[str]()
        members = [rule for rule in self.rules if rule.for_each is not SubjectKind.PROGRAM]
        self._heeded_by_members = heeded(members, rule_set.pauses, self.catalogue)
        self._asked_once = asked_once(self.rules, rule_set.pauses, self.catalogue)
        self.has_participant_rules = bool(theirs)
        """Whether an event about a mentorship can matter to a rule about its participants."""
        wanted = [rule.only_for for rule in self.rules]
        self.asked_groups = frozenset[str]().union(*(each.mentor | each.mentee | each.either for each in wanted))
        """The groups that any rule asks for."""

    def _file(self, compiled: Iterable[Compiled]) -> None:
        for each in compiled:
            rule = each.rule
            if rule.date_name is not None:
                self._dated.setdefault((rule.for_each, rule.date_name), Woken(self._rest)).add(each)
            elif rule.reaches is not None:
                self.reaching.setdefault(rule.for_each, []).append(rule)
            else:
                waking = self._waking[rule.for_each].get(rule.starts)
                if waking is None:
                    waking = self._waking[rule.for_each][rule.starts] = Waking(Woken(self._rest), Woken(self._rest))
                waking.add(each, self.lens.lengths[rule.id])

    def compiled(self, rule_id: str) -> Compiled:
        """Return one of the program's rules, ready to ask. Raises: KeyError."""
        return self._compiled[rule_id]

    def alone(self, rule_id: str) -> Course:
        """Return the course of one of the program's rules by itself. Raises: KeyError."""
        if rule_id not in self._alone:
            self._alone[rule_id] = Course.of((self._compiled[rule_id],), self._rest)
        return self._alone[rule_id]

    @property
    def editions(self) -> Mapping[str, str]:
        """Each rule's id with its edition, as the rule runs in this program."""
        if self._editions is None:
            self._editions = {rule.id: edition_of(rule) for rule in self.rules}
        return self._editions

    def wakings(self, for_each: SubjectKind) -> Mapping[str, Waking]:
        """Return the rules for that kind of subject which events may start, by event type."""
        return self._waking[for_each]

    def dated(self, for_each: SubjectKind, program: SubjectFacts) -> Iterable[tuple[Woken, Start]]:
        """Return the rules that dates start, each date with its start, which is its name and index."""
        if not self._dated:
            return ()
        known = (for_each, self.zone(program), program.value("ends_on"))
        if known not in self._starts_by_date:
            self._starts_by_date[known] = tuple(self._from_dates(for_each, program))
        return self._starts_by_date[known]

    def _from_dates(self, for_each: SubjectKind, program: SubjectFacts) -> Iterator[tuple[Woken, Start]]:
        for (kind, name), woken in self._dated.items():
            if kind is for_each:
                for index, day in enumerate(self.dates(name, program)):
                    yield woken, _date_start(name, index, start_of_day(day, self.zone(program)), program.subject)

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

    def is_near_break(self, program: SubjectFacts, now: Instant) -> bool:
        """Return whether a break that is, or was just now, may have put slots off that are open or due next."""
        lasts = self._longest_open + 2 * QUARTER
        return any(each.start <= now < each.end + lasts for each in self.breaks(program))

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

    def participants_heed(self, event_type: str) -> bool:
        """Return whether an event of that type about a mentorship can change what rules about its participants do."""
        return event_type in self._heeded_by_participants

    def members_heed(self, event_type: str) -> bool:
        """Return whether an event of that type about the program can change what rules about those in it do."""
        return event_type in self._heeded_by_members

    def is_settled(self, facts: SubjectFacts, event: Event) -> bool:
        """Return whether folding the event, which is not the first about its subject, changes nothing that rules ask.

        Most events are one more of what has happened before, and most rules only ask whether it ever did.
        """
        is_known = event.type in self._asked_once and facts.count(event.type) > 0
        return is_known and self.folding.is_one_more(facts, event)


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
