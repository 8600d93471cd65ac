"""A process leaves when one of its threads does, and says why."""

import threading

import click
import pytest

from service.cli.threads import Threads
from service.domain.errors import OperatorError


def ending(error: Exception | None) -> tuple[Threads, threading.Event]:
    """Return the threads of a process, one of which waits to be stopped while the other ends at once."""

    def end() -> None:
        if error is not None:
            raise error

    stop = threading.Event()
    threads = Threads(stop)
    threads.start("patient", stop.wait)
    threads.start("hasty", end)
    return threads, stop


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OperatorError("The active rule set no longer loads."), "The active rule set no longer loads."),
        (ValueError("ada@example.org"), "a defect of its own in the thread hasty (ValueError)"),
        (None, "The thread hasty ended unasked"),
    ],
)
def test_one_that_ends_unasked_stops_the_others_and_is_told(error: Exception | None, said: str) -> None:
    threads, stop = ending(error)
    assert stop.wait(10)
    with pytest.raises(click.ClickException) as told:
        threads.join(10)
    assert said in str(told.value)
    assert told.value.exit_code == 1


def test_no_message_of_a_defect_is_repeated(capfd: pytest.CaptureFixture[str]) -> None:
    threads, _ = ending(ValueError("ada@example.org"))
    with pytest.raises(click.ClickException) as told:
        threads.join(10)
    assert "ada@" not in str(told.value) + "".join(capfd.readouterr())


def test_those_that_were_asked_leave_in_peace() -> None:
    stop = threading.Event()
    threads = Threads(stop)
    threads.start("one", stop.wait)
    threads.start("another", stop.wait)
    stop.set()
    threads.join(10)
