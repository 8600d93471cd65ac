"""The tests that mutants are tried on, as pytest collected them, and what each of them runs of the domain."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import CodeType, FrameType
from typing import cast

import pytest

from tests.domain import page
from tests.mutation.children import Ended, end_after, in_child
from tests.mutation.mutants import DOMAIN, Mutant
from tests.mutation.planting import plant
from tests.mutation.results import Verdict
from tests.naive.ledger import Sent

_WITHIN = str(DOMAIN.resolve())
_SLOWER = 3
"""A test that takes this many times as long as when it was looked at, and a second more, never ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """A test, how long it works, and which functions it runs, as `calendar.Hours.spell`."""

    item: pytest.Item
    cpu_s: float
    runs: frozenset[str]


class Suite:
    """All tests, asked for those that can kill a mutant; no test ever runs in this process, but in children of it."""

    def __init__(self, items: Iterable[pytest.Item], budget_s: float, tell: Callable[[str], None]) -> None:
        """Run each test once. Raises: AssertionError where one fails with nothing planted."""
        items = list(items)
        self._budget_s = budget_s
        self._page_runs = _asked_the_page(sorted(_seeds(items)))
        self._tests = list[Timed]()
        for number, item in enumerate(items, 1):
            tell(f"running the tests as they are: {number} of {len(items)}")
            self._tests += _timed(item, budget_s)
        self._kills: dict[tuple[str, str], int] = {}

    def judge(self, mutant: Mutant) -> Verdict:
        """Return what becomes of the mutant under the tests that run its function: the quick ones, within the budget.

        Those that killed others of the function go first.
        """
        chosen = self._chosen(mutant)
        found = in_child(partial(self._try, mutant, chosen))
        if isinstance(found, Ended):
            return Verdict(killed_by=found.value, timeout=found is Ended.TIMEOUT, tried=len(chosen))
        if found:
            self._kills[mutant.place, found] = self._kills.get((mutant.place, found), 0) + 1
        return Verdict(killed_by=found, tried=len(chosen))

    def _chosen(self, mutant: Mutant) -> list[Timed]:
        """Return the tests to try; what the page's own answers come from is not to be judged by these."""
        left, within = self._budget_s, list[Timed]()
        for test in sorted(self._tests, key=lambda test: test.cpu_s):
            blind = mutant.place in self._page_runs and _asks_the_page(test.item)
            if mutant.place in test.runs and not blind and test.cpu_s <= left:
                left -= test.cpu_s
                within.append(test)
        return sorted(within, key=lambda test: -self._kills.get((mutant.place, test.item.nodeid), 0))

    def _try(self, mutant: Mutant, tests: Iterable[Timed]) -> str | None:
        """Return the name of the first test that fails, or None."""
        plant(mutant)
        for test in tests:
            end_after(1 + _SLOWER * test.cpu_s)
            if not _passes(test.item):
                return test.item.nodeid
        return None


def _timed(item: pytest.Item, most_s: float) -> Iterator[Timed]:
    """Yield the test with its time, or nothing where that is more than anybody has."""
    found = in_child(partial(_measured, item, most_s))
    if found is not Ended.TIMEOUT:
        assert isinstance(found, tuple), f"{item.nodeid} fails as it is"
        yield Timed(item=item, cpu_s=found[0], runs=found[1])


def _measured(item: pytest.Item, most_s: float) -> tuple[float, frozenset[str]] | None:
    """Return how long the test works while it is looked at, and what it runs; None where it fails."""
    end_after(most_s)
    begun = time.process_time()
    with _looking_on() as seen:
        passed = _passes(item)
    return (time.process_time() - begun, _places(seen)) if passed else None


def _seeds(items: Iterable[pytest.Item]) -> set[int]:
    """Return the seeds of the short histories of which the tests ask the page."""
    asking = (item.callspec for item in items if isinstance(item, pytest.Function) and _asks_the_page(item))
    return {seed for each in asking for seed in cast(range, each.params["seeds"])}


def _asks_the_page(item: pytest.Item) -> bool:
    return isinstance(item, pytest.Function) and "as_the_page_says" in item.function.__code__.co_names


def _asked_the_page(seeds: Sequence[int]) -> frozenset[str]:
    """Have the naive implementation's answers ready, and return what of the domain it runs itself."""

    def asked() -> tuple[frozenset[str], dict[int, list[Sent]]]:
        with _looking_on() as seen:
            for seed in seeds[:_LOOKED_AT]:
                page.as_the_page_says(seed)
        for seed in seeds[_LOOKED_AT:]:
            page.as_the_page_says(seed)
        return _places(seen), page.known

    found = in_child(asked)
    assert not isinstance(found, Ended)
    page.known.update(found[1])
    return found[0]


_LOOKED_AT = 25
"""Of the short histories: so many run all that the naive implementation has."""


def _passes(item: pytest.Item) -> bool:
    """Return whether the test passes; pytest's own way would spend ten times as long on telling why it fails."""
    assert isinstance(item, pytest.Function)
    item._initrequest()  # a test that ran once has given its fixtures back
    state = item.session._setupstate
    try:
        state.setup(item)
        item.runtest()
    except BaseException:  # `pytest.raises` fails with more than an Exception
        return False
    finally:
        state.teardown_exact(None)
    return True


@contextmanager
def _looking_on() -> Iterator[set[CodeType]]:
    """Fill a set with the code of every function that is called."""
    seen: set[CodeType] = set()

    def see(frame: FrameType, _what: str, _arg: object) -> None:
        seen.add(frame.f_code)

    sys.settrace(see)
    try:
        yield seen
    finally:
        sys.settrace(None)


def _places(seen: Iterable[CodeType]) -> frozenset[str]:
    """Return the outermost functions of the domain that the code belongs to, as `calendar.Hours.spell`."""
    return frozenset(
        f"{Path(code.co_filename).stem}.{code.co_qualname.split('.<locals>')[0]}"
        for code in seen
        if code.co_filename.startswith(_WITHIN)
    )
