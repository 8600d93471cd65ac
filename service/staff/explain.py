"""Why a rule did, did not, or will not write about one subject: gates as seen, slots with verdicts, what comes next.

It plays the neighbourhood's events on virtual time, each stretch with the rules that were active then, and holds that
against what really went.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from service.domain.calendar import Instant
from service.domain.decide import Judged
from service.domain.delivery import LedgerKey, Verdict, Word
from service.domain.events import Moment, Subject
from service.domain.rules import Rule
from service.staff.replay import Gone, Near, Outcome, Replay
from service.staff.seen import Seen

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotSeen:
    """One slot and recipient ("" where nobody is named yet). Either it went, or `verdict` says why not, or not yet.

    `foreseen` tells of a slot to come what its verdict would be if nothing changed, None that it would go.
    `would_have` is when the rules would have sent what never went. `rule_set` is the hash of the one that decided.
    """

    key: LedgerKey
    total: int
    start: Moment
    due: Instant
    closes: Instant
    rule_set: str = ""
    went: Gone | None = None
    verdict: Verdict | None = None
    foreseen: Verdict | None = None
    would_have: Instant | None = None

    @property
    def k(self) -> int:
        return self.key.k

    @property
    def recipient(self) -> str:
        return self.key.recipient


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What there is to say of a rule and a subject at an instant, by the rule set that was active then.

    `exists` is whether the rule set has the rule, `runs` whether it runs in the program. `next_at` is None where
    nothing changes without an event.
    """

    program: str
    subject: Subject
    rule: Rule
    at: Instant
    zone: str
    rule_set: str
    active_since: Instant
    exists: bool
    runs: bool
    known: bool
    gates: tuple[Seen, ...] = ()
    slots: tuple[SlotSeen, ...] = ()
    next_at: Instant | None = None

    @property
    def open(self) -> tuple[SlotSeen, ...]:
        return tuple(each for each in self.slots if each.due <= self.at < each.closes and each.foreseen is None)

    @property
    def coming(self) -> tuple[SlotSeen, ...]:
        return tuple(each for each in self.slots if each.due > self.at and each.went is None)

    def for_recipient(self, recipient: str) -> "Explanation":
        """Return the same for one of the people only, with the slots that name nobody yet."""
        whom = ("", recipient)
        gates = tuple(each for each in self.gates if each.recipient in whom)
        return replace(self, gates=gates, slots=tuple(each for each in self.slots if each.recipient in whom))


def explain(near: Near, rule_id: str) -> Explanation:
    """Return the explanation of one rule. Raises: KeyError when there never was such a rule by then."""
    return next(iter(_explained(near, [_rule(near, rule_id)])))


def explain_all(near: Near) -> tuple[Explanation, ...]:
    """Return the explanation of every rule of the moment that is about such a subject, and runs in the program."""
    rules = near.activations[-1].rule_set.rules_of(near.program)
    return _explained(near, [each for each in rules if each.for_each is near.subject.kind])


def _rule(near: Near, rule_id: str) -> Rule:
    """Return the rule as it was last, by the instant asked for."""
    for active in reversed(near.activations):
        for rule in active.rule_set.rules:
            if rule.id == rule_id:
                return rule
    raise KeyError(rule_id)


def _explained(near: Near, rules: Iterable[Rule]) -> tuple[Explanation, ...]:
    replay = Replay(near)
    replay.play()
    return tuple(_one(replay, rule) for rule in rules)


