"""When one more email with nudges may go to somebody."""

from collections.abc import Iterable, Sequence

from service.domain.calendar import NEVER, Instant, quarter_up
from service.domain.rules import Limit


def limited_until(limits: Iterable[Limit], went: Sequence[Instant], at: Instant) -> Instant | None:
    """Return when the limits would allow one more at `at`, or None when they do now; `went` are those before."""
    until: Instant | None = None
    for limit in limits:
        within = [each for each in went if each > at - limit.window]
        if len(within) >= limit.at_most:
            frees = within[-limit.at_most] + limit.window if limit.at_most else NEVER
            until = max(until or 0, quarter_up(frees))
    return until
