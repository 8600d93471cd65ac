"""Transactions: as a whole or not at all, one writer after the other, readers undisturbed."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event, Thread

import pytest

from service.adapters.store import SqlStore, open_store
from service.adapters.store.fair_lock import FairLock
from service.flow.ports import RuleSetRow
from tests.store.samples import M1, M2, MIRA, NOW, PROGRAM, candidate, email, incoming, mentorship, pending, saved


class GaveUpError(Exception):
    """What a flow raises in the middle of a transaction."""


def test_a_transaction_that_raises_leaves_no_trace(store: SqlStore) -> None:
    def change_everything() -> None:
        with store.writing() as transaction:
            transaction.append([incoming("e-1")], NOW)
            transaction.save_subjects([saved(M2)])
            transaction.join(PROGRAM, "m-1", ["p-1"])
            transaction.save_pending({M1: pending(candidate())})
            transaction.claim(email("s-1", candidate()))
            transaction.activate(RuleSetRow(hash="r1", sources="{}", activated_at=NOW, activated_by="kim"), ())
            raise GaveUpError

    with pytest.raises(GaveUpError):
        change_everything()
    with store.reading() as snapshot:
        assert list(snapshot.history(M1)) == []
        assert snapshot.subjects([M1, M2]) == {}
        assert snapshot.mentorships_of(PROGRAM, "p-1") == []
        assert snapshot.pending_for(MIRA) == []
        assert snapshot.email("s-1") is None
        assert snapshot.next_due() is None
        assert snapshot.active_rule_set() is None
    with store.writing() as transaction:
        transaction.append([incoming("e-1")], NOW)


def test_a_snapshot_stays_as_it_was_from_its_beginning(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.append([incoming(f"e-{n}") for n in range(1_200)], NOW)
    with store.reading() as before:
        with store.writing() as transaction:
            transaction.append([incoming("late"), incoming("other", M2)], NOW)
            transaction.save_subjects([saved(M1)])
        assert before.subject(M2) is None
        assert before.event(PROGRAM, "/matching", "late") is None
        with store.reading() as after:
            assert after.subject(M1) == saved(M1)
            assert after.event(PROGRAM, "/matching", "late") is not None
        history = before.history(M1)
        first = next(history)
        with store.writing() as transaction:
            transaction.append([incoming("later")], NOW)
        assert [first.id, *(each.id for each in history)] == [f"e-{n}" for n in range(1_200)]


def test_what_is_not_committed_is_seen_by_its_own_transaction_alone(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.append([incoming("e-1")], NOW)
        assert transaction.event(PROGRAM, "/matching", "e-1") is not None
        with store.reading() as snapshot:
            assert snapshot.event(PROGRAM, "/matching", "e-1") is None


def test_many_threads_read_at_once_while_one_writes(store: SqlStore) -> None:
    readers = 12
    all_in = Barrier(readers + 1, timeout=30)

    def read() -> int:
        with store.reading() as snapshot:
            all_in.wait()
            return len(list(snapshot.history(M1)))

    with store.writing() as transaction:
        transaction.append([incoming("e-1")], NOW)
    with ThreadPoolExecutor(readers) as pool, store.writing() as transaction:
        transaction.append([incoming("e-2")], NOW)
        counts = [pool.submit(read) for _ in range(readers)]
        all_in.wait()
        assert [each.result(timeout=30) for each in counts] == [1] * readers


def test_writers_of_two_stores_take_turns_and_lose_nothing(store: SqlStore, url: str) -> None:
    other = open_store(url)

    def write(mine: SqlStore, name: str) -> None:
        for n in range(40):
            with mine.writing() as transaction:
                transaction.append([incoming(f"{name}-{n}")], NOW)
                seen = len(transaction.news(M1, 0))
                transaction.append([incoming(f"{name}-{n}-too")], NOW)
                assert len(transaction.news(M1, 0)) == seen + 1, "it has the subject to itself until it commits"

    with ThreadPoolExecutor(4) as pool:
        writing = [pool.submit(write, mine, f"w{n}") for n, mine in enumerate((store, store, other, other))]
        assert [each.result() for each in writing] == [None] * 4
    other.close()
    with store.reading() as snapshot:
        news = snapshot.news(M1, 0)
        assert len({event.id for _, event in news}) == len(news) == 4 * 40 * 2
        assert snapshot.subjects([M1]).keys() == {M1}


def test_the_same_event_from_many_threads_is_kept_once(store: SqlStore) -> None:
    def send(_: int) -> int:
        with store.writing() as transaction:
            return transaction.append([incoming("e-1"), incoming("e-2", mentorship("m-9"))], NOW).accepted

    with ThreadPoolExecutor(10) as pool:
        assert sorted(pool.map(send, range(50))) == [0] * 49 + [2]


# The lock between a process's writers.


def test_the_lock_serves_in_the_order_of_coming() -> None:
    lock, served = FairLock(), list[int]()

    def take(n: int) -> None:
        assert lock.acquire(30)
        served.append(n)
        lock.release()

    assert lock.acquire(0)
    threads = [Thread(target=take, args=(n,)) for n in range(8)]
    for n, thread in enumerate(threads):
        thread.start()
        while lock.waiting <= n:
            Event().wait(0.001)
    lock.release()
    for thread in threads:
        thread.join(30)
    assert served == list(range(8))


def test_who_cannot_wait_longer_leaves_the_line() -> None:
    lock = FairLock()
    assert lock.acquire(0)
    assert not lock.acquire(0.001)
    lock.release()
    assert lock.acquire(0)
    lock.release()
