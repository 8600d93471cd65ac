"""A mentorship's real history as a story's lines, without its people: names, addresses and ids are replaced. Pure.

What rules may ask for stays as it was: days and times (to the minute), topics, reasons, groups, zones. Whatever else a
field holds is left out, so that a field that is added tomorrow gives nothing away.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from service.domain.calendar import MINUTE, Instant, local_date, parse_rfc3339, to_datetime, zone
from service.domain.catalogue import Catalogue, EventType
from service.domain.delivery import Role
from service.domain.events import Event, SubjectKind
from service.domain.lens import as_text

_WORDS = ("timezone", "locale", "groups", "resource", "segment", "message")
"""Fields of free choice that name no person, and that rules or delivery look at."""
_FILLED_IN = ("mentor_id", "mentee_id", "by")
"""Fields that a story has from elsewhere."""
_REPLACED = {"first_name": "{Role}", "last_name": "Example", "email": "{role}@example.org"}


class Time(NamedTuple):
    """A day, counted from the first, and minutes after 00:00 in the zone."""

    day: int
    minute: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedLine:
    """One event. `known` is None where Intouch heard of it within the minute."""

    at: Time
    known: Time | None
    type: str
    by: str
    fields: Mapping[str, str | tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A story without its expectations: day 0, the last day, and the lines in order."""

    first: date
    zone: str
    until: int
    lines: tuple[RecordedLine, ...]


def record(
    events: Iterable[Event], people: Mapping[str, Role], catalogue: Catalogue, zone_name: str, now: Instant
) -> Recorded:
    """Return what happened up to `now`. `people` are the mentor's and the mentee's ids.

    Raises: ValueError without events.
    """
    in_order = sorted(events, key=lambda event: (event.recorded, event.moment))
    if not in_order:
        raise ValueError("a history has at least one event")
    first = local_date(min(event.time for event in in_order), zone_name)
    recorder = _Recorder(people, catalogue, zone_name, first)
    return Recorded(
        first=first,
        zone=zone_name,
        until=recorder.time(now).day,
        lines=tuple(recorder.line(event) for event in in_order),
    )


def minute_up(at: Instant) -> Instant:
    """Return the instant, rounded up to a whole minute: so it stays within its quarter hour, at which mail moves."""
    return -(-at // MINUTE) * MINUTE


@dataclass(slots=True)
class _Recorder:
    people: Mapping[str, Role]
    catalogue: Catalogue
    zone: str
    first: date
    names: dict[tuple[str, str], str] = field(default_factory=dict)
    """Kind and real id → what stands for it."""
    numbers: Counter[str] = field(default_factory=Counter)

    def time(self, at: Instant) -> Time:
        local = to_datetime(minute_up(at)).astimezone(zone(self.zone))
        return Time((local.date() - self.first).days, local.hour * 60 + local.minute)

    def line(self, event: Event) -> RecordedLine:
        kind = self.catalogue.types[event.type]
        is_late = minute_up(event.recorded) > minute_up(event.time)
        told = ((name, self._told(kind, event, name, value)) for name, value in event.data.items())
        return RecordedLine(
            at=self.time(event.time),
            known=self.time(event.recorded) if is_late else None,
            type=event.type,
            by=self._by(event),
            fields={name: value for name, value in told if value is not None},
        )

    def _by(self, event: Event) -> str:
        if event.subject.kind is SubjectKind.PARTICIPANT:
            return str(self.people[event.subject.id])
        return str(event.data.get("by") or "")

    def _told(self, kind: EventType, event: Event, name: str, value: object) -> str | tuple[str, ...] | None:
        """Return what the story says in place of a field's value; None where it says nothing."""
        if name in _FILLED_IN:
            return None
        if name == kind.id_field and not kind.fields[name].values:
            return self._stand_in(kind.thing or name, str(value))
        if name.endswith("_id") or name == "author":
            return self._stand_in(name.removesuffix("_id").replace("_", "-"), str(value))
        if name in _REPLACED and event.subject.kind is SubjectKind.PARTICIPANT:
            role = str(self.people[event.subject.id])
            return _REPLACED[name].format(role=role, Role=role.capitalize())
        if name == "advisor_email":
            return "advisor@example.org"
        return self._plain(kind, name, value)

    def _plain(self, kind: EventType, name: str, value: object) -> str | tuple[str, ...] | None:
        if isinstance(value, list | tuple):
            return tuple(map(as_text, value)) if kind.fields[name].values or name in _WORDS else None
        harmless = isinstance(value, bool | int) or kind.fields[name].values or name in _WORDS or _is_time(value)
        return as_text(value) if harmless else None

    def _stand_in(self, kind: str, real: str) -> str:
        if (kind, real) not in self.names:
            self.numbers[kind] += 1
            self.names[kind, real] = f"{kind}-{self.numbers[kind]}"
        return self.names[kind, real]


def _is_time(value: object) -> bool:
    """Return whether the value is a date or an instant."""
    text = str(value)
    try:
        if len(text) == 10:
            date.fromisoformat(text)
        else:
            parse_rfc3339(text)
    except ValueError:
        return False
    return True
