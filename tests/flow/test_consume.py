"""Consuming without a broker: what waits, what is refused, and what is left for the next one."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from threading import Condition, current_thread
from threading import Event as Signal
from threading import enumerate as enumerate_threads
from typing import Any

import pytest

from service.domain.calendar import parse_rfc3339
from service.domain.events import Incoming
from service.flow.accept import Acceptor, StoreUnavailable
from service.flow.consume import Consumer
from service.flow.outbound import Sent
from service.flow.ports import Snapshot, Store, Transaction
from service.flow.pulse import Pulse
from tests.flow.events import pair
from tests.flow.outbound import schema_faults, waiting
from tests.flow.stage import Stage

MONDAY = parse_rfc3339("2026-03-02T15:00:00Z")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    staged = Stage(tmp_path, MONDAY)
    yield staged
    staged.close()


@dataclass
class Given:
    """A source that has the batches it was given, and remembers how they were settled."""

    batches: list[list[Any]]
    settled: list[Sequence[str | None]] = field(default_factory=list)

    def take(self) -> Sequence[Any]:
        return self.batches.pop(0) if self.batches else []

    def settle(self, batch: Sequence[Any], reasons: Sequence[str | None]) -> None:
        assert len(batch) == len(reasons)
        self.settled.append(reasons)


@dataclass
class AwayStore:
    """A store that is away for some times before it is there."""

    store: Store
    away: int
    stop: Signal | None = None

    def reading(self) -> AbstractContextManager[Snapshot]:
        return self.store.reading()

    def writing(self) -> AbstractContextManager[Transaction]:
        if self.away:
            self.away -= 1
            if self.stop:
                self.stop.set()
            raise StoreUnavailable("It is away.", retry_after_s=0.01)
        return self.store.writing()


def identified(delivery: Any) -> Sent:
    said = delivery if isinstance(delivery, dict) else {}
    source, id, type, program = (said.get(name, "") for name in ("source", "id", "type", "program"))
    return Sent(source=source, id=id, type=type, program=program, mark=repr(delivery))


def consumer(stage: Stage, source: Given, store: Store) -> Consumer[Any]:
    acceptor = Acceptor(store, stage.clock, lambda: None)
    return Consumer(
        source=source, read=stage.schemas.admit_one, identify=identified, acceptor=acceptor, jitter=lambda: 0.5
    )


def stored(stage: Stage) -> int:
    with stage.intouch.store.reading() as snapshot:
        return int(snapshot._session.one("SELECT count(*) FROM events", {})[0])


class Watched:
    """A reader and a store's turn that say in which order they are come to; storing waits until enough was read."""

    def __init__(self, stage: Stage, enough: int) -> None:
        self.stage, self.enough = stage, enough
        self.read_ids: list[str] = []
        self.read_before_stored: list[int] = []
        self.read_in_turn: list[str] = []
        self.own_thread = current_thread()
        self.has_read = Condition()

    def read(self, event: Any) -> Incoming:
        with self.has_read:
            self.read_ids.append(event["id"])
            if current_thread() is self.own_thread:
                self.read_in_turn.append(event["id"])
            self.has_read.notify()
        return self.stage.schemas.admit_one(event)

    def reading(self) -> AbstractContextManager[Snapshot]:
        return self.stage.intouch.store.reading()

    def writing(self) -> AbstractContextManager[Transaction]:
        with self.has_read:
            self.has_read.wait_for(lambda: len(self.read_ids) >= self.enough, 10)
            self.read_before_stored.append(len(self.read_ids))
        return self.stage.intouch.store.writing()


def test_the_next_batch_is_read_while_one_is_stored(stage: Stage) -> None:
    batches = [pair(MONDAY, "m-1"), pair(MONDAY, "m-2", "cleo", "dan")]
    seen, source = Watched(stage, enough=6), Given(list(batches))
    replace(consumer(stage, source, seen), read=seen.read).run(Signal())
    assert seen.read_before_stored == [6, 6]
    assert seen.read_ids == [each["id"] for batch in batches for each in batch], "each was read once, in order"
    assert source.settled == [[None] * 3] * 2


def test_what_came_back_is_not_read_before_its_turn(stage: Stage) -> None:
    """Reading it may be what kills us, and then the batch before it would have to come again."""
    first, last = pair(MONDAY, "m-1"), pair(MONDAY, "m-2", "cleo", "dan")[:1]
    seen, source = Watched(stage, enough=3), Given([first, last])
    replace(consumer(stage, source, seen), read=seen.read).run(Signal())
    assert seen.read_in_turn == [last[0]["id"]]
    assert source.settled == [[None] * 3, [None]]


