"""The port to matters: what is open and may need a person, kept by whoever checks its mentorship, and read in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

from service.domain.calendar import Instant
from service.domain.matters import Matter


class MatterPlace(NamedTuple):
    """Where in the queue a page ends: weight, since when, and which."""

    weight: int = 0
    since: Instant = 0
    id: str = ""
    kind: str = ""
    ref: str = ""


FRONT: Final = MatterPlace()
"""Before all of a queue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterRow:
    """A matter of a mentorship, with the names of its people."""

    id: str
    matter: Matter
    mentor: str = ""
    mentee: str = ""

    @property
    def place(self) -> MatterPlace:
        return MatterPlace(self.matter.weight, self.matter.since, self.id, self.matter.kind, self.matter.ref)


@dataclass(frozen=True, slots=True, kw_only=True)
class MattersWanted:
    """Which matters somebody wants to see; what is "" or False is not asked. `topic` is what one is about."""

    kind: str = ""
    weight: int = 0
    topic: str = ""
    unacknowledged: bool = False
    advisor: str | None = None
    """The key of the one whose caseload it is; None asks for all."""


class MatterReading(Protocol):
    """What can be read of them."""

    def matters(
        self, program: str, wanted: MattersWanted, after: MatterPlace = FRONT, limit: int = 100
    ) -> Sequence[MatterRow]:
        """Return matters as wanted, the most pressing first, from after a place."""

    def matters_of(self, program: str, id: str) -> Sequence[Matter]:
        """Return those of one mentorship."""


class MatterWriting(MatterReading, Protocol):
    """What can be changed of them."""

    def save_matters(self, matters: Mapping[tuple[str, str], Sequence[Matter]]) -> None:
        """Replace the matters of mentorships, by program and id."""
