"""A whole store in parts, for rule sets to be compared by: its present to go on from, or the past it has recorded.

A part is read when it is asked for, so that memory holds one of them. What they come to is `staff/`'s.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from service.domain.calendar import Instant
from service.domain.events import Event, Subject, SubjectKind
from service.domain.facts import SubjectFacts
from service.domain.present import Present, Standing
from service.domain.rules import RuleSet
from service.flow.parts import Part, parts_of
from service.flow.ports import Snapshot, SubjectKey
from service.flow.present import PresentReader, Presents, staff_of


@dataclass(slots=True)
class Ahead:
    """The store at `now`, for the rule sets that are to go on from it.

    `programs` yields what belongs to no part: each program's facts, what waits about it, and what went to its staff.
    `parts` yields the parts, each with its program's facts; `sizes` says how many subjects each has.
    """

    snapshot: Snapshot
    rule_sets: Sequence[RuleSet]
    now: Instant
    _reader: PresentReader = field(init=False)
    _parts: list[Part] = field(init=False)

    def __post_init__(self) -> None:
        self._reader = PresentReader(self.snapshot, self.rule_sets, self.now)
        self._parts = parts_of(self.snapshot, self.rule_sets[0], self.now)

    @property
    def sizes(self) -> list[int]:
        return [len(part.subjects) for part in self._parts]

    def programs(self) -> Iterator[Presents]:
        for program in self.snapshot.programs():
            yield self._reader.read(program, [_subject_of(program)], staff_of(self.rule_sets, program))

    def parts(self) -> Iterator[Presents]:
        for program, subjects in self._parts:
            own = self._reader.facts(program, [SubjectKey(program, _subject_of(program))])
            read = self._reader.read(program, subjects)
            yield tuple(_within(facts[0], present) for facts, present in zip(own, read, strict=True))


@dataclass(slots=True)
class Recorded:
    """All events of the store; `parts` yields those of each part with its program's, in order of arrival."""

    snapshot: Snapshot
    rule_set: RuleSet
    now: Instant
    _parts: list[Part] = field(init=False)

    def __post_init__(self) -> None:
        self._parts = parts_of(self.snapshot, self.rule_set, self.now)

    @property
    def sizes(self) -> list[int]:
        return [len(part.subjects) for part in self._parts]

    def shared(self) -> list[Event]:
        """Return the events about programs themselves."""
        return _by_arrival(self._history(each, [_subject_of(each)]) for each in self.snapshot.programs())

    def parts(self) -> Iterator[list[Event]]:
        for program, subjects in self._parts:
            yield _by_arrival([self._history(program, [_subject_of(program), *subjects])])

    def _history(self, program: str, subjects: Sequence[Subject]) -> Iterator[Event]:
        for each in subjects:
            yield from self.snapshot.history(SubjectKey(program, each))


def _by_arrival(histories: Iterator[Iterator[Event]] | list[Iterator[Event]]) -> list[Event]:
    return sorted((event for each in histories for event in each), key=lambda event: event.recorded)


def _subject_of(program: str) -> Subject:
    return Subject(SubjectKind.PROGRAM, program)


def _within(program: SubjectFacts, part: Present) -> Present:
    return replace(part, subjects=(Standing(facts=program), *part.subjects))
