"""Views: what a rule about a subject sees, as the store has it."""

from collections.abc import Iterable, Mapping

from service.domain.book import ProgramBook, book_of
from service.domain.events import Subject, SubjectKind
from service.domain.facts import SubjectFacts
from service.domain.rules import RuleSet
from service.domain.view import View, mentorship_view, participant_view, participants_of, program_view
from service.flow.ports import Known, SubjectKey, SubjectRow


def view_of(snapshot: Known, book: ProgramBook, row: SubjectRow) -> View:
    """Return what a rule about the subject sees, as the snapshot has it."""
    rows = snapshot.subjects(neighbours(snapshot, book, row))
    return view_from(row, {key: each.facts for key, each in rows.items() if each.facts})


def neighbours(snapshot: Known, book: ProgramBook, row: SubjectRow) -> set[SubjectKey]:
    """Return the other subjects whose facts a rule about this one may see."""
    (program, subject), own = row.key, row.facts
    assert own is not None
    if subject.kind is SubjectKind.PROGRAM:
        return set()
    if subject.kind is SubjectKind.MENTORSHIP:
        near = _keys(program, SubjectKind.PARTICIPANT, participants_of(own).values())
    else:
        ids = snapshot.mentorships_of(program, subject.id) if book.has_participant_rules else ()
        near = _keys(program, SubjectKind.MENTORSHIP, ids)
    return near | _keys(program, SubjectKind.PROGRAM, [program])


def view_from(row: SubjectRow, known: Mapping[SubjectKey, SubjectFacts]) -> View:
    """Return the view; `known` holds facts of the subject's neighbours, and of nobody else."""
    key, own = row.key, row.facts
    assert own is not None
    if key.subject.kind is SubjectKind.PROGRAM:
        return program_view(own)
    of_program = Subject(SubjectKind.PROGRAM, key.program)
    program = known.get(SubjectKey(key.program, of_program)) or SubjectFacts(subject=of_program)
    if key.subject.kind is SubjectKind.MENTORSHIP:
        named = participants_of(own).values()
        people = {id: known.get(SubjectKey(key.program, Subject(SubjectKind.PARTICIPANT, id))) for id in named}
        return mentorship_view(own, {id: facts for id, facts in people.items() if facts}, program)
    kin = sorted(each for each in known if each.subject.kind is SubjectKind.MENTORSHIP)
    return participant_view(own, (known[each] for each in kin), program)


def program_facts(snapshot: Known, program: str) -> SubjectFacts:
    """Return the program's own facts, empty ones before its first event."""
    subject = Subject(SubjectKind.PROGRAM, program)
    row = snapshot.subject(SubjectKey(program, subject))
    return row.facts if row and row.facts else SubjectFacts(subject=subject)


def program_zone(snapshot: Known, rule_set: RuleSet, program: str) -> str:
    """Return the zone that the program keeps time by, under these rules."""
    return book_of(rule_set, program).zone(program_facts(snapshot, program))


def _keys(program: str, kind: SubjectKind, ids: Iterable[str]) -> set[SubjectKey]:
    return {SubjectKey(program, Subject(kind, id)) for id in ids}
