"""Gates as predicates, compiled once from the rules' words; and `until`, which stops a rule for good."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from service.domain.calendar import Instant
from service.domain.catalogue import Catalogue
from service.domain.events import SubjectKind
from service.domain.facts import Start, SubjectFacts, Tally
from service.domain.fold import same_by
from service.domain.lens import as_text
from service.domain.rules import RESOURCE, Actor, Count, Gate, Until
from service.domain.view import Person, View, other_role

Test = Callable[[View, Start | None, Person | None], bool]
"""(what is seen, the start or None in a pause, the recipient as a participant or None) → whether it holds."""


@dataclass(frozen=True, slots=True, eq=False)
class CompiledGate:
    """A gate ready to ask. `personal` gates look at the recipient's own events; the others are asked once a slot."""

    name: str
    personal: bool
    holds: Test
    seen: Callable[[View, Start | None, Person | None], object]
    """What an explanation shows as the value that was found."""
    of_start: bool = False
    """Whether the answer depends on the start; otherwise one answer does for all rules of a subject."""


def compile_gate(gate: Gate, catalogue: Catalogue) -> CompiledGate:
    """Return the predicate of `word: value`. Raises: KeyError on a word the catalogue does not know."""
    if gate.word == "mentorship":
        return CompiledGate(
            str(gate), False, lambda view, *_: view.status() == gate.value, lambda view, *_: view.status()
        )
    if gate.word in catalogue.types:
        return _event_gate(gate, catalogue)
    if gate.word.startswith("this_"):
        return _this_gate(gate)
    return _thing_gate(gate, catalogue)


def _event_gate(gate: Gate, catalogue: Catalogue) -> CompiledGate:
    event = catalogue.types[gate.word]
    personal = event.subject is SubjectKind.PARTICIPANT

    def last(view: View, _start: Start | None, person: Person | None) -> Instant | None:
        return view.last(event, person)

    def since(view: View, start: Start | None, person: Person | None) -> bool:
        at = last(view, start, person)
        return at is not None and start is not None and at > start.moment.time

    tests: Mapping[str, Test] = {
        "never": lambda *seen: last(*seen) is None,
        "happened": lambda *seen: last(*seen) is not None,
        "none_since_start": lambda *seen: not since(*seen),
        "happened_since_start": since,
    }
    return CompiledGate(str(gate), personal, tests[gate.value], last, of_start=gate.value.endswith("_since_start"))


def _this_gate(gate: Gate) -> CompiledGate:
    kind = gate.word.removeprefix("this_")

    def state(view: View, start: Start | None, _person: Person | None) -> set[str]:
        if start is None or start.ref is None:
            return set()
        thing = next(
            (t for facts in view.seen(start.subject.kind) if (t := facts.things.get((kind, start.ref))) is not None),
            None,
        )
        if thing is None:
            return set()
        named = (("open", thing.is_open), ("unacknowledged", thing.is_unacknowledged))
        return {name for name, true in named if true}

    return CompiledGate(
        str(gate),
        False,
        lambda *seen: gate.value in state(*seen),
        lambda *seen: sorted(state(*seen)),
        of_start=True,
    )


def _thing_gate(gate: Gate, catalogue: Catalogue) -> CompiledGate:
    kind = gate.word
    extra = {name: fields for each in catalogue.things[kind] for name, fields in each.open_gates.items()}
    subject_kind = catalogue.things[kind][0].subject

    def open_with(view: View, fields: Mapping[str, str]) -> int:
        found = 0
        for facts in view.seen(subject_kind):
            for thing in facts.things.values():
                if thing.kind == kind and thing.is_open:
                    found += all(as_text(thing.value(f)) == v for f, v in fields.items()) if fields else 1
        return found

    if gate.value == "open":
        return CompiledGate(
            str(gate), False, lambda view, *_: open_with(view, {}) > 0, lambda view, *_: open_with(view, {})
        )
    fields = extra.get(gate.value, {})
    return CompiledGate(
        str(gate), False, lambda view, *_: open_with(view, fields) == 0, lambda view, *_: open_with(view, fields)
    )


def compile_count(count: Count, catalogue: Catalogue) -> CompiledGate:
    """Return the predicate of one line of `count`."""
    event = catalogue.types[count.event]
    personal = event.subject is SubjectKind.PARTICIPANT
    low, high = count.at_least or 0, count.at_most

    def found(view: View, _start: Start | None, person: Person | None) -> int:
        return view.count(event, person)

    def holds(view: View, start: Start | None, person: Person | None) -> bool:
        number = found(view, start, person)
        return number >= low and (high is None or number <= high)

    return CompiledGate(str(count), personal, holds, found)


def stopped(until: Until, view: View, start: Start, catalogue: Catalogue) -> bool:
    """Return whether such an event happened after the start: event time strictly after the start's."""
    kind = catalogue.types[until.event].subject
    for facts in view.seen(kind):
        tally = facts.tallies.get(until.event)
        if tally is None:
            continue
        role = ""
        if until.by is not None and kind is SubjectKind.PARTICIPANT:
            if facts.subject.id != (view.actor(start) if until.by is Actor.INITIATOR else view.counterpart(start)):
                continue
        elif until.by is not None and not (role := _role_asked(until.by, view, start, facts)):
            continue
        if _last(tally, role, until.same, start) > start.moment.time:
            return True
    return False


def is_of_lines(until: Until, start: Start) -> bool:
    """Return whether it stops single lines: the start is about no resource, so `same` is the one that a line sends."""
    return until.same == RESOURCE and start.data.get(RESOURCE) is None


def stopped_for(until: Until, start: Start, resource: str | None, person: Person | None) -> bool:
    """Return whether such an event of the recipient's, after the start, was about the resource that the line sends."""
    if resource is None or not is_of_lines(until, start):
        return False
    tally = person.facts.tallies.get(until.event) if person and person.facts else None
    never = start.moment.time
    return tally is not None and tally.last_with.get(RESOURCE, {}).get(resource, never) > never


def _role_asked(by: Actor, view: View, start: Start, mentorship: SubjectFacts) -> str:
    """Return the role, in that mentorship, of the initiator or counterpart of the start; "" for nobody's."""
    initiator = view.initiator(start, mentorship)
    if by is Actor.INITIATOR:
        return initiator
    is_its_own = mentorship.subject in (start.subject, view.subject)
    return other_role(initiator) if is_its_own else ""


def _last(tally: Tally, role: str, same: str | None, start: Start) -> Instant:
    never = start.moment.time
    if not tally.count:
        return never
    if same is not None:
        if start.data.get(same) is None:
            return never
        held = tally.last_with.get(same_by(same, role) if role else same, {})
        return held.get(as_text(start.data.get(same)), never)
    return tally.last_by.get(role, never) if role else tally.last
