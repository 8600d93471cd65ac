"""The present of a whole store, in parts that share nothing but their program and its staff.

A part is read when it is asked for, so that memory holds one of them. What it comes to under two rule sets is
`staff/ahead.py`'s.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from service.domain.calendar import Instant
from service.domain.events import Subject, SubjectKind
from service.domain.facts import SubjectFacts
from service.domain.parts import Kinships, Member, shares
from service.domain.present import Present, Standing
from service.domain.rules import RuleSet
from service.domain.view import participants_of
from service.flow.ports import Snapshot, SubjectKey
from service.flow.present import PresentReader, Presents, staff_of

SUBJECTS_A_PART = 1_000
_PAGE = 500


@dataclass(slots=True)
class Ahead:
    """The store at `now`, for the rule sets that are to go on from it.

    `programs` yields what belongs to no part: each program's facts, what waits about it, and what went to its staff.
    `parts` yields the parts, each with its program's facts; `sizes` says how many subjects each has.
    """

    snapshot: Snapshot
    rule_sets: Sequence[RuleSet]
    now: Instant
    sizes: list[int] = field(init=False)
    _reader: PresentReader = field(init=False)
    _parts: list[tuple[str, list[Subject]]] = field(init=False)

    def __post_init__(self) -> None:
        self._reader = PresentReader(self.snapshot, self.rule_sets, self.now)
        self._parts = [(each, part) for each in self.snapshot.programs() for part in self._parts_of(each)]
        self.sizes = [len(part) for _, part in self._parts]

    def programs(self) -> Iterator[Presents]:
        for program in self.snapshot.programs():
            subject = Subject(SubjectKind.PROGRAM, program)
            yield self._reader.read(program, [subject], staff_of(self.rule_sets, program))

    def parts(self) -> Iterator[Presents]:
        for program, part in self._parts:
            own = self._reader.facts(program, [SubjectKey(program, Subject(SubjectKind.PROGRAM, program))])
            read = self._reader.read(program, part)
            yield tuple(_within(facts[0], present) for facts, present in zip(own, read, strict=True))

    def _parts_of(self, program: str) -> Iterator[list[Subject]]:
        kin, members = Kinships(), dict[Subject, Member]()
        for mentorship in self._mentorships(program):
            members[mentorship.subject] = program, str(mentorship.subject)
            for id in participants_of(mentorship).values():
                person = Subject(SubjectKind.PARTICIPANT, id)
                members[person] = program, str(person)
                kin.join(members[mentorship.subject], members[person])
        for subject in self._subjects(program, SubjectKind.PARTICIPANT):
            members.setdefault(subject, (program, str(subject)))
        by_part: dict[Member, list[Subject]] = defaultdict(list)
        for subject, member in members.items():
            by_part[kin.part_of(member)].append(subject)
        for share in shares(Counter({part: len(each) for part, each in by_part.items()}), SUBJECTS_A_PART):
            yield [subject for part in share for subject in by_part[part]]

    def _mentorships(self, program: str) -> Iterator[SubjectFacts]:
        reader = PresentReader(self.snapshot, self.rule_sets[:1], self.now)
        page: list[SubjectKey] = []
        for subject in self._subjects(program, SubjectKind.MENTORSHIP):
            page.append(SubjectKey(program, subject))
            if len(page) == _PAGE:
                yield from reader.facts(program, page)[0]
                page.clear()
        yield from reader.facts(program, page)[0]

    def _subjects(self, program: str, kind: SubjectKind) -> Iterator[Subject]:
        after, more = "", True
        while more:
            page = self.snapshot.all_subjects(program, kind, after, _PAGE)
            yield from (row.key.subject for row in page)
            more = len(page) == _PAGE
            after = page[-1].key.subject.id if page else after


def _within(program: SubjectFacts, part: Present) -> Present:
    return replace(part, subjects=(Standing(facts=program), *part.subjects))
