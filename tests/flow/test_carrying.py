"""Carrying: several emails at once, at the pace that was asked for, through a provider's troubles and a recipient's."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Barrier
from threading import Event as Signal

import pytest

from service.domain.calendar import DAY, HOUR, MINUTE, SECOND, Instant, parse_rfc3339
from service.domain.errors import ProviderError
from service.flow import work
from service.flow.accept import StoreUnavailable
from service.flow.deliver import Write
from service.flow.failpoint import Failpoint
from service.flow.feedback import Report, What
from service.flow.mail_port import Fate, Outgoing
from service.flow.ports import EmailRow, EmailState, Snapshot, Store, SubjectKey, Transaction
from service.flow.work import Worker
from tests.flow.events import event, pair
from tests.flow.one_message import write_rules
from tests.flow.stage import Stage

MONDAY = parse_rfc3339("2026-03-02T15:00:00Z")
PAIRS = 6
RULES = """
delivery: { send_within: 3 days, safety: { per_rule_per_hour: 200, first_after_change: 25 } }
rules:
  - { id: answer, kind: answer, starts: help.requested, send: [ { to: initiator, message: word } ] }
  - { id: told, kind: service, starts: mentorship.paused, send: [ { to: both, message: word } ] }
  - { id: alarm, kind: alert, starts: concern.raised, send: [ { to: staff.safeguarding, message: word } ] }
"""


@dataclass
class Provider:
    """Takes mail, except from addresses or for reasons that it is told of; `meet` is who has to be there at once."""

    patience: int = 0
    trouble: ProviderError | None = None
    put_off: set[str] = field(default_factory=set)
    meet: Barrier | None = None
    asked: list[str] = field(default_factory=list)
    carried: list[Outgoing] = field(default_factory=list)

    def send(self, outgoing: Outgoing) -> str:
        self.asked.append(outgoing.to)
        if self.meet:
            self.meet.wait(30)
        if self.trouble:
            raise self.trouble
        if outgoing.to in self.put_off:
            raise ProviderError("Busy.", temporary=True, of_recipient=True, code="450 4.2.1")
        self.carried.append(outgoing)
        return "taken"

    def settle(self, send_id: str) -> Fate:
        return Fate.UNKNOWN if send_id else Fate.NOT_SENT

    def close(self) -> None:
        """Nothing to give back."""


def finish(worker: Worker) -> None:
    """Work until there is nothing left to do now, and nothing on its way."""
    while worker.turn() or worker.carrier.is_busy:
        worker.carrier.record(worker._recording(), patiently=True)


class Crew(Stage):
    """A stage with a provider, and as many workers as one likes."""

    provider = Provider()

    def hire(self, provider: Provider) -> Worker:
        self.provider = provider
        self.worker = self.intouch.worker(provider)
        return self.worker

    def turns(self, now: Instant | None = None) -> None:
        """Work until there is nothing left to do now."""
        self.clock.now = now or self.clock.now
        finish(self.worker)

    def emails(self, mentorship: str = "m-0") -> list[EmailRow]:
        with self.intouch.store.reading() as snapshot:
            keys = [row.key for row in snapshot.all_subjects("northfield", "mentorships")]
            (key,) = [key for key in keys if key.subject.id == mentorship]
            return list(snapshot.emails_about(SubjectKey(*key)))

    def ask_for_help(self, *numbers: int) -> None:
        """Make an answer to each mentee due; nothing limits answers, and nobody's hours keep them."""
        now = self.clock.now
        option = "dont_know_how_to_reach_out"
        self.take(
            *(
                event(
                    "help.requested", f"mentorships/m-{n}", now, request_id=f"h-{n}-{now}", by="mentee", option=option
                )
                for n in numbers
            )
        )


@pytest.fixture
def environment() -> dict[str, str]:
    return {}


@pytest.fixture
def crew(tmp_path: Path, environment: dict[str, str]) -> Iterator[Crew]:
    own = {"INTOUCH_MAIL_SENDERS": "4", **write_rules(tmp_path, RULES), **environment}
    crew = Crew(tmp_path / "var", MONDAY - HOUR, own)
    for n in range(PAIRS):
        crew.take(*pair(MONDAY - 300 * DAY, f"m-{n}", f"ada-{n}", f"ben-{n}"))
    crew.turns(MONDAY - HOUR)
    crew.turns(MONDAY)
    yield crew
    crew.close()


