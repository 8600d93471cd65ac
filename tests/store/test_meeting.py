"""Transactions that meet: nobody is lost, nobody waits in a circle, nothing slips past a claim."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from threading import Barrier

import pytest

from service.adapters.store import SqlStore, open_store, postgresql
from service.domain.events import Subject, SubjectKind
from service.flow.accept import StoreUnavailable
from service.flow.overtaken import Overtaken
from service.flow.ports import SubjectKey
from tests.store.samples import M1, M2, M3, MIRA, NOW, candidate, email, incoming, mentorship, pending, saved

pytestmark = pytest.mark.servers

ZOE = SubjectKey(M1.program, Subject(SubjectKind.PARTICIPANT, "zoe"))


@pytest.fixture
def store(postgresql_store_url: str) -> Iterator[SqlStore]:
    opened = open_store(postgresql_store_url)
    yield opened
    opened.close()


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as threads:
        yield threads


def waiting(store: SqlStore) -> bool:
    """Return whether a transaction waits for another one's rows."""
    with store.reading() as snapshot:
        found = snapshot._session.one("SELECT 1 FROM pg_locks WHERE NOT granted", {})
    return found is not None


def until_it_waits(store: SqlStore, other: Future[None]) -> None:
    while not waiting(store):
        assert not other.done(), "it did not wait"


def due(store: SqlStore, now: int = NOW) -> Sequence[SubjectKey]:
    with store.writing() as transaction:
        return transaction.due_subjects(now, "r1", 9)


