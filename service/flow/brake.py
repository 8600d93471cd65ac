"""Braking: what the safety limit and people's stops keep from going out, within the transaction that claims.

A plan is first made with what is stopped and held already. Only when it would send something that counts is the pace
of its rules asked for, and only when they have not room enough is it made again with the room they have.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from service.domain.book import book_of
from service.domain.brakes import BRAKED, SAFETY, Brakes, Pace
from service.domain.calendar import Instant, format_rfc3339
from service.domain.delivery import Charge, LedgerKey, Notice, Word
from service.domain.plan import Pending, Plan
from service.domain.rules import RuleSet
from service.flow.brake_port import RuleEdition, Scope
from service.flow.ports import EmailRow, RecipientKey, Snapshot, Transaction

Planning = Callable[[Brakes], Plan]
"""Plans one recipient under the brakes given."""


def brakes_now(snapshot: Snapshot, key: RecipientKey) -> Brakes:
    """Return what is stopped and held for a recipient; how much room the rules have is left out."""
    stops = snapshot.stops()
    everything = any(
        each.scope is Scope.ALL or (each.scope is Scope.PROGRAM and each.name == key.program) for each in stops
    )
    return Brakes(
        everything=everything,
        stopped=frozenset(each.name for each in stops if each.scope is Scope.RULE),
        holds=snapshot.holds_for(*key),
    )


def plan_braked(
    transaction: Transaction,
    rule_set: RuleSet,
    key: RecipientKey,
    pending: Iterable[Pending],
    now: Instant,
    how: Planning,
) -> Plan:
    """Return the recipient's plan at the planned instant `now`; what it holds is held, what it sends is counted."""
    brakes = brakes_now(transaction, key)
    planned = how(brakes)
    wanted = Counter(each.candidate.key.rule for each in _counted(planned, brakes))
    if not wanted or rule_set.hash == transaction.first_rule_set():
        return planned
    pacing = _Pacing(transaction, rule_set, key, now)
    if any(number > pacing.room(rule) for rule, number in sorted(wanted.items())):
        rules = sorted({each.candidate.key.rule for each in pending if each.candidate.kind in BRAKED})
        planned = how(replace(brakes, room={rule: pacing.room(rule) for rule in rules}))
        held = [each for each, verdict in planned.verdicts.items() if (verdict.word, verdict.detail) == _HELD]
        pacing.hold([each for each in held if each not in brakes.holds])
    return pacing.charged(planned, brakes)


_HELD = (Word.HELD, SAFETY)


def _counted(planned: Plan, brakes: Brakes) -> Iterable[Notice]:
    """Yield the notices that the safety limit counts: not those that staff released, and no alerts and reports."""
    notices = (notice for email in planned.emails for notice in email.notices)
    return (each for each in notices if _counts(each, brakes))


def _counts(notice: Notice, brakes: Brakes) -> bool:
    return notice.candidate.kind in BRAKED and notice.candidate.key not in brakes.holds


@dataclass(slots=True)
class _Pacing:
    """The pace of the rules of one recipient's program, asked for once a rule, and what this plan adds to it."""

    transaction: Transaction
    rule_set: RuleSet
    key: RecipientKey
    now: Instant

    paces: dict[str, Pace] = field(default_factory=dict)

    @property
    def editions(self) -> Mapping[str, str]:
        return book_of(self.rule_set, self.key.program).editions

    def room(self, rule: str) -> int:
        return self._pace(rule).room(self.rule_set.delivery.safety)

    def _pace(self, rule: str) -> Pace:
        if rule not in self.paces:
            edition = RuleEdition(rule, self.editions.get(rule, ""))
            self.paces[rule] = self.transaction.pace(edition, self.now)
        return self.paces[rule]

    def hold(self, keys: Collection[LedgerKey]) -> None:
        self.transaction.hold(self.key.program, keys, self.now)
        for rule in sorted({each.rule for each in keys}):
            self.transaction.meet(RuleEdition(rule, self.editions.get(rule, "")))

    def charged(self, planned: Plan, brakes: Brakes) -> Plan:
        """Return the plan with every notice that counts charged, first to what is expected of its rule."""
        left = {rule: pace.expected for rule, pace in self.paces.items()}
        emails = tuple(
            email._replace(notices=tuple(self._charged(each, brakes, left) for each in email.notices))
            for email in planned.emails
        )
        for rule, charges in charges_of(notice for email in emails for notice in email.notices).items():
            self.transaction.charge(rule, charges, self.now)
        return planned._replace(emails=emails)

    def _charged(self, notice: Notice, brakes: Brakes, left: dict[str, int]) -> Notice:
        if not _counts(notice, brakes):
            return notice
        rule = notice.candidate.key.rule
        left[rule] -= 1
        return notice._replace(charge=Charge(self.editions.get(rule, ""), expected=left[rule] >= 0))


def charges_of(notices: Iterable[Notice]) -> dict[str, list[Charge]]:
    """Return what the notices are charged to, by rule."""
    found: dict[str, list[Charge]] = {}
    for each in notices:
        if each.charge is not None:
            found.setdefault(each.candidate.key.rule, []).append(each.charge)
    return found


def forget_holds(transaction: Transaction, email: EmailRow) -> None:
    """Forget the holds on the notices of an email that went: they are never asked for again."""
    holds = transaction.holds_for(email.program, email.recipient)
    if holds:
        transaction.unhold(email.program, [each.candidate.key for each in email.notices])


def take_back(transaction: Transaction, email: EmailRow) -> None:
    """Take an email that surely was not sent out of the counts, so that trying again does not trip the brake."""
    for rule, charges in charges_of(email.notices).items():
        transaction.discharge(rule, charges, email.planned_at)


def braked_detail(snapshot: Snapshot) -> dict[str, object]:
    """Return what is held and stopped, for readiness; empty where nothing is."""
    held = {each.rule: each.notices for each in snapshot.held_rules()}
    stopped = [f"{each.about}, by {each.by} at {format_rfc3339(each.at)}" for each in snapshot.stops()]
    return {**({"held": held} if held else {}), **({"stopped": stopped} if stopped else {})}
