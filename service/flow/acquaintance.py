"""Acquaintance: whom several emails are to and about, read from the store at once and remembered."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from service.domain.delivery import ADVISOR_PREFIX
from service.domain.events import Event, Subject, SubjectKind
from service.domain.rules import STAFF_PREFIX
from service.domain.suppression import Suppression
from service.domain.view import participants_of
from service.flow.brake_port import HeldNotice
from service.flow.ports import EmailRow, Known, SubjectKey, SubjectRow


class Acquaintance:
    """A `Known` that remembers each subject that was asked for. Nobody changes the rows: several emails share them."""

    def __init__(self, known: Known, emails: Iterable[EmailRow]) -> None:
        self._known = known
        self._rows: dict[SubjectKey, SubjectRow | None] = {}
        about = {key for email in emails for key in _named(email)}
        pairs = [row for key, row in self.subjects(about).items() if key.subject.kind is SubjectKind.MENTORSHIP]
        self.subjects({key for row in pairs for key in _people(row)})

    def subject(self, key: SubjectKey) -> SubjectRow | None:
        return self.subjects([key]).get(key)

    def subjects(self, keys: Iterable[SubjectKey]) -> Mapping[SubjectKey, SubjectRow]:
        wanted = list(keys)
        missing = {key for key in wanted if key not in self._rows}
        if missing:
            found = self._known.subjects(missing)
            self._rows |= {key: found.get(key) for key in missing}
        return {key: row for key in wanted if (row := self._rows[key]) is not None}

    def mentorships_of(self, program: str, participant: str) -> Sequence[str]:
        return self._known.mentorships_of(program, participant)

    def all_subjects(self, program: str, kind: str, after: str = "", limit: int = 100) -> Sequence[SubjectRow]:
        return self._known.all_subjects(program, kind, after, limit)

    def event(self, program: str, source: str, id: str) -> Event | None:
        return self._known.event(program, source, id)

    def held_notices(self, rule: str, limit: int = 1_000, program: str = "") -> Sequence[HeldNotice]:
        return self._known.held_notices(rule, limit, program)

    def suppressed(self, addresses: Collection[str]) -> Mapping[str, Suppression]:
        return self._known.suppressed(addresses)


def _named(email: EmailRow) -> set[SubjectKey]:
    """Return what an email is about, its program, and the participant whom it is to, or to whose advisor."""
    own = {Subject(SubjectKind.PROGRAM, email.program)} | {each.candidate.subject for each in email.notices}
    if not email.recipient.startswith(STAFF_PREFIX):
        own.add(Subject(SubjectKind.PARTICIPANT, email.recipient.removeprefix(ADVISOR_PREFIX)))
    return {SubjectKey(email.program, each) for each in own}


def _people(pair: SubjectRow) -> set[SubjectKey]:
    ids = participants_of(pair.facts).values() if pair.facts else ()
    return {SubjectKey(pair.key.program, Subject(SubjectKind.PARTICIPANT, id)) for id in ids}
