"""What is true, given the events known so far: every fact worked out from the sorted list, nothing carried along."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from service.domain.calendar import Instant
from service.domain.catalogue import Does, EventType
from service.domain.events import Event, Moment, Subject, SubjectKind
from service.domain.rules import Program, RuleSet
from tests.naive.zones import as_instant, day_start

_STATUS = {
    "mentorship.matched": "active",
    "mentorship.paused": "paused",
    "mentorship.resumed": "active",
    "mentorship.completed": "ended",
    "mentorship.unmatched": "ended",
}
_PERSON = ("participant.invited", "participant.registered", "participant.updated")


class Place(NamedTuple):
    """A subject within its program."""

    program: str
    subject: Subject


class Pair(NamedTuple):
    """The two participants of a mentorship."""

    mentor: str
    mentee: str


@dataclass(frozen=True)
class Thing:
    """A flag, conversation, request …: the event that opened it, if known, and every later deed, by moment."""

    opened: Event | None
    deeds: tuple[tuple[Does, Event], ...]

    @property
    def stands(self) -> bool:
        return self.opened is not None and not any(does is Does.DELETES for does, _ in self.deeds)

    @property
    def is_open(self) -> bool:
        closings = [does for does, _ in self.deeds if does in (Does.CLOSES, Does.REOPENS)]
        return self.stands and (not closings or closings[-1] is Does.REOPENS)

    @property
    def is_unacknowledged(self) -> bool:
        words = [does for does, _ in self.deeds if does in (Does.ACKNOWLEDGES, Does.CLOSES, Does.REOPENS)]
        return self.stands and (not words or words[-1] is Does.REOPENS)

    def fields(self) -> dict[str, Any]:
        """Return the opening's fields as later deeds left them."""
        merged: dict[str, Any] = dict(self.opened.data) if self.opened else {}
        for _, event in self.deeds:
            merged.update(event.data)
        return merged

    def count(self, field: str, until: Moment | None = None) -> int:
        """Return how many it stands for, by the corrections up to a moment (or all)."""
        assert self.opened is not None
        number = self.opened.data.get(field, 1)
        for does, event in self.deeds:
            if does is Does.CORRECTS and field in event.data and (until is None or event.moment <= until):
                number = event.data[field]
        return int(number)


