"""The head of a subject's page: its title, what is known of it, and the pages beside it."""

from dataclasses import dataclass, replace

from service.console.program import ProgramDesk
from service.domain.calendar import Instant
from service.domain.engagement import Footing, footing_of
from service.domain.events import Subject, SubjectKind
from service.domain.fold import PRESENCE
from service.domain.view import participants_of
from service.flow.ports import SubjectKey, SubjectRow

NOT_MATCHED = "not matched yet"


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
    footing, face = footing_of(row.facts) if row.facts else Footing(), program.clockface
    people = participants_of(row.facts) if row.facts else {}

    def dated(at: Instant | None) -> str:
        return face.date(at) if at is not None else "none yet"

    facts = (
        ("Status", footing.status or NOT_MATCHED),
        ("Matched on", dated(footing.matched_at)),
        ("Conversations", str(footing.conversations)),
        ("Last conversation", dated(footing.last_logged_at)),
        ("Last contact", dated(footing.last_contact_at)),
    )
    names = {role: program.name_of(id) for role, id in people.items()}
    links = ((Subject(SubjectKind.PARTICIPANT, people[role]), f"{names[role]}, {role}") for role in names)
    related = tuple(each for each in links if program.sight.sees(SubjectKey(program.id, each[0])))
    title = " and ".join(names.values()) if len(names) > 1 else row.key.subject.id
    return Head(title, facts, related)


def _participant_head(program: ProgramDesk, row: SubjectRow) -> Head:
    facts, id = row.facts, row.key.subject.id
    mentorships = program.snapshot.mentorships_of(program.id, id)

    def told(name: str) -> str:
        value = facts.value(name) if facts else None
        return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")

    shown = (
        ("Role", told("role")),
        ("Address", program.masked(told("email")) or "not known yet"),
        ("In the program", {"present": "yes", "left": "left"}.get(told(PRESENCE), "not registered yet")),
        ("Zone", told("timezone")),
        ("Groups", told("groups")),
    )
    subjects = (Subject(SubjectKind.MENTORSHIP, each) for each in mentorships)
    related = tuple((each, f"Mentorship with {_other(program, each, id)}") for each in subjects)
    return Head(program.name_of(id), shown, related)


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
