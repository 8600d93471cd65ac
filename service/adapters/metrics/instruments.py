"""What one process counts and times as it works. Names are fixed: alerts and dashboards ask for them.

No label has more values than Intouch knows words: an event type that is not in the catalogue is "other".
"""

from collections import Counter as Tally
from collections.abc import Collection, Iterable
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram

from service.domain.calendar import SECOND, Duration
from service.flow.measure_port import Cause, Outcome
from service.flow.ports import EmailState

OTHER: Final = "other"
_LAGS_S: Final = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600, 14_400)


class Instruments:
    """A `Measures` that Prometheus reads."""

    def __init__(self, registry: CollectorRegistry, types: Collection[str]) -> None:
        self._types = frozenset(types)
        self._events = Counter(
            "intouch_events",
            "Events that came in through this process, by type and by what became of them.",
            ("type", "outcome"),
            registry=registry,
        )
        self._dropped = Counter(
            "intouch_dropped_fields",
            "Fields of events that were left out, since the type does not know them (INTOUCH_UNKNOWN_FIELDS=drop).",
            ("type",),
            registry=registry,
        )
        self._notices = Histogram(
            "intouch_event_to_notice_seconds",
            "From when a notice could go (by its event: recorded; by the clock: planned for) to its claim.",
            ("cause",),
            buckets=_LAGS_S,
            registry=registry,
        )
        self._emails = Histogram(
            "intouch_notice_to_provider_seconds",
            "From the claim of an email to the provider's answer, by how it ended.",
            ("state",),
            buckets=_LAGS_S,
            registry=registry,
        )
        for cause in Cause:
            self._notices.labels(cause.value)

    def events(self, outcome: Outcome, types: Iterable[str]) -> None:
        for name, count in Tally(each if each in self._types else OTHER for each in types).items():
            self._events.labels(name, outcome.value).inc(count)

    def dropped(self, type: str, fields: int) -> None:
        self._dropped.labels(type).inc(fields)

    def claimed(self, cause: Cause, waited: Duration) -> None:
        self._notices.labels(cause.value).observe(waited / SECOND)

    def delivered(self, state: EmailState, took: Duration) -> None:
        self._emails.labels(state.value).observe(took / SECOND)
