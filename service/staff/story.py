"""What a story is: events in one program, and every message that is to follow. Its people and its calendar."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from service.domain.calendar import DAY, Instant, local_instant, to_datetime, zone
from service.domain.delivery import ADVISOR_PREFIX, Role
from service.domain.events import Event, Subject, SubjectKind
from service.domain.rules import STAFF_PREFIX, Contact, Program, RuleSet
from service.staff.ways import sends_of

MENTORSHIP = Subject(SubjectKind.MENTORSHIP, "m-1")
PEOPLE = {
    Role.MENTOR: Subject(SubjectKind.PARTICIPANT, "the-mentor"),
    Role.MENTEE: Subject(SubjectKind.PARTICIPANT, "the-mentee"),
}
LONG_AGO = 3_650 * DAY
"""How long before a story its people registered: too long for that to start anything in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """One message that is to come, to one recipient's word; what is None may be anything.

    `subject` is the email's as a whole, `text` are words that its text part must contain.
    """

    day: int
    rule: str
    to: str
    minute: int | None = None
    message: str | None = None
    subject: str | None = None
    text: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Events in `program`, and every message that is to follow up to the end of the day `until`.

    Days are counted from `first` in the zone. `variant` is "" for a story without variants. Where `only_about` names
    rules, messages of other rules are not looked at.
    """

    name: str
    program: Program
    first: date
    zone: str
    events: tuple[Event, ...]
    until: int
    expect: tuple[Expectation, ...]
    variant: str = ""
    only_about: frozenset[str] = frozenset()

    @property
    def title(self) -> str:
        return f"{self.name} [{self.variant}]" if self.variant else self.name

    def day_of(self, at: Instant) -> int:
        return (self._local(at).date() - self.first).days

    def minute_of(self, at: Instant) -> int:
        local = self._local(at)
        return local.hour * 60 + local.minute

    def when(self, at: Instant) -> str:
        """Return `day 14 at 09:00`."""
        return f"day {self.day_of(at)} at {clock(self.minute_of(at))}"

    def ends(self) -> Instant:
        """Return the last instant of its last day."""
        return local_instant(self.first + timedelta(days=self.until + 1), 0, self.zone) - 1

    def begins(self) -> Instant:
        """Return the first instant of day 0."""
        return local_instant(self.first, 0, self.zone)

    def _local(self, at: Instant) -> datetime:
        return to_datetime(at).astimezone(zone(self.zone))


def clock(minute: int) -> str:
    """Return `09:05` for 545 minutes after 00:00."""
    return f"{minute // 60:02}:{minute % 60:02}"


def is_to(to: str, word: str, recipient: str) -> bool:
    """Return whether a message to a recipient, sent under the rule's word, is one to what a story calls `to`."""
    if to in PEOPLE:
        return recipient == PEOPLE[Role(to)].id
    if to == Role.ADVISOR:
        return recipient.startswith(ADVISOR_PREFIX)
    return to in (recipient, word)


def name_of(recipient: str) -> str:
    """Return the story's word for a recipient."""
    named = {subject.id: str(role) for role, subject in PEOPLE.items()}
    return "advisor" if recipient.startswith(ADVISOR_PREFIX) else named.get(recipient, recipient)


def stage(rule_set: RuleSet, program: Program) -> Program:
    """Return the program with an address for every staff role and the contacts that resources need."""
    sends = [send for rule in rule_set.rules for _, send in sends_of(rule)]
    roles = {send.to.removeprefix(STAFF_PREFIX) for send in sends if send.to.startswith(STAFF_PREFIX)}
    contacts = sorted({contact for resource in rule_set.resources for contact in resource.needs_contacts})
    return replace(
        program,
        staff={role: (f"{role}@example.org",) for role in sorted(roles)},
        contacts={contact: Contact(name=contact, phone="555-0100") for contact in contacts},
    )


def registrations(program: str, zone_name: str, begins: Instant, locale: str | None = None) -> tuple[Event, ...]:
    """Return the events by which mentor and mentee are known, long before the story."""
    return tuple(
        Event(
            program=program,
            source="/story",
            id=f"before-{role}",
            type="participant.registered",
            subject=subject,
            time=begins - LONG_AGO,
            recorded=begins - LONG_AGO,
            data={
                "role": str(role),
                "email": f"{role}@example.org",
                "first_name": role.capitalize(),
                "timezone": zone_name,
                "advisor_email": "advisor@example.org",
                **({"locale": locale} if locale else {}),
            },
        )
        for role, subject in PEOPLE.items()
    )
