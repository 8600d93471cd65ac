"""How many emails people get in a week: the distribution, the most, and who gets more than the limits aim at."""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from service.domain.calendar import DAY, WEEK, Instant
from service.domain.rules import RuleSet

_MONDAY = 4 * DAY
"""1970-01-05 was a Monday."""


class Above(NamedTuple):
    """Somebody above the aim: in how many weeks, and the most emails in one of them."""

    weeks: int
    most: int


@dataclass(slots=True)
class Load:
    """Emails by participant and week; weeks begin on Monday, 00:00 UTC, and those without an email do not count.

    `weeks` maps a number of emails to how many weeks of anybody had that many; `above` holds who was above `aim`.
    """

    aim: int = 0
    weeks: Counter[int] = field(default_factory=Counter)
    above: dict[tuple[str, str], Above] = field(default_factory=dict)

    @property
    def most(self) -> int:
        """The most emails that anybody gets in a week."""
        return max(self.weeks, default=0)

    @property
    def emails(self) -> int:
        return sum(number * weeks for number, weeks in self.weeks.items())

    def add(self, other: "Load") -> None:
        """Take in the load of people who are not in this one."""
        self.aim = max(self.aim, other.aim)
        self.weeks.update(other.weeks)
        self.above.update(other.above)


def week_of(at: Instant) -> int:
    """Return the number of the week in which the instant lies."""
    return (at - _MONDAY) // WEEK


def load_of(emails: Counter[tuple[str, str, int]], aim: int) -> Load:
    """Return the load from the number of emails by (program, participant, week)."""
    load = Load(aim=aim, weeks=Counter(emails.values()))
    for (program, participant, _), number in emails.items():
        if number > aim:
            weeks, most = load.above.get((program, participant), Above(0, 0))
            load.above[program, participant] = Above(weeks + 1, max(most, number))
    return load


def weekly_aim(rule_set: RuleSet) -> int:
    """Return how many emails a week the limits aim at: the least that any limit of at most a week allows in one."""
    limits = [limit.at_most * max(1, WEEK // limit.window) for limit in rule_set.delivery.limits if limit.window > 0]
    return min(limits, default=7)
