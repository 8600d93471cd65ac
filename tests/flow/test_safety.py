"""The safety limit: a rule that suddenly writes to many is held, alone, until staff let it go."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from service.domain.brakes import SAFETY
from service.domain.calendar import DAY, HOUR, MINUTE, SECOND
from service.domain.delivery import Verdict, Word
from service.domain.errors import ProviderError
from service.flow import by_hand
from service.flow.mail_port import Outgoing
from tests.flow.braking import CHANGED, PAIRS, Braking
from tests.flow.carriers import Refusing
from tests.flow.events import event
from tests.flow.stage import Stage

HELD = Verdict(Word.HELD, SAFETY)
EVERYBODY = range(PAIRS)


@pytest.fixture
def open_braking(tmp_path: Path) -> Iterator[Callable[..., Braking]]:
    opened: list[Braking] = []

    def open_one(per_hour: int = 200, first: int = 3) -> Braking:
        opened.append(Braking(tmp_path, per_hour, first))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()


@pytest.fixture
def braking(open_braking: Callable[..., Braking]) -> Braking:
    """Return one with a changed rule of which three may go."""
    made = open_braking(first=3)
    made.change_the_rule()
    return made


def _release(braking: Braking, *only: str) -> int:
    with braking.stage.intouch.store.writing() as transaction:
        released = by_hand.release(transaction, CHANGED, only, "kim", braking.now)
    braking.work()
    return released


def test_an_empty_stores_first_rules_are_not_braked(open_braking: Callable[..., Braking]) -> None:
    """A program that begins, and brings hundreds of people at once, is not held."""
    braking = open_braking(per_hour=2, first=1)
    braking.ask(EVERYBODY)
    assert sum(braking.answered().values()) == PAIRS
    assert braking.held() == {}


def test_the_first_of_a_changed_rule_go_and_the_rest_is_held(braking: Braking) -> None:
    braking.ask(EVERYBODY)
    assert sum(braking.answered().values()) == 3
    assert braking.held() == {CHANGED: PAIRS - 3}
    held = [number for number in EVERYBODY if (CHANGED, HELD) in braking.verdicts(number)]
    assert len(held) == PAIRS - 3


def test_other_rules_go_on(braking: Braking) -> None:
    """Staff get the alert of every request, though its answer is held."""
    braking.ask(EVERYBODY)
    braking.stage.work_until(braking.now + HOUR)
    with braking.stage.intouch.store.reading() as snapshot:
        rows = snapshot.all_subjects("northfield", "mentorships")
        notices = (notice for row in rows for email in snapshot.emails_about(row.key) for notice in email.notices)
        told = {notice.candidate.key for notice in notices}
    assert sum(key.rule == "help-task" for key in told) == PAIRS


def test_the_limit_counts_on_after_the_first_hour(braking: Braking) -> None:
    """It is the first three for good, not three an hour."""
    braking.ask(range(2))
    braking.stage.work_until(braking.now + DAY)
    braking.ask(range(2, 6))
    assert sum(braking.answered().values()) == 3
    assert braking.held() == {CHANGED: 3}


def test_an_edit_that_changes_no_meaning_is_no_change(open_braking: Callable[..., Braking]) -> None:
    """Another title, another place in its file, a default written out: the rule writes to the same people."""
    braking = open_braking(first=0)
    braking.edit("help.yaml", "title: Whoever asked", "title: Somebody who asked")
    braking.edit("help.yaml", f"id: {CHANGED}\n", f"id: {CHANGED}\n    wait: 0 minutes\n    enabled: true\n")
    braking.edit("concerns.yaml", "rules:\n", "rules:\n  # a comment\n")
    braking.ask(EVERYBODY)
    assert sum(braking.answered().values()) == PAIRS


def test_an_override_is_a_change_in_its_program_alone(open_braking: Callable[..., Braking]) -> None:
    braking = open_braking(first=0)
    braking.edit("programs/eastgate.yaml", "overrides:\n", f"overrides:\n  {CHANGED}: {{ send_within: 2 days }}\n")
    braking.ask(EVERYBODY)
    assert sum(braking.answered().values()) == PAIRS
    braking.edit("programs/northfield.yaml", "overrides:\n", f"overrides:\n  {CHANGED}: {{ wait: 1 minutes }}\n")
    braking.ask(EVERYBODY, request="again")
    braking.stage.work_until(braking.now + MINUTE)
    assert sum(braking.answered().values()) == PAIRS
    assert braking.held() == {CHANGED: PAIRS}


def test_going_back_to_a_edition_that_ran_before_is_no_change(braking: Braking) -> None:
    braking.edit("help.yaml", "    send_within: 2 days\n", "")
    braking.ask(EVERYBODY)
    assert sum(braking.answered().values()) == PAIRS


def test_staff_let_the_rest_go_and_the_rule_with_it(braking: Braking) -> None:
    """What was held goes out once, and the changed rule is not braked for its change again."""
    braking.ask(EVERYBODY)
    braking.stage.clock.now += HOUR
    assert _release(braking) == PAIRS - 3
    assert set(braking.answered().values()) == {1}
    assert len(braking.answered()) == PAIRS
    assert braking.held() == {}
    braking.ask(EVERYBODY, request="more")
    assert set(braking.answered().values()) == {2}


def test_a_rule_of_which_nothing_may_go_unasked_is_trusted_once_it_was_released(
    open_braking: Callable[..., Braking],
) -> None:
    braking = open_braking(first=0)
    braking.change_the_rule()
    braking.ask(EVERYBODY)
    assert _release(braking) == PAIRS
    braking.ask(EVERYBODY, request="more")
    assert set(braking.answered().values()) == {2}


def test_one_of_them_can_be_let_go(braking: Braking) -> None:
    braking.ask(EVERYBODY)
    with braking.stage.intouch.store.reading() as snapshot:
        first = snapshot.held_notices(CHANGED)[0]
    assert _release(braking, by_hand.held_id(first)) == 1
    assert f"{first.candidate.key.recipient}@example.org" in braking.answered()
    assert braking.held() == {CHANGED: PAIRS - 4}
    braking.ask([0], request="more")
    assert braking.held() == {CHANGED: PAIRS - 3}


def test_held_time_does_not_count_against_the_time_to_send(braking: Braking) -> None:
    """The rule's answers may go for two days; ten days later the held ones still can, and others cannot."""
    braking.ask(EVERYBODY)
    braking.stage.work_until(braking.now + 10 * DAY)
    assert braking.held() == {CHANGED: PAIRS - 3}
    assert _release(braking) == PAIRS - 3
    assert len(braking.answered()) == PAIRS


