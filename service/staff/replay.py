"""The past of one subject played again: each stretch of it with the rules that were active then.

The rules of this file:
- Events come in the order in which Intouch had them; a rule set decides from its activation on.
- What one rule set let pass stays as it judged it, unless a later one opens the same slot again.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Protocol

from service.domain.calendar import Instant
from service.domain.compiled import Compiled
from service.domain.decide import Judged, judge_all
from service.domain.delivery import LedgerKey, Verdict, Word
from service.domain.events import Event, Moment, Subject
from service.domain.rules import Activation, Kind, Rule, RuleSet
from service.domain.view import View
from service.staff.program_world import ProgramWorld
from service.staff.seen import Seen, conditions
from service.staff.verdicts import Unsent, Watch
from service.staff.world import Sent, World

RULE_TAKEN_AWAY = Verdict(Word.ENDED, "rule")
"""Of a slot that was open when its rule was taken away, or changed so that it asks for no such slot."""


class Gone(Protocol):
    """A notice that really went: for which slot, when, in which email, and how that stands."""

    @property
    def at(self) -> Instant: ...
    @property
    def email(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def start(self) -> Moment: ...
    @property
    def due(self) -> Instant: ...
    @property
    def closes(self) -> Instant: ...


class Kept(Protocol):
    """What stood in the way of notices, as no event tells: bad addresses, holds and stops."""

    def verdict(self, key: LedgerKey, kind: Kind, closes: Instant) -> Verdict | None:
        """Return why a notice whose slot closes then did not go, or None where nothing here kept it."""


class Near(Protocol):
    """A subject, with all that could matter to it by the instant `at`.

    `events` are in order of arrival, `activations` oldest first and never empty; the first counts from the beginning.
    `went` is what really went about the subject, `withheld` why something that should have gone did not.
    """

    @property
    def program(self) -> str: ...
    @property
    def subject(self) -> Subject: ...
    @property
    def at(self) -> Instant: ...
    @property
    def events(self) -> Sequence[Event]: ...
    @property
    def activations(self) -> Sequence[Activation]: ...
    @property
    def went(self) -> Mapping[LedgerKey, Gone]: ...
    @property
    def withheld(self) -> Kept: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one slot and recipient by the rule set of that hash: sent at `at`, or `verdict` says why not."""

    key: LedgerKey
    start: Moment
    due: Instant
    closes: Instant
    total: int
    rule_set: str
    at: Instant
    verdict: Verdict | None


@dataclass(slots=True)
class Replay:
    """The neighbourhood on virtual time, and what it would have sent about the subject."""

    near: Near
    world: World = field(init=False)
    outcomes: dict[LedgerKey, Outcome] = field(default_factory=dict)

    def play(self) -> None:
        """Let everything happen, up to and including the instant asked for."""
        near, played = self.near, 0
        self.world = World(near.activations[0].rule_set, Watch())
        ends = [*(following.since - 1 for _, following in pairwise(near.activations)), near.at]
        for active, end in zip(near.activations, ends, strict=True):
            if active is not near.activations[0]:
                self._adopt(active)
            arrived = sum(event.recorded <= end for event in near.events)
            for sent, unsent in self.world.steps_of(near.events[played:arrived], end):
                self._note(sent, unsent)
            played = arrived
        self.world.now = near.at
        self.known.facts_of(self.known.subject)

    def _adopt(self, active: Activation) -> None:
        open_before = self._open()
        self.world.adopt(active.rule_set, active.since)
        sent = self.world.step((), active.since)
        self._note(sent, self.watch.take())
        for key in open_before.keys() - self._open().keys() - self.outcomes.keys():
            self._keep(open_before[key], active.since, RULE_TAKEN_AWAY)

    def _open(self) -> Mapping[LedgerKey, Judged]:
        return self.watch.open_of(self.near.program, self.near.subject)

    def _note(self, sent: Iterable[Sent], unsent: Iterable[Unsent]) -> None:
        for each in sent:
            candidate = each.notice.candidate
            if each.program == self.near.program and candidate.subject == self.near.subject:
                self.outcomes[candidate.key] = Outcome(
                    key=candidate.key,
                    start=candidate.start_moment,
                    due=candidate.due,
                    closes=candidate.closes,
                    total=self.known.book.compiled(candidate.key.rule).rule.total,
                    rule_set=self.rule_set.hash,
                    at=each.notice.at,
                    verdict=None,
                )
        for one in unsent:
            if one.program == self.near.program and one.key.subject == str(self.near.subject):
                self._keep(one.judged, one.at, one.verdict)

    def _keep(self, judged: Judged, at: Instant, verdict: Verdict) -> None:
        assert judged.key is not None
        self.outcomes[judged.key] = Outcome(
            key=judged.key,
            start=judged.start.moment,
            due=judged.slot.due,
            closes=judged.slot.closes,
            total=judged.rule.total,
            rule_set=self.rule_set.hash,
            at=at,
            verdict=verdict,
        )

    @property
    def watch(self) -> Watch:
        assert self.world.watch is not None
        return self.world.watch

    @property
    def rule_set(self) -> RuleSet:
        """The rules as of now."""
        return self.world.rule_set

    @property
    def known(self) -> ProgramWorld:
        return self.world.program(self.near.program)

    @property
    def is_known(self) -> bool:
        """Whether anything was heard of the subject."""
        return self.near.subject in self.known.subjects

    @property
    def view(self) -> View:
        return self.known.view(self.near.subject)

    def rule(self, rule_id: str) -> Rule | None:
        """Return the rule as it runs in the program now, or None."""
        return next((each for each in self.known.book.rules if each.id == rule_id), None)

    def judged(self, rule_id: str, at: Instant) -> list[Judged]:
        """Return every slot of the rule as judged at `at` over the facts of now."""
        found = judge_all(self.known.book, self.view, self.known.ledger[self.near.subject], at)
        return [each for each in found if each.rule.id == rule_id]

    def conditions(self, compiled: Compiled) -> Iterator[Seen]:
        """Yield every condition of the rule, as it stands for its newest start."""
        starts = (each.start for each in self.judged(compiled.rule.id, self.world.now))
        newest = max(starts, key=lambda start: start.moment, default=None)
        return conditions(self.known.book, compiled, self.view, newest, self.world.now)

    def standing(self) -> Mapping[LedgerKey, Verdict]:
        """Return why each open slot of the subject does not go now."""
        return self.watch.standing(self.near.program, self.near.subject)
