"""How many nudges one participant can be due in a span of the limits, and which of them the limits would drop.

The bound is the busiest span: every start of the rules once, each where its messages lie closest together. Messages
due at one moment go in one email, which the limits count once.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from service.domain.calendar import Duration
from service.domain.rules import Kind, Limit, Rule, RuleSet
from service.staff.check.acts import acts_of
from service.staff.check.clocks import spoken
from service.staff.check.finding import Finding, Severity

_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Busiest:
    """The most emails with nudges that can be due to a role in a span, by rule in rule order."""

    role: str
    emails: int
    rules: tuple[tuple[Rule, int], ...]


def weekly_bound(rule_set: RuleSet, rules: Sequence[Rule]) -> Iterator[Finding]:
    """Yield one warning where more nudges can be due than a limit lets through for longer than they wait."""
    found = [
        (busiest.emails - limit.at_most, limit, busiest)
        for limit in rule_set.delivery.limits
        if limit.window > rule_set.delivery.send_within
        for busiest in _busiest(rule_set, rules, limit.window)
        if busiest.emails > limit.at_most
    ]
    if found:
        _, limit, busiest = max(found, key=lambda each: (each[1].window, each[0]))
        yield _finding(rule_set, limit, busiest)


def _busiest(rule_set: RuleSet, rules: Sequence[Rule], span: Duration) -> Iterator[Busiest]:
    """Yield for mentor and mentee the most that can be due within the span."""
    for role in ("mentor", "mentee"):
        theirs = [each for each in rules if each.kind is Kind.NUDGE and _reaches(rule_set, each, role)]
        by_start: dict[str, list[Rule]] = {}
        for rule in theirs:
            by_start.setdefault(rule.starts, []).append(rule)
        windows = [_closest(together, span) for together in by_start.values()]
        counted = sum((counts for _, counts in windows), Counter[str]())
        shares = tuple((rule, counted[rule.id]) for rule in theirs if counted[rule.id])
        yield Busiest(role, sum(emails for emails, _ in windows), shares)


def _reaches(rule_set: RuleSet, rule: Rule, role: str) -> bool:
    return any(role in act.to for act in acts_of(rule, rule_set.catalogue))


def _closest(rules: Iterable[Rule], span: Duration) -> tuple[int, Counter[str]]:
    """Return the most emails within the span after one start, and how many of them each rule has a part in."""
    dues: dict[Duration, list[str]] = {}
    for rule in rules:
        for k in range(rule.total):
            dues.setdefault(rule.offset + k * (rule.every or 0), []).append(rule.id)
    times = sorted(dues)
    emails, first = max((bisect_left(times, at + span) - place, -place) for place, at in enumerate(times))
    return emails, Counter(name for at in times[-first : emails - first] for name in dues[at])


def _finding(rule_set: RuleSet, limit: Limit, busiest: Busiest) -> Finding:
    over = busiest.emails - limit.at_most
    shares = _listed([f"{rule.id}{f' ×{number}' if number > 1 else ''}" for rule, number in busiest.rules])
    # Within one kind what is due first goes first; the rule's place decides between equals.
    last = _listed([rule.id for rule, _ in reversed(busiest.rules)][:over])
    return Finding(
        code="more-than-the-limits",
        severity=Severity.WARNING,
        at=("limits", rule_set.delivery.limits.index(limit)),
        message=f"In the busiest {spoken(limit.window)} up to {busiest.emails} emails with nudges are due to one "
        f"{busiest.role}, and {limit.at_most} may go: {shares}.",
        suggestion=f"What waits too long is dropped, first of all {last}. Ask for less, or raise the limit. If it is "
        'meant, write "accept" under "delivery".',
    )


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
