"""Facts and things as compact JSON, and back, exactly.

The rules of this file:
- A moment is [time, source, id]; a held value is the moment and the value; a start and a step are arrays too.
- Things are not in the JSON of facts: each has its own row.
- Facts can be made anew from the log at any time: change FORMAT with the form, and old ones are folded again.
"""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from service.domain.events import SUBJECT_KINDS, Moment, Subject
from service.domain.facts import Reach, Start, Step, SubjectFacts, Tally, Thing

FORMAT: Final = 1


def facts_text(facts: SubjectFacts) -> str:
    """Return the facts as JSON, without their things."""
    own = facts.subject
    form = [
        FORMAT,
        facts.exists_since,
        {name: [t.count, t.first, t.last, t.last_by, t.last_with] for name, t in facts.tallies.items()},
        _held(facts.latest),
        {name: [_start(each, own) for each in starts] for name, starts in facts.starts.items()},
        {name: [each.complete, [_step(step, own) for step in each.steps]] for name, each in facts.reached.items()},
    ]
    return orjson.dumps(form, default=dict).decode()


def facts_of(text: str, subject: Subject) -> SubjectFacts | None:
    """Return the facts, without things; None when another version wrote them in another form."""
    form = orjson.loads(text)
    if form[0] != FORMAT:
        return None
    _, exists_since, tallies, latest, starts, reached = form
    return SubjectFacts(
        subject=subject,
        exists_since=exists_since,
        tallies={name: Tally(*fields) for name, fields in tallies.items()},
        latest=_held_of(latest),
        starts={name: [_start_of(each, subject) for each in each_type] for name, each_type in starts.items()},
        reached={
            name: Reach([_step_of(step, subject) for step in steps], complete)
            for name, (complete, steps) in reached.items()
        },
    )


def thing_text(thing: Thing) -> str:
    """Return a thing's state as JSON, without its kind and id."""
    form = [
        thing.can_close,
        thing.can_be_acknowledged,
        thing.opened,
        thing.opened_by,
        _held(thing.fields),
        thing.acknowledged,
        thing.closed,
        thing.reopened,
        thing.deleted,
        thing.opened_count,
        thing.corrected,
    ]
    return orjson.dumps(form, default=list).decode()


def thing_of(text: str, kind: str, id: str) -> Thing:
    """Return the thing of that kind and id."""
    can_close, can_be, opened, opened_by, fields, acknowledged, closed, reopened, deleted, count, corrected = (
        orjson.loads(text)
    )
    return Thing(
        kind=kind,
        id=id,
        can_close=can_close,
        can_be_acknowledged=can_be,
        opened=_moment(opened),
        opened_by=opened_by,
        fields=_held_of(fields),
        acknowledged=_moment(acknowledged),
        closed=_moment(closed),
        reopened=_moment(reopened),
        deleted=deleted,
        opened_count=count,
        corrected=(Moment(*corrected[0]), corrected[1]) if corrected else None,
    )


def _moment(form: list[Any] | None) -> Moment | None:
    return None if form is None else Moment(*form)


def _held(held: Mapping[str, tuple[Moment, Any]]) -> dict[str, Any]:
    return {name: [*moment, value] for name, (moment, value) in held.items()}


def _held_of(form: dict[str, Any]) -> dict[str, tuple[Moment, Any]]:
    return {name: (Moment(time, source, id), value) for name, (time, source, id, value) in form.items()}


def _start(start: Start, own: Subject) -> list[Any]:
    # Nearly every start is about the subject whose facts these are; null says so.
    about = None if start.subject == own else [*start.subject]
    return [start.type, *start.moment, start.recorded, about, start.by, start.data, start.ref]


def _start_of(form: list[Any], own: Subject) -> Start:
    event_type, time, source, id, recorded, about, by, data, ref = form
    subject = own if about is None else Subject(SUBJECT_KINDS[about[0]], about[1])
    return Start(event_type, Moment(time, source, id), recorded, subject, by, data, ref)


def _step(step: Step, own: Subject) -> list[Any]:
    return [_start(step.start, own), step.ref, step.count, step.opens]


def _step_of(form: list[Any], own: Subject) -> Step:
    start, ref, count, opens = form
    return Step(_start_of(start, own), ref, count, opens)
