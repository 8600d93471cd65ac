"""Schedules of mixed faults: nothing lost, nothing doubled that is to be held, at most one more for each unknown."""

from collections import Counter
from collections.abc import Iterator

import pytest

from service.adapters.mail.sendgrid import SendGridMailer
from service.flow import deliver
from service.flow.carry import Carrier
from service.flow.deliver import Delivered, Written
from service.flow.failpoint import Failpoint
from service.flow.mail_port import Fate
from service.flow.ports import EmailRow, EmailState
from tests.faults.schedule import WITHIN, Ground, Schedule

FEW, ALL = 60, 500


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    made = Ground(tmp_path_factory.mktemp("schedules"))
    yield made
    made.close()


def played(ground: Ground, seed: int) -> Schedule:
    schedule = ground.begin(seed)
    schedule.run()
    return schedule


def wrongs(ground: Ground, seeds: range) -> tuple[list[str], Counter[str]]:
    """Return what is wrong with the schedules of these seeds, and how often each fault was met."""
    wrong, hit = list[str](), Counter[str]()
    for seed in seeds:
        schedule = played(ground, seed)
        wrong += [f"seed {seed}: {each}" for each in schedule.verdict()]
        hit += schedule.hit
    return wrong, hit


@pytest.mark.parametrize(
    "seeds", [range(FEW), pytest.param(range(FEW, ALL), marks=pytest.mark.soak)], ids=["some", "the others"]
)
def test_nothing_is_lost_and_nothing_doubled(ground: Ground, seeds: range) -> None:
    wrong, hit = wrongs(ground, seeds)
    assert wrong == []
    on_the_way = set(Failpoint) - {Failpoint.REPORTING, Failpoint.REPORTED}
    met = {f"kill at {at}" for at in Failpoint} | {f"freeze at {at}" for at in on_the_way - WITHIN}
    met |= {f"cut at {at}" for at in set(Failpoint) - {Failpoint.ASKING, Failpoint.ANSWERED}}
    assert met <= hit.keys(), "a fault that never comes proves nothing"


def test_a_seed_tells_the_same_story_every_time(ground: Ground) -> None:
    first, second = (played(ground, 7) for _ in range(2))
    one, other = ((each.hit, [id[20:26] for id in each.line.taken], each.now) for each in (first, second))
    assert one == other, "an id begins with a mark of when things happened, and ends with a check of that"


# The protocol, broken on purpose.


def sent_before_it_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is recorded first, and then sent."""
    plain = Carrier._deliver

    def early(self: Carrier, written: Written, causes: object) -> Delivered:
        with self.store.writing() as transaction:
            transaction.settle(written.email.id, EmailState.SENT, self.clock())
        return plain(self, written, causes)  # type: ignore[arg-type]

    monkeypatch.setattr(Carrier, "_deliver", early)


def what_is_unknown_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever did not come back surely has not sent it."""
    monkeypatch.setattr(SendGridMailer, "settle", lambda *_: Fate.NOT_SENT)


def a_lost_reply_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_email: EmailRow, delivered: Delivered, _how: object) -> Delivered:
        return Delivered(EmailState.RELEASED, error=delivered.error)

    monkeypatch.setattr(deliver, "_lost", refused)


@pytest.mark.parametrize("mistake", [sent_before_it_is_sent, what_is_unknown_is_tried_again, a_lost_reply_is_a_refusal])
def test_a_mistake_in_the_protocol_is_caught(ground: Ground, mistake: object, monkeypatch: pytest.MonkeyPatch) -> None:
    assert callable(mistake)
    mistake(monkeypatch)
    assert any(played(ground, seed).verdict() for seed in range(FEW))
