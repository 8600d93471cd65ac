"""The port to figures: made of everything in the background, and read by pages, who count nothing themselves."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from service.domain.calendar import Instant
from service.domain.events import Event
from service.domain.figures import Figure, PairCourse


class Course(NamedTuple):
    """A mentorship's id and its course."""

    id: str
    pair: PairCourse


class Counted(NamedTuple):
    """How many of something there were in an hour, named by its first instant."""

    hour: Instant
    what: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figuring:
    """When figures were last made, and up to which position of the log events are counted."""

    made_at: Instant = 0
    seq: int = 0


class FigureReading(Protocol):
    """What can be read of figures, and what they are made of."""

    def figures(self, program: str, since: str, groups: Collection[str] | None = None) -> Sequence[Figure]:
        """Return a program's figures since a Monday, in order; of some groups only, where they are named."""

    def figuring(self) -> Figuring:
        """Return how far they are."""

    def courses(self, program: str, after: str, limit: int) -> Sequence[Course]:
        """Return a page of a program's pairs by id, with all of their conversations."""

    def mail_counts(self, program: str, since: Instant) -> Sequence[Counted]:
        """Return how many emails were planned in each hour, by state (`sent`)."""

    def report_counts(self, program: str, since: Instant) -> Sequence[Counted]:
        """Return of how many emails providers reported what (`delivered`), by the hour they were planned in."""

    def notice_counts(self, program: str, since: Instant) -> Sequence[Counted]:
        """Return how many notices went, by rule (`rule:ID`) and by resource (`resource:SLUG`)."""

    def open_counts(self, program: str) -> Sequence[tuple[str, int, str, Instant]]:
        """Return the kind, weight, words and beginning of each open matter."""

    def log_after(self, seq: int, types: Collection[str], recorded: Instant, limit: int) -> tuple[int, Sequence[Event]]:
        """Return events of these types from after a position, recorded by then, and up to where they reach."""


class FigureWriting(FigureReading, Protocol):
    """What can be changed of figures."""

    def begin_figuring(self, now: Instant, until: Instant) -> bool:
        """Return whether they are due and nobody else makes them; nobody else will until then."""

    def end_figuring(self, made: Figuring, next_at: Instant) -> None:
        """Note that they are made, and when again."""

    def replace_figures(self, program: str, mondays: Collection[str], figures: Sequence[Figure]) -> None:
        """Replace the figures of these weeks, all but those that are counted on."""

    def count_on(self, program: str, figures: Sequence[Figure]) -> None:
        """Add to figures whose name begins with `event:`."""
