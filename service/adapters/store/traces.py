"""What the log tells of traces. Asked only where somebody keeps them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from service.adapters.store.session import Session
from service.flow.trace_port import EventName, TracedNews

# The events of subjects that are not folded yet and came with a traceparent.
_NEWS: Final = """
SELECT e.type, e.traceparent FROM {listed} AS wanted CROSS JOIN subjects AS s CROSS JOIN events AS e
WHERE s.program = wanted.program AND s.kind = wanted.kind AND s.id = wanted.id AND s.news_at IS NOT NULL
AND e.program = s.program AND e.subject_kind = s.kind AND e.subject_id = s.id AND e.seq > s.folded_seq
AND e.traceparent IS NOT NULL ORDER BY e.seq LIMIT :limit
"""

# The traceparents of several events.
_OF: Final = """
SELECT e.program, e.source, e.id, e.traceparent FROM {listed} AS wanted CROSS JOIN events AS e
WHERE e.program = wanted.program AND e.source = wanted.source AND e.id = wanted.id AND e.traceparent IS NOT NULL
"""


class SqlTraceReading:
    """A `TraceReading` over one transaction."""

    _session: Session

    def traced_news(self, subjects: Collection[tuple[str, str, str]], limit: int = 1_000) -> Sequence[TracedNews]:
        rows = self._session.listed(_NEWS, sorted(subjects), "program", "kind", "id", limit=limit)
        return [TracedNews(*row) for row in rows]

    def traceparents(self, events: Collection[EventName]) -> Mapping[EventName, str]:
        rows = self._session.listed(_OF, sorted(tuple(each) for each in events), *EventName._fields)
        return {EventName(program, source, id): traceparent for program, source, id, traceparent in rows}