def _one(replay: Replay, rule: Rule) -> Explanation:
    near, known = replay.near, replay.known
    own = replay.rule(rule.id)
    is_about = replay.is_known and rule.for_each is near.subject.kind
    slots = _Slots(replay, own or rule).all(runs=own is not None) if is_about else ()
    return Explanation(
        program=near.program,
        subject=near.subject,
        rule=own or rule,
        at=near.at,
        zone=known.book.zone(known.facts),
        rule_set=replay.rule_set.hash,
        active_since=near.activations[-1].since,
        exists=any(each.id == rule.id for each in replay.rule_set.rules),
        runs=own is not None,
        known=replay.is_known,
        gates=tuple(replay.conditions(known.book.compiled(rule.id))) if is_about and own else (),
        slots=slots,
        next_at=_next_at(slots, near.at),
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
class _Slots:
    """Every slot and recipient of one rule: what went, what passed, what is open, and what is to come."""

    replay: Replay
    rule: Rule

    def all(self, *, runs: bool) -> tuple[SlotSeen, ...]:
        judged = self.replay.judged(self.rule.id, self.replay.world.now) if runs else []
        found = {key: _slot_of(key, each) for key, each in self._outcomes().items()}
        found |= {key: slot for key, slot in self._due(judged) if self._prevails(key, slot)}
        told = {key: self._with_fate(key, slot) for key, slot in found.items()}
        told |= {key: self._as_went(key, gone) for key, gone in self._went().items() if key not in found}
        coming = [each for each in self._to_come(judged) if not self._is_settled(each)]
        return tuple(sorted((*told.values(), *map(self._foreseen, coming)), key=_by_time))

    def _due(self, judged: Iterable[Judged]) -> Iterable[tuple[LedgerKey, SlotSeen]]:
        return ((one.key, self._judged(one)) for one in judged if one.key is not None)

    def _prevails(self, key: LedgerKey, slot: SlotSeen) -> bool:
        """Return whether the slot as judged now tells more than what became of it earlier."""
        earlier = self._outcomes().get(key)
        return earlier is None or (earlier.verdict is not None and slot.closes > self.replay.world.now)

    def _with_fate(self, key: LedgerKey, slot: SlotSeen) -> SlotSeen:
        gone = self._went().get(key)
        outcome = self._outcomes().get(key)
        if gone is not None:
            return replace(slot, went=gone)
        if outcome is not None and outcome.verdict is None:
            withheld = self.replay.near.withheld.verdict(key, self.rule.kind, slot.closes)
            if withheld is not None:
                return replace(slot, verdict=withheld)
            late = slot.closes <= self.replay.world.now
            verdict = Verdict(Word.TOO_LATE if late else Word.WAITING, "", None if late else slot.closes)
            return replace(slot, verdict=verdict, would_have=outcome.at)
        passed = outcome.verdict if outcome else Verdict(Word.TOO_LATE, "", None)
        return replace(slot, verdict=self.replay.standing().get(key, passed))

    def _outcomes(self) -> Mapping[LedgerKey, Outcome]:
        return self._under_any_name(self.replay.outcomes)

    def _went(self) -> Mapping[LedgerKey, Gone]:
        return self._under_any_name(self.replay.near.went)

    def _under_any_name(self, found: Mapping[LedgerKey, T]) -> dict[LedgerKey, T]:
        """Return what there is of the rule, under any name that it ever had, by its name of now."""
        names = {self.rule.id, *self.rule.formerly}
        return {key._replace(rule=self.rule.id): each for key, each in found.items() if key.rule in names}

    def _as_went(self, key: LedgerKey, gone: Gone) -> SlotSeen:
        return SlotSeen(
            key=key,
            total=max(self.rule.total, key.k + 1),
            start=gone.start,
            due=gone.due,
            closes=gone.closes,
            went=gone,
        )

    def _to_come(self, judged: list[Judged]) -> Iterable[Judged]:
        """Return every slot that is not due yet, as judged at its own due instant over the facts of now."""
        dues = {one.slot.due for one in judged if one.key is None}
        coming = {
            one.key: one
            for due in sorted(dues)
            for one in self.replay.judged(self.rule.id, due)
            if one.key is not None and one.slot.due == due
        }
        return coming.values()

    def _is_settled(self, judged: Judged) -> bool:
        return isinstance(judged.outcome, LedgerKey) or judged.key in self._went()

    def _foreseen(self, judged: Judged) -> SlotSeen:
        slot = self._judged(judged)
        foreseen = judged.outcome if isinstance(judged.outcome, Verdict) else None
        return replace(slot, verdict=Verdict(Word.WAITING, "", slot.due), foreseen=foreseen)

    def _judged(self, judged: Judged) -> SlotSeen:
        assert judged.key is not None
        return SlotSeen(
            key=judged.key,
            total=judged.rule.total,
            start=judged.start.moment,
            due=judged.slot.due,
            closes=judged.slot.closes,
            rule_set=self.replay.rule_set.hash,
        )


def _slot_of(key: LedgerKey, outcome: Outcome) -> SlotSeen:
    return SlotSeen(
        key=key,
        total=outcome.total,
        start=outcome.start,
        due=outcome.due,
        closes=outcome.closes,
        rule_set=outcome.rule_set,
    )


def _by_time(slot: SlotSeen) -> tuple[object, ...]:
    return (slot.due, slot.start, slot.k, slot.recipient, slot.key.value)
