"""Working: check what is due, send what may go, settle what was cut off; again and again until told to stop."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from logging import getLogger
from threading import Event as Signal
from time import perf_counter
from typing import NamedTuple

from service.domain.calendar import SECOND, Instant, format_rfc3339
from service.domain.channel import ALL_MAIL, Channel
from service.flow.accept import StoreUnavailable
from service.flow.active import ActiveRules
from service.flow.carry import Carrier, Errand
from service.flow.deliver import Recording
from service.flow.dispatch import Claiming, claim
from service.flow.failpoint import Failpoint
from service.flow.gathering import Gathering
from service.flow.lag import waits
from service.flow.letters import Writer
from service.flow.measure_port import Measures, Unmeasured
from service.flow.overtaken import Overtaken
from service.flow.ports import Clock, Store
from service.flow.pulse import Beat, unwatched
from service.flow.reconcile import reconcile
from service.flow.trace import Causes, causes_of, note
from service.flow.trace_port import Step, Tracing, Untraced
from service.flow.watch import Watch

CHECKS_AT_ONCE = 25
"""How many subjects one transaction checks where there is one writer: so few that the door's turn comes soon."""

CHECKS_BESIDE_OTHERS = 100
"""The same where writers meet at rows alone: a batch takes as many statements as one subject."""

COURTESY = 3.0
"""How much longer than it worked the worker rests while events come in: who publishes waits for an answer, who gets
mail does not notice a second."""

LONGEST_WAIT_S = 1.0
"""How long an idle worker sleeps at most: a rule set that another process made active is seen within it."""

TRIES_TO_FINISH = 20
"""How often a worker that is to end tries to record what was sent while the store is away, a second apart; what it
cannot record is unknown once its lease runs out."""

SHORTEST_WAIT_S = 0.02
"""How long it rests where all that is due is in somebody else's hands: they need milliseconds."""

RECIPIENTS_TRIED = 20
"""How many recipients that are due it looks at to find some whose subjects nobody else is at."""

LONGEST_DISPATCH_S = 1.0
"""After how long it looks at what is new meanwhile, however many are still due: an alert may be among it."""

log = getLogger("intouch.work")


class _Claimed(NamedTuple):
    """Emails that are to set out, and what they go back to."""

    errands: list[Errand]
    causes: Causes


