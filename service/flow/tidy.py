"""Tidying: what was kept for its time goes. The log, the ledger and the mail's ids stay for the program's life.

It goes in small pieces, each a transaction of its own, so that nobody waits for it and a cut loses nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from logging import getLogger
from threading import Event as Signal

from service.domain.calendar import DAY, HOUR, SECOND, Duration, Instant
from service.domain.errors import IntouchError
from service.flow.erasure_port import Bodies
from service.flow.ports import Clock, Store, Transaction

AT_ONCE = 5_000
"""How many rows one transaction takes out."""

HOUR_OF_DAY: Duration = 3 * HOUR
"""When it is done where nobody else does it: at three at night, UTC."""

log = getLogger("intouch.tidy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """How long things are kept: the texts of mail, providers' reports, the audit, and in it who looked at whom; and how
    long a session lasts at most."""

    bodies: Duration
    reports: Duration
    audit: Duration
    views: Duration
    sessions: Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Tidied:
    """How many of each went."""

    bodies: int
    reports: int
    audit: int
    views: int
    sessions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tidier:
    """Takes out of a store, and of wherever texts lie, what is past its time."""

    store: Store
    bodies: Bodies
    keeping: Keeping
    clock: Clock

    def tidy(self) -> Tidied:
        """Take out what is past its time now. Raises: StoreUnavailable."""
        now, keeping = self.clock(), self.keeping
        return Tidied(
            bodies=self.bodies.forget_before(now - keeping.bodies),
            reports=self._all(lambda writing: writing.forget_reports(now - keeping.reports, AT_ONCE)),
            audit=self._all(lambda writing: writing.forget_audit(now - keeping.audit, AT_ONCE)),
            views=self._all(lambda writing: writing.forget_views(now - keeping.views, AT_ONCE)),
            sessions=self._all(lambda writing: writing.forget_sessions(now - keeping.sessions, AT_ONCE)),
        )

    def _all(self, forget: Callable[[Transaction], int]) -> int:
        total, gone = 0, AT_ONCE
        while gone == AT_ONCE:
            with self.store.writing() as transaction:
                gone = forget(transaction)
            total += gone
        return total

    def run(self, stop: Signal) -> None:
        """Tidy once a night until `stop` is set; what cannot be done tonight is done in the next."""
        while not stop.wait(until_night(self.clock()) / SECOND):
            try:
                tidied = self.tidy()
            except IntouchError as error:
                log.warning("What is past its time could not be taken out tonight. %s", error)
            else:
                log.info("Past their time: %s texts, %s reports.", tidied.bodies, tidied.reports)


def until_night(now: Instant) -> Duration:
    """Return how long it is until the next tidying, at least a microsecond."""
    return DAY - (now - HOUR_OF_DAY) % DAY
