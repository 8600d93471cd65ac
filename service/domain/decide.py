"""Deciding: what one subject's facts allow now, why not, and when that can next change by itself.

`decide` is pure. It judges slots, gates, pauses and breaks; what concerns the person who gets the mail (hours, limits,
digest, consent) is `plan.py`'s. Source: `docs/rule-language.md`, *Meaning* 1, 2, 3, 4 and 9.
"""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from service.domain.addressing import Addressee, addressed
from service.domain.book import Compiled, CompiledPause, ProgramBook, Woken
from service.domain.brakes import Hold
from service.domain.calendar import NEVER, Instant, quarter_up
from service.domain.delivery import Candidate, LedgerKey, Role, Verdict, Word
from service.domain.events import SubjectKind
from service.domain.facts import Reach, Start
from service.domain.fold import NO_END, reached_at
from service.domain.gates import stopped
from service.domain.lens import matches
from service.domain.rules import Kind, Rule, Send
from service.domain.slots import Slot, break_at
from service.domain.view import Person, View

Holds = Mapping[LedgerKey, Hold]
_NO_HOLDS: Holds = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
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


@dataclass(frozen=True, slots=True)
class Decision:
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
    judge = _Judge(book, view, sent, now, holds)
    found: list[Candidate] = []
    for compiled, start in judge.running(over=False):
        judge.gather(compiled, start, found)
    return Decision(tuple(found), judge.next_at, judge.source)


def judge_all(
    book: ProgramBook, view: View, sent: Container[LedgerKey], now: Instant, holds: Holds = _NO_HOLDS
) -> tuple[Judged, ...]:
    """Return every slot of every running start, future and past ones too, each with its outcome at `now`."""
    judge = _Judge(book, view, sent, now, holds)
    running = judge.running(over=True)
    return tuple(judged for compiled, start in running for judged in judge.slots(compiled, start))


def ledger_key(rule: Rule, subject: str, start: Start, k: int, recipient: str, value: str) -> LedgerKey:
    """Return how the ledger knows a notice: a `reaches` rule starts once, so its start needs no name."""
    return LedgerKey(rule.id, subject, "" if rule.reaches is not None else start.key, k, recipient, value)


