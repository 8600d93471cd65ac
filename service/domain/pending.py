"""What waits to be planned: a subject's candidates, each with the instant from which it may move."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from service.domain.calendar import HOUR, Duration, Instant, quarter_down, quarter_up
from service.domain.delivery import Candidate, LedgerKey
from service.domain.rules import RuleSet


class Pending(NamedTuple):
    """A candidate and the instant from which it may move: quarter hours for nudges, services and reports."""

    candidate: Candidate
    ready_at: Instant


def planned_instant(due: Instant, now: Instant) -> Instant:
    """Return the instant to plan for at `now` what was due since `due`.

    A worker is always a little late. What was due at the quarter hour is planned as of that quarter hour; after an
    outage, as of the last one, so that nothing is sent by the clock of a day ago.
    """
    return max(due, quarter_down(now))


def pend(held: Mapping[LedgerKey, Pending], candidates: Iterable[Candidate], now: Instant) -> dict[LedgerKey, Pending]:
    """Return a subject's pending notices after it was decided at `now`.

    One that was pending already keeps the instant from which it may move; a new one may move at once, or from the
    next quarter hour. Two starts with one business id are one decision: the first in order stands.
    """
    pending: dict[LedgerKey, Pending] = {}
    for each in sorted(candidates, key=lambda candidate: candidate.order):
        if each.key in pending:
            continue
        known = held.get(each.key)
        ready_at = known.ready_at if known else now if each.kind.exact else quarter_up(now)
        pending[each.key] = Pending(each, ready_at)
    return pending


def lookback(pending: Iterable[Pending], rule_set: RuleSet) -> Duration:
    """Return how far back these notices can ask: limits, gaps, what may not come again, the alerts' hour."""
    candidates = [each.candidate for each in pending]
    again = (rule_set.policy(each.message).memory for each in candidates)
    limits = (limit.window for limit in rule_set.delivery.limits)
    return max((HOUR, *again, *limits, *(each.every for each in candidates)))
