"""The outbox: kept once where somebody publishes it, taken by one at a time, there until it is published."""

from dataclasses import replace

import orjson
import pytest

from service.adapters.store import SqlStore
from service.adapters.store.store import flavour_of
from service.domain.calendar import SECOND
from service.flow.outbox_port import Outbox, OwnEvent, Trouble, Waiting
from tests.store.samples import NOW

LATER = NOW + 60 * SECOND
EVENT = OwnEvent(
    source="/intouch/mail",
    id="s-1",
    type="notice.sent",
    program="northfield",
    subject="mentorships/m-1",
    time=NOW,
    data={"rule": "check-in"},
)


def keep(store: SqlStore, *events: OwnEvent, wanted: bool = True) -> None:
    with store.writing() as transaction:
        if wanted:
            transaction.use_outbox(NOW, wanted=True)
        transaction.publish_later(events)


def take(store: SqlStore, now: int = NOW, limit: int = 10) -> list[Waiting]:
    with store.writing() as transaction:
        return list(transaction.take_waiting("notice.sent", now, now + 60 * SECOND, limit))


def stands(store: SqlStore) -> Outbox:
    with store.reading() as snapshot:
        return snapshot.outbox()


def types(store: SqlStore, now: int = NOW) -> list[str]:
    with store.reading() as snapshot:
        return list(snapshot.waiting_types(now))


def test_an_own_event_is_kept_as_a_cloud_event_once(store: SqlStore) -> None:
    keep(store, EVENT, EVENT)
    keep(store, replace(EVENT, time=LATER))
    (waiting,) = take(store)
    assert orjson.loads(waiting.event) == {
        "specversion": "1.0",
        "id": "s-1",
        "source": "/intouch/mail",
        "type": "notice.sent",
        "subject": "mentorships/m-1",
        "program": "northfield",
        "time": "2026-03-02T14:00:00Z",
        "datacontenttype": "application/json",
        "data": {"rule": "check-in"},
    }


def test_what_is_about_no_subject_names_none(store: SqlStore) -> None:
    keep(store, replace(EVENT, subject="", program=""))
    assert {"subject", "program"} & orjson.loads(take(store)[0].event).keys() == set()


def test_nothing_is_kept_where_nobody_publishes_it(store: SqlStore) -> None:
    keep(store, EVENT, replace(EVENT, id="s-2"), wanted=False)
    assert stands(store) == Outbox(waiting=0, since=None, troubles={})


def test_who_wants_it_no_more_is_rid_of_what_waits(store: SqlStore) -> None:
    keep(store, EVENT)
    with store.writing() as transaction:
        transaction.use_outbox(LATER, wanted=False)
    keep(store, replace(EVENT, id="s-2"), wanted=False)
    assert stands(store).waiting == 0


def test_what_one_has_taken_nobody_else_gets_until_its_time_is_up(store: SqlStore) -> None:
    keep(store, *(replace(EVENT, id=f"s-{n}") for n in range(3)))
    assert [each.n for each in take(store, limit=2)] == [1, 2]
    assert [each.n for each in take(store)] == [3]
    assert (take(store), types(store)) == ([], [])
    assert types(store, LATER) == ["notice.sent"]
    assert [each.n for each in take(store, LATER)] == [1, 2, 3]


@pytest.mark.servers
def test_two_take_different_events_at_the_same_time(postgresql_store_url: str) -> None:
    store = SqlStore(flavour_of(postgresql_store_url))
    keep(store, *(replace(EVENT, id=f"s-{n}") for n in range(4)))
    with store.writing() as one, store.writing() as other:
        mine = one.take_waiting("notice.sent", NOW, LATER, 2)
        theirs = other.take_waiting("notice.sent", NOW, LATER, 3)
    assert [each.n for each in (*mine, *theirs)] == [1, 2, 3, 4]
    store.close()


def test_what_is_published_is_gone_and_what_was_not_taken_stays_with_its_trouble(store: SqlStore) -> None:
    keep(store, *(replace(EVENT, id=f"s-{n}", type=f"t.{n}") for n in range(3)), replace(EVENT, id="s-9"))
    assert types(store) == ["notice.sent", "t.0", "t.1", "t.2"]
    with store.writing() as transaction:
        taken = [transaction.take_waiting(f"t.{n}", NOW, LATER, 9)[0] for n in range(3)]
        transaction.published([taken[0]])
        transaction.put_back([taken[1]], Trouble.UNROUTABLE)
        transaction.put_back([taken[2]], None)
    assert types(store) == ["notice.sent", "t.1", "t.2"]
    assert stands(store) == Outbox(waiting=3, since=NOW, troubles={"t.1": Trouble.UNROUTABLE})
