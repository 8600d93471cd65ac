"""Carrying: what was claimed is written out and sent, several emails at once, and what became of it recorded together.

The threads here do nothing but send: claiming, writing out and recording are the worker's, so that the store is asked
once for many, and threads that wait for the store do not wait for each other.
"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from logging import getLogger
from queue import Empty, SimpleQueue

from service.domain.calendar import SECOND, Duration, Instant
from service.domain.channel import ALL_MAIL, Channel
from service.domain.rules import RuleSet
from service.flow.accounts import Accounts, OneAccount
from service.flow.deliver import (
    LEASE_OVER,
    NOBODY_LEFT,
    RESTS,
    Composer,
    Delivered,
    Recording,
    Written,
    deliver,
    record,
    settle_expired,
    write_out,
)
from service.flow.failpoint import Failpoint, Passing, unhindered
from service.flow.mail_port import Mailer
from service.flow.measure_port import Measures, Unmeasured
from service.flow.ports import Clock, EmailRow, EmailState, Store, Transaction
from service.flow.pulse import Beat, unwatched
from service.flow.trace import Cause, Causes, note
from service.flow.trace_port import Step, Tracing, Untraced

_IN_TURN = 20
"""For how many recipients is claimed at once where emails go in turn: a cut leaves theirs unknown, and no more."""
_PART_OF_SENDERS = 4
"""One in how many senders is to be free before the store is asked for more: a transaction for each email costs more
than its text and its way together."""
_LULL_S = 0.01
"""How long to look out for another email that is through, before those that are are recorded."""
_WRITTEN_AT_ONCE = 8
"""For how many recipients emails are written out before the first of them sets out."""
_NO_CAUSES: Causes = {}

log = getLogger("intouch.work")

Errand = Sequence[EmailRow]
"""Emails to one recipient, which go one after the other."""
End = tuple[EmailRow, Delivered]


class _AtOnce(Executor):
    """Runs what it is given then and there."""

    def submit(self, call, /, *args, **more):  # type: ignore[no-untyped-def]  # as Executor has it
        done: Future[list[End]] = Future()
        done.set_result(call(*args, **more))
        return done


@dataclass(slots=True, kw_only=True)
class Carrier:
    """Sends what one worker claims. `senders` is how many emails are on their way at once; 1 sends them in turn."""

    store: Store
    mailer: Mailer
    clock: Clock
    compose: Composer
    jitter: Callable[[], float]
    """Returns a number in [0, 1), to spread retries."""
    gap: Duration = 0
    """How far apart emails go, all processes together; 0 for as fast as they are taken."""
    accounts: Accounts = field(default_factory=OneAccount)
    senders: int = 1
    wake: Callable[[], None] = lambda: None
    """Called when an email is through."""
    measures: Measures = field(default_factory=Unmeasured)
    tracing: Tracing = field(default_factory=Untraced)
    beat: Beat = unwatched
    """Called with each email: who is not heard of for long is stuck."""
    passing: Passing = unhindered
    _pool: Executor = field(init=False)
    _going: set[Future[list[End]]] = field(default_factory=set)
    _through: SimpleQueue[Future[list[End]]] = field(default_factory=SimpleQueue)
    _ended: list[End] = field(default_factory=list)
    _rests_until: dict[str, Instant] = field(default_factory=dict)
    _was_in_trouble: bool = False

    def __post_init__(self) -> None:
        self._pool = ThreadPoolExecutor(self.senders, "send") if self.senders > 1 else _AtOnce()

    @property
    def is_busy(self) -> bool:
        return bool(self._going or self._ended)

    @property
    def has_room(self) -> bool:
        """Whether so many senders are free that it is worth to claim for them."""
        return len(self._going) + self.senders // _PART_OF_SENDERS <= self.senders and len(self._going) < self.senders

    def recording(self, rule_set: RuleSet) -> Recording:
        """Return how its emails are recorded under a rule set."""
        return Recording(rule_set=rule_set, patience=self.mailer.patience, chance=self.jitter)

    def room(self, channel: Channel, now: Instant) -> int:
        """Return for how many recipients emails may set out now."""
        self._was_in_trouble = channel.failures > 0
        if channel.rests(now):
            return 0
        free = self.senders - len(self._going) if self.senders > 1 else _IN_TURN
        return min(free, channel.room(self.gap, now)) if self.gap else free

    def note_claimed(self, transaction: Transaction, emails: int, now: Instant) -> None:
        """Take the emails' place among all mail."""
        if self.gap and emails:
            transaction.save_channel(transaction.hold_channel(ALL_MAIL).used(emails, self.gap, now))

    def take(self, errands: Iterable[Errand], causes: Causes = _NO_CAUSES) -> None:
        """Send claimed emails on their way; `causes` are the events whose traces this is told to."""
        waiting = list(errands)
        several = min(self.senders, _WRITTEN_AT_ONCE)
        for first in range(0, len(waiting), several):
            self.beat()
            for errand in write_out(waiting[first : first + several], self.compose):
                sending = self._pool.submit(self._run, errand, causes)
                self._going.add(sending)
                sending.add_done_callback(self._note_through)

    def _note_through(self, sending: Future[list[End]]) -> None:
        self._through.put(sending)
        self.wake()

    def _run(self, errand: Sequence[Written], causes: Causes) -> list[End]:
        ends: list[End] = []
        for each in errand:
            self.beat()
            refused = any(delivered.bounced or delivered.of_recipient for _, delivered in ends)
            ends.append((each.email, NOBODY_LEFT if refused else self._deliver(each, causes.get(each.email.id, ()))))
        return ends

    def _deliver(self, written: Written, causes: Iterable[Cause]) -> Delivered:
        self.passing(Failpoint.ASKING)
        if written.email.lease_until <= self.clock():
            # Whoever found the lease run out may have settled this email, and decided its notices anew.
            return LEASE_OVER
        channel = self.accounts.channel_of(written.email.program)
        if self._rests_until.get(channel, 0) > self.clock():
            return RESTS
        began = self.clock()
        delivered = deliver(written, self.mailer)
        if delivered.state is EmailState.SENT:
            # Without a provider that reports, this line is what a store that was put back can be told.
            log.info("Sent %s.", " ".join((written.email.id, *written.outgoing[0].marks)))
        self.passing(Failpoint.ANSWERED)
        note(self.tracing, Step.SEND, causes, began, self.clock(), outcome=delivered.state.value)
        if delivered.trouble:
            # For those at its heels; all others are told when recording.
            self._rests_until[channel] = self.clock() + SECOND
        return delivered

    def record(self, how: Recording, *, patiently: bool = False) -> int:
        """Record what became of the emails that are through, and return how many; `patiently`, wait for some to be.

        What the store does not take now is kept, and recorded the next time.
        """
        through = 0
        if patiently and self._going and not self._ended:
            self._end(self._through.get())
            through = 1 + self._gather()
        while self._end_next(0):
            through += 1
        sent = [each for each in self._ended if each[1].state is EmailState.SENT]
        self._commit(sent, how)
        for end in list(self._ended):
            # Each by itself: what is decided anew touches counts that others' emails share.
            self._commit([end], how)
        return through

    def _gather(self) -> int:
        """Wait until there is room, or none comes for a while, and return how many were through meanwhile."""
        through = 0
        while self._going and not self.has_room and self._end_next(_LULL_S):
            through += 1
        return through

    def _end_next(self, timeout_s: float) -> bool:
        try:
            self._end(self._through.get(timeout=timeout_s) if timeout_s else self._through.get_nowait())
        except Empty:
            return False
        return True

    def _end(self, sending: Future[list[End]]) -> None:
        self._going.discard(sending)
        self._ended += sending.result()

    def _commit(self, ends: list[End], how: Recording) -> None:
        if not ends:
            return
        now = self.clock()
        with self.store.writing() as transaction:
            for email, delivered in ends:
                record(transaction, email, delivered, now, how)
            by_channel = {self.accounts.channel_of(email.program): delivered for email, delivered in ends}
            # All mail's row is the last one that anybody takes.
            for name in sorted(by_channel, reverse=True):
                self._note_channel(transaction, name, by_channel[name], now)
            self.passing(Failpoint.RECORDING)
        self.passing(Failpoint.RECORDED)
        for email, delivered in ends:
            self.measures.delivered(delivered.state, now - email.claimed_at)
        recorded = {email.id for email, _ in ends}
        self._ended = [each for each in self._ended if each[0].id not in recorded]

    def _note_channel(self, transaction: Transaction, name: str, delivered: Delivered, now: Instant) -> None:
        """Hold the channel back after a failure, in every process; take note when it works again."""
        if delivered.trouble:
            channel = transaction.hold_channel(name).failed(delivered.error, delivered.rest, self.jitter(), now)
            transaction.save_channel(channel)
            self._rests_until[name] = channel.free_at
            self._was_in_trouble = self._was_in_trouble or name == ALL_MAIL
            about = f"Mail of {name}" if name else "Mail"
            log.warning("%s rests for %.0f s. %s", about, (channel.free_at - now) / SECOND, delivered.error)
        elif delivered.state is EmailState.SENT and self._may_be_in_trouble(transaction, name):
            channel = transaction.hold_channel(name)
            if not channel.rests(now):
                transaction.save_channel(channel.recovered())
                self._was_in_trouble = self._was_in_trouble and name != ALL_MAIL

    def _may_be_in_trouble(self, transaction: Transaction, name: str) -> bool:
        return self._was_in_trouble if name == ALL_MAIL else transaction.channel(name).failures > 0

    def settle_expired(self, now: Instant, how: Recording) -> int:
        """Settle emails that somebody's cut left on their way, and return how many."""
        return settle_expired(self.store, self.mailer, now, how, self.passing)

    def finish(self, how: Callable[[], Recording]) -> None:
        """Wait for everything that is on its way, and record it. Raises: StoreUnavailable; it may be asked again."""
        while self.is_busy:
            self.record(how(), patiently=True)
        self._pool.shutdown()
