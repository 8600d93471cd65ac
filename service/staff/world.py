"""Whole programs on virtual time: events in, decisions out, nothing else. Pure, in memory, exact.

The same `fold`, `decide` and `plan` as the live service, driven by agendas of instants instead of a store and a clock.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from service.domain.book import book_of
from service.domain.calendar import NEVER, Instant, quarter_up
from service.domain.decide import judge_all
from service.domain.delivery import ADVISOR_PREFIX, LedgerKey, Notice
from service.domain.events import Event, Subject, SubjectKind
from service.domain.plan import Past, Pending, Plan, pend, plan
from service.domain.present import Present
from service.domain.rules import STAFF_PREFIX, Kind, RuleSet
from service.staff.agenda import Agenda
from service.staff.program_facts import News
from service.staff.program_world import ProgramWorld
from service.staff.verdicts import Unsent, Watch


class Sent(NamedTuple):
    """One notice that went out, and the number of the email that carried it."""

    notice: Notice
    program: str
    email: int


class Change(NamedTuple):
    """A notice to staff that became possible, or (`pending` is None) is so no longer."""

    at: Instant
    program: str
    key: LedgerKey
    pending: Pending | None


class World:
    """All programs under one rule set, on virtual time. `now` is the last instant that was stepped to.

    With a `watch`, it also looks whenever a slot closes and tells the watch every outcome. Looking more often changes
    nothing of what is sent. With a list `for_staff` it is one part of its programs: what concerns their staff goes
    into that list, to be planned elsewhere (`office.py`), and rules about programs are decided there.
    """

    def __init__(self, rule_set: RuleSet, watch: Watch | None = None, for_staff: list[Change] | None = None) -> None:
        self.rule_set = rule_set
        self.programs: dict[str, ProgramWorld] = {}
        self.now: Instant = -NEVER
        self.steps = 0
        self.watch = watch
        self.for_staff = for_staff
        self._subjects: Agenda[tuple[ProgramWorld, Subject]] = Agenda()
        self._recipients: Agenda[tuple[ProgramWorld, str]] = Agenda()
        self._emails = 0

    def run(self, events: Iterable[Event], until: Instant | None = None) -> Iterator[Sent]:
        """Yield what is sent while the events arrive in order of `recorded`, up to and including `until`.

        None means until nothing more can change.
        """
        for sent, _ in self.steps_of(events, until):
            yield from sent

    def steps_of(
        self, events: Iterable[Event], until: Instant | None = None
    ) -> Iterator[tuple[list[Sent], list[Unsent]]]:
        """Yield, of each step at which there was any, what was sent and which slots closed without a message."""
        last = NEVER - 1 if until is None else until
        stream = iter(events)
        event = next(stream, None)
        while True:
            at = min(self.next_at(), event.recorded if event else NEVER)
            if at > last or at == NEVER:
                return
            arrived = []
            while event is not None and event.recorded <= at:
                arrived.append(event)
                event = next(stream, None)
            sent = self.step(arrived, max(at, self.now))
            unsent = self.watch.take() if self.watch else []
            if sent or unsent:
                yield sent, unsent

    def step(self, events: Iterable[Event], now: Instant, handed: Iterable[Change] = ()) -> list[Sent]:
        """Take events in, decide and plan what is due, and return what is sent at `now`, in order.

        `handed` are notices to staff that parts of the programs hand over.
        """
        self.now = now
        self.steps += 1
        for event in events:
            self._accept(event)
        for world, subject in self._subjects.take(now):
            self._decide(world, subject)
        for change in handed:
            self._take_over(change)
        return self._plan_due()

    def resume(self, present: Present, now: Instant) -> None:
        """Go on at `now` from what is known of some subjects of a program; all of them are looked at anew."""
        self.now = now
        world = self.program(present.program)
        world.take_over(present)
        for standing in present.subjects:
            self._subjects.put((world, standing.facts.subject), now)
            for pending in standing.pending.values():
                self._offer(world, pending)

    def adopt(self, rule_set: RuleSet, now: Instant) -> None:
        """Go by other rules from `now` on: what is known is folded and to be decided anew; what was sent stays sent."""
        self.now, self.rule_set = now, rule_set
        for world in self.programs.values():
            world.adopt(book_of(rule_set, world.id), now)
            for subject in world.subjects:
                self._subjects.put((world, subject), now)
            for recipient in world.waiting:
                self._recipients.put((world, recipient), now)
        if self.watch:
            self.watch.adopt()

    def next_at(self) -> Instant:
        """Return when something is due next without an event; NEVER when nothing is."""
        return min(self._subjects.next(), self._recipients.next())

    def program(self, id: str) -> ProgramWorld:
        """Return the program, begun now if it was not known."""
        if id not in self.programs:
            world = self.programs[id] = self._begin(id)
            self._subjects.put((world, world.facts.subject), self.now)
        return self.programs[id]

    def _begin(self, id: str) -> ProgramWorld:
        return ProgramWorld(id, book_of(self.rule_set, id))

    def _accept(self, event: Event) -> None:
        self._hear(event, self.program(event.program).fold(event))

    def _hear(self, event: Event, news: News) -> None:
        """Have looked at anew what an event that was folded may matter to."""
        world = self.program(event.program)
        world.forget_inboxes(event.subject)
        # A watch is told every outcome, of rules too that the event does not touch.
        heard = world.known.concerned(event) if self.watch and news else world.hear(event, news)
        for subject in heard:
            self._subjects.put((world, subject), self.now)
        for recipient in _recipients_of(world, event.subject) if news else ():
            if world.waiting.get(recipient):
                self._recipients.put((world, recipient), self.now)

    # Deciding.

    def _decide(self, world: ProgramWorld, subject: Subject) -> None:
        if self.for_staff is not None and subject.kind is SubjectKind.PROGRAM:
            return
        if self.watch:
            # It judges by itself below, and looks at more instants than are kept.
            world.forget(subject)
        candidates, next_at = world.look(subject, self.now)
        held = world.pending.get(subject) or {}
        if candidates or (candidates is not None and held):
            self._keep(world, subject, held, pend(held, candidates, self.now))
        if self.watch:
            judged = judge_all(world.book, world.view(subject), world.ledger[subject], self.now)
            next_at = min(next_at, self.watch.judged(world.id, subject, judged, self.now))
        if next_at < NEVER:
            self._subjects.put((world, subject), next_at)

    def _keep(
        self, world: ProgramWorld, subject: Subject, held: dict[LedgerKey, Pending], pending: dict[LedgerKey, Pending]
    ) -> None:
        """Keep what is pending now, and have everybody planned for whom something is new or other, once it may move.

        Who only lost something needs no plan: what is not there held nothing back.
        """
        for key in held.keys() - pending.keys():
            self._withdraw(world, key)
        for key, each in pending.items():
            if held.get(key) != each:
                self._offer(world, each)
        world.pending[subject] = pending

    def _offer(self, world: ProgramWorld, pending: Pending) -> None:
        key = pending.candidate.key
        if self.for_staff is not None and key.recipient.startswith(STAFF_PREFIX):
            self.for_staff.append(Change(self.now, world.id, key, pending))
            return
        world.waiting[key.recipient][key] = pending
        self._place(world, key, self._placed_at(world, pending))

    def _place(self, world: ProgramWorld, key: LedgerKey, at: Instant) -> None:
        """Have its recipient planned once it may go."""
        self._recipients.put((world, key.recipient), at)

    def _placed_at(self, world: ProgramWorld, pending: Pending) -> Instant:
        """Return from when it may go: what keeps hours need not be planned before they open, unless a watch listens."""
        candidate, at = pending.candidate, pending.ready_at
        if candidate.kind.exact or self.watch:
            return at
        inbox = world.inbox(candidate.key.recipient)
        zone = inbox.program_zone if candidate.kind is Kind.REPORT else inbox.zone
        return max(at, quarter_up(self.rule_set.delivery.hours.spell(at, zone).start))

    def _withdraw(self, world: ProgramWorld, key: LedgerKey) -> None:
        if self.for_staff is not None and key.recipient.startswith(STAFF_PREFIX):
            self.for_staff.append(Change(self.now, world.id, key, None))
        else:
            del world.waiting[key.recipient][key]

    def _take_over(self, change: Change) -> None:
        """Take a change from a part, which goes on offering what went long ago."""
        world, key = self.program(change.program), change.key
        if change.pending is None:
            if key in world.waiting[key.recipient]:
                self._withdraw(world, key)
        elif key not in world.ledger[change.pending.candidate.subject]:
            self._offer(world, change.pending)

    # Planning.

    def _plan_due(self) -> list[Sent]:
        sent: list[Sent] = []
        due = self._recipients.take(self.now)
        for world, recipient in sorted(due, key=lambda each: (each[0].id, each[1])):
            if world.waiting.get(recipient):
                sent += self._plan(world, recipient)
        return sorted(sent, key=_order) if len(sent) > 1 else sent

    def plan_for(self, program: str, recipient: str) -> Plan:
        """Return the recipient's plan at this moment, without carrying it out."""
        world = self.programs[program]
        return self._planned(world, recipient, world.waiting[recipient].values())

    def _planned(self, world: ProgramWorld, recipient: str, pending: Iterable[Pending]) -> Plan:
        return plan(pending, world.inbox(recipient), world.past[recipient], self.rule_set, self.now)

    def _plan_now(self, world: ProgramWorld, recipient: str) -> Plan:
        return self.plan_for(world.id, recipient)

    def _plan(self, world: ProgramWorld, recipient: str) -> list[Sent]:
        planned = self._plan_now(world, recipient)
        sent = []
        for email in planned.emails:
            self._emails += 1
            for notice in email.notices:
                self._record(world, notice, self._emails)
                sent.append(Sent(notice, world.id, self._emails))
        if self.watch:
            self.watch.planned(world.id, planned.verdicts)
        if planned.next_at < NEVER:
            self._recipients.put((world, recipient), planned.next_at)
        return sent

    def _record(self, world: ProgramWorld, notice: Notice, email: int) -> None:
        candidate = notice.candidate
        key = candidate.key
        del world.waiting[key.recipient][key]
        world.pending.get(candidate.subject, {}).pop(key, None)
        world.ledger[candidate.subject].add(key)
        world.past[key.recipient].add(Past.of(notice, str(email)))


def _recipients_of(world: ProgramWorld, subject: Subject) -> Iterable[str]:
    """Return whose hours, address or wishes the subject's events may change."""
    if subject.kind is SubjectKind.PROGRAM:
        return list(world.waiting)
    return (subject.id, ADVISOR_PREFIX + subject.id) if subject.kind is SubjectKind.PARTICIPANT else ()


def _order(sent: Sent) -> tuple[object, ...]:
    order = sent.notice.candidate.order
    return (*order[:3], sent.program, *order[3:])
