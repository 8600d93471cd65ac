"""The port to interventions: what staff write to many by hand, from the first draft to what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from service.domain.calendar import Instant


class Stage(StrEnum):
    """How far an intervention is."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    """It waits for a second person."""
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervention:
    """One of them. `asked` is the filter, as the address of a list of mentorships says it.

    `message` is its name; `heading` and `paragraphs` are staff's own words, empty where the message is one of the pack.
    `chosen` are the ids of the mentorships it was approved for. `approvals` are who approved it, the first first.
    """

    program: str
    id: str
    made_at: Instant
    author: str
    stage: Stage = Stage.DRAFT
    asked: str = ""
    message: str = ""
    heading: str = ""
    paragraphs: tuple[str, ...] = ()
    unless_talked: bool = True
    """Whether a conversation logged meanwhile makes it needless."""
    approvals: tuple[str, ...] = ()
    approved_at: Instant | None = None
    withdrawn_by: str = ""
    withdrawn_at: Instant | None = None
    chosen: tuple[str, ...] = field(default=(), repr=False)


class InterventionReading(Protocol):
    """What can be read of them."""

    def intervention(self, program: str, id: str) -> Intervention | None:
        """Return one, or None."""

    def interventions(self, program: str, limit: int = 50) -> Sequence[Intervention]:
        """Return a program's, the newest first."""


class InterventionWriting(InterventionReading, Protocol):
    """What can be changed of them."""

    def save_intervention(self, intervention: Intervention, was: Stage | None) -> bool:
        """Keep one and return True; False where it is not at the stage `was` any more (None: it is new)."""