class _Judge:
    """One judging of one subject: holds what all its rules share, and gathers the next instant."""

    def __init__(self, book: ProgramBook, view: View, sent: Container[LedgerKey], now: Instant, holds: Holds) -> None:
        self.book, self.view, self.sent, self.now, self.holds = book, view, sent, now, holds
        self.next_at, self.source = NEVER, ""
        self.breaks = book.breaks(view.program)
        self.own_id = str(view.subject)
        self.ended_at = book.ended_at(view.program)
        self.ended = _what_ended(self.ended_at, view, now)
        self.pauses = [each for each in book.pauses if view.people and _applies(each, view)]
        self.groups = frozenset().union(*(p.groups for p in view.people)) if book.grouped else frozenset()

    # Which rules run, and from which start.

    def running(self, *, over: bool) -> Iterator[tuple[Compiled, Start]]:
        """Yield each rule that concerns the subject with each of its starts that counts.

        Without `over`, starts may be left out after which nothing is left to send.
        """
        kind, newest = self.view.subject.kind, dict[str, tuple[Compiled, Start]]()
        for facts in self.view.all_facts:
            for event_type, starts in facts.starts.items():
                waking = self.book.waking(kind, event_type)
                if waking is None or not starts:
                    continue
                for start in starts if waking.each else ():
                    is_over = not over and max(start.moment.time, start.recorded) + waking.each_lasts < self.now
                    if is_over and not self._has_held(start):
                        continue
                    for compiled in waking.each.woken(start.data, self.groups):
                        if self._concerns(compiled, start):
                            yield compiled, start
                if waking.latest:
                    self._keep_newest(waking.latest, starts, newest)
        yield from newest.values()
        yield from self._reached()
        for compiled, start in self.book.dated(kind, self.view.program):
            if self._for_groups(compiled):
                yield compiled, start

    def _keep_newest(self, latest: Woken, starts: list[Start], newest: dict[str, tuple[Compiled, Start]]) -> None:
        """Note the newest start of each `from: latest` rule; `starts` are in order."""
        for start in reversed(starts):
            for compiled in latest.woken(start.data, self.groups):
                held = newest.get(compiled.rule.id)
                if (held is None or held[1].moment < start.moment) and self._concerns(compiled, start):
                    newest[compiled.rule.id] = compiled, start
            if latest.unconditional:
                return

    def _reached(self) -> Iterator[tuple[Compiled, Start]]:
        counted = [facts.reached for facts in self.view.all_facts if facts.reached]
        for compiled in self.book.reaching.get(self.view.subject.kind, ()) if counted else ():
            start = _reaching_start(compiled.rule, counted)
            if start is not None and self._for_groups(compiled):
                yield compiled, start

    def _concerns(self, compiled: Compiled, start: Start) -> bool:
        return (not compiled.rule.where or matches(compiled.rule, start.data)) and self._for_groups(compiled)

    def _for_groups(self, compiled: Compiled) -> bool:
        if not compiled.grouped:
            return True
        wanted = compiled.rule.only_for
        return (
            (not wanted.either or not wanted.either.isdisjoint(self.groups))
            and (not wanted.mentor or self._carries(Role.MENTOR, wanted.mentor))
            and (not wanted.mentee or self._carries(Role.MENTEE, wanted.mentee))
        )

    def _carries(self, role: Role, wanted: frozenset[str]) -> bool:
        return any(each.role == role and not wanted.isdisjoint(each.groups) for each in self.view.people)

    # Candidates: the quick way, for the slot that is open now.

    def gather(self, compiled: Compiled, start: Start, found: list[Candidate]) -> None:
        """Add a start's candidates to those found, and note when time alone may add or take one.

        What only an event can lift hides every instant behind it: until that event nothing can change.
        """
        k, due, closes, following = compiled.times.standing(start, self.breaks, self.now)
        is_open = k >= 0 and (self.now < closes or self._has_held(start)) and self._exists(start, due)
        if not (is_open or following < NEVER) or self._barred(compiled, start) is not None:
            return
        self._note(following, "due")
        if is_open:
            slot = Slot(k=k, due=due, closes=closes, ends=following)
            candidates = [
                each.outcome for each in self._open(compiled, start, slot, None) if isinstance(each.outcome, Candidate)
            ]
            if candidates:
                self._note(min(each.closes for each in candidates), "close")
                found += candidates

    # What the safety limit holds or held.

    def _has_held(self, start: Start) -> bool:
        return bool(self.holds) and any(key.start in ("", start.key) for key in self.holds)

    def _closes(self, key: LedgerKey, slot: Slot) -> Instant:
        """Return until when a notice may go: held time is added, but it never outlives the next slot's due time."""
        hold = self.holds.get(key) if self.holds else None
        if hold is None:
            return slot.closes
        return slot.ends if hold.released_at is None else min(slot.ends, slot.closes + hold.lasted(self.now))

    def _exists(self, start: Start, due: Instant) -> bool:
        """A program's event or date starts the rule for every subject that exists at the slot's due time."""
        if start.subject.kind is not SubjectKind.PROGRAM or self.view.subject.kind is SubjectKind.PROGRAM:
            return True
        since = self.view.exists_since()
        return since is not None and since <= due

    # Slots: the whole story, for people and for verdicts.

    def slots(self, compiled: Compiled, start: Start) -> Iterator[Judged]:
        """Yield the outcomes of all slots of a start."""
        barred = self._barred(compiled, start)
        halted = barred if barred and barred.word is Word.UNTIL else None
        for slot in compiled.times.slots(start, self.breaks):
            if slot.due > self.now:
                waiting = halted or Verdict(Word.WAITING, "", slot.due)
                yield Judged(rule=compiled.rule, start=start, slot=slot, recipient="", outcome=waiting)
            elif self._exists(start, slot.due):
                is_open = self.now < slot.closes or (self.now < slot.ends and self._has_held(start))
                judged = self._open if is_open else self._past
                yield from judged(compiled, start, slot, barred)

    def _open(self, compiled: Compiled, start: Start, slot: Slot, barred: Verdict | None) -> Iterator[Judged]:
        rule = compiled.rule
        shared = barred or self._delayed(compiled)
        for place, (addressee, send, value) in enumerate(addressed(self.view, rule, start)):
            key = ledger_key(rule, self.own_id, start, slot.k, addressee.recipient, value)
            outcome: Candidate | Verdict | LedgerKey
            if self._was_sent(rule, key):
                outcome = key
            elif shared is not None:
                outcome = shared
            elif (closes := self._closes(key, slot)) <= self.now:
                outcome = Verdict(Word.TOO_LATE, "", slot.closes)
            else:
                own = slot if closes == slot.closes else replace(slot, closes=closes)
                outcome = self._personal_verdict(compiled, start, addressee) or self._candidate(
                    rule, start, own, key, addressee, send, place
                )
            yield Judged(
                rule=rule, start=start, slot=slot, recipient=addressee.recipient, outcome=outcome, key=key, send=send
            )

    def _past(self, compiled: Compiled, start: Start, slot: Slot, barred: Verdict | None) -> Iterator[Judged]:
        rule = compiled.rule
        shared = barred or self._delayed(compiled) or Verdict(Word.TOO_LATE, "", slot.closes)
        for addressee, send, value in addressed(self.view, rule, start):
            key = ledger_key(rule, self.own_id, start, slot.k, addressee.recipient, value)
            outcome = key if self._was_sent(rule, key) else shared
            yield Judged(
                rule=rule, start=start, slot=slot, recipient=addressee.recipient, outcome=outcome, key=key, send=send
            )

    def _was_sent(self, rule: Rule, key: LedgerKey) -> bool:
        return key in self.sent or any(key._replace(rule=name) in self.sent for name in rule.formerly)

    # Why nobody gets anything: what only an event can lift, and what time lifts.

    def _barred(self, compiled: Compiled, start: Start) -> Verdict | None:
        """Return what stands against every slot of the start until an event changes it, or None."""
        rule = compiled.rule
        for until in rule.until:
            if stopped(until, self.view, start, self.book.catalogue):
                return Verdict(Word.UNTIL, until.event)
        if (ended := self.ended.get(rule.kind)) is not None:
            return Verdict(Word.ENDED, ended)
        for gate in compiled.common:
            if not gate.holds(self.view, start, None):
                return Verdict(Word.GATE, gate.name)
        for pause in self.pauses:
            if rule.kind in pause.stops:
                return Verdict(Word.PAUSED, pause.id)
        return None

    def _delayed(self, compiled: Compiled) -> Verdict | None:
        """Return what stands against the open slot for some time, or None; either way note when that changes."""
        rule = compiled.rule
        if rule.kind in (Kind.NUDGE, Kind.REPORT):
            self._note(NEVER if self.ended_at is None else self.ended_at, "program_end")
        quiet = self._unquiet(compiled, None, personal=False) if rule.none_in_last else None
        if quiet or not (compiled.times.rests and self.breaks):
            return quiet
        resting = break_at(self.breaks, self.now)
        if resting:
            self._note(quarter_up(resting.end), "break")
            return Verdict(Word.BREAK, "", quarter_up(resting.end))
        self._note(min((each.start for each in self.breaks if each.start > self.now), default=NEVER), "break")
        return None

    def _unquiet(self, compiled: Compiled, person: Person | None, *, personal: bool) -> Verdict | None:
        """Return which `none_in_last` does not hold, and note when time will open it."""
        for quiet in compiled.rule.none_in_last:
            if (quiet.event in compiled.personal_quiet) is not personal:
                continue
            last = self.view.last(self.book.catalogue.types[quiet.event], person)
            if last is None or last + quiet.span <= self.now:
                continue
            opens = last + quiet.span if compiled.times.exact else quarter_up(last + quiet.span)
            self._note(opens, "none_in_last")
            return Verdict(Word.GATE, str(quiet), opens)
        return None

    def _personal_verdict(self, compiled: Compiled, start: Start, addressee: Addressee) -> Verdict | None:
        """Return what in the recipient's own history stands against it, or None."""
        rule, person = compiled.rule, addressee.person
        if rule.kind is Kind.NUDGE and person is not None:
            until = person.paused_until(self.book.zone(self.view.program))
            if until == NO_END:
                return Verdict(Word.ENDED, "paused")
            if isinstance(until, int) and until > self.now:
                self._note(quarter_up(until), "pause")
                return Verdict(Word.ENDED, "paused", quarter_up(until))
        for gate in compiled.personal:
            if not gate.holds(self.view, start, person):
                return Verdict(Word.GATE, gate.name)
        return self._unquiet(compiled, person, personal=True) if compiled.personal_quiet else None

    def _candidate(
        self, rule: Rule, start: Start, slot: Slot, key: LedgerKey, addressee: Addressee, send: Send, place: int
    ) -> Candidate:
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


