"""What the brakes keep: counts that never let a rule exceed its hour, whoever asks and however many ask at once."""

from collections.abc import Iterator
from itertools import count
from threading import Barrier, Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.adapters.store import SqlStore, migrate, open_store
from service.domain.brakes import Hold
from service.domain.calendar import HOUR, MINUTE, SECOND, Instant
from service.domain.delivery import Charge
from service.domain.rules import Safety
from service.flow.brake_port import RuleEdition, Scope, Stop
from service.flow.ports import RuleSetRow, Transaction
from tests.store.factories import sqlite_url
from tests.store.samples import M1, MIRA, NOW, PROGRAM, candidate, email, pending

RULE = RuleEdition("check-in", "v1")


def take(store: SqlStore, wanted: int, safety: Safety, now: Instant, edition: RuleEdition = RULE) -> int:
    """Let as many notices go as there is room for, in a transaction of their own, and return how many went."""
    with store.writing() as transaction:
        return taken(transaction, wanted, safety, now, edition)


def taken(transaction: Transaction, wanted: int, safety: Safety, now: Instant, edition: RuleEdition) -> int:
    """Let as many notices go as there is room for, as a claim does, and return how many went."""
    pace = transaction.pace(edition, now)
    going = min(wanted, pace.room(safety))
    charges = [Charge(edition.edition, expected=number < pace.expected) for number in range(going)]
    transaction.charge(edition.rule, charges, now)
    return going


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlStore]:
    """Return one store for all cases of a property."""
    url = sqlite_url(tmp_path_factory.mktemp("brakes"))
    migrate(url)
    store = open_store(url)
    yield store
    store.close()


_RULES = count()
steps = st.lists(st.tuples(st.integers(0, 40 * 60), st.integers(1, 6)), min_size=1, max_size=40)


@settings(max_examples=max(500, settings().max_examples))
@given(steps=steps, per_hour=st.integers(1, 8))
def test_no_rolling_hour_has_more_than_the_limit_and_none_waits_a_minute_too_long(
    lasting: SqlStore, steps: list[tuple[int, int]], per_hour: int
) -> None:
    """Against a list of every notice: never more than the limit in an hour, and room again at most a minute after."""
    safety, rule = Safety(per_rule_per_hour=per_hour, first_after_change=10**6), RuleEdition(f"r-{next(_RULES)}", "v1")
    went: list[Instant] = []
    now = NOW
    with lasting.writing() as transaction:
        for seconds, wanted in steps:
            now += seconds * SECOND
            surely = per_hour - sum(each > now - HOUR - MINUTE for each in went)
            going = taken(transaction, wanted, safety, now, rule)
            went.extend([now] * going)
            assert sum(each > now - HOUR for each in went) <= per_hour
            assert going >= min(wanted, surely)


def test_on_the_hour_there_is_room_again_at_once(store: SqlStore) -> None:
    """Quarter hours are whole minutes: what went at nine is over at ten, to the instant."""
    safety, nine = Safety(per_rule_per_hour=2, first_after_change=10**6), NOW // HOUR * HOUR
    assert take(store, 3, safety, nine) == 2
    assert take(store, 3, safety, nine + HOUR - 1) == 0
    assert take(store, 3, safety, nine + HOUR) == 2