def test_two_workers_get_different_subjects(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.append([incoming(f"e-{n}", mentorship(f"m-{n}")) for n in range(6)], NOW)
    with store.writing() as one, store.writing() as other:
        first, second = set(one.due_subjects(NOW, "", 3)), set(other.due_subjects(NOW, "", 6))
    assert len(first) == 3
    assert first | second == {mentorship(f"m-{n}") for n in range(6)}
    assert not first & second


def test_two_workers_plan_different_recipients(store: SqlStore) -> None:
    others = [MIRA._replace(recipient=f"p-{n}") for n in range(4)]
    with store.writing() as transaction:
        transaction.plan_soon(others, NOW)
    with store.writing() as one, store.writing() as other:
        first, second = one.due_recipients(NOW, 2), other.due_recipients(NOW, 4)
    assert {each.key for each in first} == set(others[:2])
    assert {each.key for each in second} == set(others[2:])


def test_an_event_waits_for_the_claim_that_holds_its_subject(store: SqlStore, pool: ThreadPoolExecutor) -> None:
    def take() -> None:
        with store.writing() as transaction:
            transaction.append([incoming("e-2")], NOW)

    with store.writing() as transaction:
        transaction.save_subjects([saved(M1)])
    with store.writing() as claim:
        assert claim.keep_still([M1], NOW, "r1")
        taken = pool.submit(take)
        until_it_waits(store, taken)
        assert claim.news(M1, 0) == []
    taken.result(30)
    with store.writing() as claim:
        assert not claim.keep_still([M1], NOW, "r1")


def test_a_claim_does_not_wait_for_an_event_but_comes_again(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.save_subjects([saved(M1), saved(M2)])
    with store.writing() as door:
        door.append([incoming("e-1")], NOW)
        with store.writing() as claim:
            assert not claim.keep_still([M1, M2], NOW, "r1")
            assert claim.keep_still([M2], NOW, "r1")


def test_two_claims_may_hold_the_same_subject(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.save_subjects([saved(M1)])
    with store.writing() as one, store.writing() as other:
        assert one.keep_still([M1], NOW, "r1")
        assert other.keep_still([M1], NOW, "r1")


def test_an_event_does_not_wait_for_who_checks_its_subject_and_stays_news(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.append([incoming("e-1")], NOW)
    with store.writing() as check:
        assert check.due_subjects(NOW, "r1", 9) == [M1]
        (seq, _), *_ = check.news_of({M1: check.subjects([M1])[M1].folded_seq})[M1]
        with store.writing() as door:
            door.append([incoming("e-2")], NOW)
        check.save_subjects([saved(M1, folded_seq=seq)])
    with store.writing() as again:
        assert again.due_subjects(NOW, "r1", 9) == [M1]
        assert [event.id for _, event in again.news(M1, seq)] == ["e-2"]


def test_an_event_waits_for_who_keeps_what_came_of_the_check(store: SqlStore, pool: ThreadPoolExecutor) -> None:
    def take() -> None:
        with store.writing() as transaction:
            transaction.append([incoming("e-2")], NOW)

    with store.writing() as transaction:
        transaction.append([incoming("e-1")], NOW)
    with store.writing() as check:
        check.save_subjects([saved(M1, folded_seq=1)])
        taken = pool.submit(take)
        until_it_waits(store, taken)
    taken.result(30)
    assert M1 in due(store)


def test_who_was_overtaken_by_another_check_keeps_nothing(store: SqlStore) -> None:
    """As by a worker of a release before, which takes subjects by their rows."""

    def check() -> None:
        with store.writing() as transaction:
            assert transaction.due_subjects(NOW, "r1", 9) == [M1, M2]
            transaction.subjects([M1, M2])
            with store.writing() as other:
                other.save_subjects([saved(M2, folded_seq=2, next_check_at=NOW + 5)])
            transaction.save_subjects([saved(M1, folded_seq=1), saved(M2, folded_seq=2)])

    with store.writing() as transaction:
        transaction.append([incoming("e-1"), incoming("e-2", M2)], NOW)
    with pytest.raises(Overtaken):
        check()
    with store.reading() as snapshot:
        assert [snapshot.subjects([M1, M2])[each].folded_seq for each in (M1, M2)] == [0, 2]
    assert due(store) == [M1]


def test_who_was_overtaken_by_a_claim_keeps_nothing(store: SqlStore) -> None:
    def check() -> None:
        with store.writing() as transaction:
            assert transaction.due_subjects(NOW + 1, "r1", 9) == [M1]
            assert transaction.sent(transaction.subjects([M1])) == {M1: set()}
            with store.writing() as claim:
                assert claim.keep_still([M1], NOW, "r1")
                claim.claim(email("e-1", candidate()))
            transaction.save_subjects([saved(M1, next_check_at=NOW + 9)])

    with store.writing() as transaction:
        transaction.save_subjects([saved(M1, next_check_at=NOW + 1)])
    with pytest.raises(Overtaken):
        check()
    assert due(store, NOW + 1) == [M1]


def test_a_claim_that_is_not_through_is_waited_for(store: SqlStore, pool: ThreadPoolExecutor) -> None:
    def check() -> None:
        with store.writing() as transaction:
            assert transaction.due_subjects(NOW + 1, "r1", 9) == [M1]
            transaction.sent(transaction.subjects([M1]))
            transaction.save_subjects([saved(M1, next_check_at=NOW + 9)])

    with store.writing() as transaction:
        transaction.save_subjects([saved(M1, next_check_at=NOW + 1)])
    with store.writing() as claim:
        assert claim.keep_still([M1], NOW, "r1")
        claim.claim(email("e-1", candidate()))
        checked = pool.submit(check)
        until_it_waits(store, checked)
    with pytest.raises(Overtaken):
        checked.result(30)


def test_who_was_overtaken_by_a_hold_keeps_nothing(store: SqlStore) -> None:
    """A claim whose email the safety limit holds writes no more than that."""
    held = candidate()

    def check() -> None:
        with store.writing() as transaction:
            assert transaction.due_subjects(NOW, "r1", 9) == [M1]
            assert transaction.holds_of(transaction.subjects([M1])) == {M1: {}}
            with store.writing() as claim:
                claim.hold(M1.program, [held.key], NOW)
            transaction.save_subjects([saved(M1)])

    with store.writing() as transaction:
        transaction.save_subjects([saved(M1)])
        transaction.save_pending({M1: pending(held)})
        transaction.check_soon([M1])
    with pytest.raises(Overtaken):
        check()
    assert due(store) == [M1]


def test_who_read_a_participant_before_they_were_erased_keeps_nothing(store: SqlStore) -> None:
    """Also where they were never looked at before, so that there was nothing to forget."""

    def check() -> None:
        with store.writing() as transaction:
            assert transaction.due_subjects(NOW, "r1", 9) == [ZOE]
            assert not transaction.subjects([ZOE])[ZOE].facts
            ((seq, event),) = transaction.news_of({ZOE: 0})[ZOE]
            assert event.data["first_name"] == "Zoe"
            with store.writing() as eraser:
                assert eraser.scrub(ZOE.program, "zoe", {"first_name"}, NOW) == 1
            transaction.save_subjects([saved(ZOE, folded_seq=seq)])

    with store.writing() as transaction:
        transaction.append([incoming("e-1", ZOE, first_name="Zoe")], NOW)
    with pytest.raises(Overtaken):
        check()
    assert due(store) == [ZOE]


def test_a_subject_that_is_asked_for_and_one_whose_first_event_comes_meanwhile_wait_in_no_circle(
    store: SqlStore, pool: ThreadPoolExecutor
) -> None:
    """As in a first import, where a match comes before those whom it names are registered."""

    def take() -> None:
        with store.writing() as transaction:
            transaction.append([incoming("e-2"), incoming("e-3", ZOE)], NOW)

    with store.writing() as transaction:
        transaction.append([incoming("e-1")], NOW)
        transaction.check_soon([ZOE])
    with store.writing() as check:
        keys = check.due_subjects(NOW, "r1", 9)
        assert set(keys) == {M1, ZOE}
        check.subjects(keys)
        pool.submit(take).result(30)
        check.save_subjects([saved(M1, folded_seq=1), saved(ZOE)])
    assert set(due(store)) == {M1, ZOE}, "what came meanwhile is news"


@pytest.mark.parametrize("subjects", [30, 300])
def test_who_takes_one_that_was_asked_for_takes_no_others(store: SqlStore, subjects: int) -> None:
    keys = [mentorship(f"m-{n}") for n in range(subjects)]
    with store.writing() as transaction:
        transaction.save_subjects([saved(key) for key in keys])
        transaction.check_soon([keys[7]])
    with store.writing() as one:
        assert one.due_subjects(NOW, "r1", 9) == [keys[7]]
        with store.writing() as door:
            door.append([incoming("e-1", keys[5])], NOW)
        with store.writing() as other:
            assert other.due_subjects(NOW, "r1", 9) == [keys[5]]


def test_many_workers_find_what_lies_behind_what_others_have(store: SqlStore) -> None:
    """Each looks among as many as eight take."""
    keys = [mentorship(f"m-{n}") for n in range(16)]
    with store.writing() as transaction:
        transaction.append([incoming(f"e-{n}", key) for n, key in enumerate(keys)], NOW)
    with ExitStack() as stack:
        workers = [stack.enter_context(store.writing()) for _ in range(8)]
        got = [worker.due_subjects(NOW, "r1", 2) for worker in workers]
    assert sorted(key for each in got for key in each) == sorted(keys)


def test_a_check_asked_for_while_the_subject_is_checked_comes_after_it(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.append([incoming("e-1"), incoming("e-2", M2)], NOW)
    with store.writing() as one:
        assert one.due_subjects(NOW, "r1", 1) == [M1]
        with store.writing() as other:
            assert other.due_subjects(NOW, "r1", 9) == [M2]
            other.check_soon([M1])
            other.save_subjects([saved(M2, folded_seq=2)])
        one.save_subjects([saved(M1, folded_seq=1)])
    with store.writing() as again:
        assert again.due_subjects(NOW, "r1", 9) == [M1]


def test_workers_that_ask_of_each_other_and_plan_the_same_people_do_not_wait_in_a_circle(
    store: SqlStore, pool: ThreadPoolExecutor
) -> None:
    """Each checks one subject, asks for the check of the other's, and makes the same plans due in another order."""
    both = Barrier(2, timeout=30)
    people = [candidate(recipient=f"p-{n}") for n in range(8)]

    def check(own: SubjectKey, other: SubjectKey, order: int) -> None:
        for _ in range(20):
            with store.writing() as transaction:
                transaction.append([incoming(f"e-{own.subject.id}-{_}", own)], NOW)
            both.wait()
            with store.writing() as transaction:
                due = transaction.due_subjects(NOW, "r1", 1)
                both.wait()
                for each in people[::order]:
                    transaction.plan_soon([MIRA._replace(recipient=each.key.recipient)], NOW - _)
                transaction.check_soon([other, own])
                transaction.save_subjects([saved(key, folded_seq=10_000) for key in due])

    running = [pool.submit(check, M1, M2, 1), pool.submit(check, M2, M1, -1)]
    assert [each.result(60) for each in running] == [None, None]


def test_doors_that_take_the_same_events_in_another_order_do_not_wait_in_a_circle(
    store: SqlStore, pool: ThreadPoolExecutor
) -> None:
    keys = [mentorship(f"m-{n}") for n in range(5)]
    both = Barrier(2, timeout=30)

    def take(order: int) -> int:
        accepted = 0
        for n in range(20):
            batches = [[incoming(f"e-{n}-{key.subject.id}", key)] for key in keys][::order]
            both.wait()
            with store.writing() as transaction:
                accepted += sum(each.accepted for each in transaction.append_each(batches, NOW))
        return accepted

    taken = [pool.submit(take, order) for order in (1, -1)]
    assert sum(each.result(60) for each in taken) == 20 * len(keys)


def test_a_row_that_stays_locked_is_told(
    store: SqlStore, postgresql_store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hurried = {**postgresql._CONNECTION, "options": "-c lock_timeout=50"}
    monkeypatch.setattr(postgresql, "_CONNECTION", hurried)
    impatient = open_store(postgresql_store_url)
    with store.writing() as transaction:
        transaction.append([incoming("e-1"), incoming("e-3", M3)], NOW)
        with pytest.raises(StoreUnavailable, match="busy") as told, impatient.writing() as other:
            other.append([incoming("e-2")], NOW)
    assert told.value.retry_after_s > 0
    with impatient.writing() as other:
        other.save_pending({M1: pending(candidate())})
        assert other.append([incoming("e-2")], NOW).accepted == 1
    impatient.close()
