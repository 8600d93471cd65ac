"""kill -9, from outside, at every step between a decision and its record: SendGrid's list alone says what was sent."""

import signal
from collections.abc import Iterator
from threading import Event as Signal
from threading import Thread

import pytest

from service.flow.failpoint import Failpoint
from tests.faults.works import Nursery, Works
from tests.mail.fake_sendgrid import CUT, Reply, fake_sendgrid

SENT, UNKNOWN = "sent", "unknown"


@pytest.fixture(scope="module", params=["hold", pytest.param("resend", marks=pytest.mark.soak)])
def works(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, nursery: Nursery
) -> Iterator[Works]:
    with fake_sendgrid() as sendgrid:
        made = Works(tmp_path_factory.mktemp("killed") / "works", sendgrid, nursery, request.param)
        made.start()
        made.rest()
        yield made
        made.close()


def killed_at(works: Works, at: Failpoint) -> None:
    """Kill the process that comes by, and start another."""
    works.end(works.reached(at), signal.SIGKILL)
    works.let_go(at)
    works.start()


# What follows from a kill there: how the emails stand that were made of the decision, and how many SendGrid took.
ONCE = {"hold": ([SENT], 1), "resend": ([SENT], 1)}
NEVER_LEFT = {"hold": ([UNKNOWN], 0), "resend": ([SENT], 1)}
LEFT = {"hold": ([UNKNOWN], 1), "resend": ([SENT], 2)}
CASES = {
    Failpoint.CHECKING: ONCE,
    Failpoint.CHECKED: ONCE,
    Failpoint.CLAIMING: ONCE,
    Failpoint.CLAIMED: NEVER_LEFT,
    Failpoint.ASKING: NEVER_LEFT,
    Failpoint.ANSWERED: LEFT,
    Failpoint.RECORDING: LEFT,
    Failpoint.RECORDED: ONCE,
}


@pytest.mark.parametrize("at", CASES)
def test_a_kill_on_the_way(works: Works, at: Failpoint) -> None:
    """Never twice with `hold`; with `resend` once more, where it was unknown. What may not have gone is shown."""
    works.arm(at)
    n = works.ask_for_help()
    killed_at(works, at)
    expected = CASES[at][works.on_unknown]
    assert (works.settled(n), len(works.taken(n))) == expected


@pytest.mark.parametrize("taken", [False, True], ids=["before it is taken", "once it is taken"])
def test_a_kill_while_the_request_is_at_sendgrid(works: Works, taken: bool) -> None:
    held = Reply(202 if taken else CUT, taken=taken, go=Signal())
    works.sendgrid.replies.append(held)
    n = works.ask_for_help()
    assert held.came.wait(60)
    works.end(works.running[-1].pid, signal.SIGKILL)
    works.start()
    assert held.go is not None
    expected = (LEFT if taken else NEVER_LEFT)[works.on_unknown]
    assert (works.settled(n), len(works.taken(n))) == expected
    held.go.set()


@pytest.mark.parametrize("at", [Failpoint.SETTLING, Failpoint.SETTLED])
def test_a_kill_while_it_is_settled_what_a_kill_before_left(works: Works, at: Failpoint) -> None:
    works.arm(Failpoint.CLAIMED)
    n = works.ask_for_help()
    works.arm(at)
    killed_at(works, Failpoint.CLAIMED)
    killed_at(works, at)
    assert (works.settled(n), len(works.taken(n))) == NEVER_LEFT[works.on_unknown]


@pytest.mark.parametrize("at", [Failpoint.REPORTING, Failpoint.REPORTED])
def test_a_kill_while_a_report_is_taken_in(works: Works, at: Failpoint) -> None:
    """SendGrid, which got no answer, reports again; the report settles what a lost reply left unknown, and once."""
    works.sendgrid.replies.append(Reply(CUT, taken=True))
    n = works.ask_for_help()
    states, taken = LEFT[works.on_unknown]
    assert (works.settled(n), len(works.taken(n))) == (states, taken)
    works.arm(at)
    reporting = Thread(target=works.report_until_heard, args=(n,))
    reporting.start()
    killed_at(works, at)
    reporting.join(60)
    assert not reporting.is_alive()
    assert (works.settled(n), len(works.taken(n))) == ([SENT], taken)


def test_a_report_within_the_patience_saves_the_second_mail(works: Works) -> None:
    """Killed once SendGrid answered and before that was recorded: its report comes before anything is sent again."""
    works.arm(Failpoint.ANSWERED)
    n = works.ask_for_help()
    works.reached(Failpoint.ANSWERED)
    works.report_until_heard(n)
    killed_at(works, Failpoint.ANSWERED)
    assert (works.settled(n), len(works.taken(n))) == ([SENT], 1)


def test_every_failpoint_is_one_at_which_a_process_is_killed() -> None:
    beside = {Failpoint.SETTLING, Failpoint.SETTLED, Failpoint.REPORTING, Failpoint.REPORTED}
    assert set(Failpoint) == set(CASES) | beside
