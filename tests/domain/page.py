"""What the page of the rule language says of random histories, by the implementation that was written from it alone."""

from random import Random

from tests.domain import engine
from tests.naive import meaning
from tests.naive.histories import Case, random_case
from tests.naive.ledger import Sent

SHORT = 500
"""How many short histories there are."""
known: dict[int, list[Sent]] = {}
"""What it says of them, by seed: a mutation run asks it once, and not for each mutant anew."""


def short_history(seed: int) -> Case:
    """Return a random rule set and its events over about a week."""
    return random_case(Random(seed), most_days=6, most_events=14)


def as_the_page_says(seed: int) -> list[Sent]:
    """Return what is sent in the short history of that seed."""
    if seed not in known:
        known[seed] = by_the_page(short_history(seed))
    return known[seed]


def by_the_page(case: Case) -> list[Sent]:
    """Return what is sent in any case."""
    return engine.same_numbers(meaning.simulate(case.rule_set, case.events, case.until, case.first))
