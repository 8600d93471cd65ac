"""Deciding: what one subject's facts allow now, why not, and when that can next change by itself.

`decide` is pure. It judges slots, gates, pauses and breaks; what concerns the person who gets the mail (hours, limits,
digest, consent) is `plan.py`'s. Source: `docs/rule-language.md`, *Meaning* 1, 2, 3, 4 and 9.
"""

from collections.abc import Container, Iterator
from dataclasses import dataclass

from service.domain.book import Compiled, ProgramBook
from service.domain.calendar import NEVER, Instant, Span, quarter_up
from service.domain.delivery import ADVISOR_PREFIX, Candidate, LedgerKey, Role, Verdict, Word
from service.domain.events import SubjectKind
from service.domain.facts import Start
from service.domain.fold import NO_END, reached_at
from service.domain.gates import CompiledGate, stopped
from service.domain.lens import as_text, matches
from service.domain.rules import STAFF_PREFIX, Groups, Kind, Rule, Send, StartsFrom
from service.domain.view import Person, View, other_role

RESTING = frozenset({Kind.NUDGE, Kind.SERVICE})
"""Kinds that keep a program's breaks."""


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who a send names: a recipient id, their role, and the participant that they are, if they are one."""

    recipient: str
    role: Role
    person: Person | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One k of one start: open during [due, closes)."""

    k: int
    due: Instant
    closes: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One slot and recipient: a candidate, or the verdict why not; `recipient` is "" where the slot alone was judged."""

    rule: Rule
    start: Start
    slot: Slot
    recipient: str
    outcome: Candidate | Verdict | LedgerKey
    """A LedgerKey says that it was sent."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a subject's facts allow now; `next_at` is NEVER, or when that can change without a new event."""

    candidates: tuple[Candidate, ...]
    next_at: Instant
    source: str = ""
    """Which kind of instant `next_at` is, for the tests that count them."""


def decide(book: ProgramBook, view: View, sent: Container[LedgerKey], now: Instant) -> Decision:
    """Return the candidates of one subject at `now` and the next instant at which they could differ."""
    judge = _Judge(book, view, sent, now)
    found = tuple(
        judged.outcome
        for compiled, start in judge.running()
        for judged in judge.slots(compiled, start, every=False)
        if isinstance(judged.outcome, Candidate)
    )
    return Decision(found, judge.next_at, judge.source)


def judge_all(book: ProgramBook, view: View, sent: Container[LedgerKey], now: Instant) -> tuple[Judged, ...]:
    """Return every slot of every running start, future and past ones too, each with its outcome at `now`."""
    judge = _Judge(book, view, sent, now)
    return tuple(judged for compiled, start in judge.running() for judged in judge.slots(compiled, start, every=True))