def test_many_claims_at_once_never_pass_the_limit(url: str) -> None:
    """Eight threads, each with a store of its own on the one database, take one at a time as fast as they can."""
    safety, barrier, went = Safety(per_rule_per_hour=30, first_after_change=25), Barrier(8), list[int]()

    def claim() -> None:
        store = open_store(url)
        barrier.wait()
        went.extend(take(store, 1, safety, NOW) for _ in range(10))
        store.close()

    threads = [Thread(target=claim) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert (len(went), sum(went)) == (80, 25)


def test_every_edition_has_its_first_and_all_share_the_hour(store: SqlStore) -> None:
    safety = Safety(per_rule_per_hour=10, first_after_change=4)
    assert take(store, 9, safety, NOW) == 4
    assert take(store, 9, safety, NOW, RULE._replace(edition="v2")) == 4
    assert take(store, 9, safety, NOW, RULE._replace(edition="v3")) == 2
    assert take(store, 9, safety, NOW, RuleEdition("another", "v1")) == 4


def test_what_did_not_go_is_taken_back(store: SqlStore) -> None:
    safety = Safety(per_rule_per_hour=10, first_after_change=4)
    with store.writing() as transaction:
        transaction.expect(RULE.rule, 2, NOW + HOUR)
    assert take(store, 5, safety, NOW) == 5
    with store.writing() as transaction:
        transaction.discharge(RULE.rule, [Charge("v1"), Charge("v1", expected=True)], NOW)
        pace = transaction.pace(RULE, NOW)
    assert (pace.lately, pace.went, pace.expected) == (2, 2, 1)


def test_only_the_last_hour_is_kept(store: SqlStore) -> None:
    for number in range(300):
        take(store, 1, Safety(), NOW + number * MINUTE)
    with store.reading() as snapshot:
        rows = snapshot._session.all("SELECT count(*) FROM rule_counts", {})
    assert rows[0][0] <= 61


def test_the_rules_of_the_first_rule_set_are_trusted_and_those_of_later_ones_when_staff_say_so(store: SqlStore) -> None:
    first = RuleSetRow(hash="r1", sources="{}", activated_at=NOW, activated_by="kim")
    later = RuleSetRow(hash="r2", sources="{}", activated_at=NOW, activated_by="kim")
    new = RULE._replace(edition="v2")
    with store.writing() as transaction:
        transaction.activate(first, {RULE})
        transaction.activate(later, {RULE, new})
        assert transaction.first_rule_set() == "r1"
        assert transaction.pace(RULE, NOW).released
        assert not transaction.pace(new, NOW).released
        transaction.charge(RULE.rule, [Charge("v2")], NOW)
        transaction.trust(RULE.rule, NOW, "robin")
        assert transaction.pace(new, NOW).released


def test_a_hold_lasts_until_it_is_released_or_forgotten(store: SqlStore) -> None:
    key = candidate().key
    with store.writing() as transaction:
        assert transaction.holds_of([M1])[M1] == {}
        transaction.save_pending({M1: pending(candidate())})
        transaction.hold(PROGRAM, [key], NOW)
        transaction.hold(PROGRAM, [key], NOW + 5)
    with store.writing() as transaction:
        assert transaction.holds_of([M1])[M1] == transaction.holds_for(*MIRA) == {key: Hold(NOW)}
        assert [(each.rule, each.notices, each.since) for each in transaction.held_rules()] == [(key.rule, 1, NOW)]
        transaction.release(PROGRAM, [key], NOW + 9)
        transaction.release(PROGRAM, [key], NOW + 10)
        assert transaction.holds_of([M1])[M1] == {key: Hold(NOW, NOW + 9)}
        assert transaction.held_rules() == []
        assert transaction.held_notices(key.rule) == []
        transaction.unhold(PROGRAM, [key])
        assert transaction.holds_of([M1])[M1] == {}


def test_what_is_dropped_is_decided_for_good_and_counts_against_no_limit(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.drop(email("s-1", candidate()))
        assert transaction.sent([M1])[M1] == {candidate().key}
        assert transaction.past(MIRA, NOW - HOUR) == []


def test_stops_are_kept_until_they_are_ended(store: SqlStore) -> None:
    stop = Stop(scope=Scope.RULE, name="check-in", at=NOW, by="kim")
    with store.writing() as transaction:
        assert transaction.stop(stop)
        assert not transaction.stop(stop)
    with store.writing() as transaction:
        assert transaction.stops() == [stop]
        assert transaction.resume(Scope.RULE, "check-in")
        assert not transaction.resume(Scope.RULE, "check-in")
        assert transaction.stops() == []