def test_after_the_release_the_time_to_send_runs_on(braking: Braking) -> None:
    """Held after no time at all, a released notice has its two days; then it is too late."""
    braking.ask(EVERYBODY)
    braking.stage.clock.now += 10 * DAY
    with braking.stage.intouch.store.writing() as transaction:
        by_hand.release(transaction, CHANGED, (), "kim", braking.now)
    braking.stage.clock.now += 2 * DAY + SECOND
    braking.work()
    assert len(braking.answered()) == 3
    assert braking.verdicts(PAIRS - 1) == set()


def test_gates_are_tested_again_at_release(braking: Braking) -> None:
    """A reminder is held; one pair writes meanwhile; after the release everybody but they hear from us."""
    braking.edit("getting-connected.yaml", "wait: 2 days", "wait: 50 hours")
    stage, carrier = braking.stage, braking.carrier
    for number in range(4):
        people = {"mentor_id": f"ada-{number}", "mentee_id": f"ben-{number + 4}"}
        stage.take(event("mentorship.matched", f"mentorships/n-{number}", braking.now, **people))
    stage.work_until(braking.now + 3 * DAY)
    (rule,) = braking.held()
    before, waiting = len(carrier.carried), braking.held()[rule]
    assert waiting == 5
    with stage.intouch.store.reading() as snapshot:
        held = snapshot.held_notices(rule)
    wrote = held[0].candidate.subject
    still = sum(each.candidate.subject != wrote for each in held)
    stage.take(event("mentorship.message_sent", str(wrote), braking.now, by="mentor"))
    braking.work()
    assert braking.held() == {rule: still}
    with stage.intouch.store.writing() as transaction:
        assert by_hand.release(transaction, rule, (), "kim", braking.now) == still
    stage.work_until(braking.now + DAY)
    gone = [each.candidate.key.recipient for each in held if each.candidate.subject != wrote]
    assert {f"{each}@example.org" for each in gone} <= set(carrier.to[before:])


