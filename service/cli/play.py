"""Playing a sample semester through the real pipeline, on a virtual clock that ends now."""

import sys
from collections.abc import Iterator
from datetime import timedelta
from itertools import groupby

import click
import orjson

from service.adapters.mail.mailbox import Mailbox
from service.adapters.schemas import load_schemas
from service.domain.calendar import NEVER, Instant, to_datetime
from service.domain.errors import OperatorError
from service.domain.events import Incoming
from service.settings import ROOT
from service.wiring import Installation, machine_clock

PAIRS, WEEKS, PROGRAM, SEED = 40, 16, "northfield", 7


class VirtualClock:
    """A clock that is set, not wound."""

    def __init__(self, now: Instant) -> None:
        self.now = now

    def __call__(self) -> Instant:
        return self.now


def play_semester(live: Installation) -> None:
    """Fill an empty store with half a semester, as if Intouch had run all along; leave any other store alone.

    Its mail always goes to the mailbox: nobody in it is real.
    """
    with live.store.reading() as snapshot:
        if snapshot.programs():
            click.echo("The store has events already; the sample semester is left out.")
            return
    now = machine_clock()
    events = sorted(_events(live, now), key=lambda event: event.recordedtime or 0)
    intouch = Installation(live.settings, VirtualClock(events[0].recordedtime or now))
    intouch.__dict__.update(store=live.store, schemas=live.schemas, rules=live.rules)
    _play(intouch, live.mailbox, events, now)


def _events(live: Installation, now: Instant) -> Iterator[Incoming]:
    """Yield the sample semester's events up to now, which falls in its middle."""
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    from examples.semester import semester

    starts = (to_datetime(now) - timedelta(weeks=WEEKS // 2)).date()
    lines = semester(pairs=PAIRS, weeks=WEEKS, seed=SEED, starts=starts, program=PROGRAM)
    # Without a clock: the other half of the semester lies ahead, and is left out only below.
    schemas = load_schemas(live.settings.schemas_dir)
    admitted, faults = schemas.admit(orjson.loads(orjson.dumps(line)) for line in lines)
    if faults:
        raise OperatorError(f"The sample semester does not fit the schemas: {faults[0].message}")
    return (event for event in admitted if (event.recordedtime or 0) <= now)


def _play(intouch: Installation, mailbox: Mailbox, events: list[Incoming], now: Instant) -> None:
    clock, worker = intouch.clock, intouch.worker(mailbox)
    assert isinstance(clock, VirtualClock)

    def work_until(until: Instant) -> None:
        while (due := _next_due(intouch)) <= until:
            clock.now = max(clock.now, due)
            if not worker.turn():
                break
        clock.now = until

    with click.progressbar(length=len(events), label="Playing a sample semester", file=sys.stderr) as bar:
        for recorded, group in groupby(events, key=lambda event: event.recordedtime or 0):
            work_until(max(recorded, clock.now))
            arrived = list(group)
            intouch.acceptor.accept(arrived)
            bar.update(len(arrived))
        work_until(now)


def _next_due(intouch: Installation) -> Instant:
    with intouch.store.reading() as snapshot:
        due = snapshot.next_due()
    return NEVER if due is None else due