def test_four_emails_are_on_their_way_at_once(crew: Crew) -> None:
    """The provider answers nobody before four have asked: in turn, the first would wait for ever."""
    worker = crew.hire(Provider(meet=Barrier(4)))
    crew.ask_for_help(0, 1, 2, 3)
    worker.turn()
    worker.carrier.finish(worker._recording)
    assert sorted(crew.provider.asked) == [f"ben-{n}@example.org" for n in range(4)]
    assert {email.state for n in range(4) for email in crew.emails(f"m-{n}")} == {EmailState.SENT}


def test_a_rest_that_one_process_is_asked_for_all_of_them_keep(crew: Crew) -> None:
    limit = ProviderError("Too many.", temporary=True, retry_after_s=600.0)
    first, second = crew.hire(Provider(trouble=limit)), crew.intouch.worker(other := Provider())
    crew.ask_for_help(0)
    crew.turns()
    assert crew.provider.asked == ["ben-0@example.org"]
    crew.clock.now += 9 * MINUTE + 59 * SECOND
    crew.ask_for_help(1)
    finish(first)
    finish(second)
    assert (len(crew.provider.asked), other.asked) == (1, [])
    crew.clock.now += SECOND
    finish(second)
    assert sorted(other.asked) == ["ben-0@example.org", "ben-1@example.org"]


def test_who_is_put_off_rests_and_holds_nobody_up(crew: Crew) -> None:
    crew.hire(Provider(put_off={"ben-0@example.org"}))
    crew.ask_for_help(0, 1)
    crew.turns()
    assert [each.to for each in crew.provider.carried] == ["ben-1@example.org"]
    assert crew.provider.asked.count("ben-0@example.org") == 1
    crew.provider.put_off.clear()
    crew.turns(crew.clock.now + 30 * SECOND)
    assert [each.to for each in crew.provider.carried] == ["ben-1@example.org", "ben-0@example.org"]


def test_after_four_hours_of_being_put_off_staff_see_it(crew: Crew) -> None:
    crew.hire(Provider(put_off={"ben-0@example.org"}))
    crew.ask_for_help(0)
    begun = crew.clock.now
    crew.turns()
    while crew.emails()[-1].state is not EmailState.FAILED:
        assert crew.clock.now < begun + 5 * HOUR
        crew.turns(crew.clock.now + 5 * MINUTE)
    last = crew.emails()[-1]
    assert last.claimed_at >= begun + 4 * HOUR
    assert last.error == "Tried for four hours. Busy."
    assert len(crew.emails()) <= 50, "it is asked every few minutes, not all the time"


LOST = ProviderError("No answer.", temporary=True, unknown=True)


def test_a_lost_answer_is_waited_for_and_then_sent_again(crew: Crew) -> None:
    crew.hire(Provider(patience=15 * MINUTE, trouble=LOST))
    crew.ask_for_help(0)
    crew.turns()
    crew.provider.trouble = None
    crew.turns(crew.clock.now + 14 * MINUTE)
    assert [each.state for each in crew.emails()] == [EmailState.SENDING]
    crew.turns(crew.clock.now + MINUTE)
    assert [each.state for each in crew.emails()] == [EmailState.RELEASED, EmailState.SENT]


def test_a_lost_answer_that_the_provider_reports_after_all_is_sent_once(crew: Crew) -> None:
    crew.hire(Provider(patience=15 * MINUTE, trouble=LOST))
    crew.ask_for_help(0)
    crew.turns()
    crew.provider.trouble = None
    (email,) = crew.emails()
    report = Report(send_id=email.id, what=What.DELIVERED, at=crew.clock.now, address="ben-0@example.org")
    crew.intouch.take_in_reports([report])
    crew.turns(crew.clock.now + HOUR)
    assert [each.state for each in crew.emails()] == [EmailState.SENT]
    assert len(crew.provider.asked) == 1


def test_what_was_checked_for_longer_than_a_lease_is_sent_at_once(crew: Crew) -> None:
    """After a change of the rules a check of everybody takes minutes; the lease begins when an email is claimed."""
    worker = crew.hire(Provider())

    def passing(at: Failpoint) -> None:
        if at is Failpoint.CHECKED:
            crew.clock.now += 10 * MINUTE

    worker.carrier.passing = passing
    crew.ask_for_help(0)
    worker.turn()
    worker.carrier.finish(worker._recording)
    assert [each.state for each in crew.emails()] == [EmailState.SENT]


@dataclass
class Absent:
    """A store that is away for as long as `times` says, and counts who asks meanwhile."""

    store: Store
    times: int

    def reading(self) -> AbstractContextManager[Snapshot]:
        self._ask()
        return self.store.reading()

    def writing(self) -> AbstractContextManager[Transaction]:
        self._ask()
        return self.store.writing()

    def _ask(self) -> None:
        self.times -= 1
        if self.times >= 0:
            raise StoreUnavailable("The store is away.", retry_after_s=1.0)


