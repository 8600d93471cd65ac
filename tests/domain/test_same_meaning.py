"""The engine and the naive implementation of the rule language send the same, in the same order and the same emails."""

from random import Random

import pytest

from tests.domain import engine
from tests.naive import meaning
from tests.naive.histories import Case, random_case

SHORT, LONG = 500, 2_000
CHUNK = 25


def _difference(seed: int, case: Case) -> str:
    """Return the first difference in what the two send, with the seed of the case, or ""."""
    theirs = engine.same_numbers(meaning.simulate(case.rule_set, case.events, case.until, case.first))
    ours = engine.same_numbers(engine.simulate(case.rule_set, case.events, case.until, case.first))
    if ours == theirs:
        return ""
    place = next((at for at, (one, other) in enumerate(zip(ours, theirs, strict=False)) if one != other), -1)
    place = min(len(ours), len(theirs)) if place < 0 else place
    return f"seed {seed}: sent {ours[place : place + 1]}, but the page says {theirs[place : place + 1]}"


@pytest.mark.parametrize("seeds", [range(at, at + CHUNK) for at in range(0, SHORT, CHUNK)], ids=str)
def test_short_histories_mean_the_same(seeds: range) -> None:
    """Five hundred random rule sets over about a week send what the page says."""
    cases = ((seed, random_case(Random(seed), most_days=6, most_events=14)) for seed in seeds)
    assert [found for seed, case in cases if (found := _difference(seed, case))] == []


@pytest.mark.soak
@pytest.mark.parametrize("seeds", [range(at, at + CHUNK) for at in range(10_000, 10_000 + LONG, CHUNK)], ids=str)
def test_long_histories_mean_the_same(seeds: range) -> None:
    """Two thousand random rule sets over weeks of crowded history send what the page says."""
    cases = ((seed, random_case(Random(seed), most_days=21, most_events=60)) for seed in seeds)
    assert [found for seed, case in cases if (found := _difference(seed, case))] == []
