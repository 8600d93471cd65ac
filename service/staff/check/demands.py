"""What must hold when a rule sends, as values that can be held against each other."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from service.domain.catalogue import Catalogue, Does, EventType
from service.domain.events import SubjectKind
from service.domain.rules import Gate, Kind, Rule
from service.staff.ways import sends_of

HAPPENED = frozenset({"happened", "happened_since_start"})
_NO_BOUND = 10**9

_CLASHES = {
    frozenset({"never", "happened"}),
    frozenset({"never", "happened_since_start"}),
    frozenset({"none_since_start", "happened_since_start"}),
    frozenset({"none_open", "open"}),
}
"""Two values of one gate that exclude each other, beside those of `mentorship`."""


@dataclass(frozen=True, slots=True)
class Demands:
    """Gate word → values that hold whenever the rule sends; event → bounds on its count, both included."""

    gates: Mapping[str, frozenset[str]]
    counts: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def clash(self, other: "Demands") -> str:
        """Return the word about which the two cannot hold together, or ""."""
        for word, values in self.gates.items():
            for value in values:
                for against in other.gates.get(word, ()):
                    if excludes(word, value, against):
                        return word
            low, high = other.counts.get(word, (0, _NO_BOUND))
            if ("never" in values and low > 0) or (values & HAPPENED and high == 0):
                return word
        return self._uncountable(other)

    def _uncountable(self, other: "Demands") -> str:
        for event, (low, high) in self.counts.items():
            other_low, other_high = other.counts.get(event, (0, _NO_BOUND))
            values = other.gates.get(event, frozenset())
            if max(low, other_low) > min(high, other_high):
                return event
            if ("never" in values and low > 0) or (values & HAPPENED and high == 0):
                return event
        return ""

    def assure(self, gate: Gate) -> bool:
        """Return whether the gate holds whenever these hold."""
        values = self.gates.get(gate.word, frozenset())
        if gate.value == "happened":
            return bool(values & HAPPENED) or self.counts.get(gate.word, (0, 0))[0] > 0
        return gate.value in values


def excludes(word: str, value: str, other: str) -> bool:
    """Return whether the gate cannot have both values."""
    return value != other and (word == "mentorship" or frozenset({value, other}) in _CLASHES)


def demands_of(rule: Rule, catalogue: Catalogue) -> Demands:
    """Return what holds whenever the rule sends: its gates, what they imply, and what its start and kind do."""
    gates: dict[str, frozenset[str]] = {}
    for gate in (*rule.only_while, *_implied(rule, catalogue)):
        gates[gate.word] = gates.get(gate.word, frozenset()) | {gate.value}
    counts = {each.event: (each.at_least or 0, _bound(each.at_most)) for each in rule.counts}
    return Demands(gates, counts)


def _bound(at_most: int | None) -> int:
    return _NO_BOUND if at_most is None else at_most


def _implied(rule: Rule, catalogue: Catalogue) -> Iterator[Gate]:
    start = catalogue.types.get(rule.starts)
    if start is not None and tells_of_recipients(rule, start):
        yield Gate(start.name, "happened")
    if rule.kind is Kind.NUDGE and rule.for_each is SubjectKind.MENTORSHIP:
        yield Gate("mentorship", "active")
    for gate in rule.only_while:
        thing = gate.word.removeprefix("this_")
        if thing != gate.word and any(each.does is Does.CLOSES for each in catalogue.things.get(thing, ())):
            # What nobody has taken note of is open too, where such a thing can be closed at all.
            yield Gate(thing, "open")


def tells_of_recipients(rule: Rule, event: EventType) -> bool:
    """Return whether a gate on the event looks, for everybody who gets mail, where the rule's start happened."""
    if event.subject is not SubjectKind.PARTICIPANT or rule.for_each is SubjectKind.PARTICIPANT:
        return True
    return all(send.to == "initiator" for _, send in sends_of(rule))