@pytest.mark.parametrize("times", range(1, 8))
def test_a_worker_outlives_its_store_wherever_that_is_missed(
    crew: Crew, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where it only asks how long it may rest."""
    monkeypatch.setattr(work, "LONGEST_WAIT_S", 0.001)
    worker, stop, looked = crew.hire(Provider()), Signal(), iter(range(100))
    worker.store = worker.carrier.store = absent = Absent(crew.intouch.store, times)
    worker.beat = lambda: stop.set() if absent.times < 0 and next(looked) > 1 else None
    worker.run(stop, Signal())
    assert absent.times < 0


def test_what_was_sent_is_recorded_although_the_store_was_away_when_the_worker_was_to_end(
    crew: Crew, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "LONGEST_WAIT_S", 0.001)
    worker, stop = crew.hire(Provider()), Signal()

    def passing(at: Failpoint) -> None:
        if at is Failpoint.CLAIMED:
            stop.set()
            worker.store = worker.carrier.store = Absent(crew.intouch.store, 5)

    worker.carrier.passing = passing
    crew.ask_for_help(0)
    worker.run(stop, Signal())
    assert [each.state for each in crew.emails()] == [EmailState.SENT]


def test_a_fault_of_ours_in_one_email_costs_only_that_one(crew: Crew) -> None:
    worker = crew.hire(Provider())
    compose = worker.carrier.compose

    @contextmanager
    def broken(emails: Sequence[EmailRow]) -> Iterator[Write]:
        with compose(emails) as write:
            yield lambda email: no_word(email) if email.recipient == "ben-0" else write(email)

    def no_word(email: EmailRow) -> tuple[Outgoing, ...]:
        raise KeyError(f"{email.recipient}@example.org")

    worker.carrier.compose = broken
    crew.ask_for_help(0, 1)
    crew.turns()
    assert [each.to for each in crew.provider.carried] == ["ben-1@example.org"]
    (failed,) = crew.emails()
    assert (failed.state, failed.error) == (
        EmailState.FAILED,
        "It could not be written: KeyError, a fault of ours.",
    )


def per_second(crew: Crew, seconds: int) -> list[int]:
    """Return how many emails were carried in each second, looking ten times a second."""
    found = []
    for _ in range(seconds):
        before = len(crew.provider.carried)
        for _ in range(10):
            crew.clock.now += SECOND // 10
            crew.turns()
        found.append(len(crew.provider.carried) - before)
    return found


@pytest.mark.parametrize("environment", [{"INTOUCH_MAIL_PER_SECOND": "1"}])
def test_mail_goes_no_faster_than_asked_for(crew: Crew) -> None:
    crew.hire(Provider())
    crew.ask_for_help(*range(PAIRS))
    assert per_second(crew, PAIRS + 1) == [2, 1, 1, 1, 1, 0, 0], "it makes up for half a second in which it was idle"


@pytest.mark.parametrize("environment", [{"INTOUCH_MAIL_PER_SECOND_BY_DOMAIN": "example.org=1"}])
def test_a_slow_domain_keeps_its_pace_and_holds_nobody_else_up(crew: Crew) -> None:
    crew.hire(Provider())
    crew.ask_for_help(*range(PAIRS))
    crew.take(
        event("participant.updated", "participants/ben-5", crew.clock.now, email="ben-5@elsewhere.example.com"),
    )
    assert per_second(crew, PAIRS) == [3, 1, 1, 1, 0, 0]
    assert "ben-5@elsewhere.example.com" in [each.to for each in crew.provider.carried[:2]]


@pytest.mark.parametrize("environment", [{"INTOUCH_MAIL_PER_SECOND": "1"}])
def test_an_alert_does_not_wait_behind_what_was_due_before_it(crew: Crew) -> None:
    """A message of staff's to everybody goes at one a second; somebody is in danger meanwhile."""
    crew.hire(Provider())
    for n in range(PAIRS):
        crew.take(event("mentorship.paused", f"mentorships/m-{n}", crew.clock.now))
    crew.turns()
    data = {"concern_id": "x-1", "about": "mentee", "level": "safety_risk"}
    crew.take(event("concern.raised", "mentorships/m-0", crew.clock.now, **data))
    before = len(crew.provider.carried)
    crew.turns(crew.clock.now + 2 * SECOND)
    assert "dean@northfield.example.org" in [each.to for each in crew.provider.carried[before:]]
