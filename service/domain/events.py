"""What happened: the immutable facts other services tell us. Everything else is derived from these."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final, NamedTuple

from service.domain.calendar import Instant


class SubjectKind(StrEnum):
    """What an event or a rule is about; the value is the first part of a CloudEvents subject."""

    MENTORSHIP = "mentorships"
    PARTICIPANT = "participants"
    PROGRAM = "programs"


SUBJECT_KINDS: Final[Mapping[str, SubjectKind]] = {kind.value: kind for kind in SubjectKind}
"""The kinds by their values: every event and row asks, and the enum itself is slower to ask."""


class Subject(NamedTuple):
    """One mentorship, participant or program, known by its id within a program."""

    kind: SubjectKind
    id: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Subject":
        """Return the subject that `mentorships/m-812` names. Raises: ValueError."""
        kind, _, identifier = text.partition("/")
        if not identifier:
            raise ValueError(f'"{text}" is not a subject: write mentorships/ID, participants/ID or programs/ID')
        return cls(SubjectKind(kind), identifier)


class Moment(NamedTuple):
    """An event's place in history: by time, ties by source and id in code-point order."""

    time: Instant
    source: str
    id: str


class Event(NamedTuple):
    """One accepted event.

    `time` is when it happened, `recorded` when Intouch first had it; both are Instants.
    `data` holds only what the event type's schema allows.
    Source: CloudEvents 1.0, `schemas/cloudevent.json`.
    """

    program: str
    source: str
    id: str
    type: str
    subject: Subject
    time: Instant
    recorded: Instant
    data: Mapping[str, Any]

    @property
    def moment(self) -> Moment:
        return Moment(self.time, self.source, self.id)


class Incoming(NamedTuple):
    """A valid event at the door, not yet appended.

    `canonical` is the event as sorted JSON without `traceparent` and `recordedtime`: two sendings of one
    id are the same event when these bytes are equal. `recordedtime` is the publisher's extension
    attribute; only a simulation believes it.
    """

    program: str
    source: str
    id: str
    type: str
    subject: Subject
    time: Instant
    data: Mapping[str, Any]
    canonical: bytes
    recordedtime: Instant | None = None
    traceparent: str | None = None
    dropped_fields: int = 0
    """How many fields of its data were left out, since its type does not know them."""

    def recorded_at(self, recorded: Instant) -> Event:
        """Return the event as the log keeps it, stamped with its arrival."""
        return Event(
            program=self.program,
            source=self.source,
            id=self.id,
            type=self.type,
            subject=self.subject,
            time=self.time,
            recorded=recorded,
            data=self.data,
        )
