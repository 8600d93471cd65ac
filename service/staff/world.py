"""A whole program on virtual time: events in, decisions out, nothing else. Pure, in memory, exact.

The same `fold`, `decide` and `plan` as the live service, driven by a heap of instants instead of a store and a clock.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush

from service.domain.book import ProgramBook, book_of
from service.domain.calendar import NEVER, Instant
from service.domain.decide import decide
from service.domain.delivery import LedgerKey, Notice
from service.domain.events import Event, Subject, SubjectKind
from service.domain.facts import SubjectFacts, Thing
from service.domain.fold import Refold
from service.domain.inbox import inbox_of
from service.domain.plan import Past, Pending, Plan, pend, plan
from service.domain.rules import RuleSet
from service.domain.view import View, mentorship_view, participant_view, participants_of, program_view


@dataclass(frozen=True, slots=True)
class Sent:
    """One notice that went out, and the number of the email that carried it."""

    notice: Notice
    program: str
    email: int


@dataclass(slots=True)
class ProgramWorld:
    """Everything known of one program. `due` says when each subject or recipient is to be looked at again."""

    id: str
    book: ProgramBook
    subjects: dict[Subject, SubjectFacts] = field(default_factory=dict)
    archive: dict[Subject, dict[tuple[str, str], Thing]] = field(default_factory=lambda: defaultdict(dict))
    log: dict[Subject, list[Event]] = field(default_factory=lambda: defaultdict(list))
    seen: set[tuple[str, str]] = field(default_factory=set)
    mentorships: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    pending: dict[Subject, dict[LedgerKey, Pending]] = field(default_factory=dict)
    waiting: dict[str, dict[LedgerKey, Pending]] = field(default_factory=lambda: defaultdict(dict))
    ledger: dict[Subject, set[LedgerKey]] = field(default_factory=lambda: defaultdict(set))
    past: dict[str, list[Past]] = field(default_factory=lambda: defaultdict(list))

    @property
    def facts(self) -> SubjectFacts:
        """The program's own facts."""
        subject = Subject(SubjectKind.PROGRAM, self.id)
        if subject not in self.subjects:
            self.subjects[subject] = SubjectFacts(subject=subject)
        return self.subjects[subject]

    def view(self, subject: Subject) -> View:
        """Return what a rule about the subject sees."""
        own = self.subjects[subject]
        if subject.kind is SubjectKind.MENTORSHIP:
            named = participants_of(own).values()
            people = {id: facts for id in named if (facts := self.subjects.get(_participant(id)))}
            return mentorship_view(own, people, self.facts)
        if subject.kind is SubjectKind.PARTICIPANT:
            theirs = (self.subjects[_mentorship(each)] for each in sorted(self.mentorships.get(subject.id, ())))
            return participant_view(own, theirs, self.facts)
        return program_view(own)

    def fold(self, event: Event) -> bool:
        """Fold an event that is new; return False for a duplicate."""
        if (event.source, event.id) in self.seen:
            return False
        self.seen.add((event.source, event.id))
        subject = event.subject
        self.log[subject].append(event)
        facts = self.subjects.get(subject)
        if facts is None:
            facts = self.subjects[subject] = SubjectFacts(subject=subject)
        self._unarchive(facts, event)
        try:
            self.book.folding.one(facts, event)
        except Refold:
            facts = self.subjects[subject] = self.book.folding.whole(subject, self.log[subject])
            self.archive.pop(subject, None)
        self.book.lens.prune(facts, event.recorded)
        self._archive(facts)
        return True

    def _unarchive(self, facts: SubjectFacts, event: Event) -> None:
        kind = self.book.catalogue.types.get(event.type)
        if kind and kind.thing and kind.id_field:
            key = kind.thing, str(event.data.get(kind.id_field))
            if held := self.archive[facts.subject].pop(key, None):
                facts.things[key] = held

    def _archive(self, facts: SubjectFacts) -> None:
        if facts.things:
            for key in facts.things.keys() - facts.live_things():
                self.archive[facts.subject][key] = facts.things.pop(key)


def _participant(id: str) -> Subject:
    return Subject(SubjectKind.PARTICIPANT, id)


def _mentorship(id: str) -> Subject:
    return Subject(SubjectKind.MENTORSHIP, id)