class Known:
    """The events known at some instant, and the facts that follow from them.

    Whatever is remembered here is a function of the known events alone: a new event makes a new Known.
    """

    def __init__(self, rule_set: RuleSet, events: Iterable[Event]) -> None:
        once: dict[tuple[str, str, str], Event] = {}
        for event in sorted(events, key=lambda each: each.recorded):
            once.setdefault((event.program, event.source, event.id), event)
        self.rule_set = rule_set
        self.types = rule_set.catalogue.types
        counting = (_from_when_it_counts(rule_set, event) for event in once.values())
        self.all = sorted(counting, key=lambda each: each.moment)
        self._seen: dict[Place, list[Event]] = {}
        self._about: dict[Place, list[Event]] = {}
        self._zones: dict[str, str] = {}

    @cached_property
    def things(self) -> dict[tuple[Place, str, str], Thing]:
        """(mentorship, thing's name, business id) → the thing."""
        gathered: dict[tuple[Place, str, str], list[tuple[Does, Event]]] = {}
        for event in self.all:
            key, kind = self.thing_key(event), self.types.get(event.type)
            if key is not None and kind is not None and kind.does is not None:
                gathered.setdefault(key, []).append((kind.does, event))
        return {key: _thing(deeds) for key, deeds in gathered.items()}

    @cached_property
    def standing(self) -> list[Event]:
        """The events that count, by moment: no second opening of one thing, nothing deleted."""
        return [event for event in self.all if self._stands(event)]

    def _stands(self, event: Event) -> bool:
        kind, key = self.types.get(event.type), self.thing_key(event)
        if kind is None or kind.does is not Does.OPENS or key is None:
            return True
        thing = self.things[key]
        return thing.opened is event and thing.stands

    def business_id(self, event: Event) -> str | None:
        """Return the id of the thing that the event speaks of, if it does."""
        kind = self.types.get(event.type)
        found = event.data.get(kind.id_field) if kind and kind.id_field else None
        return None if found is None else str(found)

    def thing_key(self, event: Event) -> tuple[Place, str, str] | None:
        """Return where the event's thing is found in `things`."""
        kind, identifier = self.types.get(event.type), self.business_id(event)
        if kind is None or kind.thing is None or identifier is None:
            return None
        return Place(event.program, event.subject), kind.thing, identifier

    def things_of(self, name: str, place: Place) -> list[Thing]:
        """Return the standing things of that name that a rule about the place sees."""
        where = {place, *self.mentorships_of(place)}
        return [thing for (at, kind, _), thing in self.things.items() if kind == name and at in where and thing.stands]

    @cached_property
    def places(self) -> list[Place]:
        """Every subject that an event is about, belongs to, or names in a match."""
        found = {Place(event.program, event.subject) for event in self.all}
        found |= {Place(event.program, Subject(SubjectKind.PROGRAM, event.program)) for event in self.all}
        for program, pair in ((each.program, pair) for each, pair in self.pairs.items()):
            found |= {_participant(program, person) for person in pair}
        return sorted(found)

    def exists_since(self, place: Place) -> Instant | None:
        """Return the time of the first event about the subject (for a participant, also a match that names them)."""
        times = [event.time for event in self.all if self._brings(event, place)]
        return min(times, default=None)

    def _brings(self, event: Event, place: Place) -> bool:
        if event.program != place.program:
            return False
        if place.subject.kind is SubjectKind.PROGRAM or event.subject == place.subject:
            return True
        named = (event.data.get("mentor_id"), event.data.get("mentee_id"))
        is_match = event.type == "mentorship.matched" and place.subject.kind is SubjectKind.PARTICIPANT
        return is_match and place.subject.id in named

    @cached_property
    def pairs(self) -> dict[Place, Pair]:
        """Mentorship → its participants, by its newest match."""
        return {
            Place(event.program, event.subject): Pair(event.data["mentor_id"], event.data["mentee_id"])
            for event in self.all
            if event.type == "mentorship.matched"
        }

    def mentorships_of(self, place: Place) -> list[Place]:
        """Return the mentorship itself, the participant's, or none for a program."""
        if place.subject.kind is SubjectKind.MENTORSHIP:
            return [place]
        if place.subject.kind is SubjectKind.PROGRAM:
            return []
        return [each for each, pair in self.pairs.items() if each.program == place.program and place.subject.id in pair]

    def people_of(self, place: Place) -> tuple[str, ...]:
        """Return the participants that the subject is or has."""
        if place.subject.kind is SubjectKind.PARTICIPANT:
            return (place.subject.id,)
        return tuple(self.pairs.get(place, ()))

    def seen(self, place: Place) -> list[Event]:
        """Return the standing events that a rule about the subject sees, by moment."""
        if place not in self._seen:
            subjects = {place.subject, Subject(SubjectKind.PROGRAM, place.program)}
            subjects |= {each.subject for each in self.mentorships_of(place)}
            subjects |= {Subject(SubjectKind.PARTICIPANT, person) for person in self.people_of(place)}
            events = [each for each in self.standing if each.program == place.program]
            self._seen[place] = [each for each in events if each.subject in subjects or self._is_programs(each)]
        return self._seen[place]

    def _is_programs(self, event: Event) -> bool:
        return event.subject.kind is SubjectKind.PROGRAM

    def about(self, program: str, person: str) -> list[Event]:
        """Return the events about a participant, by moment."""
        place = _participant(program, person)
        if place not in self._about:
            self._about[place] = [each for each in self.standing if (each.program, each.subject) == place]
        return self._about[place]

    def status(self, mentorship: Place) -> str | None:
        """Return active, paused or ended by the newest status event, or None before any."""
        words = [
            _STATUS[event.type]
            for event in self.all
            if event.type in _STATUS and (event.program, event.subject) == mentorship
        ]
        return words[-1] if words else None

    def profile(self, program: str, person: str, field: str) -> Any:
        """Return the newest value of a field of invited, registered or updated, or None."""
        told = [each for each in self.about(program, person) if each.type in _PERSON]
        values = [each.data[field] for each in told if field in each.data]
        return values[-1] if values else None

    def groups(self, program: str, person: str) -> frozenset[str]:
        return frozenset(self.profile(program, person, "groups") or ())

    def has_left(self, program: str, person: str) -> bool:
        """Return whether they left and did not register again since."""
        words = [
            each.type
            for each in self.about(program, person)
            if each.type in ("participant.left", "participant.registered")
        ]
        return words[-1:] == ["participant.left"]

    def is_paused(self, program: str, person: str, now: Instant) -> bool:
        """Return whether their newest pause goes on: not resumed, its `until` not reached."""
        words = [
            each for each in self.about(program, person) if each.type in ("participant.paused", "participant.resumed")
        ]
        if not words or words[-1].type == "participant.resumed":
            return False
        until = words[-1].data.get("until")
        return until is None or now < self._instant_of(program, str(until))

    def _instant_of(self, program: str, text: str) -> Instant:
        if len(text) == 10:
            return day_start(date.fromisoformat(text), self.zone(program))
        return as_instant(datetime.fromisoformat(text))

    def wants(self, program: str, person: str, category: str) -> bool:
        """Return whether they still want messages of the category: by their newest word on it."""
        words = [
            each.data["wanted"]
            for each in self.about(program, person)
            if each.type == "participant.preferences_changed" and each.data["category"] == category
        ]
        return not words or words[-1] is True

    def program(self, program: str) -> Program:
        return self.rule_set.program(program)

    def zone(self, program: str) -> str:
        """Return the program's zone: its file's, else its newest event's, else UTC."""
        if program not in self._zones:
            told = self._told(program, "timezone")
            self._zones[program] = self.program(program).timezone or (told if isinstance(told, str) else "UTC")
        return self._zones[program]

    def _told(self, program: str, field: str) -> object:
        values = [
            event.data[field]
            for event in self.all
            if event.program == program and self._is_programs(event) and field in event.data
        ]
        return values[-1] if values else None

    def program_ended(self, program: str, now: Instant) -> bool:
        """Return whether the program has ended by its event, or by the end of its last day."""
        if any(each.type == "program.ended" and each.program == program and each.time <= now for each in self.all):
            return True
        days = self.dates(program, "program_ends")
        return bool(days) and now >= day_start(days[-1] + timedelta(days=1), self.zone(program))

    def dates(self, program: str, name: str) -> tuple[date, ...]:
        """Return the program's dates of that name; its end is told by its events where its file is silent."""
        days, told = self.program(program).dates.get(name, ()), self._told(program, "ends_on")
        silent = name == "program_ends" and not days and isinstance(told, str)
        return (date.fromisoformat(str(told)),) if silent else tuple(days)


