"""The port to what the brakes keep: who was stopped by whom, what is held, and how much of each rule went lately."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol, TypeVar

from service.domain.brakes import Hold, Pace
from service.domain.calendar import Instant
from service.domain.delivery import Candidate, Charge, LedgerKey
from service.domain.events import Subject

K = TypeVar("K", bound=tuple[str, Subject])
"""A subject within its program."""


class Scope(StrEnum):
    """How far a stop reaches."""

    ALL = "all"
    PROGRAM = "program"
    RULE = "rule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Mail that somebody stopped; `name` is the program or rule, "" for all of it."""

    scope: Scope
    name: str
    at: Instant
    by: str

    @property
    def about(self) -> str:
        """Return what is stopped, in words."""
        return scope_in_words(self.scope, self.name)


def scope_in_words(scope: Scope, name: str) -> str:
    """Return `all mail`, `program northfield` or `rule log-first-conversation`."""
    return "all mail" if scope is Scope.ALL else f"{scope} {name}"


class RuleEdition(NamedTuple):
    """A rule as it runs in some program."""

    rule: str
    edition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldNotice:
    """A notice that waits until staff release it."""

    program: str
    candidate: Candidate
    since: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRule:
    """How many notices of a rule are held, and since when the first of them is."""

    rule: str
    notices: int
    since: Instant


class BrakeReading(Protocol):
    """What can be read of the brakes."""

    def stops(self) -> Sequence[Stop]:
        """Return what is stopped now, by scope and name."""

    def holds_of(self, keys: Collection[K]) -> Mapping[K, Mapping[LedgerKey, Hold]]:
        """Return for each subject the holds on notices about it, released ones too."""

    def holds_for(self, program: str, recipient: str) -> Mapping[LedgerKey, Hold]:
        """Return the holds on notices to a recipient, released ones too."""

    def held_rules(self, program: str = "") -> Sequence[HeldRule]:
        """Return the rules of which notices are held, by id; of one program, where it is named."""

    def held_notices(self, rule: str, limit: int = 1_000, program: str = "") -> Sequence[HeldNotice]:
        """Return the notices of a rule that are held, the longest held first; of one program, where it is named."""


class BrakeWriting(Protocol):
    """What can be changed of them."""

    def pace(self, edition: RuleEdition, now: Instant) -> Pace:
        """Return what is counted of a rule as of the planned instant `now`.

        Nobody else can claim for the rule until this transaction ends: what was read stays true in it.
        """

    def meet(self, edition: RuleEdition) -> None:
        """Note an edition of which something is held, so that it can be trusted even if nothing of it ever went."""

    def charge(self, rule: str, charges: Iterable[Charge], at: Instant) -> None:
        """Count notices of a rule that go at the planned instant `at`."""

    def discharge(self, rule: str, charges: Iterable[Charge], at: Instant) -> None:
        """Take back the count of notices that surely did not go."""

    def hold(self, program: str, keys: Collection[LedgerKey], now: Instant) -> None:
        """Hold pending notices until staff release them."""

    def release(self, program: str, keys: Collection[LedgerKey], now: Instant) -> None:
        """Let held notices go."""

    def unhold(self, program: str, keys: Collection[LedgerKey]) -> None:
        """Forget the holds on notices that were sent, or whose gates no longer hold."""

    def trust(self, rule: str, now: Instant, by: str) -> None:
        """Let every edition of a rule that is counted so far run without the brake on changes."""

    def expect(self, rule: str, count: int, until: Instant) -> None:
        """Announce that so many notices of a rule will go until then; it takes the place of an earlier word."""

    def stop(self, stop: Stop) -> bool:
        """Stop mail, and return whether it was not stopped before."""

    def resume(self, scope: Scope, name: str) -> bool:
        """End a stop, and return whether there was one."""

    def plan_waiting(self, scope: Scope, name: str, now: Instant) -> None:
        """Make due the plan of everybody for whom something of that scope waits."""
