"""The timeline: what happened about one subject, what was written to whom, and what comes next."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from service.domain.calendar import HOUR, Duration, Instant
from service.domain.delivery import Notice
from service.domain.events import Event, Subject, SubjectKind
from service.domain.plan import Past
from service.domain.rules import RuleSet
from service.flow.neighbourhood import own_and_mentorships
from service.flow.outlook import LONGEST_PAST, Expected, outlook
from service.flow.ports import EmailRow, EmailState, RecipientKey, Snapshot, SubjectKey

MOST_EVENTS = 400
"""How many of the newest events a timeline holds."""
IN_TIME: Duration = HOUR
"""An event that arrives later than this after it happened is told to have come late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """An event, at the time it happened. `late` is how long after that it arrived, 0 when it came in time."""

    at: Instant
    event: Event
    late: Duration


@dataclass(frozen=True, slots=True)
class Copy:
    """What one recipient got of a notice, or did not; `error` is for staff."""

    recipient: str
    email: str
    state: EmailState
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One slot's notice, to all who were written to in that quarter hour. `at` is the planned instant."""

    at: Instant
    subject: Subject
    rule: str
    k: int
    value: str
    due: Instant
    copies: tuple[Copy, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """One subject at `now`, by time: the `past`, and what is open and `waiting`. `cut`: earlier events are left out."""

    now: Instant
    past: tuple[Happened | Told, ...]
    waiting: tuple[Expected, ...]
    cut: bool


def timeline(snapshot: Snapshot, rule_set: RuleSet, key: SubjectKey, now: Instant) -> Timeline:
    """Return the timeline of a subject; of a participant, with the mail to them about their mentorships."""
    newest: deque[Event] = deque(snapshot.history(key), MOST_EVENTS + 1)
    cut = len(newest) > MOST_EVENTS
    if cut:
        newest.popleft()
    past: list[Happened | Told] = [_happened(event) for event in newest]
    past += _told(_notices(snapshot, key, now))
    past.sort(key=lambda each: (each.at, isinstance(each, Told)))
    return Timeline(now=now, past=tuple(past), waiting=_waiting(snapshot, rule_set, key, now), cut=cut)


def _happened(event: Event) -> Happened:
    late = event.recorded - event.time
    return Happened(at=event.time, event=event, late=late if late > IN_TIME else 0)


# Mail.


def _notices(snapshot: Snapshot, key: SubjectKey, now: Instant) -> Iterator[tuple[EmailRow, Notice]]:
    """Yield each notice about the subject, or to the participant that it is, with its email."""
    emails = {each.id: each for each in snapshot.emails_about(key)}
    own = key.subject.id if key.subject.kind is SubjectKind.PARTICIPANT else ""
    for id in {each.email for each in _past_of(snapshot, key.program, own, now)} - emails.keys():
        email = snapshot.email(id)
        if email is not None:
            emails[id] = email
    for email in emails.values():
        # What was surely not sent was decided anew, and stands here again as what became of it.
        if email.state is not EmailState.RELEASED:
            concerned = (each for each in email.notices if each.candidate.subject == key.subject)
            yield from ((email, each) for each in (email.notices if email.recipient == own else concerned))


def _past_of(snapshot: Snapshot, program: str, participant: str, now: Instant) -> Iterable[Past]:
    return snapshot.past(RecipientKey(program, participant), now - LONGEST_PAST) if participant else ()


def _told(found: Iterator[tuple[EmailRow, Notice]]) -> Iterator[Told]:
    """Yield the notices, those of one slot and instant together."""

    def place(pair: tuple[EmailRow, Notice]) -> tuple[Instant, str, str, str, int, str]:
        notice, key = pair[1], pair[1].candidate.key
        return (notice.at, str(notice.candidate.subject), key.rule, key.start, key.k, key.value)

    for _, pairs in groupby(sorted(found, key=place), key=place):
        together = list(pairs)
        notice = together[0][1]
        yield Told(
            at=notice.at,
            subject=notice.candidate.subject,
            rule=notice.candidate.key.rule,
            k=notice.candidate.key.k,
            value=notice.candidate.key.value,
            due=notice.candidate.due,
            copies=tuple(Copy(email.recipient, email.id, email.state, email.error) for email, _ in together),
        )


# What waits.


def _waiting(snapshot: Snapshot, rule_set: RuleSet, key: SubjectKey, now: Instant) -> tuple[Expected, ...]:
    """Return the open slots; of a participant, also those for them about their mentorships."""
    own, *others = (outlook(snapshot, rule_set, each, now) for each in own_and_mentorships(snapshot, key))
    participant = key.subject.id
    theirs = (
        replace(each, recipients=(participant,)) for group in others for each in group if participant in each.recipients
    )
    return tuple(sorted((*own, *theirs), key=lambda each: (each.at, each.rule, each.k)))
