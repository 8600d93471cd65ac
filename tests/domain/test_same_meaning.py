"""The engine and the naive implementation of the rule language send the same, in the same order and the same emails."""

from random import Random

import pytest

from tests.domain import engine
from tests.domain.page import SHORT, as_the_page_says, by_the_page, short_history
from tests.naive.histories import Case, random_case
from tests.naive.ledger import Sent

LONG = 2_000
CHUNK = 25


def _difference(seed: int, case: Case, theirs: list[Sent]) -> str:
    """Return the first difference between what the engine sends and what the page says, with the case's seed, or ""."""
    ours = engine.same_numbers(engine.simulate(case.rule_set, case.events, case.until, case.first))
    if ours == theirs:
        return ""
    place = next((at for at, (one, other) in enumerate(zip(ours, theirs, strict=False)) if one != other), -1)
    place = min(len(ours), len(theirs)) if place < 0 else place
    return f"seed {seed}: sent {ours[place : place + 1]}, but the page says {theirs[place : place + 1]}"


@pytest.mark.parametrize("seeds", [range(at, at + CHUNK) for at in range(0, SHORT, CHUNK)], ids=str)
def test_short_histories_mean_the_same(seeds: range) -> None:
    """Five hundred random rule sets over about a week send what the page says."""
    found = [_difference(seed, short_history(seed), as_the_page_says(seed)) for seed in seeds]
    assert list(filter(None, found)) == []


@pytest.mark.soak
@pytest.mark.parametrize("seeds", [range(at, at + CHUNK) for at in range(10_000, 10_000 + LONG, CHUNK)], ids=str)
def test_long_histories_mean_the_same(seeds: range) -> None:
    """Two thousand random rule sets over weeks of crowded history send what the page says."""
    cases = ((seed, random_case(Random(seed), most_days=21, most_events=60)) for seed in seeds)
    found = [_difference(seed, case, by_the_page(case)) for seed, case in cases]
    assert list(filter(None, found)) == []
