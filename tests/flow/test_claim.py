"""The claim: nothing goes out that is not allowed at that moment, and nothing goes out twice."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event as Signal
from threading import Thread

import pytest

from service.domain.calendar import DAY, HOUR, MINUTE, SECOND, parse_rfc3339
from service.domain.errors import ProviderError
from service.flow.mail_port import Fate, Outgoing
from service.flow.ports import EmailState, Snapshot, Store, Transaction
from tests.flow.events import event, pair
from tests.flow.stage import Stage

MONDAY = parse_rfc3339("2026-03-02T15:00:00Z")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    staged = Stage(tmp_path, MONDAY)
    yield staged
    staged.close()


@dataclass
class StoppingStore:
    """A store that stops before each writing transaction until it is let go."""

    store: Store
    reached: Signal = field(default_factory=Signal)
    go_on: Signal = field(default_factory=Signal)

    def reading(self) -> AbstractContextManager[Snapshot]:
        return self.store.reading()

    def writing(self) -> AbstractContextManager[Transaction]:
        self.reached.set()
        assert self.go_on.wait(30)
        return self.store.writing()


def test_an_event_accepted_just_before_the_claim_stops_the_mail(stage: Stage) -> None:
    """Dispatch stops just before its claim, the gate is closed by an accepted event, and no mail goes."""
    stage.take(*pair(MONDAY))
    stage.work_until(MONDAY + 2 * DAY - 1)
    sent_before = stage.mailbox.count()
    stage.clock.now = MONDAY + 2 * DAY
    while stage.worker._check(stage.clock.now, None):
        pass
    stopping = StoppingStore(stage.intouch.store)
    stage.worker.store = stopping
    dispatching = Thread(target=stage.worker._dispatch, args=(None,))
    dispatching.start()
    assert stopping.reached.wait(30)
    accepted = stage.intouch.acceptor.accept(
        stage.admit(event("mentorship.message_sent", "mentorships/m-1", stage.clock.now, by="mentor"))
    )
    stopping.go_on.set()
    dispatching.join(30)
    assert accepted.accepted == 1
    assert stage.mailbox.count() == sent_before


def test_without_that_event_the_same_claim_sends(stage: Stage) -> None:
    """The test above would see the mail if it went: two people get their reminder on day two."""
    stage.take(*pair(MONDAY))
    stage.work_until(MONDAY + 2 * DAY - 1)
    sent_before = stage.mailbox.count()
    stage.work_until(MONDAY + 2 * DAY)
    assert stage.mailbox.count() == sent_before + 2


class Breaking:
    """A mailer that fails as it is told, and then carries mail into a list."""

    def __init__(self, *errors: ProviderError | None, fate: Fate = Fate.UNKNOWN) -> None:
        self.errors, self.fate = list(errors), fate
        self.patience = 0
        self.carried: list[Outgoing] = []

    def send(self, outgoing: Outgoing) -> str:
        error = self.errors.pop(0) if self.errors else None
        if error is not None:
            raise error
        self.carried.append(outgoing)
        return "carried"

    def settle(self, send_id: str) -> Fate:
        return self.fate if send_id else Fate.NOT_SENT

    def close(self) -> None:
        """Nothing to give back."""


def _ask_for_help(stage: Stage, request: str = "h-1") -> None:
    help = {"request_id": request, "by": "mentee", "option": "dont_know_how_to_reach_out"}
    stage.take(event("help.requested", "mentorships/m-1", stage.clock.now, **help))


def _states(stage: Stage) -> list[EmailState]:
    with stage.intouch.store.reading() as snapshot:
        (key,) = [row.key for row in snapshot.all_subjects("northfield", "mentorships")]
        return [each.state for each in snapshot.emails_about(key)]


def test_a_temporary_failure_is_decided_anew_and_goes_once(stage: Stage) -> None:
    """What surely was not sent is released, the channel rests, and the mail goes on the next try."""
    stage.take(*pair(MONDAY - 300 * DAY))
    stage.work_until(MONDAY)
    mailer = Breaking(ProviderError("The mail server is resting.", temporary=True))
    stage.worker.carrier.mailer = mailer
    _ask_for_help(stage)
    stage.worker.turn()
    assert mailer.carried == []
    stage.clock.now += 10 * MINUTE
    while stage.worker.turn():
        pass
    subjects = [each.subject for each in mailer.carried]
    assert len(subjects) == len(set(subjects)) >= 1
    assert EmailState.RELEASED in _states(stage)


def test_a_permanent_failure_is_kept_and_not_tried_again(stage: Stage) -> None:
    """A mail that the provider refuses for good is failed, with a reason for staff."""
    stage.take(*pair(MONDAY - 300 * DAY))
    stage.work_until(MONDAY)
    stage.worker.carrier.mailer = Breaking(*[ProviderError("No such mailbox.", temporary=False)] * 9)
    _ask_for_help(stage)
    stage.work_until(MONDAY + HOUR)
    assert set(_states(stage)) == {EmailState.FAILED}


@pytest.mark.parametrize(("fate", "sent_again"), [(Fate.SENT, False), (Fate.NOT_SENT, True), (Fate.UNKNOWN, True)])
def test_what_was_cut_off_is_settled_by_what_the_provider_knows(stage: Stage, fate: Fate, sent_again: bool) -> None:
    """After the lease, an answer that the provider has is not sent again; one it has not, or nobody knows of, is."""
    stage.take(*pair(MONDAY - 300 * DAY))
    stage.work_until(MONDAY)
    _ask_for_help(stage)
    while stage.worker._check(stage.clock.now, None):
        pass
    claimed = []
    while (found := stage.worker._claim(stage.clock.now)) is not None:
        claimed += found.errands
    assert claimed
    mailer = Breaking(fate=fate)
    stage.worker.carrier.mailer = mailer
    stage.clock.now += 121 * SECOND
    while stage.worker.turn():
        pass
    assert bool(mailer.carried) is sent_again
    assert len({each.subject for each in mailer.carried}) == len(mailer.carried)


def test_a_worker_that_slept_past_its_lease_neither_sends_nor_marks(stage: Stage) -> None:
    """Another worker settled its email and sends the answer anew; the late one sees that, and does nothing."""
    stage.take(*pair(MONDAY - 300 * DAY))
    stage.work_until(MONDAY)
    _ask_for_help(stage)
    while stage.worker._check(stage.clock.now, None):
        pass
    claimed = stage.worker._claim(stage.clock.now)
    assert claimed
    assert claimed.errands
    mailer = Breaking(fate=Fate.NOT_SENT)
    stage.worker.carrier.mailer = mailer
    stage.clock.now += 121 * SECOND
    while stage.worker.turn():
        pass
    carried = list(mailer.carried)
    assert carried
    before = _states(stage)
    stage.worker.carrier.take(claimed.errands)
    stage.worker.carrier.record(stage.worker._recording())
    assert mailer.carried == carried
    assert _states(stage) == before
