"""Why a rule did, did not, or will not write about one subject: gates as seen, slots with verdicts, what comes next.

It plays the neighbourhood's events on virtual time with the rules of today, and holds that against what really went.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from service.domain.calendar import Instant
from service.domain.decide import Judged, judge_all
from service.domain.delivery import LedgerKey, Verdict, Word
from service.domain.events import Event, Moment, Subject
from service.domain.rules import Rule, RuleSet
from service.domain.view import View
from service.staff.program_world import ProgramWorld
from service.staff.seen import Seen, conditions
from service.staff.verdicts import Unsent, Watch
from service.staff.world import Sent, World


class Gone(Protocol):
    """A notice that really went: when, in which email, and how that stands."""

    @property
    def at(self) -> Instant: ...

    @property
    def email(self) -> str: ...

    @property
    def state(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotSeen:
    """One slot and recipient ("" where nobody is named yet). Either it went, or `verdict` says why not, or not yet.

    `foreseen` tells of a slot to come what its verdict would be if nothing changed, None that it would go.
    `would_have` is when today's rules would have sent what never went.
    """

    k: int
    start: Moment
    due: Instant
    closes: Instant
    recipient: str
    value: str
    went: Gone | None = None
    verdict: Verdict | None = None
    foreseen: Verdict | None = None
    would_have: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What there is to say of a rule and a subject at an instant.

    `runs` is whether the rule runs in the program; `next_at` is None where nothing changes without an event.
    """

    program: str
    subject: Subject
    rule: Rule
    at: Instant
    zone: str
    runs: bool
    known: bool
    gates: tuple[Seen, ...] = ()
    slots: tuple[SlotSeen, ...] = ()
    next_at: Instant | None = None

    @property
    def open(self) -> tuple[SlotSeen, ...]:
        return tuple(each for each in self.slots if each.due <= self.at < each.closes)

    @property
    def coming(self) -> tuple[SlotSeen, ...]:
        return tuple(each for each in self.slots if each.due > self.at)


def explain(
    rule_set: RuleSet,
    program: str,
    subject: Subject,
    rule_id: str,
    events: Iterable[Event],
    went: Mapping[LedgerKey, Gone],
    at: Instant,
) -> Explanation:
    """Return the explanation of one rule for one subject at `at`, from events in order of arrival.

    Raises: KeyError when there is no such rule.
    """
    rule = {each.id: each for each in rule_set.rules}[rule_id]
    replay = _Replay(World(rule_set, Watch()), program, subject, rule_id)
    replay.play(events, at)
    known = replay.known
    own = next((each for each in known.book.rules if each.id == rule_id), None)
    is_known = subject in known.subjects
    told = own is not None and is_known and own.for_each is subject.kind
    slots = replay.slots(went) if told else ()
    return Explanation(
        program=program,
        subject=subject,
        rule=own or rule,
        at=at,
        zone=known.book.zone(known.facts),
        runs=own is not None,
        known=is_known,
        gates=tuple(replay.gates()) if told else (),
        slots=slots,
        next_at=_next_at(slots, at),
    )


def _next_at(slots: Iterable[SlotSeen], at: Instant) -> Instant | None:
    """Return the least instant at which one of the verdicts ends by itself."""
    turns: list[Instant] = []
    for each in slots:
        if each.went is not None or each.closes <= at:
            continue
        if each.due > at:
            turns += [each.due] if each.foreseen is None or each.foreseen.until else []
        elif each.verdict and each.verdict.until:
            turns += [each.verdict.until, each.closes]
    return min((turn for turn in turns if turn > at), default=None)


