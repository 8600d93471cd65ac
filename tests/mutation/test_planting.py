"""What the mutation run rests on: a planted mistake is there for everybody, in its own process only, and ends."""

import os
import signal
import time
from collections.abc import Callable
from functools import partial

import pytest

from service.domain import calendar
from service.domain.delivery import Role
from service.domain.errors import ProviderError
from service.domain.grants import granted
from service.domain.view import Person
from tests.mutation.children import Ended, end_after, in_child
from tests.mutation.mutants import Mutant
from tests.mutation.planting import plant

already_imported = calendar.quarter_up


def _mutant(module: str, function: str, source: str) -> Mutant:
    return Mutant(module=module, function=function, source=source, change="")


WRONG_QUARTER = _mutant("calendar", "quarter_up", "def quarter_up(at):\n    return at + QUARTER\n")


def test_a_planted_mistake_is_there_for_whoever_imported_the_function_before() -> None:
    def asked() -> int:
        plant(WRONG_QUARTER)
        return already_imported(0)

    assert in_child(asked) == calendar.QUARTER
    assert already_imported(0) == 0


NOBODY = Person("ann", Role.MENTOR, None)
HAS_LEFT = "# property\ndef has_left(self):\n    return 'wrong'\n"
ZONE = "def zone(name):\n    return 'wrong'\n"
REFUSED = "def __init__(self, message, *, temporary):\n    super().__init__('wrong')\n"
GRANTED = "def granted(purpose='wrong'):\n    return purpose\n"


@pytest.mark.parametrize(
    ("mutant", "ask"),
    [
        (_mutant("view", "Person.has_left", HAS_LEFT), lambda: NOBODY.has_left),
        (_mutant("calendar", "zone", ZONE), partial(calendar.zone, "No/Where")),  # nobody has asked for it before
        (_mutant("errors", "ProviderError.__init__", REFUSED), lambda: str(ProviderError("right", temporary=True))),
        (_mutant("grants", "granted", GRANTED), granted),
    ],
    ids=["a property", "a cached function", "a method that asks its base", "a default"],
)
def test_whatever_a_function_is_wrapped_in_its_mistake_is_planted(mutant: Mutant, ask: Callable[[], object]) -> None:
    def asked() -> object:
        plant(mutant)
        return ask()

    assert in_child(asked) == "wrong"


def test_a_child_that_never_ends_is_ended_and_one_that_dies_is_known_to() -> None:
    """By its own work, so that a busy machine ends nobody."""

    def for_ever() -> None:
        end_after(0.05)
        while True:
            time.perf_counter()

    assert in_child(for_ever) is Ended.TIMEOUT
    assert in_child(_killed) is Ended.CRASHED


def _killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_defect_of_the_run_itself_is_no_kill(capfd: pytest.CaptureFixture[str]) -> None:
    """What a child raises outside of a test is told, and nothing is counted."""

    def broken() -> None:
        raise ValueError("a defect")

    with pytest.raises(RuntimeError, match="says above"):
        in_child(broken)
    assert "a defect" in capfd.readouterr().err
