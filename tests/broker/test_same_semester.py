"""The embedded and the production shape, fed the same semester, send the same notices at the same instants."""

from collections.abc import Callable, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import groupby
from pathlib import Path
from threading import Event as Signal
from threading import Thread
from typing import Any

import orjson
import pika
import pytest

from examples.semester import semester
from service.adapters.broker import topology
from service.adapters.broker.binding import STRUCTURED
from service.domain.calendar import DAY, Instant, parse_rfc3339
from tests.broker.publisher import channel_to
from tests.flow.stage import Stage

pytestmark = pytest.mark.servers

Line = dict[str, Any]
PERSISTENT = pika.BasicProperties(content_type=STRUCTURED, delivery_mode=2)


def lived(stage: Stage, lines: Sequence[Line], take: Callable[[Sequence[Line]], None]) -> list[tuple[Any, ...]]:
    """Live the semester, each event taken in when it was recorded, and return what was sent, and when."""
    try:
        for recorded, group in groupby(lines, key=recorded_at):
            stage.work_until(recorded)
            take(list(group))
        stage.work_until(recorded_at(lines[-1]) + 60 * DAY)
        with stage.intouch.store.reading() as snapshot:
            ledger = "SELECT rule, subject, start, k, recipient, value, at, message, resource FROM ledger"
            return sorted(map(tuple, snapshot._session.all(ledger, {})))
    finally:
        stage.close()


def recorded_at(line: Line) -> Instant:
    return parse_rfc3339(line["recordedtime"])


@contextmanager
def through_the_broker(stage: Stage, url: str) -> Any:
    """Give what publishes events and takes them in from the queue, as `intouch consume` does."""
    stage.intouch.prepare_broker()
    line, consumer = stage.intouch.consumer()
    stop, drained = Signal(), Signal()
    thread = Thread(target=line.run, args=(stop, drained))
    thread.start()
    with channel_to(url) as channel:
        channel.confirm_delivery()

        def take(events: Sequence[Line]) -> None:
            for each in events:
                channel.basic_publish(topology.EVENTS, each["type"], orjson.dumps(each), PERSISTENT, mandatory=True)
            left = len(events)
            while left:
                batch = line.take()
                assert consumer.take(batch) == [None] * len(batch), "nothing is refused"
                line.settle(batch, [None] * len(batch))
                left -= len(batch)

        yield take
    drained.set()
    stop.set()
    thread.join(30)


def test_both_shapes_send_the_same(tmp_path: Path, postgresql_url: str, rabbitmq_url: str) -> None:
    told = semester(pairs=2, weeks=8, seed=5, starts=date(2026, 8, 24), program="northfield")
    lines = sorted(told, key=recorded_at)
    begins = recorded_at(lines[0])
    embedded = Stage(tmp_path / "embedded", begins)
    sent = lived(embedded, lines, lambda group: embedded.take(*group))
    ours = {
        "INTOUCH_DATABASE_URL": postgresql_url,
        "INTOUCH_BROKER_URL": rabbitmq_url,
        "INTOUCH_CONSUME_QUIET_MS": "1",
    }
    production = Stage(tmp_path / "production", begins, ours)
    with through_the_broker(production, rabbitmq_url) as take:
        also_sent = lived(production, lines, take)
    assert len(sent) > 20
    assert also_sent == sent
