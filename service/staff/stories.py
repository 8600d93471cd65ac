"""Stories: what a few days of events would send, held against what staff expect. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from service.domain.book import book_of
from service.domain.calendar import DAY, Instant, local_instant, to_datetime, zone
from service.domain.delivery import ADVISOR_PREFIX, Role, Verdict
from service.domain.events import Event, Subject, SubjectKind
from service.domain.rules import STAFF_PREFIX, Program, Rule, RuleSet, Send
from service.staff.verdicts import Unsent, Watch
from service.staff.world import Sent, World

MENTORSHIP = Subject(SubjectKind.MENTORSHIP, "m-1")
PEOPLE = {
    Role.MENTOR: Subject(SubjectKind.PARTICIPANT, "the-mentor"),
    Role.MENTEE: Subject(SubjectKind.PARTICIPANT, "the-mentee"),
}
LONG_AGO = 3_650 * DAY
"""How long before a story its people registered: too long for that to start anything in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """One message that is to come, to one recipient's word; what is None may be anything."""

    day: int
    rule: str
    to: str
    minute: int | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Events in `program`, and every message that is to follow up to the end of the day `until`.

    Days are counted from `first` in the zone.
    """

    name: str
    program: Program
    first: date
    zone: str
    events: tuple[Event, ...]
    until: int
    expect: tuple[Expectation, ...]

    def day_of(self, at: Instant) -> int:
        return (self._local(at).date() - self.first).days

    def minute_of(self, at: Instant) -> int:
        local = self._local(at)
        return local.hour * 60 + local.minute

    def _local(self, at: Instant) -> datetime:
        return to_datetime(at).astimezone(zone(self.zone))

    def ends(self) -> Instant:
        """Return the last instant of its last day."""
        return local_instant(self.first + timedelta(days=self.until + 1), 0, self.zone) - 1


class Matched(StrEnum):
    """How one line of a story's time line came out."""

    AS_EXPECTED = "as expected"
    MISSING = "missing"
    UNEXPECTED = "unexpected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One message on the time line: expected, sent, or both. `minute` is None where only the day was asked for."""

    matched: Matched
    day: int
    minute: int | None
    rule: str
    to: str
    message: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Played:
    """A story and its time line, in order."""

    story: Story
    lines: tuple[Line, ...]

    @property
    def passed(self) -> bool:
        return all(line.matched is Matched.AS_EXPECTED for line in self.lines)


def stage(rule_set: RuleSet, program: Program) -> Program:
    """Return the program with an address for every staff role that a rule sends to."""
    sends = [send for rule in rule_set.rules for send in _all_sends(rule)]
    roles = {send.to.removeprefix(STAFF_PREFIX) for send in sends if send.to.startswith(STAFF_PREFIX)}
    return replace(program, staff={role: (f"{role}@example.org",) for role in sorted(roles)})


def _all_sends(rule: Rule) -> Iterator[Send]:
    yield from rule.sends
    for sends in rule.cases.values():
        yield from sends


def registrations(program: str, zone_name: str, begins: Instant) -> tuple[Event, ...]:
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
            },
        )
        for role, subject in PEOPLE.items()
    )


def play(rule_set: RuleSet, story: Story) -> Played:
    """Return the story's time line: each message that was expected or sent, and why they differ where they do."""
    programs = {**rule_set.programs, story.program.id: story.program}
    world = World(replace(rule_set, programs=programs), Watch())
    sent: list[Sent] = []
    unsent: list[Unsent] = []
    for went, closed in world.steps_of(sorted(story.events, key=lambda event: event.recorded), story.ends()):
        sent += went
        unsent += closed
    sent = [each for each in sent if story.day_of(each.notice.at) >= 0]
    return Played(story, tuple(_Comparing(story, world, sent, unsent).lines()))


