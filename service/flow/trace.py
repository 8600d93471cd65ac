"""Tracing: for whose events something is done, so that a publisher's trace goes on to the provider.

Each event that something is done for has its span in its own publisher's trace. One email for two events is in both.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from service.domain.calendar import Instant
from service.domain.events import Incoming
from service.flow.measure_port import Outcome
from service.flow.ports import Appended, EmailRow, Snapshot, SubjectKey
from service.flow.trace_port import About, EventName, Span, Step, Tracing

TRACEPARENT: Final = "traceparent"
_WELL_FORMED: Final = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


class Cause(NamedTuple):
    """An event that something is done for: its publisher's traceparent, and what is told of it."""

    traceparent: str
    about: About


Causes = Mapping[str, Sequence[Cause]]
"""The causes of each email, by its id; of those that have any."""


def on_the_trace(event: object, carrier: object) -> object:
    """Return the event on the trace of the request or message that carried it, unless it names one itself.

    `carrier` is that one's own `traceparent`, or None; what is not well-formed is passed over, as the standard has it.
    Source: https://www.w3.org/TR/trace-context/#traceparent-header
    """
    if not isinstance(carrier, str) or not _WELL_FORMED.fullmatch(carrier):
        return event
    if not isinstance(event, dict) or event.get(TRACEPARENT) is not None:
        return event
    return {**event, TRACEPARENT: carrier}


def arrivals_of(events: Sequence[Incoming], appended: Appended) -> list[Cause]:
    """Return the events of a batch, each with what became of it; where there are conflicts, only those in conflict."""
    conflicts, repeated = set(appended.conflicts), set(appended.repeated)
    causes: list[Cause] = []
    for n, each in enumerate(events):
        if each.traceparent and (n in conflicts or not conflicts):
            outcome = Outcome.CONFLICT if conflicts else Outcome.DUPLICATE if n in repeated else Outcome.ACCEPTED
            causes.append(Cause(each.traceparent, {"event.type": each.type, "outcome": outcome.value}))
    return causes


def news_of(tracing: Tracing, snapshot: Snapshot, keys: Collection[SubjectKey]) -> list[Cause]:
    """Return the events that are news of the subjects."""
    if not (tracing.is_on and keys):
        return []
    news = snapshot.traced_news([(key.program, key.subject.kind.value, key.subject.id) for key in keys])
    return [Cause(traceparent, {"event.type": type}) for type, traceparent in dict.fromkeys(news)]


def causes_of(tracing: Tracing, snapshot: Snapshot, emails: Iterable[EmailRow]) -> Causes:
    """Return the events that started the emails' notices, each with the rules it started."""
    started = [(email, _starts(email)) for email in emails] if tracing.is_on else []
    found = snapshot.traceparents({name for _, starts in started for name in starts}) if started else {}
    return {email.id: _causes(starts, found) for email, starts in started}


def _starts(email: EmailRow) -> dict[EventName, set[str]]:
    """Return the events that started an email's notices, with the rules."""
    starts: dict[EventName, set[str]] = {}
    for notice in email.notices:
        _, source, id = notice.candidate.start_moment
        starts.setdefault(EventName(email.program, source, id), set()).add(notice.candidate.key.rule)
    return starts


def _causes(starts: Mapping[EventName, set[str]], found: Mapping[EventName, str]) -> list[Cause]:
    rules: dict[str, set[str]] = {}
    for name, started in starts.items():
        if name in found:
            rules.setdefault(found[name], set()).update(started)
    return [Cause(traceparent, {"rules": tuple(sorted(each))}) for traceparent, each in rules.items()]


def note(tracing: Tracing, step: Step, causes: Iterable[Cause], began: Instant, ended: Instant, **more: str) -> None:
    """Note a step that is done, for each of its causes; `more` is told of all of them."""
    tracing.note(
        Span(step=step, traceparent=each.traceparent, began=began, ended=ended, about={**each.about, **more})
        for each in causes
    )
