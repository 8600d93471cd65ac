"""What one rule sees: its subject, the people in it, their mentorships, and the program."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from service.domain.calendar import Instant, parse_rfc3339, start_of_day
from service.domain.catalogue import EventType
from service.domain.delivery import Role
from service.domain.events import Subject, SubjectKind
from service.domain.facts import Start, SubjectFacts
from service.domain.fold import NO_END, PAUSE, PRESENCE, STATUS


@dataclass(frozen=True, slots=True)
class Person:
    """A participant in a mentorship, or the participant a rule is about; `facts` is None before their first event."""

    id: str
    role: Role
    facts: SubjectFacts | None

    @property
    def has_left(self) -> bool:
        return self.facts is not None and self.facts.value(PRESENCE) == "left"

    @property
    def groups(self) -> frozenset[str]:
        return frozenset(self.facts.value("groups") or ()) if self.facts else frozenset()

    def paused_until(self, zone_name: str) -> Instant | str | None:
        """Return when their pause ends, NO_END for one without an end, or None when they are not paused.

        A pause until a date ends at its 00:00 in the zone given.
        """
        until = self.facts.value(PAUSE) if self.facts else None
        if until is None or until == NO_END:
            return until
        if "T" in until or "t" in until:
            return parse_rfc3339(until)
        return start_of_day(date.fromisoformat(until), zone_name)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The facts that judge one subject. `mentorships` is the subject itself, or all of the participant's."""

    subject: Subject
    own: SubjectFacts
    people: tuple[Person, ...]
    mentorships: tuple[SubjectFacts, ...]
    program: SubjectFacts
    participants: tuple[SubjectFacts, ...] = field(init=False)
    """The facts of those of the people who have any."""
    all_facts: tuple[SubjectFacts, ...] = field(init=False)
    """All facts in which a rule about the subject may find events."""

    def __post_init__(self) -> None:
        participants = tuple(each.facts for each in self.people if each.facts)
        object.__setattr__(self, "participants", participants)
        object.__setattr__(self, "all_facts", (*self.mentorships, *participants, self.program))

    def seen(self, kind: SubjectKind) -> tuple[SubjectFacts, ...]:
        """Return the facts in which events about that kind of subject are."""
        if kind is SubjectKind.MENTORSHIP:
            return self.mentorships
        if kind is SubjectKind.PROGRAM:
            return (self.program,)
        return self.participants

    def person(self, role: str) -> Person | None:
        """Return the mentor or mentee, or None."""
        return next((each for each in self.people if each.role == role), None)

    def exists_since(self) -> Instant | None:
        """Return when the subject was first heard of; of a participant, also through a match."""
        first = [self.own.exists_since, *(each.first("mentorship.matched") for each in self.mentorships)]
        return min((at for at in first if at is not None), default=None)

    def status(self) -> str | None:
        """Return `active`, `paused` or `ended`; over several mentorships the liveliest; None before any match."""
        if len(self.mentorships) == 1:
            status: str | None = self.mentorships[0].value(STATUS)
            return status
        statuses = {each.value(STATUS) for each in self.mentorships}
        return next((each for each in ("active", "paused", "ended") if each in statuses), None)

    def last(self, event: EventType, recipient: Person | None) -> Instant | None:
        """Return when such an event last happened; a participant's event is looked up for the recipient."""
        if event.subject is SubjectKind.PARTICIPANT and recipient is not None:
            return recipient.facts.last(event.name) if recipient.facts else None
        seen = self.seen(event.subject)
        if len(seen) == 1:
            return seen[0].last(event.name)
        return max((at for facts in seen if (at := facts.last(event.name)) is not None), default=None)

    def count(self, event: EventType, recipient: Person | None) -> int:
        """Return how many such events stand, conversations with their count."""
        if event.subject is SubjectKind.PARTICIPANT and recipient is not None:
            return recipient.facts.count(event.name) if recipient.facts else 0
        return sum(facts.count(event.name) for facts in self.seen(event.subject))

    def initiator(self, start: Start, within: SubjectFacts) -> str:
        """Return the role, in that mentorship, of whoever's act started the rule; "" where that is staff or nobody.

        A role says who it is in the start's own mentorship only: a mentor here may be a mentee there.
        """
        if start.by in (Role.MENTOR, Role.MENTEE) and start.subject == within.subject:
            return start.by
        actor = self.actor(start)
        return next((role for role, id in participants_of(within).items() if id == actor), "")

    def actor(self, start: Start) -> str:
        """Return the id of the participant whose act started the rule, or "" where that is staff, nobody or unknown."""
        if start.subject.kind is SubjectKind.PARTICIPANT:
            return start.subject.id if start.by in ("", "participant") else ""
        its = next((each for each in self.mentorships if each.subject == start.subject), None)
        return participants_of(its).get(Role(start.by), "") if its and start.by in (Role.MENTOR, Role.MENTEE) else ""

    def counterpart(self, start: Start) -> str:
        """Return the id of the other one of the mentorship in which the rule started, or ""."""
        of_person = start.subject.kind is SubjectKind.PARTICIPANT and self.subject.kind is SubjectKind.MENTORSHIP
        its = (
            self.own if of_person else next((each for each in self.mentorships if each.subject == start.subject), None)
        )
        role = other_role(self.initiator(start, its)) if its else ""
        return participants_of(its).get(Role(role), "") if its and role else ""


def other_role(role: str) -> str:
    """Return the counterpart's role, or "" for nobody's."""
    return {Role.MENTOR: Role.MENTEE, Role.MENTEE: Role.MENTOR}.get(role, "")  # type: ignore[call-overload,no-any-return]


def participants_of(mentorship: SubjectFacts) -> dict[Role, str]:
    """Return the ids that the newest match named, by role; empty before a match."""
    named = ((Role.MENTOR, mentorship.value("mentor_id")), (Role.MENTEE, mentorship.value("mentee_id")))
    return {role: str(value) for role, value in named if value}


def full_name(participant: SubjectFacts | None) -> str:
    """Return a participant's name, or "" before it is known."""
    names = (participant.value("first_name"), participant.value("last_name")) if participant else ()
    return " ".join(str(each) for each in names if each)


def mentorship_view(mentorship: SubjectFacts, people: dict[str, SubjectFacts], program: SubjectFacts) -> View:
    """Return the view of a mentorship rule; `people` holds the facts of participants by id, where there are any."""
    return View(
        subject=mentorship.subject,
        own=mentorship,
        people=tuple(Person(id, role, people.get(id)) for role, id in participants_of(mentorship).items()),
        mentorships=(mentorship,),
        program=program,
    )


def participant_view(participant: SubjectFacts, mentorships: Iterable[SubjectFacts], program: SubjectFacts) -> View:
    """Return the view of a participant rule: of the mentorships given, those whose newest match names them."""
    theirs = tuple(each for each in mentorships if participant.subject.id in participants_of(each).values())
    role = participant.value("role") or next(
        (role for each in theirs for role, id in participants_of(each).items() if id == participant.subject.id),
        Role.MENTEE,
    )
    return View(
        subject=participant.subject,
        own=participant,
        people=(Person(participant.subject.id, Role(role), participant),),
        mentorships=theirs,
        program=program,
    )


def program_view(program: SubjectFacts) -> View:
    """Return the view of a program rule."""
    return View(subject=program.subject, own=program, people=(), mentorships=(), program=program)
