"""The head of a subject's page: its title, what is known of it, and the pages beside it."""

from dataclasses import dataclass, replace

from service.console.pairs import pair_of
from service.console.program import ProgramDesk, full_name
from service.domain.calendar import Instant
from service.domain.delivery import Role
from service.domain.events import Subject, SubjectKind
from service.domain.fold import PRESENCE
from service.domain.view import participants_of
from service.flow.ports import SubjectKey, SubjectRow


def head_of(program: ProgramDesk, row: SubjectRow) -> "Head":
    """Return the head of a mentorship's, a participant's or a program's page."""
    writers = {
        SubjectKind.MENTORSHIP: _mentorship_head,
        SubjectKind.PARTICIPANT: _participant_head,
        SubjectKind.PROGRAM: _program_head,
    }
    head = writers[row.key.subject.kind](program, row)
    return replace(head, facts=tuple((label, value) for label, value in head.facts if value))


@dataclass(frozen=True, slots=True)
class Head:
    """`facts` are (label, value), those without a value left out; `related` are (subject, label) of other pages."""

    title: str
    facts: tuple[tuple[str, str], ...]
    related: tuple[tuple[Subject, str], ...] = ()


def _mentorship_head(program: ProgramDesk, row: SubjectRow) -> Head:
    pair, face = pair_of(program, row), program.clockface
    people = participants_of(row.facts) if row.facts else {}

    def dated(at: Instant | None) -> str:
        return face.date(at) if at is not None else "none yet"

    facts = (
        ("Status", pair.status),
        ("Matched on", dated(pair.matched)),
        ("Conversations", str(pair.conversations)),
        ("Last conversation", dated(pair.last_conversation)),
        ("Last message", dated(pair.last_message)),
    )
    names = {Role.MENTOR: pair.mentor, Role.MENTEE: pair.mentee}
    related = tuple(
        (Subject(SubjectKind.PARTICIPANT, people[role]), f"{names[role]}, {role}") for role in names if role in people
    )
    title = f"{pair.mentor} and {pair.mentee}" if pair.mentor and pair.mentee else row.key.subject.id
    return Head(title, facts, related)


def _participant_head(program: ProgramDesk, row: SubjectRow) -> Head:
    facts, id = row.facts, row.key.subject.id
    mentorships = program.snapshot.mentorships_of(program.id, id)

    def told(name: str) -> str:
        value = facts.value(name) if facts else None
        return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")

    shown = (
        ("Role", told("role")),
        ("Address", told("email") or "not known yet"),
        ("In the program", {"present": "yes", "left": "left"}.get(told(PRESENCE), "not registered yet")),
        ("Zone", told("timezone")),
        ("Groups", told("groups")),
    )
    subjects = (Subject(SubjectKind.MENTORSHIP, each) for each in mentorships)
    related = tuple((each, f"Mentorship with {_other(program, each, id)}") for each in subjects)
    return Head(full_name(facts) or id, shown, related)


def _other(program: ProgramDesk, mentorship: Subject, participant: str) -> str:
    row = program.snapshot.subject(SubjectKey(program.id, mentorship))
    people = participants_of(row.facts).values() if row and row.facts else ()
    return next((program.name_of(each) for each in people if each != participant), mentorship.id)


def _program_head(program: ProgramDesk, row: SubjectRow) -> Head:
    ends = program.book.ended_at(program.facts)
    facts = (
        ("Id", row.key.program),
        ("Zone", program.clockface.zone),
        ("Ends", program.clockface.date(ends - 1) if ends is not None else ""),
    )
    return Head(program.name, facts)
