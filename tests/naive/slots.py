"""When a rule starts, and the slots that follow: *Meaning* 1 and 2, worked out from the known events."""

from collections.abc import Mapping
from dataclasses import dataclass

from service.domain.calendar import DAY, Duration, Instant
from service.domain.catalogue import Does
from service.domain.events import Event, Moment, SubjectKind
from service.domain.rules import Delivery, Groups, Kind, Rule, StartsFrom
from tests.naive.facts import Known, Place, Thing
from tests.naive.zones import day_start, local, round_up


@dataclass(frozen=True)
class Start:
    """One start of a rule. `at` is its clock; `time` is what *since* and `until` compare with."""

    id: str
    key: str
    at: Instant
    time: Instant
    order: tuple[Moment, int]
    event: Event | None


@dataclass(frozen=True)
class Slot:
    """One slot: it is open from `due` to before `end`."""

    rule: Rule
    place: Place
    start: Start
    k: int
    due: Instant
    end: Instant


def all_slots(known: Known) -> list[Slot]:
    """Return every slot of every rule for every subject there is, past and future, empty ones left out."""
    return [
        slot
        for place in known.places
        for rule in known.rule_set.rules_of(place.program)
        if rule.for_each is place.subject.kind and concerns(rule.only_for, known, place)
        for start in starts(rule, known, place)
        for slot in _slots(rule, known, place, start)
        if slot.due < slot.end
    ]


def concerns(groups: Groups, known: Known, place: Place) -> bool:
    """Return whether the subject's people carry the groups that the rule is only for."""
    people = [(person, known.groups(place.program, person)) for person in known.people_of(place)]
    pair = known.pairs.get(place)

    def carried_by(role: str) -> bool:
        wanted: frozenset[str] = getattr(groups, role)
        holder = getattr(pair, role) if pair else _in_role(known, place, role)
        return not wanted or any(person == holder and wanted & carried for person, carried in people)

    either = not groups.either or any(groups.either & carried for _, carried in people)
    return carried_by("mentor") and carried_by("mentee") and either


def _in_role(known: Known, place: Place, role: str) -> str | None:
    return place.subject.id if known.profile(place.program, place.subject.id, "role") == role else None


def starts(rule: Rule, known: Known, place: Place) -> list[Start]:
    """Return the rule's starts for a subject."""
    if rule.date_name is not None:
        return _dates(rule.date_name, known, place)
    events = [each for each in known.seen(place) if each.type == rule.starts and matches(rule.where, each)]
    if rule.reaches is not None:
        reached = _reached(rule.reaches, known, events)
        return [] if reached is None else [_start(rule, reached, "")]
    if rule.starts_from is StartsFrom.LATEST:
        events = events[-1:]
    return [_start(rule, each, _key(known, each)) for each in events]


def _dates(name: str, known: Known, place: Place) -> list[Start]:
    zone, found = known.zone(place.program), known.dates(place.program, name)
    begun = [day_start(day, zone) for day in found]
    return [
        Start(f"{name}:{index}", f"{name}:{index}", at, at, (Moment(at, name, ""), index), None)
        for index, at in enumerate(begun)
    ]


def _start(rule: Rule, event: Event, key: str) -> Start:
    clock = event.recorded if rule.kind in (Kind.ALERT, Kind.ANSWER) else event.time
    return Start(event.id, key, clock, event.time, (event.moment, 0), event)


def _key(known: Known, event: Event) -> str:
    business = known.business_id(event)
    return f"{event.source} {event.id}" if business is None else f"{event.subject} {business}"


def text(value: object) -> str:
    """Return a field's value as rule files write it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def matches(where: Mapping[str, frozenset[str]], event: Event) -> bool:
    """Return whether every field named has one of the wanted values, or an element that is one."""
    for field, wanted in where.items():
        value = event.data.get(field)
        values = value if isinstance(value, list | tuple) else [] if value is None else [value]
        if not any(text(each) in wanted for each in values):
            return False
    return True


def _reached(wanted: int, known: Known, events: list[Event]) -> Event | None:
    """Return the log or correction, by moment, at which the count first comes to `wanted` or more."""
    things = {
        id(each): known.things[key]
        for each in events
        if known.types[each.type].does is Does.OPENS and (key := known.thing_key(each)) is not None
    }
    corrections = [event for thing in things.values() for does, event in thing.deeds if does is Does.CORRECTS]
    for at in sorted([*events, *corrections], key=lambda each: each.moment):
        logged = [each for each in events if each.moment <= at.moment]
        if sum(number_of(known, each, things.get(id(each)), at.moment) for each in logged) >= wanted:
            return at
    return None


def number_of(known: Known, event: Event, thing: Thing | None, until: Moment | None = None) -> int:
    """Return how many the event stands for, by the corrections up to a moment (or all)."""
    counted_by = known.types[event.type].counted_by
    if counted_by is None:
        return 1
    return thing.count(counted_by, until) if thing else int(event.data.get(counted_by, 1))


def _slots(rule: Rule, known: Known, place: Place, start: Start) -> list[Slot]:
    first = -rule.before if rule.before is not None else rule.wait
    dues = [due_at(rule, known, place, start.at + first + k * (rule.every or 0)) for k in range(rule.total)]
    ends = [due + stays_open(rule, known.rule_set.delivery) for due in dues]
    shortened = [min(end, *dues[k + 1 : k + 2], end) for k, end in enumerate(ends)]
    slots = [Slot(rule, place, start, k, due, end) for k, (due, end) in enumerate(zip(dues, shortened, strict=True))]
    return [slot for slot in slots if not _is_programs(start) or _exists(known, slot)]


def _is_programs(start: Start) -> bool:
    return start.event is None or start.event.subject.kind is SubjectKind.PROGRAM


def _exists(known: Known, slot: Slot) -> bool:
    if slot.place.subject.kind is SubjectKind.PROGRAM:
        return True
    since = known.exists_since(slot.place)
    return since is not None and since <= slot.due


def due_at(rule: Rule, known: Known, place: Place, at: Instant) -> Instant:
    """Return the due time: exact, or rounded up to the quarter hour and moved out of breaks."""
    if rule.kind in (Kind.ALERT, Kind.ANSWER):
        return at
    at = round_up(at)
    while rule.kind in (Kind.SERVICE, Kind.NUDGE) and (end := break_end(known, place.program, at)) is not None:
        at = round_up(end)
    return at


def break_end(known: Known, program: str, at: Instant) -> Instant | None:
    """Return the end of the break that the instant lies in, in the program's zone; None outside breaks."""
    if not known.program(program).breaks:
        return None
    zone = known.zone(program)
    today = local(at, zone).date()
    ends = [
        day_start(each.last.fromordinal(each.last.toordinal() + 1), zone)
        for each in known.program(program).breaks
        if each.first <= today <= each.last
    ]
    return max(ends, default=None)


def stays_open(rule: Rule, delivery: Delivery) -> Duration:
    """Return how late a slot may go out: the rule's word, 30 days for alerts, else the delivery's."""
    if rule.send_within is not None:
        return rule.send_within
    return 30 * DAY if rule.kind is Kind.ALERT else delivery.send_within