def test_what_staff_drop_is_never_sent_and_counts_against_nothing(braking: Braking) -> None:
    braking.ask(EVERYBODY)
    with braking.stage.intouch.store.writing() as transaction:
        assert by_hand.drop(transaction, CHANGED, (), "kim", braking.now) == PAIRS - 3
    braking.stage.work_until(braking.now + DAY)
    assert len(braking.answered()) == 3
    assert braking.held() == {}
    _release(braking)
    braking.ask(EVERYBODY, request="more")
    assert len(braking.answered()) == PAIRS


def test_so_many_of_a_rule_go_in_an_hour_and_the_rest_is_held(open_braking: Callable[..., Braking]) -> None:
    """The hour rolls: what is new an hour later goes, what was held stays."""
    braking = open_braking(per_hour=5)
    braking.change_another()
    braking.ask(range(3))
    braking.stage.clock.now += 30 * MINUTE
    braking.ask(range(3, 8))
    assert sum(braking.answered().values()) == 5
    assert braking.held() == {CHANGED: 3}
    braking.stage.clock.now += 31 * MINUTE
    braking.ask(range(8, 12))
    assert sum(braking.answered().values()) == 8
    assert braking.held() == {CHANGED: 4}
    assert _release(braking) == 4
    assert sum(braking.answered().values()) == 12


def test_a_launch_that_was_announced_is_not_held(braking: Braking) -> None:
    """Eight are expected, so eight and the usual three go; after the day that was named nothing more is expected."""
    with braking.stage.intouch.store.writing() as transaction:
        by_hand.expect(transaction, CHANGED, 8, braking.now + DAY, "kim", braking.now)
    braking.ask(range(6))
    assert braking.held() == {}
    braking.stage.clock.now += DAY
    braking.ask(range(6, 12))
    assert sum(braking.answered().values()) == 9
    assert braking.held() == {CHANGED: 3}


def test_trying_again_does_not_count_twice(braking: Braking) -> None:
    """The channel fails for every mail at first; in the end three have gone, as if it never had."""

    class Failing(Refusing):
        failures = 4

        def send(self, outgoing: Outgoing) -> str:
            if self.failures:
                self.failures -= 1
                raise ProviderError("The server rests.", temporary=True)
            return super().send(outgoing)

    braking.carrier = braking.stage.worker.carrier.mailer = Failing()
    braking.ask(range(3))
    for _ in range(30):
        braking.stage.clock.now += 10 * MINUTE
        while braking.stage.worker.turn():
            pass
    assert set(braking.answered().values()) == {1}
    assert len(braking.answered()) == 3
    assert braking.held() == {}


def test_a_crash_after_the_claim_neither_loses_nor_doubles_what_is_held(braking: Braking) -> None:
    """Killed between claim and sending: the three claimed go after their lease, the others are held as before."""
    stage = braking.stage
    braking.only_ask(EVERYBODY)
    while stage.worker._check(stage.clock.now, None):
        pass
    while stage.worker._claim(stage.clock.now) is not None:
        pass
    before = braking.held()
    assert before == {CHANGED: PAIRS - 3}
    stage.close()
    braking.stage = Stage(braking.folder, braking.now + 121 * SECOND, braking.environment)
    braking.stage.worker.carrier.mailer = braking.carrier
    while braking.stage.worker.turn():
        pass
    assert set(braking.answered().values()) == {1}
    assert len(braking.answered()) == 3
    assert braking.held() == before
