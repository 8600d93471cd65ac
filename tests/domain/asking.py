"""Asking again between two instants that deciding and planning name themselves: does anything change?"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from service.domain.calendar import Instant
from service.domain.decide import decide, judge_all
from service.domain.delivery import Candidate, LedgerKey, Verdict
from service.domain.events import Event, Subject
from service.domain.plan import Pending, pend
from service.domain.rules import RuleSet
from service.staff.program_world import ProgramWorld
from service.staff.world import Sent, World

SOURCES = (
    "due", "close", "none_in_last", "break", "pause", "program_end",
    "ready", "hours", "limit", "gap", "again", "merge",
)  # fmt: skip
"""Every kind of instant that deciding or planning may name as the next."""


class Said(NamedTuple):
    """The word for one open slot and recipient, and when the slot closes."""

    word: str
    closes: Instant


Key = tuple[str, str]
"""A program's id, and the subject or recipient."""


class Asked(World):
    """A world that keeps the words of its last asking, and counts which sources made it ask again.

    With `every_word` it also keeps what deciding said of those it held back.
    """

    def __init__(self, rule_set: RuleSet, *, every_word: bool = False) -> None:
        super().__init__(rule_set)
        self.every_word = every_word
        self.came: Counter[str] = Counter()
        self.mattered: Counter[str] = Counter()
        self.judged: dict[Key, dict[LedgerKey, Said]] = {}
        self.planned: dict[Key, dict[LedgerKey, str]] = {}
        self.mailed: set[Key] = set()
        self._named: dict[Key, tuple[Instant, str]] = {}

    def _decide(self, world: ProgramWorld, subject: Subject) -> None:
        key, before = (world.id, str(subject)), world.pending.get(subject, {})
        decision = decide(world.book, world.view(subject), world.ledger[subject], self.now)
        super()._decide(world, subject)
        self._count(key, world.pending.get(subject, {}) != before)
        self._named[key] = decision.next_at, decision.source
        if self.every_word:
            self.judged[key] = lifted_by_time(world, subject, self.now)

    def _plan(self, world: ProgramWorld, recipient: str) -> list[Sent]:
        planned, key = self.plan_for(world.id, recipient), (world.id, recipient)
        words = {one: str(verdict.word) for one, verdict in planned.verdicts.items()}
        self._count(key, bool(planned.emails) or words != self.planned.get(key))
        self._named[key] = planned.next_at, planned.source
        self.planned[key] = words
        (self.mailed.add if planned.emails else self.mailed.discard)(key)
        return super()._plan(world, recipient)

    def _placed_at(self, world: ProgramWorld, pending: Pending) -> Instant:  # noqa: ARG002  # as the method is called
        """It listens to every word, so it plans as soon as something is pending."""
        return pending.ready_at

    def _count(self, key: Key, changed: bool) -> None:
        at, source = self._named.get(key, (None, ""))
        if at == self.now:
            self.came[source] += 1
            self.mattered[source] += changed


def lifted_by_time(world: ProgramWorld, subject: Subject, now: Instant) -> dict[LedgerKey, Said]:
    """Return the word for each open slot and recipient, but for those sent or that only an event can change."""
    words: dict[LedgerKey, Said] = {}
    for each in judge_all(world.book, world.view(subject), world.ledger[subject], now):
        if each.key and each.slot.due <= now < each.slot.closes:
            if isinstance(each.outcome, Candidate):
                words[each.key] = Said("candidate", each.slot.closes)
            elif isinstance(each.outcome, Verdict) and each.outcome.until is not None:
                words[each.key] = Said(str(each.outcome.word), each.slot.closes)
    return words


def walk(world: World, events: Sequence[Event], instants: Iterable[Instant]) -> Iterator[Instant]:
    """Let the world live by its own instants, and yield each of those given once all up to it has happened."""
    arriving, taken = sorted(events, key=lambda event: event.recorded), 0
    for at in instants:
        upto = taken
        while upto < len(arriving) and arriving[upto].recorded <= at:
            upto += 1
        for _ in world.run(arriving[taken:upto], at):
            pass
        taken, world.now = upto, at
        yield at


def changes(world: Asked, *, exact_only: bool = False) -> list[str]:
    """Return what asking about everything anew at `world.now` would change; `exact_only` is for alerts and answers."""
    found: list[str] = []
    for program in world.programs.values():
        for subject in program.subjects:
            found += _candidates_anew(world, program, subject, exact_only)
            if world.every_word:
                found += _words_anew(world, program, subject)
        for recipient, waiting in program.waiting.items():
            if waiting:
                found += _plan_anew(world, program, recipient, exact_only)
    return found


def _candidates_anew(world: Asked, program: ProgramWorld, subject: Subject, exact_only: bool) -> list[str]:
    decision = decide(program.book, program.view(subject), program.ledger[subject], world.now)
    held = _of_kind(program.pending.get(subject, {}), exact_only)
    anew = _of_kind(pend(held, decision.candidates, world.now), exact_only)
    if anew == held:
        return []
    return [f"{subject}: {key} became or ceased to be a candidate" for key in sorted(anew.keys() ^ held.keys())] or [
        f"{subject}: a candidate became another"
    ]


def _of_kind(pending: dict[LedgerKey, Pending], exact_only: bool) -> dict[LedgerKey, Pending]:
    return {key: each for key, each in pending.items() if each.candidate.kind.exact or not exact_only}


def _words_anew(world: Asked, program: ProgramWorld, subject: Subject) -> list[str]:
    sent, judged = program.ledger[subject], world.judged.get((program.id, str(subject)), {})
    before = {key: said for key, said in judged.items() if said.closes > world.now and key not in sent}
    anew = lifted_by_time(program, subject, world.now)
    return [
        f"{subject}: {key} was {before.get(key)}, is {anew.get(key)}"
        for key in sorted({*anew, *before})
        if anew.get(key) != before.get(key)
    ]


def _plan_anew(world: Asked, program: ProgramWorld, recipient: str, exact_only: bool) -> list[str]:
    key, pending = (program.id, recipient), program.waiting[recipient]
    planned = world.plan_for(program.id, recipient)
    found = [f"{recipient}: {notice.candidate.key} goes" for email in planned.emails for notice in email.notices]
    if key in world.mailed:
        # What went is news as much as an event is: it may be another reason for those that stayed.
        return found
    before = world.planned.get(key, {})
    return found + [
        f"{recipient}: {one} was {before.get(one)}, is {verdict.word}"
        for one, verdict in planned.verdicts.items()
        if before.get(one) != verdict.word and (pending[one].candidate.kind.exact or not exact_only)
    ]