class _Comparing:
    """Takes each expectation out of what was sent; what remains on either side is a difference."""

    def __init__(self, story: Story, world: World, sent: Sequence[Sent], unsent: Sequence[Unsent]) -> None:
        self.story, self.world = story, world
        self.sent, self.unsent = list(sent), unsent
        self.left = list(sent)

    def lines(self) -> list[Line]:
        found = [self._expected(each, to) for each in self.story.expect for to in _each_of(each.to)]
        found += [self._line(Matched.UNEXPECTED, each) for each in self.left]
        return sorted(found, key=lambda line: (line.day, -1 if line.minute is None else line.minute))

    def _expected(self, wanted: Expectation, to: str) -> Line:
        for each in self.left:
            if self._fits(wanted, to, each):
                self.left.remove(each)
                return self._line(Matched.AS_EXPECTED, each)
        return Line(
            matched=Matched.MISSING,
            day=wanted.day,
            minute=wanted.minute,
            rule=wanted.rule,
            to=to,
            message=wanted.message or "",
            reason=self._why_not(wanted, to),
        )

    def _fits(self, wanted: Expectation, to: str, sent: Sent) -> bool:
        candidate, at = sent.notice.candidate, sent.notice.at
        return (
            candidate.key.rule == wanted.rule
            and self.story.day_of(at) == wanted.day
            and _is_to(to, candidate.to, candidate.key.recipient)
            and wanted.message in (None, candidate.message)
            and wanted.minute in (None, self.story.minute_of(at))
        )

    def _line(self, matched: Matched, sent: Sent) -> Line:
        candidate, at = sent.notice.candidate, sent.notice.at
        return Line(
            matched=matched,
            day=self.story.day_of(at),
            minute=self.story.minute_of(at),
            rule=candidate.key.rule,
            to=_shown(candidate.key.recipient),
            message=candidate.message,
            reason=self._why(sent) if matched is Matched.UNEXPECTED else "",
        )

    def _why(self, sent: Sent) -> str:
        candidate = sent.notice.candidate
        rule = next(each for each in self._rules() if each.id == candidate.key.rule)
        number = f", message {candidate.key.k + 1} of {rule.total}" if rule.total > 1 else ""
        return f"{rule.title or rule.starts}{number}"

    def _rules(self) -> Iterable[Rule]:
        return book_of(self.world.rule_set, self.story.program.id).rules

    def _why_not(self, wanted: Expectation, to: str) -> str:
        """Return what the engine knows of the message that did not come as expected."""
        if all(each.id != wanted.rule for each in self._rules()):
            return "the rule does not run in this program"
        near = [each for each in self.left if each.notice.candidate.key.rule == wanted.rule]
        near = [each for each in near if _is_to(to, each.notice.candidate.to, each.notice.candidate.key.recipient)]
        if near:
            return f"it came {self._differently(wanted, near[0])}"
        closed = [each for each in self.unsent if each.key.rule == wanted.rule and _is_for(to, each)]
        if closed:
            best = min(closed, key=lambda each: abs(self.story.day_of(each.judged.slot.due) - wanted.day))
            return f"due on day {self.story.day_of(best.judged.slot.due)}, not sent: {_told(best.verdict)}"
        return self._still_open(wanted, to)

    def _differently(self, wanted: Expectation, sent: Sent) -> str:
        if self.story.day_of(sent.notice.at) != wanted.day:
            return f"on day {self.story.day_of(sent.notice.at)}"
        if wanted.message not in (None, sent.notice.candidate.message):
            return f"with the message {sent.notice.candidate.message}"
        return f"at {clock(self.story.minute_of(sent.notice.at))}"

    def _still_open(self, wanted: Expectation, to: str) -> str:
        watch = self.world.watch
        assert watch is not None
        for subject in self.world.programs[self.story.program.id].subjects if self.world.programs else ():
            for key, verdict in watch.standing(self.story.program.id, subject).items():
                if key.rule == wanted.rule and (to not in PEOPLE or key.recipient == PEOPLE[Role(to)].id):
                    return f"at the end of the story it waits: {_told(verdict)}"
        return "nothing in the story starts the rule, or its time comes later"


def _each_of(to: str) -> tuple[str, ...]:
    return (Role.MENTOR, Role.MENTEE) if to == "both" else (to,)


def _is_to(to: str, word: str, recipient: str) -> bool:
    """Return whether a message to a recipient, sent under the rule's word, is one to what the story calls `to`."""
    if to in PEOPLE:
        return recipient == PEOPLE[Role(to)].id
    if to == Role.ADVISOR:
        return recipient.startswith(ADVISOR_PREFIX)
    return to in (recipient, word)


def _is_for(to: str, unsent: Unsent) -> bool:
    return _is_to(to, unsent.judged.send.to if unsent.judged.send else "", unsent.key.recipient)


def _shown(recipient: str) -> str:
    named = {subject.id: str(role) for role, subject in PEOPLE.items()}
    return "advisor" if recipient.startswith(ADVISOR_PREFIX) else named.get(recipient, recipient)


def _told(verdict: Verdict) -> str:
    return f"{verdict.word} ({verdict.detail})" if verdict.detail else str(verdict.word)


def clock(minute: int) -> str:
    """Return `09:05` for 545 minutes after 00:00."""
    return f"{minute // 60:02}:{minute % 60:02}"
