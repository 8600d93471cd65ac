"""Deciding: what one subject's facts allow now, why not, and when that can next change by itself.

`decide` is pure. It judges slots, gates, pauses and breaks; what concerns the person who gets the mail (hours, limits,
digest, consent) is `plan.py`'s. Source: `docs/rule-language.md`, *Meaning* 1, 2, 3, 4 and 9.
"""

from collections.abc import Container, Iterator, Mapping
from typing import NamedTuple

from service.domain.addressing import Addressee, addressed
from service.domain.book import ProgramBook
from service.domain.brakes import Hold
from service.domain.calendar import NEVER, Instant
from service.domain.compiled import Compiled
from service.domain.course import Course
from service.domain.delivery import Candidate, LedgerKey, Verdict, Word
from service.domain.earliest import Earliest
from service.domain.events import SubjectKind
from service.domain.facts import Start
from service.domain.obstacles import Obstacles
from service.domain.rules import Rule, Send
from service.domain.running import Running
from service.domain.slots import Slot
from service.domain.view import View

Holds = Mapping[LedgerKey, Hold]
_NO_HOLDS: Holds = {}


class Judged(NamedTuple):
    """One slot and recipient: a candidate, or the verdict why not.

    Where the slot alone was judged, `recipient` is "", and `key` and `send` (the line of the rule) are None.
    """

    rule: Rule
    start: Start
    slot: Slot
    recipient: str
    outcome: Candidate | Verdict | LedgerKey
    """A LedgerKey says that it was sent."""
    key: LedgerKey | None = None
    send: Send | None = None


class Decision(NamedTuple):
    """What a subject's facts allow now; `next_at` is NEVER, or when that can change without a new event."""

    candidates: tuple[Candidate, ...]
    next_at: Instant
    source: str = ""
    """Which kind of instant `next_at` is, for the tests that count them."""


def decide(
    book: ProgramBook, view: View, sent: Container[LedgerKey], now: Instant, holds: Holds = _NO_HOLDS
) -> Decision:
    """Return the candidates of one subject at `now` and the next instant at which they could differ.

    `holds` are those of the safety limit: time for which a notice was held is no part of its `send_within`.
    """
    judge = Judge(book, view, sent, now, holds)
    found: list[Candidate] = []
    # What is held may go although its start is over by its clock.
    for course, start in Running(book, view).courses(None if holds else now):
        judge.gather(course, start, found)
    for each in found:
        judge.next.note(each.closes, "close")
    return Decision(tuple(found), judge.next.at, judge.next.source)


def judge_all(
    book: ProgramBook,
    view: View,
    sent: Container[LedgerKey],
    now: Instant,
    holds: Holds = _NO_HOLDS,
    rule_id: str | None = None,
) -> tuple[Judged, ...]:
    """Return every slot of every running start, future and past ones too, each with its outcome at `now`.

    With a rule's id, only those of that rule.
    """
    judge = Judge(book, view, sent, now, holds)
    running = Running(book, view).courses()
    return tuple(
        judged
        for course, start in running
        for compiled in course.rules
        if rule_id is None or compiled.rule.id == rule_id
        for judged in judge.slots(compiled, start)
    )


def ledger_key(rule: Rule, subject: str, start: Start, k: int, recipient: str, value: str) -> LedgerKey:
    """Return how the ledger knows a notice: a `reaches` rule starts once, so its start needs no name."""
    return LedgerKey(rule.id, subject, "" if rule.reaches is not None else start.key, k, recipient, value)