@dataclass(slots=True, kw_only=True)
class Worker:
    """Does the work of one process."""

    store: Store
    rules: ActiveRules[Writer]
    carrier: Carrier
    clock: Clock
    claiming: Claiming
    door_is_busy: Callable[[], bool] = lambda: False
    """Says whether events are coming in through this process now; the worker then leaves most of the time to them."""
    checks_at_once: int = CHECKS_AT_ONCE
    gathering: Gathering = field(default_factory=Gathering)
    """For a while where others write beside us; with one writer, `door_is_busy` says when to make way."""
    recipients_per_claim: int = 1
    """How many recipients one transaction claims for; more than one only for a store with one writer."""
    measures: Measures = field(default_factory=Unmeasured)
    tracing: Tracing = field(default_factory=Untraced)
    beat: Beat = unwatched
    """Called with each piece of work: who is not heard of for long is stuck."""
    watch: Watch = field(default_factory=Watch)

    def run(self, stop: Signal, wake: Signal) -> None:
        """Work until `stop` is set; `wake` cuts a wait short. What was claimed is sent and recorded before it ends."""
        needs_footings = True
        while not stop.is_set():
            wake.clear()
            self.beat()
            try:
                # A release before this one, beside us until now, kept none.
                needs_footings = needs_footings and self._ask_for_footings()
                rest_s = 0.0 if self.turn(stop) else self._wait_s()
            except StoreUnavailable as error:
                log.warning("The store cannot be used now; trying again. %s", error)
                rest_s = LONGEST_WAIT_S
            if rest_s:
                wake.wait(rest_s)
        self._finish(wake)

    def _finish(self, wake: Signal) -> None:
        """Send and record what was claimed; where the store is away, wait a while for it."""
        for _ in range(TRIES_TO_FINISH):
            try:
                self.carrier.finish(self._recording)
                break
            except StoreUnavailable as error:
                log.warning("The store cannot be used now to record what was sent; trying again. %s", error)
                wake.clear()
                wake.wait(LONGEST_WAIT_S)

    def _ask_for_footings(self) -> bool:
        """Ask for checks that keep what mentorships stand on, and return False: it is done."""
        with self.store.writing() as transaction:
            transaction.check_unkept()
        return False

    def turn(self, stop: Signal | None = None) -> bool:
        """Do what is due now, in batches, and return whether there was anything."""
        now = self.clock()
        recorded = self.carrier.record(self._recording())
        checked = self._check(now, stop)
        settled = self.carrier.settle_expired(self.clock(), self._recording())
        sent = self._dispatch(stop)
        self._look()
        return bool(recorded or checked or settled or sent)

    def _recording(self) -> Recording:
        with self.store.reading() as snapshot:
            return self.carrier.recording(self.rules.of(snapshot).rule_set)

    def _check(self, now: Instant, stop: Signal | None) -> int:
        """Check every subject that is due, so that plans see all of them."""
        if not self.gathering.is_time(self._log_end):
            return 0
        total, news_until = 0, None
        while not (stop and stop.is_set()):
            begun, began = perf_counter(), self.clock()
            self.beat()
            try:
                with self.store.writing() as transaction:
                    rule_set = self.rules.of(transaction).rule_set
                    if news_until is None:  # what comes in meanwhile waits: else a stream would keep mail from its turn
                        news_until = self.gathering.until(transaction.newest_news())
                    count, news = reconcile(transaction, rule_set, now, self.checks_at_once, self.tracing, news_until)
                    if count:
                        self.carrier.passing(Failpoint.CHECKING)
            except Overtaken:
                break  # mail has its turn, and then it is looked at again
            if count:
                self.carrier.passing(Failpoint.CHECKED)
            note(self.tracing, Step.RECONCILE, news, began, self.clock())
            total += count
            if not count:
                break
            self._look()
            if stop and self.door_is_busy():
                stop.wait(COURTESY * (perf_counter() - begun))
        if total >= self.checks_at_once:
            self.gathering.begin(self._log_end)
        return total

    def _log_end(self) -> int:
        with self.store.reading() as snapshot:
            return snapshot.log_end()

    def _dispatch(self, stop: Signal | None) -> int:
        """Claim and send until nobody is due, or nothing may set out before somebody else is back."""
        planned, begun = 0, perf_counter()
        while not (stop and (stop.is_set() or perf_counter() - begun > LONGEST_DISPATCH_S)):
            # A lease counts from now on: what was checked before may have taken longer than one.
            claimed = self._claim(self.clock())
            if claimed is None:
                break
            planned += 1
            self.beat()
            self.carrier.take(claimed.errands, claimed.causes)
            self.carrier.record(self._recording(), patiently=not self.carrier.has_room)
            self._look()
        return planned

    def _look(self) -> None:
        """Look for what waits too long, at most once a minute; also in the midst of work that takes hours."""
        now = self.clock()
        if self.watch.is_due(now):
            with self.store.writing() as transaction:
                failing_since = transaction.channel(ALL_MAIL).failing_since
                self.watch.look(transaction, self.rules.of(transaction).rule_set, now, failing_since)

    def _claim(self, now: Instant) -> _Claimed | None:
        """Claim for the next recipients that are due and may be claimed for; None when there is nobody."""
        with self.store.reading() as snapshot:
            if not (self.carrier.room(snapshot.channel(ALL_MAIL), now) and snapshot.due_recipients(now, 1)):
                return None
        began = self.clock()
        with self.store.writing() as transaction:
            at_most = min(self.recipients_per_claim, self.carrier.room(transaction.channel(ALL_MAIL), now))
            due = transaction.due_recipients(now, max(at_most, RECIPIENTS_TRIED)) if at_most else ()
            rule_set = self.rules.of(transaction).rule_set
            claims = (claim(transaction, rule_set, each, now, self.claiming) for each in due)
            done = list(_until_enough(claims, at_most))
            self.carrier.note_claimed(transaction, sum(map(len, done)), now)
            emails = [email for errand in done for email in errand]
            causes = causes_of(self.tracing, transaction, emails)
            if emails:
                self.carrier.passing(Failpoint.CLAIMING)
        if emails:
            self.carrier.passing(Failpoint.CLAIMED)
        for each in causes.values():
            note(self.tracing, Step.CLAIM, each, began, self.clock())
        for cause, waited in (wait for email in emails for wait in waits(email)):
            self.measures.claimed(cause, waited)
        return _Claimed([errand for errand in done if errand], causes) if done else None

    def mail_in_words(self) -> str:
        """Return `ok`, or why no mail is sent, or none of some programs, and until when it rests."""
        with self.store.reading() as snapshot:
            channels = [snapshot.channel(name) for name in (ALL_MAIL, *self.carrier.accounts.own())]
        now = self.clock()
        return " ".join(_in_words(each) for each in channels if each.rests(now)) or "ok"

    def _wait_s(self) -> float:
        with self.store.reading() as snapshot:
            due, channel = snapshot.next_due(), snapshot.channel(ALL_MAIL)
        if due is None:
            return LONGEST_WAIT_S
        due = max(due, channel.free_at) if due else due
        until_due_s = (due - self.clock()) / SECOND
        return max(SHORTEST_WAIT_S, min(LONGEST_WAIT_S, max(self.gathering.rest_s(), until_due_s)))


def _until_enough(claims: Iterable[Errand | None], at_most: int) -> Iterator[Errand]:
    """Yield what was claimed until there is something to do for so many; nothing of those who are not to be claimed."""
    enough = 0
    for each in claims:
        if each is not None:
            yield each
            enough += bool(each)
        if enough == at_most:
            return


def _in_words(channel: Channel) -> str:
    about = f"Mail of {channel.name}" if channel.name else "Mail"
    return f"{about} rests until {format_rfc3339(channel.free_at // SECOND * SECOND)}. {channel.trouble}"
