"""From a story's lines to events: typed and judged by the schemas, ids filled in, times counted in its zone."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from service.adapters.rulebook.findings import Findings
from service.adapters.rulebook.tree import plain
from service.adapters.rulebook.written import WrittenEvent, WrittenStory
from service.adapters.schemas import Schemas
from service.domain.calendar import Instant, format_rfc3339, local_instant
from service.domain.catalogue import Does, EventType
from service.domain.delivery import Role
from service.domain.events import Event, Subject, SubjectKind
from service.staff.story import MENTORSHIP, PEOPLE

_FIELDS_OF_PEOPLE = {
    "participant.invited": {"email": "{}@example.org", "role": "{}"},
    "participant.registered": {"email": "{}@example.org", "first_name": "{}", "role": "{}"},
}
"""Required of an invitation and a registration; a story need not say them."""


class StoryEvents:
    """The events of one story, made one after the other."""

    def __init__(self, story: WrittenStory, program: str, zone: str, schemas: Schemas, findings: Findings) -> None:
        self._story, self._program, self._zone = story, program, zone
        self._schemas, self._findings = schemas, findings
        self._newest: dict[str, str] = {}
        """Thing → the id of the one that was opened last."""
        self._opened: Counter[str] = Counter()

    def all(self) -> tuple[Event, ...]:
        """Return the valid events; what is wrong with the others is reported."""
        return tuple(event for number, line in enumerate(self._story.events) for event in self._made(number, line))

    def _made(self, number: int, written: WrittenEvent) -> Iterator[Event]:
        kind = self._schemas.catalogue.types[written.type]
        subject = self._subject(kind, written)
        if subject is None:
            return
        at = self.instant(written.day, written.minute)
        event = {
            "specversion": "1.0",
            "id": f"line-{number:04}",
            "source": "/story",
            "type": written.type,
            "subject": str(subject),
            "program": self._program,
            "time": format_rfc3339(at),
            "data": self._data(kind, written),
        }
        admitted, faults = self._schemas.admit([event])
        for fault in faults:
            field = fault.pointer.removeprefix("/data").lstrip("/").partition("/")[0]
            place = written.places.get(field, written.place)
            self._findings.error("bad-event", place, fault.message, f"The event is {written.type}.")
        known = self._known(written, at)
        yield from (each.recorded_at(known) for each in admitted)

    def instant(self, day: int, minute: int | None) -> Instant:
        """Return when a line's day and time of day are, in the story's zone."""
        first, usual, _ = self._story.begins
        return local_instant(first + timedelta(days=day), usual if minute is None else minute, self._zone)

    def _known(self, written: WrittenEvent, at: Instant) -> Instant:
        """Return when Intouch heard of an event that happened at `at`."""
        if written.known is None:
            return at
        day, minute = written.known
        known = self.instant(day, written.minute if minute is None else minute)
        if known < at:
            place = written.places.get("known", written.place)
            message = "Nobody can know of an event before it happened."
            self._findings.error("bad-date", place, message, 'Let "known" be the same time or later.')
        return max(known, at)

    def _subject(self, kind: EventType, written: WrittenEvent) -> Subject | None:
        if kind.subject is SubjectKind.MENTORSHIP:
            return MENTORSHIP
        if kind.subject is SubjectKind.PROGRAM:
            return Subject(SubjectKind.PROGRAM, self._program)
        if written.by in (Role.MENTOR, Role.MENTEE):
            return PEOPLE[Role(written.by)]
        place = written.places.get("by", written.place)
        message = f"{written.type} is about one of the two, and it is not said which."
        self._findings.error("missing-word", place, message, 'Write "by: mentor" or "by: mentee".')
        return None

    def _data(self, kind: EventType, written: WrittenEvent) -> dict[str, Any]:
        schema = self._schemas.by_type[kind.name].schema["properties"]["data"]["properties"]
        data = {name: _typed(plain(node), schema.get(name, {})) for name, node in written.fields.items()}
        if written.by and ("by" in kind.fields or kind.subject is not SubjectKind.PARTICIPANT):
            data["by"] = written.by
        return {**self._filled_in(kind, written, data), **data}

    def _filled_in(self, kind: EventType, written: WrittenEvent, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return the ids that the story leaves out: its people's, and of a thing the newest one's, or a new one's."""
        filled: dict[str, Any] = {}
        if kind.name == "mentorship.matched":
            filled = {f"{role}_id": subject.id for role, subject in PEOPLE.items()}
        elif kind.name in _FIELDS_OF_PEOPLE:
            filled = {name: text.format(written.by) for name, text in _FIELDS_OF_PEOPLE[kind.name].items()}
        if kind.thing and kind.id_field and not kind.fields[kind.id_field].values:
            if kind.does is Does.OPENS and kind.id_field not in data:
                self._opened[kind.thing] += 1
                self._newest[kind.thing] = f"{kind.thing}-{self._opened[kind.thing]}"
            elif kind.does is Does.OPENS:
                self._newest[kind.thing] = str(data[kind.id_field])
            filled[kind.id_field] = self._newest.get(kind.thing, f"{kind.thing}-1")
        return filled


def _typed(value: object, schema: Mapping[str, Any]) -> object:
    """Return a written text as the type that its schema asks for; what does not fit stays as it is."""
    if isinstance(value, list):
        return [_typed(each, schema.get("items", {})) for each in value]
    if isinstance(value, str) and schema.get("type") == "boolean":
        return {"true": True, "false": False, "yes": True, "no": False}.get(value.lower(), value)
    if isinstance(value, str) and schema.get("type") == "integer" and value.lstrip("-").isdecimal():
        return int(value)
    return value
