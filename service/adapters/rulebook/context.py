"""What surrounds one rule while its words are read: its start, and what else the rule set holds."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from service.adapters.rulebook.vocabulary import PROGRAM_ENDS
from service.domain.catalogue import EventType, Field
from service.domain.events import SubjectKind
from service.domain.rules import DATE_PREFIX, Kind, Program


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the files beside the rules hold. None: not given, or not readable, so nothing is said about it.

    An empty `programs` says that there is no program file at all: then any program may be meant.
    """

    messages: Collection[str] | None = None
    resources: Collection[str] | None = None
    programs: Mapping[str, Program] | None = None

    @property
    def dates(self) -> tuple[str, ...]:
        named = {name for program in (self.programs or {}).values() for name in program.dates}
        return tuple(sorted({PROGRAM_ENDS, *named}))

    @property
    def roles(self) -> tuple[str, ...]:
        return tuple(sorted({role for program in (self.programs or {}).values() for role in program.staff}))

    @property
    def groups(self) -> tuple[str, ...]:
        return tuple(sorted({group for program in (self.programs or {}).values() for group in program.groups}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One rule's surroundings. `starts` is "" when the rule's start is faulty and nothing is said about it."""

    known: Known
    kind: Kind | None
    for_each: SubjectKind
    starts: str
    event: EventType | None

    @property
    def is_date(self) -> bool:
        return self.starts.startswith(DATE_PREFIX)

    @property
    def fields(self) -> Mapping[str, Field]:
        """The fields that the starting event may have; none for a date."""
        return self.event.fields if self.event else {}

    def sees(self, event: EventType) -> bool:
        """Return whether events of the type are among those that the rule sees."""
        return self.for_each is not SubjectKind.PROGRAM or event.subject is SubjectKind.PROGRAM

    @property
    def has_initiator(self) -> bool:
        """Whether the start is somebody's act: the event names who, or is about one participant."""
        return self.event is not None and (
            self.event.initiator is not None or self.event.subject is SubjectKind.PARTICIPANT
        )