def test_a_reader_that_is_stuck_is_heard_of(stage: Stage) -> None:
    now, told = [0.0], []
    pulse = Pulse(lambda: now[0])

    def read(event: Any) -> Incoming:
        now[0] += 400
        told.append(pulse.trouble())
        return stage.schemas.admit_one(event)

    beats = (partial(beat, name) for name in ("consume", "reader") for beat in (pulse.beat, pulse.rest))
    watched: dict[str, Any] = dict(zip(("beat", "rest", "reader_beat", "reader_rest"), beats, strict=True))
    source = Given([pair(MONDAY)])
    replace(consumer(stage, source, stage.intouch.store), read=read, **watched).run(Signal())
    assert "reader for 400 s" in told[0]
    assert "reader" not in pulse.trouble(), "it rests"


def test_it_ends_although_the_source_does_not(stage: Stage) -> None:
    """As where the thread of the broker's line died before it could say that no more will come."""
    more, stop = Signal(), Signal()

    class Endless(Given):
        def take(self) -> Sequence[Any]:
            return super().take() or [more.wait()]

    consumer(stage, Endless([pair(MONDAY)]), AwayStore(stage.intouch.store, away=1, stop=stop)).run(stop)
    assert [each.daemon for each in enumerate_threads() if each.name == "reader" and each.is_alive()] == [True]
    more.set()


def test_what_cannot_be_read_ahead_is_tried_again_in_its_turn(stage: Stage) -> None:
    """One that meets a defect of ours costs itself alone, and the store's being away costs nothing."""
    first, second = pair(MONDAY, "m-1"), pair(MONDAY, "m-2", "cleo", "dan")
    away = iter([True, False])

    def read(event: Any) -> Incoming:
        if event is second[0]:
            raise RuntimeError
        if event is second[1] and next(away, False):
            raise StoreUnavailable("It is away.", retry_after_s=0.01)
        return stage.schemas.admit_one(event)

    source = Given([first, second])
    replace(consumer(stage, source, stage.intouch.store), read=read).run(Signal())
    assert [[reason is None for reason in reasons] for reasons in source.settled] == [[True] * 3, [False, True, True]]
    assert stored(stage) == 5


def test_a_batch_waits_for_a_store_that_is_away_and_nothing_is_refused_for_that(stage: Stage) -> None:
    source = Given([pair(MONDAY)])
    consumer(stage, source, AwayStore(stage.intouch.store, away=2)).run(Signal())
    assert source.settled == [[None] * 3]
    assert stored(stage) == 3


def test_told_to_stop_while_the_store_is_away_it_leaves_the_batch_to_the_broker(stage: Stage) -> None:
    source, stop = Given([pair(MONDAY)]), Signal()
    consumer(stage, source, AwayStore(stage.intouch.store, away=1, stop=stop)).run(stop)
    assert source.settled == []
    assert stored(stage) == 0


def test_each_of_a_batch_is_taken_in_or_refused_by_itself(stage: Stage) -> None:
    first, second, third = pair(MONDAY)
    other = {**first, "data": {**first["data"], "first_name": "Another"}}
    source = Given([[first, 17, second, other, {**third, "type": "no.such.type"}]])
    consumer(stage, source, stage.intouch.store).run(Signal())
    (reasons,) = source.settled
    assert [reason is None for reason in reasons] == [True, False, True, False, False]
    assert "JSON object" in str(reasons[1])
    assert "used before" in str(reasons[3])
    assert "no.such.type" in str(reasons[4])
    assert stored(stage) == 2


def test_what_is_refused_is_told_to_others_without_what_it_carried(stage: Stage) -> None:
    first, _, third = pair(MONDAY)
    other = {**first, "data": {**first["data"], "first_name": "Another"}}
    wrong = {**third, "data": {"mentor_id": "ada", "nickname": "Countess"}}
    source = Given([[first, 17, other, wrong], [17]])
    with stage.intouch.store.writing() as transaction:
        transaction.use_outbox(MONDAY, wanted=True)
    consumer(stage, source, stage.intouch.store).run(Signal())
    told = waiting(stage)
    assert [each["type"] for each in told] == ["intake.rejected"] * 3
    assert sorted((each["data"].get("id", ""), each["data"]["faults"][0]["pointer"]) for each in told) == [
        ("", ""),
        (first["id"], ""),
        (third["id"], "/data/mentee_id"),
    ]
    assert not any(word in str(told) for word in ("Another", "Countess", "example.org"))
    assert schema_faults(told) == []


def test_a_refusal_that_cannot_be_kept_holds_the_batch_back(stage: Stage) -> None:
    source, stop = Given([[17]]), Signal()
    consumer(stage, source, AwayStore(stage.intouch.store, away=1, stop=stop)).run(stop)
    assert source.settled == []
