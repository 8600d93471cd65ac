"""SIGSTOP at every step of sending until the lease has run out and another process has settled it; then SIGCONT.

Whoever wakes up finds the work done: it neither sends again nor takes back what the other wrote.
"""

import signal
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event as Signal
from threading import Thread

import pytest

from service.flow.failpoint import Failpoint
from tests.faults.works import LEASE_S, Nursery, Works
from tests.mail.fake_sendgrid import Reply, fake_sendgrid
from tests.servers.fixtures import new_store

pytestmark = pytest.mark.servers

SENT, UNKNOWN = "sent", "unknown"


@pytest.fixture(scope="module", params=["hold", pytest.param("resend", marks=pytest.mark.soak)])
def works(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, nursery: Nursery, run_folder: Path
) -> Iterator[Works]:
    with fake_sendgrid() as sendgrid, new_store(request, run_folder) as database:
        made = Works(tmp_path_factory.mktemp("frozen") / "works", sendgrid, nursery, request.param, database)
        made.start()
        made.start()
        made.rest()
        yield made
        made.close()


class Frozen:
    """A process that stands still at a failpoint, until it may go on."""

    def __init__(self, works: Works, at: Failpoint) -> None:
        self.works, self.at, self.pid = works, at, works.reached(at)
        works.freeze(self.pid)

    def wake(self) -> None:
        self.works.let_go(self.at)
        self.works.wake(self.pid)


def sleep_past_the_lease() -> None:
    """Let the lease of whatever was claimed until now run out; it is a time, and nothing but time ends it."""
    time.sleep(LEASE_S + 0.1)


# How it stands in the end, and how many SendGrid took. Whoever wakes before the request left finds the lease run out
# and does not send on it; it knows so for sure, and the notice is decided anew. Once SendGrid answered, it was sent:
# with `resend` the other process, which cannot know, has sent it once more.
ONCE = {"hold": ([SENT], 1), "resend": ([SENT], 1)}
LATE = {"hold": ([SENT], 1), "resend": ([SENT], 2)}
CASES = {
    Failpoint.CHECKING: ONCE,
    Failpoint.CHECKED: ONCE,
    Failpoint.CLAIMING: ONCE,
    Failpoint.CLAIMED: ONCE,
    Failpoint.ASKING: ONCE,
    Failpoint.ANSWERED: LATE,
    Failpoint.RECORDING: ONCE,
    Failpoint.RECORDED: ONCE,
}


@pytest.mark.parametrize("at", CASES)
def test_a_freeze_on_the_way(works: Works, at: Failpoint) -> None:
    works.arm(at)
    n = works.ask_for_help()
    frozen = Frozen(works, at)
    sleep_past_the_lease()
    if at in (Failpoint.CLAIMED, Failpoint.ASKING, Failpoint.ANSWERED):
        works.settled(n)
    frozen.wake()
    states, taken = CASES[at][works.on_unknown]
    assert (works.settles_as(n, states), len(works.taken(n))) == (True, taken)


@pytest.mark.parametrize("taken", [False, True], ids=["before it is taken", "once it is taken"])
def test_a_freeze_while_the_request_is_at_sendgrid(works: Works, taken: bool) -> None:
    """The reply comes while the process stands still; it reads it when the other has settled the email."""
    held = Reply(202 if taken else 503, taken=taken, go=Signal())
    works.sendgrid.replies.append(held)
    works.arm(Failpoint.ASKING)
    n = works.ask_for_help()
    pid = works.reached(Failpoint.ASKING)
    works.let_go(Failpoint.ASKING)
    assert held.came.wait(60)
    works.freeze(pid)
    assert held.go is not None
    held.go.set()
    works.settled(n)
    works.wake(pid)
    states, number = LATE[works.on_unknown] if taken else ONCE[works.on_unknown]
    assert (works.settles_as(n, states), len(works.taken(n))) == (True, number)


@pytest.mark.parametrize("at", [Failpoint.SETTLING, Failpoint.SETTLED])
def test_a_freeze_while_it_is_settled_what_a_kill_left(works: Works, at: Failpoint) -> None:
    works.arm(Failpoint.CLAIMED)
    n = works.ask_for_help()
    killed = works.reached(Failpoint.CLAIMED)
    works.arm(at)
    works.end(killed, signal.SIGKILL)
    works.let_go(Failpoint.CLAIMED)
    works.start()
    frozen = Frozen(works, at)
    sleep_past_the_lease()
    frozen.wake()
    states, taken = ([UNKNOWN], 0) if works.on_unknown == "hold" else ([SENT], 1)
    assert (works.settles_as(n, states), len(works.taken(n))) == (True, taken)


@pytest.mark.parametrize("at", [Failpoint.REPORTING, Failpoint.REPORTED])
def test_a_freeze_while_a_report_is_taken_in(works: Works, at: Failpoint) -> None:
    """SendGrid asks the other process meanwhile; the report counts once."""
    n = works.ask_for_help()
    assert works.settles_as(n, [SENT])
    works.arm(at)
    first, second = (Thread(target=works.report_until_heard, args=(n,)) for _ in range(2))
    first.start()
    frozen = Frozen(works, at)
    works.running.sort(key=lambda each: each.pid != frozen.pid)
    second.start()
    if at is Failpoint.REPORTED:
        second.join(60)
        assert not second.is_alive()
    frozen.wake()
    for each in (first, second):
        each.join(60)
        assert not each.is_alive()
    assert (works.states(n), works.reports(n), len(works.taken(n))) == ([SENT], 1, 1)


def test_every_failpoint_is_one_at_which_a_process_is_frozen() -> None:
    beside = {Failpoint.SETTLING, Failpoint.SETTLED, Failpoint.REPORTING, Failpoint.REPORTED}
    assert set(Failpoint) == set(CASES) | beside
