"""A whole installation on a temporary folder and a clock that the test sets."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from service.adapters.mail.mailbox import Mailbox
from service.adapters.schemas import Schemas
from service.domain.calendar import NEVER, Duration, Instant
from service.domain.events import Incoming
from service.flow.trace_port import Tracing, Untraced
from service.flow.work import Worker
from service.settings import read_settings
from service.wiring import Installation


class SetClock:
    """A clock that shows what it was last set to."""

    def __init__(self, now: Instant) -> None:
        self.now = now

    def __call__(self) -> Instant:
        return self.now


@dataclass
class Stage:
    """Intouch with SQLite and the mailbox, its rules active, stepped by hand."""

    folder: Path
    now: Instant
    environment: dict[str, str] = field(default_factory=dict)
    tracing: Tracing = field(default_factory=Untraced)
    late: Duration = 0
    """How long after something came due its worker looks."""

    def __post_init__(self) -> None:
        self.clock = SetClock(self.now)
        settings = read_settings({"INTOUCH_DATA_DIR": str(self.folder), **self.environment})
        self.intouch = Installation(settings, self.clock)
        self.intouch.tracing = self.tracing
        self.intouch.migrate()
        self.intouch.rules_folder.refresh()
        self.worker: Worker = self.intouch.worker()

    @property
    def schemas(self) -> Schemas:
        return self.intouch.schemas

    @property
    def mailbox(self) -> Mailbox:
        return self.intouch.mailbox

    def admit(self, *events: object) -> list[Incoming]:
        """Return CloudEvents (as dicts) as the door would."""
        admitted, faults = self.schemas.admit(events)
        assert not faults, faults
        return admitted

    def take(self, *events: object) -> None:
        """Take CloudEvents in at the clock's instant."""
        self.intouch.acceptor.accept(self.admit(*events))

    def work_until(self, until: Instant) -> None:
        """Let the worker do everything that comes due up to and including that instant."""
        while (due := self._next_due()) <= until:
            self.clock.now = max(self.clock.now, min(due + self.late, until))
            if not self.worker.turn():
                break
        self.clock.now = max(self.clock.now, until)

    def play(self, events: Iterable[Incoming], until: Instant) -> None:
        """Take each event in when it was recorded, working in between."""
        for recorded, group in groupby(events, key=lambda event: event.recordedtime or 0):
            self.work_until(recorded)
            self.intouch.acceptor.accept(list(group))
        self.work_until(until)

    def _next_due(self) -> Instant:
        with self.intouch.store.reading() as snapshot:
            due = snapshot.next_due()
        return NEVER if due is None else due

    def close(self) -> None:
        self.intouch.close()
