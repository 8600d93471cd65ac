"""`intouch explain EVENT`: what became of one event."""

from collections.abc import Iterator
from dataclasses import dataclass

import click

from service.cli.counting import counted
from service.cli.slot_lines import slot_as_json, slot_line
from service.domain.calendar import SECOND, format_rfc3339
from service.domain.catalogue import Catalogue
from service.domain.events import Event, SubjectKind
from service.flow.ports import Snapshot
from service.staff.event_told import Effect, EventTold
from service.staff.sentence import written

NOT_KNOWN = (
    "Not known here: how often it was sent again, and whether another event was refused under its id. Neither leaves a "
    "trace in the log."
)
_OF_A_PROGRAM = "It is about the program. What it changes for each mentorship is told there: explain mentorships/ID."
_MISSING = (
    "There is no event “{id}” in the log{where}. Either it never came, or it was refused: over HTTP its sender was "
    "told why in the answer; from the broker it is a dead letter, with the reason. (A subject is written "
    "mentorships/ID, participants/ID or programs/ID.)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSeen:
    """An event, what it did, whether nobody has looked at it yet, and the zone that its program keeps time by."""

    event: Event
    title: str
    told: EventTold
    is_waiting: bool
    zone: str


def find_event(snapshot: Snapshot, id: str, source: str | None, program: str | None) -> Event:
    """Return the one event of that id. Raises: click.ClickException where there is none, or more than one."""
    found = [each for each in snapshot.events_called(id) if source in (None, each.source)]
    found = [each for each in found if program in (None, each.program)]
    if len(found) == 1:
        return found[0]
    if not found:
        bounds = [f"source {source}"] * bool(source) + [f"program {program}"] * bool(program)
        raise click.ClickException(_MISSING.format(id=id, where=f" ({', '.join(bounds)})" if bounds else ""))
    names = "; ".join(f"--program {each.program} --source {each.source}" for each in found)
    raise click.ClickException(f"{len(found)} events are called “{id}”. Say which: {names}.")


def title_of(catalogue: Catalogue, event: Event) -> str:
    """Return what the event's type is called, or its name where it is known no longer."""
    known = catalogue.types.get(event.type)
    return known.title if known else event.type


def event_sentence(seen: EventSeen) -> str:
    """Return what matters most about the event, in one sentence."""
    event, told = seen.event, seen.told
    came = f"“{seen.title}” about {event.subject} came in on {written(event.recorded, seen.zone)} ({seen.zone})"
    if seen.is_waiting:
        return f"{came}, and waits to be looked at."
    if not told.started and not told.stopped:
        return f"{came}, and no message depends on it."
    started = f"started {counted(len(told.started), 'message')} ({told.went} went)" if told.started else ""
    stopped = f"stopped {counted(len(told.stopped), 'message')}" if told.stopped else ""
    return f"{came}, and {' and '.join(filter(None, (started, stopped)))}."


def event_as_text(seen: EventSeen) -> Iterator[str]:
    """Yield the lines in which the event is explained."""
    event = seen.event
    yield event_sentence(seen)
    yield f"\n{event.type} {event.id}, from {event.source}, for {event.program}"
    yield f"It happened on {written(event.time, seen.zone)} ({seen.zone}), {_arrival(event)}."
    for heading, effects in (("Messages that it started", seen.told.started), ("Stopped", seen.told.stopped)):
        if effects:
            yield f"\n{heading}"
            yield from (f"  {each.told.rule.id}\n  {slot_line(each.slot, each.told)}" for each in effects)
    if event.subject.kind is SubjectKind.PROGRAM:
        yield f"\n{_OF_A_PROGRAM}"
    yield f"\n{NOT_KNOWN}"


def _arrival(event: Event) -> str:
    late_s = (event.recorded - event.time) // SECOND
    if late_s < 0:
        return f"{-late_s} s after it came in, by its sender's clock"
    return f"{late_s} s before it came in" if late_s < 3_600 else f"{late_s / 3_600:.1f} hours before it came in"


def event_as_json(seen: EventSeen) -> dict[str, object]:
    """Return the same as plain JSON values."""
    event = seen.event
    return {
        "sentence": event_sentence(seen),
        "event": {
            "program": event.program,
            "source": event.source,
            "id": event.id,
            "type": event.type,
            "subject": str(event.subject),
            "time": format_rfc3339(event.time),
            "recorded": format_rfc3339(event.recorded),
        },
        "waiting": seen.is_waiting,
        "started": [_effect_as_json(each) for each in seen.told.started],
        "stopped": [_effect_as_json(each) for each in seen.told.stopped],
        "not_known": NOT_KNOWN,
    }


def _effect_as_json(effect: Effect) -> dict[str, object]:
    told, slot = effect
    return {"rule": told.rule.id, "subject": str(told.subject), **slot_as_json(slot)}