def event_type(known: Known, event: Event) -> EventType | None:
    """Return the catalogue's entry for the event, if it has one."""
    return known.types.get(event.type)


def initiator(known: Known, event: Event) -> str | None:
    """Return the participant whose act the event was, or None where it was staff's or nobody's."""
    kind = event_type(known, event)
    word = event.data.get(kind.initiator) if kind and kind.initiator else None
    if event.subject.kind is SubjectKind.PARTICIPANT:
        return None if word == "staff" else event.subject.id
    pair = known.pairs.get(Place(event.program, event.subject))
    if pair is None or word not in ("mentor", "mentee"):
        return None
    return pair.mentor if word == "mentor" else pair.mentee


def role_word(known: Known, event: Event) -> str | None:
    """Return "mentor" or "mentee" where the event says that one of them acted, else None."""
    kind = event_type(known, event)
    word = event.data.get(kind.initiator) if kind and kind.initiator else None
    return word if word in ("mentor", "mentee") else None


def other_of(pair: Pair | None, person: str | None) -> str | None:
    """Return the other participant of the pair, or None."""
    if pair is None or person not in pair:
        return None
    return pair.mentee if person == pair.mentor else pair.mentor


def _participant(program: str, person: str) -> Place:
    return Place(program, Subject(SubjectKind.PARTICIPANT, person))


def _from_when_it_counts(rule_set: RuleSet, event: Event) -> Event:
    """Return the event with the later instant that it names in place of its times."""
    kind = rule_set.catalogue.types.get(event.type)
    named = event.data.get(kind.not_before) if kind and kind.not_before else None
    at = event.time if named is None else as_instant(datetime.fromisoformat(named))
    return event._replace(time=max(event.time, at), recorded=max(event.recorded, at))


def _thing(deeds: list[tuple[Does, Event]]) -> Thing:
    openings = [event for does, event in deeds if does is Does.OPENS]
    later = tuple((does, event) for does, event in deeds if does is not Does.OPENS)
    return Thing(openings[0] if openings else None, later)
