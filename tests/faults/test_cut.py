"""Connections cut at every step of sending: to the database, in a commit and around it, and to SendGrid."""

import signal
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import make_url

from service.flow.failpoint import Failpoint
from tests.faults.proxy import Proxy, proxy_to
from tests.faults.works import Nursery, Works, until
from tests.mail.fake_sendgrid import CUT, Reply, fake_sendgrid
from tests.servers.fixtures import new_store

pytestmark = pytest.mark.servers

SENT, UNKNOWN = "sent", "unknown"
NEVER_LEFT = {"hold": ([UNKNOWN], 0), "resend": ([SENT], 1)}
LEFT = {"hold": ([UNKNOWN], 1), "resend": ([SENT], 2)}


@dataclass
class Line:
    """The works, and the proxy through which they reach their database."""

    works: Works
    proxy: Proxy

    def cut_at(self, at: Failpoint) -> None:
        self.works.reached(at)
        self.proxy.cut()
        self.works.let_go(at)

    def lose_the_commit_at(self, at: Failpoint) -> None:
        self.works.reached(at)
        self.proxy.lose_a_commit()
        self.works.let_go(at)
        assert self.proxy.lost.wait(60)


@pytest.fixture(scope="module", params=["hold", pytest.param("resend", marks=pytest.mark.soak)])
def line(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, nursery: Nursery, run_folder: Path
) -> Iterator[Line]:
    with fake_sendgrid() as sendgrid, new_store(request, run_folder) as database:
        url = make_url(database)
        with proxy_to(str(url.host), url.port or 5432) as proxy:
            folder = tmp_path_factory.mktemp("cut") / "works"
            through = url.set(port=proxy.port).render_as_string(hide_password=False)
            made = Works(folder, sendgrid, nursery, request.param, database, more={"INTOUCH_DATABASE_URL": through})
            made.start()
            made.rest()
            yield Line(made, proxy)
            made.close()


ON_THE_WAY = [
    Failpoint.CHECKING,
    Failpoint.CHECKED,
    Failpoint.CLAIMING,
    Failpoint.CLAIMED,
    Failpoint.ASKING,
    Failpoint.ANSWERED,
    Failpoint.RECORDING,
    Failpoint.RECORDED,
]
WHILE_SETTLING = [Failpoint.SETTLING, Failpoint.SETTLED]
WHILE_REPORTING = [Failpoint.REPORTING, Failpoint.REPORTED]


@pytest.mark.parametrize("at", ON_THE_WAY)
def test_the_database_is_cut_off_on_the_way(line: Line, at: Failpoint) -> None:
    """Whatever the transaction held is done again; what SendGrid took meanwhile is kept until it can be recorded."""
    line.works.arm(at)
    n = line.works.ask_for_help()
    line.cut_at(at)
    assert (line.works.settled(n), len(line.works.taken(n))) == ([SENT], 1)


COMMITS = {
    Failpoint.CHECKING: {"hold": ([SENT], 1), "resend": ([SENT], 1)},
    Failpoint.CLAIMING: NEVER_LEFT,
    Failpoint.RECORDING: {"hold": ([SENT], 1), "resend": ([SENT], 1)},
}


@pytest.mark.parametrize("at", COMMITS)
def test_a_commit_goes_through_and_its_answer_does_not(line: Line, at: Failpoint) -> None:
    """A claim of which nobody knows is an email of which nobody knows; all else is done again and changes nothing."""
    line.works.arm(at)
    n = line.works.ask_for_help()
    line.lose_the_commit_at(at)
    assert (line.works.settled(n), len(line.works.taken(n))) == COMMITS[at][line.works.on_unknown]


@pytest.mark.parametrize(
    ("at", "lost"), [(Failpoint.SETTLING, False), (Failpoint.SETTLED, False), (Failpoint.SETTLING, True)]
)
def test_the_database_is_cut_off_while_it_is_settled_what_a_kill_left(line: Line, at: Failpoint, lost: bool) -> None:
    line.works.arm(Failpoint.CLAIMED)
    n = line.works.ask_for_help()
    killed = line.works.reached(Failpoint.CLAIMED)
    line.works.arm(at)
    line.works.end(killed, signal.SIGKILL)
    line.works.let_go(Failpoint.CLAIMED)
    line.works.start()
    (line.lose_the_commit_at if lost else line.cut_at)(at)
    assert (line.works.settled(n), len(line.works.taken(n))) == NEVER_LEFT[line.works.on_unknown]


@pytest.mark.parametrize(
    ("at", "lost"), [(Failpoint.REPORTING, False), (Failpoint.REPORTED, False), (Failpoint.REPORTING, True)]
)
def test_the_database_is_cut_off_while_a_report_is_taken_in(line: Line, at: Failpoint, lost: bool) -> None:
    """SendGrid hears that it was not kept, and reports again; it counts once."""
    n = line.works.ask_for_help()
    assert line.works.settles_as(n, [SENT])
    line.works.arm(at)
    reporting = Thread(target=line.works.report_until_heard, args=(n,))
    reporting.start()
    (line.lose_the_commit_at if lost else line.cut_at)(at)
    reporting.join(60)
    assert not reporting.is_alive()
    assert (line.works.states(n), line.works.reports(n), len(line.works.taken(n))) == ([SENT], 1, 1)


@pytest.mark.parametrize("taken", [False, True], ids=["before it is taken", "once it is taken"])
def test_sendgrid_cuts_the_connection(line: Line, taken: bool) -> None:
    line.works.sendgrid.replies.append(Reply(CUT, taken=taken))
    n = line.works.ask_for_help()
    expected = (LEFT if taken else NEVER_LEFT)[line.works.on_unknown]
    assert (line.works.settled(n), len(line.works.taken(n))) == expected


def test_who_reports_cuts_the_connection(line: Line) -> None:
    """The report is kept although nobody waits for the answer, and counts once when it comes again."""
    n = line.works.ask_for_help()
    assert line.works.settles_as(n, [SENT])
    line.works.arm(Failpoint.REPORTING)
    with suppress(OSError):
        line.works.report(n, within_s=0.2)
    line.works.reached(Failpoint.REPORTING)
    line.works.let_go(Failpoint.REPORTING)
    until(lambda: line.works.reports(n) == 1, "the report is kept")
    line.works.report_until_heard(n)
    assert line.works.reports(n) == 1


def test_every_failpoint_is_one_at_which_a_line_is_cut() -> None:
    assert set(Failpoint) == {*ON_THE_WAY, *WHILE_SETTLING, *WHILE_REPORTING}