class World:
    """All programs under one rule set, on virtual time. `now` is the last instant that was stepped to."""

    def __init__(self, rule_set: RuleSet) -> None:
        self.rule_set = rule_set
        self.programs: dict[str, ProgramWorld] = {}
        self.now: Instant = -NEVER
        self.steps = 0
        self._heap: list[tuple[Instant, int, str, str, str]] = []
        self._due: dict[tuple[str, str, str], Instant] = {}
        self._emails = 0
        self._pushed = 0

    def run(self, events: Iterable[Event], until: Instant | None = None) -> Iterator[Sent]:
        """Yield what is sent while the events arrive in order of `recorded`, up to and including `until`.

        None means until nothing more can change.
        """
        last = NEVER - 1 if until is None else until
        stream = iter(events)
        event = next(stream, None)
        while True:
            at = min(self._next(), event.recorded if event else NEVER)
            if at > last or at == NEVER:
                return
            arrived = []
            while event is not None and event.recorded <= at:
                arrived.append(event)
                event = next(stream, None)
            yield from self.step(arrived, max(at, self.now))

    def step(self, events: Iterable[Event], now: Instant) -> list[Sent]:
        """Take events in, decide and plan what is due, and return what is sent at `now`, in order."""
        self.now = now
        self.steps += 1
        for event in events:
            self._accept(event)
        self._decide_due()
        return self._plan_due()

    def _program(self, id: str) -> ProgramWorld:
        if id not in self.programs:
            world = self.programs[id] = ProgramWorld(id, book_of(self.rule_set, id))
            self._wake(world, world.facts.subject, self.now)
        return self.programs[id]

    # Taking in.

    def _accept(self, event: Event) -> None:
        world = self._program(event.program)
        if not world.fold(event):
            return
        subject = event.subject
        self._wake(world, subject, self.now)
        if subject.kind is SubjectKind.MENTORSHIP:
            for participant in participants_of(world.subjects[subject]).values():
                world.mentorships[participant].add(subject.id)
                if world.book.has_participant_rules:
                    named = _participant(participant)
                    world.subjects.setdefault(named, SubjectFacts(subject=named))
                    self._wake(world, named, self.now)
        elif subject.kind is SubjectKind.PARTICIPANT:
            for mentorship in world.mentorships.get(subject.id, ()):
                self._wake(world, _mentorship(mentorship), self.now)
            self._schedule(world.id, "recipient", subject.id, self.now)
            self._schedule(world.id, "recipient", f"advisor:{subject.id}", self.now)
        else:
            for each in world.subjects:
                self._wake(world, each, self.now)

    def _wake(self, world: ProgramWorld, subject: Subject, at: Instant) -> None:
        self._schedule(world.id, "subject", str(subject), at)

    def _schedule(self, program: str, what: str, id: str, at: Instant) -> None:
        key = program, what, id
        if at < self._due.get(key, NEVER):
            self._due[key] = at
            self._pushed += 1
            heappush(self._heap, (at, self._pushed, program, what, id))

    def _next(self) -> Instant:
        while self._heap:
            at, _, program, what, id = self._heap[0]
            if self._due.get((program, what, id)) == at:
                return at
            heappop(self._heap)
        return NEVER

    def _due_now(self, what: str) -> list[tuple[str, str]]:
        found, others = [], []
        while self._next() <= self.now:
            entry = heappop(self._heap)
            if entry[3] == what:
                del self._due[entry[2:]]
                found.append((entry[2], entry[4]))
            else:
                others.append(entry)
        for entry in others:
            heappush(self._heap, entry)
        return found

    # Deciding.

    def _decide_due(self) -> None:
        for program, id in self._due_now("subject"):
            world = self.programs[program]
            self._decide(world, Subject.parse(id))

    def _decide(self, world: ProgramWorld, subject: Subject) -> None:
        decision = decide(world.book, world.view(subject), world.ledger[subject], self.now)
        held = world.pending.get(subject, {})
        pending = pend(held, decision.candidates, self.now)
        for key in held.keys() - pending.keys():
            del world.waiting[key.recipient][key]
        for key, each in pending.items():
            world.waiting[key.recipient][key] = each
        for recipient in {key.recipient for key in pending.keys() ^ held.keys()}:
            self._schedule(world.id, "recipient", recipient, self.now)
        world.pending[subject] = pending
        if decision.next_at < NEVER:
            self._wake(world, subject, decision.next_at)

    # Planning.

    def _plan_due(self) -> list[Sent]:
        sent: list[Sent] = []
        for program, recipient in sorted(self._due_now("recipient")):
            world = self.programs[program]
            if world.waiting.get(recipient):
                sent += self._plan(world, recipient)
        return sorted(sent, key=_order)

    def plan_for(self, program: str, recipient: str) -> Plan:
        """Return the recipient's plan at this moment, without carrying it out."""
        world = self.programs[program]
        inbox = inbox_of(world.book, recipient, world.subjects.get(_participant_of(recipient)), world.facts)
        return plan(world.waiting[recipient].values(), inbox, world.past[recipient], self.rule_set, self.now)

    def _plan(self, world: ProgramWorld, recipient: str) -> list[Sent]:
        planned = self.plan_for(world.id, recipient)
        sent = []
        for email in planned.emails:
            self._emails += 1
            for notice in email.notices:
                self._record(world, notice, self._emails)
                sent.append(Sent(notice, world.id, self._emails))
        if planned.next_at < NEVER:
            self._schedule(world.id, "recipient", recipient, planned.next_at)
        return sent

    def _record(self, world: ProgramWorld, notice: Notice, email: int) -> None:
        candidate = notice.candidate
        key = candidate.key
        del world.waiting[key.recipient][key]
        del world.pending[candidate.subject][key]
        world.ledger[candidate.subject].add(key)
        world.past[key.recipient].append(Past.of(notice, str(email)))


def _order(sent: Sent) -> tuple[object, ...]:
    order = sent.notice.candidate.order
    return (*order[:3], sent.program, *order[3:])


def _participant_of(recipient: str) -> Subject:
    return _participant(recipient.removeprefix("advisor:"))
