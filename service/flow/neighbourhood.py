"""The neighbourhood of a subject: every event that its rules, or the limits of its people, may depend on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from service.domain.book import book_of
from service.domain.calendar import Instant
from service.domain.delivery import LedgerKey
from service.domain.events import Event, Moment, Subject, SubjectKind
from service.domain.rules import Activation
from service.flow.active import ActiveRules
from service.flow.ports import EmailState, Snapshot, SubjectKey
from service.flow.withheld import Withheld, withheld_near

_PAGE = 500
_MOST_PAGES = 200
_NEVER_SENT = frozenset({EmailState.RELEASED, EmailState.DROPPED})
_PEOPLE = ("mentor_id", "mentee_id")


@dataclass(frozen=True, slots=True)
class Went:
    """A notice that went, or is on its way: when it was planned for, in which email, how that stands, and its slot."""

    at: Instant
    email: str
    state: str
    start: Moment
    due: Instant
    closes: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbourhood:
    """What was known by the instant `at`: events in order of arrival, what went about the subject itself and what was
    kept from going, and the rule sets that were active meanwhile, oldest first."""

    program: str
    subject: Subject
    at: Instant
    events: tuple[Event, ...]
    went: Mapping[LedgerKey, Went]
    activations: tuple[Activation, ...]
    withheld: Withheld


def read_neighbourhood(snapshot: Snapshot, rules: ActiveRules[object], key: SubjectKey, at: Instant) -> Neighbourhood:
    """Return the neighbourhood as it had arrived by `at`: the subject, its people, their mentorships, the program.

    The people of those mentorships belong to it: whether one of them left decides what the mentorship may send.
    Raises: OperatorError when no rule set was ever made active.
    """
    near = subjects_near(snapshot, key)
    events = _events(snapshot, key.program, near, at)
    activations = rules.between(snapshot, events[0].recorded if events else at, at)
    book = book_of(activations[-1].rule_set, key.program)
    return Neighbourhood(
        program=key.program,
        subject=key.subject,
        at=at,
        events=events,
        went=went_about(snapshot, key, at),
        activations=activations,
        withheld=withheld_near(snapshot, book, key, near, at),
    )


def _events(snapshot: Snapshot, program: str, subjects: Iterable[Subject], at: Instant) -> tuple[Event, ...]:
    histories = (snapshot.history(SubjectKey(program, each)) for each in sorted(subjects))
    events = [event for history in histories for event in history if event.recorded <= at]
    return tuple(sorted(events, key=lambda event: event.recorded))


def subjects_near(snapshot: Snapshot, key: SubjectKey) -> set[Subject]:
    """Return the subject, its people, their mentorships and the people of those, and the program."""
    program, subject = key
    mentorships = _mentorships(snapshot, key)
    people = {each for id in mentorships for each in _people(snapshot, program, id)}
    if subject.kind is SubjectKind.PARTICIPANT:
        people.add(subject.id)
    subjects = {subject, Subject(SubjectKind.PROGRAM, program)}
    subjects |= {Subject(SubjectKind.MENTORSHIP, id) for id in mentorships}
    return subjects | {Subject(SubjectKind.PARTICIPANT, id) for id in people}


def _mentorships(snapshot: Snapshot, key: SubjectKey) -> set[str]:
    """Return the mentorships of the subject's people."""
    program, subject = key
    if subject.kind is SubjectKind.PROGRAM:
        return set()
    if subject.kind is SubjectKind.PARTICIPANT:
        return set(snapshot.mentorships_of(program, subject.id))
    people = _people(snapshot, program, subject.id)
    return {subject.id, *(id for each in people for id in snapshot.mentorships_of(program, each))}


def _people(snapshot: Snapshot, program: str, mentorship: str) -> set[str]:
    """Return everybody whom any of its events ever named, whatever has been folded by now."""
    history = snapshot.history(SubjectKey(program, Subject(SubjectKind.MENTORSHIP, mentorship)))
    return {str(event.data[name]) for event in history for name in _PEOPLE if event.data.get(name)}


def went_about(snapshot: Snapshot, key: SubjectKey, at: Instant) -> dict[LedgerKey, Went]:
    """Return what went about the subject by `at`; an email that was surely not sent does not count."""
    emails = [each for each in snapshot.emails_about(key) if each.state not in _NEVER_SENT]
    return {
        notice.candidate.key: Went(
            notice.at,
            email.id,
            str(email.state),
            notice.candidate.start_moment,
            notice.candidate.due,
            notice.candidate.closes,
        )
        for email in emails
        for notice in email.notices
        if notice.candidate.subject == key.subject and notice.at <= at
    }


def own_and_mentorships(snapshot: Snapshot, key: SubjectKey) -> list[SubjectKey]:
    """Return the subject and, of a participant, their mentorships, whose rules write to them too."""
    if key.subject.kind is not SubjectKind.PARTICIPANT:
        return [key]
    ids = snapshot.mentorships_of(key.program, key.subject.id)
    return [key, *(SubjectKey(key.program, Subject(SubjectKind.MENTORSHIP, each)) for each in ids)]


def programs_with(snapshot: Snapshot, subject: Subject) -> list[str]:
    """Return the programs in which something is known of the subject."""
    return [each for each in snapshot.programs() if snapshot.subject(SubjectKey(each, subject)) is not None]


def nearest_subject(snapshot: Snapshot, subject: Subject, programs: Iterable[str]) -> str:
    """Return the known subject of that kind that was probably meant, or ""."""
    known: set[str] = set()
    for program in programs:
        after = ""
        for _ in range(_MOST_PAGES):
            page = snapshot.all_subjects(program, subject.kind, after, _PAGE)
            known.update(row.key.subject.id for row in page)
            if len(page) < _PAGE:
                break
            after = page[-1].key.subject.id
    near = get_close_matches(subject.id, sorted(known), 1)
    return f"{subject.kind}/{near[0]}" if near else ""