def _reaching_start(rule: Rule, counted: Iterable[Mapping[str, Reach]]) -> Start | None:
    """Return the start of a `reaches` rule: where the count, over all that was counted, first comes to its number."""
    reaches = [reached[rule.id] for reached in counted if rule.id in reached]
    if len(reaches) < 2:
        return reaches[0].steps[-1].start if reaches and reaches[0].complete else None
    steps = sorted((step for each in reaches for step in each.steps), key=lambda step: step.start.moment)
    at = reached_at(steps, rule.reaches or 0)
    return None if at is None else steps[at].start


def _what_ended(ended_at: Instant | None, view: View, now: Instant) -> Mapping[Kind, str]:
    """Return the kinds of rule that have ended by themselves, each with what ended it."""
    if ended_at is not None and ended_at <= now:
        return _PROGRAM_ENDED
    if any(person.has_left for person in view.people):
        return {Kind.NUDGE: "left"}
    if view.subject.kind is SubjectKind.MENTORSHIP and view.status() != "active":
        return {Kind.NUDGE: "mentorship"}
    return _NOTHING_ENDED


_PROGRAM_ENDED = {Kind.NUDGE: "program", Kind.REPORT: "program"}
_NOTHING_ENDED: Mapping[Kind, str] = {}


def _applies(pause: CompiledPause, view: View) -> bool:
    return all(gate.holds(view, None, None) for gate in pause.gates)


def _picked(send: Send, start: Start) -> str | None:
    return str(start.data.get("resource") or "") if send.resource == "this" else send.resource