class _Judge:
    """One judging of one subject: holds what all its rules share, and gathers the next instant."""

    def __init__(self, book: ProgramBook, view: View, sent: Container[LedgerKey], now: Instant) -> None:
        self.book, self.view, self.sent, self.now = book, view, sent, now
        self.catalogue = book.catalogue
        self.next_at, self.source = NEVER, ""
        self.zone = book.zone(view.program)
        self.breaks = book.breaks(view.program)
        self.ended_at = book.ended_at(view.program)
        self.own_id = str(view.subject)
        self.groups = frozenset().union(*(p.groups for p in view.people)) if book.grouped else frozenset()

    # Which rules run, and from which start.

    def running(self) -> Iterator[tuple[Compiled, Start]]:
        """Yield each rule that concerns the subject with each of its starts that counts."""
        kind, latest = self.view.subject.kind, dict[str, tuple[Compiled, Start]]()
        for seen in SubjectKind:
            for facts in self.view.seen(seen):
                for event_type, starts in facts.starts.items():
                    if not self.book.wakes(kind, event_type):
                        continue
                    for start in starts:
                        for compiled in self.book.woken(kind, start, self.groups):
                            if not self._concerns(compiled.rule, start):
                                continue
                            if compiled.rule.starts_from is StartsFrom.EACH:
                                yield compiled, start
                            elif (held := latest.get(compiled.rule.id)) is None or held[1].moment < start.moment:
                                latest[compiled.rule.id] = compiled, start
        yield from latest.values()
        yield from self._reached()
        for compiled, start in self.book.dated(kind, self.view.program):
            if self._for_groups(compiled.rule.only_for):
                yield compiled, start

    def _reached(self) -> Iterator[tuple[Compiled, Start]]:
        for compiled in self.book.reaching.get(self.view.subject.kind, ()):
            rule = compiled.rule
            reaches = [
                reach for kind in SubjectKind for facts in self.view.seen(kind) if (reach := facts.reached.get(rule.id))
            ]
            steps = sorted((step for each in reaches for step in each.steps), key=lambda step: step.start.moment)
            at = reached_at(steps, rule.reaches or 0)
            if at is not None and self._for_groups(rule.only_for):
                yield compiled, steps[at].start

    def _concerns(self, rule: Rule, start: Start) -> bool:
        return matches(rule, start.data) and self._for_groups(rule.only_for)

    def _for_groups(self, wanted: Groups) -> bool:
        return (
            (not wanted.either or not wanted.either.isdisjoint(self.groups))
            and (not wanted.mentor or self._carries(Role.MENTOR, wanted.mentor))
            and (not wanted.mentee or self._carries(Role.MENTEE, wanted.mentee))
        )

    def _carries(self, role: Role, wanted: frozenset[str]) -> bool:
        return any(each.role == role and not wanted.isdisjoint(each.groups) for each in self.view.people)

    # Slots.

    def slots(self, compiled: Compiled, start: Start, *, every: bool) -> Iterator[Judged]:
        """Yield the open slot's outcomes; with `every`, those of all other slots too."""
        rule = compiled.rule
        halted = self._halted(rule, start)
        for slot in self._all_slots(compiled, start):
            if slot.due > self.now:
                if halted is None:
                    self._note(slot.due, "due")
                if every:
                    yield self._whole(rule, start, slot, halted or Verdict(Word.WAITING, "", slot.due))
                    continue
                return
            if self.now < slot.closes and self._exists(start, slot):
                if halted is None:
                    self._note(slot.closes, "close")
                yield from self._open(compiled, start, slot, halted)
            elif every and self._exists(start, slot):
                yield from self._past(compiled, start, slot, halted)

    def _all_slots(self, compiled: Compiled, start: Start) -> Iterator[Slot]:
        rule = compiled.rule
        base = start.recorded if rule.kind.exact else start.moment.time
        due = self._due(rule, base + rule.offset)
        for k in range(rule.total):
            if k + 1 < rule.total:
                following = self._due(rule, base + rule.offset + (k + 1) * (rule.every or 0))
            else:
                following = NEVER
            yield Slot(k=k, due=due, closes=min(due + compiled.stays_open, following))
            due = following

    def _due(self, rule: Rule, at: Instant) -> Instant:
        """Return when a slot is due: on a quarter hour, and not in a break. Alerts and answers are exact."""
        if rule.kind.exact:
            return at
        at = quarter_up(at)
        resting = self._break_at(at) if rule.kind in RESTING else None
        return quarter_up(resting.end) if resting else at

    def _break_at(self, at: Instant) -> Span | None:
        return next((span for span in self.breaks if span.holds(at)), None)

    def _exists(self, start: Start, slot: Slot) -> bool:
        """A program's event or date starts the rule for every subject that exists at the slot's due time."""
        if start.subject.kind is not SubjectKind.PROGRAM or self.view.subject.kind is SubjectKind.PROGRAM:
            return True
        since = self.view.exists_since()
        return since is not None and since <= slot.due

    # One slot.

    def _halted(self, rule: Rule, start: Start) -> Verdict | None:
        """Return the verdict that stops the rule for good for this start, or None."""
        for until in rule.until:
            if stopped(until, self.view, start, self.catalogue):
                return Verdict(Word.UNTIL, until.event)
        return None

    def _open(self, compiled: Compiled, start: Start, slot: Slot, halted: Verdict | None) -> Iterator[Judged]:
        rule = compiled.rule
        shared = halted or self._shared_verdict(compiled, start)
        for place, (addressee, send, value) in enumerate(self._addressed(rule, start)):
            key = self._key(rule, start, slot, addressee, value)
            outcome: Candidate | Verdict | LedgerKey
            if self._was_sent(rule, key):
                outcome = key
            elif shared is not None:
                outcome = shared
            else:
                outcome = self._personal_verdict(compiled, start, addressee) or self._candidate(
                    compiled, start, slot, key, addressee, send, place
                )
            yield Judged(rule=rule, start=start, slot=slot, recipient=addressee.recipient, outcome=outcome)

    def _past(self, compiled: Compiled, start: Start, slot: Slot, halted: Verdict | None) -> Iterator[Judged]:
        rule = compiled.rule
        shared = halted or self._shared_verdict(compiled, start, asking=False)
        for addressee, _, value in self._addressed(rule, start):
            key = self._key(rule, start, slot, addressee, value)
            outcome = key if self._was_sent(rule, key) else shared or Verdict(Word.TOO_LATE, "", slot.closes)
            yield Judged(rule=rule, start=start, slot=slot, recipient=addressee.recipient, outcome=outcome)

    def _whole(self, rule: Rule, start: Start, slot: Slot, verdict: Verdict) -> Judged:
        return Judged(rule=rule, start=start, slot=slot, recipient="", outcome=verdict)

    def _was_sent(self, rule: Rule, key: LedgerKey) -> bool:
        return key in self.sent or any(key._replace(rule=name) in self.sent for name in rule.formerly)

    def _key(self, rule: Rule, start: Start, slot: Slot, addressee: Addressee, value: str) -> LedgerKey:
        known = "" if rule.reaches is not None else start.key
        return LedgerKey(rule.id, self.own_id, known, slot.k, addressee.recipient, value)

    def _shared_verdict(self, compiled: Compiled, start: Start, *, asking: bool = True) -> Verdict | None:
        """Return why nobody gets anything from an open slot, or None."""
        rule = compiled.rule
        ended = self._ended(rule)
        if ended:
            return Verdict(Word.ENDED, ended)
        gate = self._closed_gate(compiled.common, start, None)
        if gate:
            return Verdict(Word.GATE, gate)
        quiet = self._unquiet(compiled, None, personal=False, asking=asking)
        if quiet:
            return quiet
        for pause in self.book.pauses:
            if (
                rule.kind in pause.stops
                and self.view.mentorships
                and self._closed_gate(pause.gates, None, None) is None
            ):
                return Verdict(Word.PAUSED, pause.id)
        return self._resting(rule, asking)

    def _resting(self, rule: Rule, asking: bool) -> Verdict | None:
        if rule.kind not in RESTING or not self.breaks:
            return None
        resting = self._break_at(self.now)
        if resting:
            if asking:
                self._note(quarter_up(resting.end), "break")
            return Verdict(Word.BREAK, "", quarter_up(resting.end))
        if asking:
            self._note(min((s.start for s in self.breaks if s.start > self.now), default=NEVER), "break")
        return None

    def _ended(self, rule: Rule) -> str:
        """Return what ends the rule's kind by itself, or ""."""
        if rule.kind not in (Kind.NUDGE, Kind.REPORT):
            return ""
        if self.ended_at is not None:
            if self.ended_at <= self.now:
                return "program"
            self._note(self.ended_at, "program_end")
        if rule.kind is Kind.NUDGE:
            if any(person.has_left for person in self.view.people):
                return "left"
            if self.view.subject.kind is SubjectKind.MENTORSHIP and self.view.status() != "active":
                return "mentorship"
        return ""

    def _closed_gate(self, gates: tuple[CompiledGate, ...], start: Start | None, person: Person | None) -> str | None:
        return next((gate.name for gate in gates if not gate.holds(self.view, start, person)), None)

    def _unquiet(
        self, compiled: Compiled, person: Person | None, *, personal: bool, asking: bool = True
    ) -> Verdict | None:
        """Return which `none_in_last` does not hold, and notes when time will open it."""
        for quiet in compiled.rule.none_in_last:
            if (quiet.event in compiled.personal_quiet) is not personal:
                continue
            last = self.view.last(self.catalogue, quiet.event, person)
            if last is None or last + quiet.span <= self.now:
                continue
            opens = last + quiet.span if compiled.rule.kind.exact else quarter_up(last + quiet.span)
            if asking:
                self._note(opens, "none_in_last")
            return Verdict(Word.GATE, str(quiet), opens)
        return None

    def _personal_verdict(self, compiled: Compiled, start: Start, addressee: Addressee) -> Verdict | None:
        """Return what in the recipient's own history stands against it, or None."""
        rule, person = compiled.rule, addressee.person
        if rule.kind is Kind.NUDGE and person is not None:
            until = person.paused_until(self.zone)
            if until == NO_END:
                return Verdict(Word.ENDED, "paused")
            if isinstance(until, int) and until > self.now:
                self._note(quarter_up(until), "pause")
                return Verdict(Word.ENDED, "paused", quarter_up(until))
        gate = self._closed_gate(compiled.personal, start, person)
        if gate:
            return Verdict(Word.GATE, gate)
        return self._unquiet(compiled, person, personal=True) if compiled.personal_quiet else None

    # Who gets what.

    def _addressed(self, rule: Rule, start: Start) -> Iterator[tuple[Addressee, Send, str]]:
        """Yield recipient, send and list value; a recipient whom one slot names twice for one value gets the first."""
        seen: set[tuple[str, str]] = set()
        for send, value, topics in self._sends(rule, start):
            for addressee in self._addressees(send.to, start):
                for each_value in topics if send.resource == "by_topic" else (value,):
                    if (addressee.recipient, each_value) not in seen:
                        seen.add((addressee.recipient, each_value))
                        yield addressee, send, each_value

    def _sends(self, rule: Rule, start: Start) -> Iterator[tuple[Send, str, tuple[str, ...]]]:
        """Yield each send with its list value and the topics it would pick resources by."""
        flagged = start.data.get("topics")
        topics = tuple(dict.fromkeys(map(as_text, flagged))) if isinstance(flagged, list | tuple) else ()
        for send in rule.sends:
            yield send, "", topics
        if rule.depends_on is None or (value := start.data.get(rule.depends_on)) is None:
            return
        if isinstance(value, list | tuple):
            for each in dict.fromkeys(map(as_text, value)):
                for send in rule.cases.get(each, ()):
                    yield send, each, (each,) if rule.depends_on == "topics" else topics
        else:
            for send in rule.cases.get(as_text(value), ()):
                yield send, "", topics

    def _addressees(self, to: str, start: Start) -> Iterator[Addressee]:
        if to.startswith(STAFF_PREFIX):
            yield Addressee(to, Role.STAFF, None)
            return
        if to == "advisor":
            advised = self.view.person(Role.MENTEE) or next(iter(self.view.people), None)
            if advised is not None:
                yield Addressee(ADVISOR_PREFIX + advised.id, Role.ADVISOR, None)
            return
        for person in self.view.people:
            if self._is_named(person, to, start):
                yield Addressee(person.id, person.role, person)

    def _is_named(self, person: Person, to: str, start: Start) -> bool:
        if to in ("both", "participant"):
            return True
        if to == "initiator":
            return person.role == self.view.initiator(start)
        if to == "counterpart":
            return person.role == other_role(self.view.initiator(start))
        return person.role == to

    def _candidate(
        self,
        compiled: Compiled,
        start: Start,
        slot: Slot,
        key: LedgerKey,
        addressee: Addressee,
        send: Send,
        place: int,
    ) -> Candidate:
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
            closes=slot.closes,
            every=rule.every or 0,
            formerly=rule.formerly,
        )

    def _note(self, at: Instant, source: str) -> None:
        if self.now < at < self.next_at:
            self.next_at, self.source = at, source


def _picked(send: Send, start: Start) -> str | None:
    return str(start.data.get("resource") or "") if send.resource == "this" else send.resource
