"""Consuming without a broker: what waits, what is refused, and what is left for the next one."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event as Signal
from typing import Any

import pytest

from service.domain.calendar import parse_rfc3339
from service.flow.accept import Acceptor, StoreUnavailable
from service.flow.consume import Consumer
from service.flow.ports import Snapshot, Store, Transaction
from tests.flow.events import pair
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


def consumer(stage: Stage, source: Given, store: Store) -> Consumer[Any]:
    acceptor = Acceptor(store, stage.clock, lambda: None)
    return Consumer(source=source, read=stage.schemas.admit_one, acceptor=acceptor, jitter=lambda: 0.5)


def stored(stage: Stage) -> int:
    with stage.intouch.store.reading() as snapshot:
        return int(snapshot._session.one("SELECT count(*) FROM events", {})[0])


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