@dataclass(slots=True)
class _Replay:
    """The neighbourhood on virtual time, and what it would have sent under the rule about the subject."""

    world: World
    program: str
    subject: Subject
    rule_id: str
    sent: dict[LedgerKey, Sent] = field(default_factory=dict)
    closed: dict[LedgerKey, Unsent] = field(default_factory=dict)

    def play(self, events: Iterable[Event], until: Instant) -> None:
        for sent, unsent in self.world.steps_of(events, until):
            self.sent.update((each.notice.candidate.key, each) for each in sent if self._is_about(each))
            self.closed.update((each.key, each) for each in unsent if self._is_about(each))
        self.world.now = until

    def _is_about(self, outcome: Sent | Unsent) -> bool:
        key = outcome.notice.candidate.key if isinstance(outcome, Sent) else outcome.key
        return outcome.program == self.program and key.rule == self.rule_id and key.subject == str(self.subject)

    @property
    def known(self) -> ProgramWorld:
        return self.world.program(self.program)

    @property
    def view(self) -> View:
        return self.known.view(self.subject)

    def judged(self, at: Instant) -> list[Judged]:
        """Return every slot of the rule as judged at `at` over the facts of now."""
        ledger = self.known.ledger[self.subject]
        found = judge_all(self.known.book, self.view, ledger, at)
        return [each for each in found if each.rule.id == self.rule_id]

    def gates(self) -> Iterator[Seen]:
        starts = [each.start for each in self.judged(self.world.now)]
        newest = max(starts, key=lambda start: start.moment, default=None)
        book = self.known.book
        return conditions(book, book.compiled(self.rule_id), self.view, newest, self.world.now)

    def slots(self, went: Mapping[LedgerKey, Gone]) -> tuple[SlotSeen, ...]:
        """Return every slot and recipient by time; of starts that facts no longer hold, the replay itself tells."""
        found: dict[LedgerKey, SlotSeen] = {}
        for sent in self.sent.values():
            each = sent.notice.candidate
            found[each.key] = _slot(each.key, each.start_moment, each.due, each.closes)
        judged = self.judged(self.world.now)
        for one in (*(unsent.judged for unsent in self.closed.values()), *judged):
            if one.key is not None:
                found[one.key] = _slot(one.key, one.start.moment, one.slot.due, one.slot.closes)
        dues = {one.slot.due for one in judged if one.key is None}
        coming = {one.key: one for due in dues for one in self.judged(due) if one.key and one.slot.due == due}
        told = [self._past_or_open(key, slot, went) for key, slot in found.items()]
        told += [_to_come(one) for one in coming.values()]
        return tuple(sorted(told, key=lambda each: (each.due, each.start, each.k, each.recipient, each.value)))

    def _past_or_open(self, key: LedgerKey, slot: SlotSeen, went: Mapping[LedgerKey, Gone]) -> SlotSeen:
        names = (key, *(key._replace(rule=name) for name in self.known.book.compiled(self.rule_id).rule.formerly))
        gone = next((went[name] for name in names if name in went), None)
        if gone is not None:
            return replace(slot, went=gone)
        if key in self.sent:
            late = slot.closes <= self.world.now
            verdict = Verdict(Word.TOO_LATE if late else Word.WAITING, "", None if late else slot.closes)
            return replace(slot, verdict=verdict, would_have=self.sent[key].notice.at)
        if key in self.closed:
            return replace(slot, verdict=self.closed[key].verdict)
        assert self.world.watch is not None
        standing = self.world.watch.standing(self.program, self.subject)
        return replace(slot, verdict=standing.get(key, Verdict(Word.TOO_LATE, "", None)))


def _slot(key: LedgerKey, start: Moment, due: Instant, closes: Instant) -> SlotSeen:
    return SlotSeen(k=key.k, start=start, due=due, closes=closes, recipient=key.recipient, value=key.value)


def _to_come(judged: Judged) -> SlotSeen:
    assert judged.key is not None
    slot = _slot(judged.key, judged.start.moment, judged.slot.due, judged.slot.closes)
    foreseen = judged.outcome if isinstance(judged.outcome, Verdict) else None
    return replace(slot, verdict=Verdict(Word.WAITING, "", slot.due), foreseen=foreseen)
