"""The parts of a store: subjects that share nothing with those of another part but their program and its staff."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from service.domain.calendar import Instant
from service.domain.events import Subject, SubjectKind
from service.domain.facts import SubjectFacts
from service.domain.parts import Kinships, Member, shares
from service.domain.rules import RuleSet
from service.domain.view import participants_of
from service.flow.ports import Snapshot, SubjectKey
from service.flow.present import PresentReader

SUBJECTS_A_PART = 1_000
_PAGE = 500


class Part(NamedTuple):
    """Some mentorships of a program and all their people."""

    program: str
    subjects: tuple[Subject, ...]


def parts_of(snapshot: Snapshot, rule_set: RuleSet, now: Instant) -> list[Part]:
    """Return the parts of the store, of about `SUBJECTS_A_PART` subjects each."""
    finder = _Finder(snapshot, rule_set, now)
    return [Part(program, tuple(part)) for program in snapshot.programs() for part in finder.parts(program)]


@dataclass(frozen=True, slots=True)
class _Finder:
    snapshot: Snapshot
    rule_set: RuleSet
    now: Instant

    def parts(self, program: str) -> Iterator[list[Subject]]:
        kin, members = Kinships(), dict[Subject, Member]()
        for mentorship in self._mentorships(program):
            members[mentorship.subject] = program, str(mentorship.subject)
            kin.part_of(members[mentorship.subject])
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
        """Yield the facts of every mentorship: they say who belongs to it."""
        reader = PresentReader(self.snapshot, (self.rule_set,), self.now)
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
