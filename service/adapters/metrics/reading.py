"""What every process can read of the store when it is asked: what waits, what is held and stopped, which rules run.

Kept for a few seconds, so that several who ask cost the store no more than one.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from service.domain.calendar import SECOND, Instant
from service.domain.errors import IntouchError
from service.flow.backlog_port import Backlog
from service.flow.brake_port import Scope
from service.flow.outbox_port import Outbox
from service.flow.ports import Clock, Snapshot, Store

KEPT: Final = 5 * SECOND
_MOST_RULES: Final = 200
"""Rules by name in what is held; whatever is above goes together as "other"."""

QueueDepths = Callable[[], dict[str, int]]
"""Returns how many messages each queue at the broker holds, an empty dict when it cannot be asked."""


@dataclass(slots=True, eq=False)
class StoreReading(Collector):
    """Collects the gauges. `queues` is None where this process knows no broker."""

    store: Store
    clock: Clock
    queues: QueueDepths | None = None
    _known: tuple[Metric, ...] = ()
    _read_at: Instant | None = None
    _turn: Lock = field(default_factory=Lock)

    def describe(self) -> Iterator[Metric]:
        """Yield nothing: registering must not ask the store."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Yield what was read within the last few seconds, or read it now."""
        with self._turn:
            now = self.clock()
            if self._read_at is None or not 0 <= now - self._read_at < KEPT:
                self._known, self._read_at = tuple(self._read(now)), now
            return iter(self._known)

    def _read(self, now: Instant) -> Iterator[Metric]:
        try:
            with self.store.reading() as snapshot:
                waiting = [*_waiting(snapshot.backlog(now), now), *_outbox(snapshot.outbox(), now)]
                read = [*waiting, *_braked(snapshot), *_rules(snapshot)]
        except IntouchError:
            read = []
        yield _gauge("intouch_store_up", "1 where the store could be read, else 0.", float(bool(read)))
        yield from read
        if self.queues is not None:
            yield _labelled("intouch_queue_messages", "Messages at the broker.", "queue", self.queues())


def _waiting(backlog: Backlog, now: Instant) -> Iterator[Metric]:
    due = {each.value: number for each, number in backlog.subjects.items()}
    yield _labelled("intouch_subjects_due", "Subjects that wait to be decided on, and why.", "why", due)
    yield _age("intouch_news_age_seconds", "How long the oldest news waits to be decided on.", backlog.news_since, now)
    yield _gauge("intouch_recipients_due", "Recipients whose plan is due.", backlog.recipients)
    yield _age("intouch_plan_age_seconds", "How long the oldest plan has been due.", backlog.recipients_since, now)
    emails = {"sending": backlog.sending, "overdue": backlog.overdue, "unknown": backlog.unknown}
    yield _labelled("intouch_emails", "Emails on their way, cut off, and of unknown fate.", "state", emails)


def _outbox(outbox: Outbox, now: Instant) -> Iterator[Metric]:
    yield _gauge("intouch_outbox_events", "Intouch's own events that wait to be published.", outbox.waiting)
    yield _age("intouch_outbox_age_seconds", "How long the oldest of them has waited.", outbox.since, now)


def _braked(snapshot: Snapshot) -> Iterator[Metric]:
    held: dict[str, int] = {}
    for n, each in enumerate(snapshot.held_rules()):
        name = each.rule if n < _MOST_RULES else "other"
        held[name] = held.get(name, 0) + each.notices
    yield _labelled("intouch_notices_held", "Notices that the safety limit holds, by rule.", "rule", held)
    scopes = [each.scope for each in snapshot.stops()]
    stops = {each.value: scopes.count(each) for each in Scope}
    yield _labelled("intouch_stops", "Stops by people's order, by how far they reach.", "scope", stops)


def _rules(snapshot: Snapshot) -> Iterator[Metric]:
    active = snapshot.active_rule_set()
    hashes = {active.hash[:12]: 1} if active else {}
    yield _labelled("intouch_rule_set", "1 for the rule set that is active.", "hash", hashes)


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(name, words, value=value)


def _age(name: str, words: str, since: Instant | None, now: Instant) -> Metric:
    return _gauge(name, words, 0.0 if since is None else max(0, now - since) / SECOND)


def _labelled(name: str, words: str, label: str, values: dict[str, int]) -> Metric:
    family = GaugeMetricFamily(name, words, labels=(label,))
    for value, number in values.items():
        family.add_metric((value,), number)
    return family
