"""Whether a notice may go, as far as its subject says: gates, `until`, pauses, and what ends a kind by itself."""

from service.domain.calendar import Instant
from service.domain.catalogue import Does
from service.domain.events import Event, SubjectKind
from service.domain.rules import Actor, Count, Gate, Kind, Pause, Until
from tests.naive.facts import Known, Place, Thing, initiator, other_of, role_word
from tests.naive.slots import Slot, Start, number_of, text


def timeless_fault(known: Known, slot: Slot, person: str | None) -> str | None:
    """Return the word of *Meaning* 9 for what stops the slot, of all that no clock can change; None if nothing does.

    `person` is the participant who would get the notice, None for staff and advisors.
    """
    if any(stopped_by(until, known, slot) for until in slot.rule.until):
        return "until"
    if _ended_for_good(known, slot, person):
        return "ended"
    if not all(holds(gate, known, slot.place, slot.start, person) for gate in slot.rule.only_while):
        return "gate"
    if not all(_counts(count, known, slot.place, person) for count in slot.rule.counts):
        return "gate"
    if any(_pauses(pause, known, slot, person) for pause in known.rule_set.pauses):
        return "paused"
    return None


def timed_fault(known: Known, slot: Slot, person: str | None, now: Instant) -> str | None:
    """Return the word for what stops the slot, of all that a clock can change; None if nothing does."""
    if slot.rule.kind in (Kind.NUDGE, Kind.REPORT) and known.program_ended(slot.place.program, now):
        return "ended"
    if slot.rule.kind is Kind.NUDGE and person and known.is_paused(slot.place.program, person, now):
        return "ended"
    for quiet in slot.rule.none_in_last:
        if any(now < each.time + quiet.span for each in events_of(quiet.event, known, slot.place, person)):
            return "gate"
    return None


def _ended_for_good(known: Known, slot: Slot, person: str | None) -> bool:
    """Return whether a nudge has no one left to help: somebody left, or the mentorship is not active."""
    if slot.rule.kind is not Kind.NUDGE:
        return False
    people = {*known.people_of(slot.place), *([person] if person else [])}
    if any(known.has_left(slot.place.program, each) for each in people):
        return True
    return slot.place.subject.kind is SubjectKind.MENTORSHIP and known.status(slot.place) != "active"


def _pauses(pause: Pause, known: Known, slot: Slot, person: str | None) -> bool:
    about_people = slot.place.subject.kind is not SubjectKind.PROGRAM
    stops = about_people and slot.rule.kind in pause.stops
    return stops and all(holds(gate, known, slot.place, slot.start, person) for gate in pause.gates)


def stopped_by(until: Until, known: Known, slot: Slot) -> bool:
    """Return whether such an event happened strictly after the start."""
    return any(
        event.type == until.event and event.time > slot.start.time and _is_same(until, known, slot, event)
        for event in known.seen(slot.place)
    )


def _is_same(until: Until, known: Known, slot: Slot, event: Event) -> bool:
    begun = slot.start.event
    if until.same is not None:
        before = None if begun is None else begun.data.get(until.same)
        if before is None or event.data.get(until.same) != before:
            return False
    if until.by is None:
        return True
    if begun is not None and begun.subject == event.subject and begun.subject.kind is SubjectKind.MENTORSHIP:
        # Within one mentorship the words say it, also before its match is known.
        acted = role_word(known, begun), role_word(known, event)
        same_role = acted[0] == acted[1]
        return None not in acted and same_role is (until.by is Actor.INITIATOR)
    first = None if begun is None else initiator(known, begun)
    wanted = first if until.by is Actor.INITIATOR else counterpart(known, slot.place, slot.start)
    return wanted is not None and initiator(known, event) == wanted


def has_done_it(until: Until, known: Known, slot: Slot, person: str | None, resource: str | None) -> bool:
    """Return whether the recipient did so with the resource of their line, after a start that is about none."""
    begun = slot.start.event
    if until.same != "resource" or resource is None or person is None or (begun and begun.data.get("resource")):
        return False
    return any(
        event.type == until.event and event.time > slot.start.time and event.data.get("resource") == resource
        for event in known.about(slot.place.program, person)
    )


def counterpart(known: Known, place: Place, start: Start) -> str | None:
    """Return the other one of the mentorship in which the start's initiator acted."""
    if start.event is None:
        return None
    of_mentorship = start.event.subject.kind is SubjectKind.MENTORSHIP
    where = Place(place.program, start.event.subject) if of_mentorship else place
    return other_of(known.pairs.get(where), initiator(known, start.event))


def events_of(name: str, known: Known, place: Place, person: str | None) -> list[Event]:
    """Return the events of a type that a gate looks at: a participant's are the recipient's own."""
    kind = known.types.get(name)
    if person is not None and kind is not None and kind.subject is SubjectKind.PARTICIPANT:
        return [each for each in known.about(place.program, person) if each.type == name]
    return [each for each in known.seen(place) if each.type == name]


def holds(gate: Gate, known: Known, place: Place, start: Start, person: str | None) -> bool:
    """Return whether the gate's fact has the wanted value."""
    if gate.word in known.types:
        return _of_event(gate.value, events_of(gate.word, known, place, person), start)
    if gate.word == "mentorship":
        return any(known.status(each) == gate.value for each in known.mentorships_of(place))
    if gate.word.startswith("this_"):
        thing = _this(gate.word.removeprefix("this_"), known, start)
        return thing is not None and (thing.is_open if gate.value == "open" else thing.is_unacknowledged)
    return _of_things(gate, known, [each for each in known.things_of(gate.word, place) if each.is_open])


def _of_event(value: str, events: list[Event], start: Start) -> bool:
    since = [each for each in events if each.time > start.time]
    return {
        "never": not events,
        "happened": bool(events),
        "none_since_start": not since,
        "happened_since_start": bool(since),
    }[value]


def _of_things(gate: Gate, known: Known, opened: list[Thing]) -> bool:
    if gate.value in ("open", "none_open"):
        return bool(opened) is (gate.value == "open")
    forbidden = next(
        each.open_gates[gate.value]
        for each in known.rule_set.catalogue.things[gate.word]
        if gate.value in each.open_gates
    )
    return not any(
        all(text(thing.fields().get(field)) == value for field, value in forbidden.items()) for thing in opened
    )


def _this(name: str, known: Known, start: Start) -> Thing | None:
    if start.event is None or known.types[start.event.type].thing != name:
        return None
    key = known.thing_key(start.event)
    return None if key is None else known.things[key]


def _counts(count: Count, known: Known, place: Place, person: str | None) -> bool:
    total = 0
    for event in events_of(count.event, known, place, person):
        key = known.thing_key(event)
        opens = known.types[event.type].does is Does.OPENS
        total += number_of(known, event, known.things[key] if key and opens else None)
    return (count.at_least is None or total >= count.at_least) and (count.at_most is None or total <= count.at_most)
