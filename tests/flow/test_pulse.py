"""A stuck process is found out, a busy or an idle one is let be."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event as Signal

import pytest

from service.domain.calendar import MINUTE, parse_rfc3339
from service.domain.errors import ProviderError
from service.flow.mail_port import Fate, Outgoing
from service.flow.outbox_port import OwnEvent
from service.flow.pulse import STUCK_AFTER_S, Pulse
from service.flow.relay import Relay, Word
from tests.flow.events import event, pair
from tests.flow.stage import Stage
from tests.flow.test_consume import AwayStore, Given, consumer

MONDAY = parse_rfc3339("2026-03-02T15:00:00Z")


class Hands:
    """A clock in seconds that is moved by hand."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def pulse(hands: Hands) -> Pulse:
    return Pulse(hands)


def test_who_is_silent_for_too_long_is_stuck_and_the_others_are_not_named(hands: Hands, pulse: Pulse) -> None:
    pulse.beat("work")
    pulse.beat("line")
    hands.now += STUCK_AFTER_S
    assert pulse.trouble() == ""
    pulse.beat("line")
    hands.now += 1
    assert pulse.trouble() == "Stuck: work for 301 s. Restart this process; it goes on from where it stood."
    pulse.beat("work")
    assert pulse.trouble() == ""


def test_who_rests_is_not_stuck_however_long(hands: Hands, pulse: Pulse) -> None:
    pulse.beat("consume")
    pulse.rest("consume")
    hands.now += 10 * STUCK_AFTER_S
    assert pulse.trouble() == ""


class Slow:
    """A mailer that takes long for each mail, and not too long for any."""

    patience = 0

    def __init__(self, hands: Hands, pulse: Pulse) -> None:
        self.hands, self.pulse, self.troubles = hands, pulse, set[str]()

    def send(self, _: Outgoing) -> str:
        self.hands.now += STUCK_AFTER_S - 1
        self.troubles.add(self.pulse.trouble())
        return "taken"

    def settle(self, _: str) -> Fate:
        return Fate.UNKNOWN

    def close(self) -> None:
        """Nothing to give back."""


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    staged = Stage(tmp_path, MONDAY)
    yield staged
    staged.close()


def asked(number: int) -> dict[str, object]:
    data = {"request_id": f"r-{number}", "by": "mentee", "option": "dont_know_how_to_reach_out"}
    return event("help.requested", "mentorships/m-1", MONDAY, **data)


def test_a_worker_that_sends_for_hours_is_busy_and_one_at_a_single_mail_is_stuck(
    stage: Stage, hands: Hands, pulse: Pulse
) -> None:
    mailer = Slow(hands, pulse)
    stage.worker.carrier.mailer, stage.worker.carrier.beat = mailer, lambda: pulse.beat("work")
    stage.take(*pair(MONDAY), *(asked(n) for n in range(5)))
    stage.worker.turn()
    assert hands.now > 1_000 + 3 * STUCK_AFTER_S
    assert mailer.troubles == {""}
    hands.now += 2
    assert pulse.trouble().startswith("Stuck: work")


def test_a_consumer_beats_while_the_store_is_away_and_rests_when_nothing_comes(stage: Stage) -> None:
    beats: list[str] = []
    taking = consumer(stage, Given([pair(MONDAY)]), AwayStore(stage.intouch.store, away=2))
    object.__setattr__(taking, "beat", lambda: beats.append("beat"))
    object.__setattr__(taking, "rest", lambda: beats.append("rest"))
    taking.run(Signal())
    assert beats == ["rest", "beat", "beat", "beat", "beat", "rest", "beat"]


class Failing(Slow):
    """A mailer whose server is not there."""

    def send(self, _: Outgoing) -> str:
        raise ProviderError("The mail server cannot be reached.", temporary=True)


def test_readiness_says_that_mail_rests_and_why_and_until_when(stage: Stage, hands: Hands, pulse: Pulse) -> None:
    assert stage.intouch.ready()[1]["mail"] == "ok"
    stage.worker.carrier.mailer = Failing(hands, pulse)
    stage.take(*pair(MONDAY), asked(1))
    stage.worker.turn()
    ready, detail = stage.intouch.ready()
    assert ready is True
    assert detail["mail"].startswith("Mail rests until 2026-03-02T15:")
    assert detail["mail"].endswith("The mail server cannot be reached.")
    stage.clock.now += 10 * MINUTE
    assert stage.intouch.ready()[1]["mail"] == "ok"


def test_readiness_counts_emails_of_unknown_fate(stage: Stage, hands: Hands, pulse: Pulse) -> None:
    class Silent(Slow):
        def send(self, _: Outgoing) -> str:
            raise ProviderError("It did not answer.", temporary=True, unknown=True)

    stage.worker.carrier.mailer = Silent(hands, pulse)
    stage.take(*pair(MONDAY))
    stage.worker.turn()
    assert "nobody knows" in stage.intouch.ready()[1]["unknown_emails"]


@dataclass
class SlowOutlet:
    """An outlet that takes long for each type of event, and not too long for any; then it has all day."""

    hands: Hands
    pulse: Pulse
    stop: Signal
    troubles: list[str] = field(default_factory=list)

    def publish(self, events: Sequence[tuple[str, bytes]]) -> Sequence[Word]:
        self.hands.now += STUCK_AFTER_S - 1
        self.troubles.append(self.pulse.trouble())
        return [Word.TAKEN] * len(events)

    def rest(self, seconds: float) -> None:
        self.hands.now += seconds
        self.troubles.append(self.pulse.trouble())
        if len(self.troubles) > STUCK_AFTER_S + 10:
            self.stop.set()

    def close(self) -> None:
        """Nothing to let go of."""


def test_a_relay_is_not_stuck_while_it_publishes_much_or_has_nothing_to_publish(
    stage: Stage, hands: Hands, pulse: Pulse
) -> None:
    own = [
        OwnEvent(source="/x", id=type, type=type, program="", subject="", time=MONDAY, data={})
        for type in ("a", "b", "c")
    ]
    with stage.intouch.store.writing() as transaction:
        transaction.use_outbox(MONDAY, wanted=True)
        transaction.publish_later(own)
    stop = Signal()
    outlet = SlowOutlet(hands, pulse, stop)
    relay = Relay(
        store=stage.intouch.store,
        outlet=outlet,
        clock=stage.clock,
        jitter=lambda: 0.5,
        beat=lambda: pulse.beat("relay"),
    )
    relay.run(stop)
    assert len(outlet.troubles) > STUCK_AFTER_S
    assert set(outlet.troubles) == {""}
