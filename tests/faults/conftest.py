"""A nursery for processes, which all tests of a run's worker share."""

from collections.abc import Iterator

import pytest

from tests.faults.works import Nursery


@pytest.fixture(scope="package")
def nursery() -> Iterator[Nursery]:
    started = Nursery()
    yield started
    started.close()