class Judge:
    """One judging of one subject: its slots by what stands against them, and the next instant at which that changes."""

    def __init__(
        self, book: ProgramBook, view: View, sent: Container[LedgerKey], now: Instant, holds: Holds = _NO_HOLDS
    ) -> None:
        self.view, self.sent, self.now, self.holds = view, sent, now, holds
        self.next = Earliest(now)
        self.breaks = book.breaks(view.program)
        self.is_near_break = bool(self.breaks) and book.is_near_break(view.program, now)
        self.obstacles = Obstacles(book, view, now, self.breaks, self.next)
        self.own_id = str(view.subject)

    # Candidates: the quick way, for the slots that are open now.

    def alone(self, course: Course, start: Start) -> Decision:
        """Return what one start allows by itself, for whoever keeps what the others came to.

        Here `next_at` does not look to when its candidates close: whoever keeps them knows which were sent.
        """
        found: list[Candidate] = []
        self.next.at = NEVER
        self.gather(course, start, found)
        return Decision(tuple(found), self.next.at, self.next.source)

    def gather(self, course: Course, start: Start, found: list[Candidate]) -> None:
        """Add a start's candidates to those found, and note when time alone may add one, or bar one before it closes.

        What only an event can lift hides every instant behind it: until that event nothing can change.
        """
        if self.holds and self._has_held(start):
            for compiled in course.rules:
                self._gather(compiled, start, found)
            return
        for lane in course.lanes_near_breaks if self.is_near_break else course.lanes:
            clock = lane.clock(start)
            stretch = lane.at(self.now - clock)
            for compiled in stretch.opened:
                self._gather(compiled, start, found)
            for age, compiled in stretch.coming:
                if clock + age >= self.next.at:
                    break  # a slot is never due before its age, so that neither it nor a later one comes first
                if not self.obstacles.is_barred(compiled.bar, start):
                    self.next.note(compiled.times.due(clock + age, self.breaks), "due")

    def _gather(self, compiled: Compiled, start: Start, found: list[Candidate]) -> None:
        if self.obstacles.is_barred(compiled.bar, start):
            return
        k, due, closes, following = compiled.times.standing(start, self.breaks, self.now)
        self.next.note(following, "due")
        if k >= 0 and (self.now < closes or self._has_held(start)) and self._exists(start, due):
            self._gather_open(compiled, start, Slot(k, due, closes, following), found)

    def _gather_open(self, compiled: Compiled, start: Start, slot: Slot, found: list[Candidate]) -> None:
        """Add the candidates of an open slot, unless time stands against it, which is asked only if one is unsent."""
        is_delayed: bool | None = None
        for place, (addressee, send, value) in enumerate(addressed(self.view, compiled.rule, start)):
            key = ledger_key(compiled.rule, self.own_id, start, slot.k, addressee.recipient, value)
            if self._was_sent(compiled.rule, key):
                continue
            if is_delayed is None:
                is_delayed = self.obstacles.delayed(compiled) is not None
            if is_delayed:
                return
            outcome = self._outcome(compiled, start, slot, key, addressee, send, place)
            if isinstance(outcome, Candidate):
                found.append(outcome)

    # Slots: the whole story, for people and for verdicts.

    def slots(self, compiled: Compiled, start: Start) -> Iterator[Judged]:
        """Yield the outcomes of all slots of a start."""
        barred = self.obstacles.barred(compiled.bar, start)
        halted = barred if barred and barred.word is Word.UNTIL else None
        for slot in compiled.times.slots(start, self.breaks):
            if slot.due > self.now:
                waiting = halted or Verdict(Word.WAITING, "", slot.due)
                yield Judged(rule=compiled.rule, start=start, slot=slot, recipient="", outcome=waiting)
            elif self._exists(start, slot.due):
                is_open = self.now < slot.closes or (self.now < slot.ends and self._has_held(start))
                shared = barred or self.obstacles.delayed(compiled)
                if not is_open:
                    shared = shared or Verdict(Word.TOO_LATE, "", slot.closes)
                yield from self._recipients(compiled, start, slot, shared)

    def _recipients(self, compiled: Compiled, start: Start, slot: Slot, shared: Verdict | None) -> Iterator[Judged]:
        """Yield the outcome for each recipient of a slot that came; `shared` stands against all of them."""
        rule = compiled.rule
        for place, (addressee, send, value) in enumerate(addressed(self.view, rule, start)):
            key = ledger_key(rule, self.own_id, start, slot.k, addressee.recipient, value)
            outcome: Candidate | Verdict | LedgerKey
            if self._was_sent(rule, key):
                outcome = key
            else:
                outcome = shared or self._outcome(compiled, start, slot, key, addressee, send, place)
            yield Judged(
                rule=rule, start=start, slot=slot, recipient=addressee.recipient, outcome=outcome, key=key, send=send
            )

    def _outcome(
        self,
        compiled: Compiled,
        start: Start,
        slot: Slot,
        key: LedgerKey,
        addressee: Addressee,
        send: Send,
        place: int,
    ) -> Candidate | Verdict:
        """Return what becomes of a notice of an open slot that was not sent and that only its recipient can stop."""
        closes = self._closes(key, slot)
        if closes <= self.now:
            return Verdict(Word.TOO_LATE, "", slot.closes)
        against = self.obstacles.personal(compiled, start, addressee, send.resource)
        if against is not None:
            return against
        rule = compiled.rule
        return Candidate(
            key=key,
            kind=rule.kind,
            position=rule.position,
            subject=self.view.subject,
            start_id=start.moment.id,
            start_moment=start.moment,
            place=place,
            to=send.to,
            role=addressee.role,
            message=send.message,
            resource=_picked(send, start),
            pick=key.value if send.resource == "by_topic" else "",
            due=slot.due,
            closes=closes,
            every=rule.every or 0,
            formerly=rule.formerly,
        )

    def _exists(self, start: Start, due: Instant) -> bool:
        """A program's event or date starts the rule for every subject that exists at the slot's due time."""
        if start.subject.kind is not SubjectKind.PROGRAM or self.view.subject.kind is SubjectKind.PROGRAM:
            return True
        since = self.view.exists_since()
        return since is not None and since <= due

    def _was_sent(self, rule: Rule, key: LedgerKey) -> bool:
        if key in self.sent:
            return True
        return bool(rule.formerly) and any(key._replace(rule=name) in self.sent for name in rule.formerly)

    # What the safety limit holds or held.

    def _has_held(self, start: Start) -> bool:
        return bool(self.holds) and any(key.start in ("", start.key) for key in self.holds)

    def _closes(self, key: LedgerKey, slot: Slot) -> Instant:
        """Return until when a notice may go: held time is added, but it never outlives the next slot's due time."""
        hold = self.holds.get(key) if self.holds else None
        if hold is None:
            return slot.closes
        return slot.ends if hold.released_at is None else min(slot.ends, slot.closes + hold.lasted(self.now))


def _picked(send: Send, start: Start) -> str | None:
    return str(start.data.get("resource") or "") if send.resource == "this" else send.resource
