"""Rules as deciding asks them: clock and gates worked out once, and shared where rules ask for the same."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from service.domain.catalogue import Catalogue
from service.domain.events import SubjectKind
from service.domain.gates import CompiledGate, compile_count, compile_gate
from service.domain.rules import Count, Delivery, Gate, Kind, Pause, Rule, Until
from service.domain.slots import Timetable


@dataclass(frozen=True, slots=True, eq=False)
class Bar:
    """What can stand against all slots of a start until an event lifts it.

    Rules that ask for the same share one, and bars that ask the same of a subject share that part of it, so that one
    answer does for all of them.
    """

    of_subject: "SubjectBar"
    until: tuple[Until, ...]
    gates: tuple[CompiledGate, ...]
    """All of them, in the rule's order."""
    start_gates: tuple[CompiledGate, ...]
    """Those of which the answer depends on the start."""


@dataclass(frozen=True, slots=True, eq=False)
class SubjectBar:
    """The part of a bar that is the same for all starts of a subject."""

    kind: Kind
    gates: tuple[CompiledGate, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Compiled:
    """A rule ready to ask: its `bar` once a start, its `personal` gates for each recipient."""

    rule: Rule
    times: Timetable
    bar: Bar
    personal: tuple[CompiledGate, ...]
    personal_quiet: frozenset[str]

    @property
    def common(self) -> tuple[CompiledGate, ...]:
        """The gates that do not look at a recipient's own events."""
        return self.bar.gates


@dataclass(frozen=True, slots=True, eq=False)
class CompiledPause:
    id: str
    gates: tuple[CompiledGate, ...]
    stops: frozenset[Kind]


@dataclass(slots=True)
class Compiling:
    """Compiles the rules of one program. Equal gates become one object, and so do equal bars."""

    catalogue: Catalogue
    delivery: Delivery
    _gates: dict[Gate | Count, CompiledGate] = field(default_factory=dict)
    _bars: dict[tuple[Kind, tuple[Until, ...], tuple[CompiledGate, ...]], Bar] = field(default_factory=dict)
    _subject_bars: dict[tuple[Kind, tuple[CompiledGate, ...]], SubjectBar] = field(default_factory=dict)

    def rule(self, rule: Rule) -> Compiled:
        """Return the rule, ready to ask. Raises: KeyError on a word the catalogue does not know."""
        gates = [*map(self._gate, rule.only_while), *map(self._count, rule.counts)]
        return Compiled(
            rule=rule,
            times=Timetable.of(rule, self.delivery),
            bar=self._bar(rule, tuple(gate for gate in gates if not gate.personal)),
            personal=tuple(gate for gate in gates if gate.personal),
            personal_quiet=frozenset(self._personal(each.event for each in rule.none_in_last)),
        )

    def pause(self, pause: Pause) -> CompiledPause:
        """Return the pause, ready to ask."""
        return CompiledPause(pause.id, tuple(self._gate(each) for each in pause.gates), pause.stops)

    def _gate(self, gate: Gate) -> CompiledGate:
        if gate not in self._gates:
            self._gates[gate] = compile_gate(gate, self.catalogue)
        return self._gates[gate]

    def _count(self, count: Count) -> CompiledGate:
        if count not in self._gates:
            self._gates[count] = compile_count(count, self.catalogue)
        return self._gates[count]

    def _bar(self, rule: Rule, gates: tuple[CompiledGate, ...]) -> Bar:
        known = rule.kind, rule.until, gates
        if known not in self._bars:
            of_subject = self._subject_bar(rule.kind, tuple(gate for gate in gates if not gate.of_start))
            self._bars[known] = Bar(of_subject, rule.until, gates, tuple(gate for gate in gates if gate.of_start))
        return self._bars[known]

    def _subject_bar(self, kind: Kind, gates: tuple[CompiledGate, ...]) -> SubjectBar:
        known = kind, gates
        if known not in self._subject_bars:
            self._subject_bars[known] = SubjectBar(kind, gates)
        return self._subject_bars[known]

    def _personal(self, events: Iterable[str]) -> Iterable[str]:
        return (each for each in events if self.catalogue.types[each].subject is SubjectKind.PARTICIPANT)
