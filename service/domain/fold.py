"""Folding: from events to facts, one at a time in whatever order they arrive.

Most of it commutes, so an event that comes late costs no more than one in time. Three things do not: an opening
event that precedes the one already standing, a deletion of what was the first or last of its kind, and a change
before a total that was already reached. Those raise Refold, and the caller folds the subject's whole log once.
"""

from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from service.domain.calendar import NEVER, Instant, parse_rfc3339
from service.domain.catalogue import Catalogue, Does, EventType
from service.domain.events import Event, Moment, Subject
from service.domain.facts import Reach, Start, Step, SubjectFacts, Tally, Thing
from service.domain.lens import Lens, as_text, matches

STATUS = "status"
PRESENCE = "presence"
PAUSE = "pause"

_STATUSES = {
    "mentorship.matched": (STATUS, "active"),
    "mentorship.resumed": (STATUS, "active"),
    "mentorship.paused": (STATUS, "paused"),
    "mentorship.completed": (STATUS, "ended"),
    "mentorship.unmatched": (STATUS, "ended"),
    "participant.registered": (PRESENCE, "present"),
    "participant.left": (PRESENCE, "left"),
    "participant.resumed": (PAUSE, None),
}
_PROFILES = frozenset(
    {
        "participant.invited",
        "participant.registered",
        "participant.updated",
        "program.launched",
        "program.updated",
        "program.ended",
        "mentorship.matched",
    }
)
STATING = _PROFILES.union(_STATUSES, ("participant.paused", "participant.preferences_changed"))
"""Event types that say who or how somebody is: they matter whatever the rules ask for."""
NO_END = "no end"
"""A pause that lasts until somebody ends it."""


def leaving_status(status: str) -> tuple[str, ...]:
    """Return the event types after which a mentorship has another status than that one; a new match apart."""
    changes = ((event, to) for event, (name, to) in _STATUSES.items() if name == STATUS)
    return tuple(event for event, to in changes if to != status and event != "mentorship.matched")


class Refold(Exception):  # noqa: N818 - it is a request, not an error
    """This event changes the past in a way that only the whole log can tell."""


@dataclass(frozen=True, slots=True)
class Folding:
    """How to fold: the words events are written in, and what the program's rules need of them."""

    catalogue: Catalogue
    lens: Lens

    def whole(self, subject: Subject, events: Iterable[Event]) -> SubjectFacts:
        """Return the facts of a subject from all its events, in any order, duplicates and all."""
        facts = SubjectFacts(subject=subject)
        unique = {(each.source, each.id): each for each in sorted(events, key=lambda each: -each.recorded)}
        ordered = sorted(unique.values(), key=lambda each: each.moment)
        for event in ordered:
            kind = self.catalogue.types.get(event.type)
            if kind and kind.does is Does.DELETES:
                self._thing(facts, kind, event).deleted = True
        for event in ordered:
            self.one(facts, event)
        return facts

    def one(self, facts: SubjectFacts, event: Event) -> None:
        """Fold one event that was not folded before into the facts.

        Raises: Refold, leaving the facts unusable, when only `whole` can tell.
        """
        kind = self.catalogue.types.get(event.type)
        if kind is None:
            return
        _note_existence(facts, event)
        if event.type in STATING:
            _note_latest(facts, event)
        event = _from_when_it_counts(kind, event)
        if self.is_one_more(facts, event):
            by = str(event.data.get(kind.initiator) or "") if kind.initiator else ""
            _tallied(facts, kind, event.time, by, 1)
            return
        start = _start(kind, event)
        thing = self._thing(facts, kind, event) if kind.thing else None
        if thing is None:
            self._count(facts, kind, start, 1)
        else:
            self._fold_thing(facts, kind, start, thing)

    def is_one_more(self, facts: SubjectFacts, event: Event) -> bool:
        """Return whether an event of a known type is only counted: no thing, start, step or compared value is kept."""
        name = event.type
        lens = self.lens
        if self.catalogue.types[name].thing or name in lens.starting or name in lens.same_fields:
            return False
        reached = [facts.reached.get(rule.id) for rule in lens.reaching.get(name, ())]
        return all(each is not None and each.is_past(event.moment) for each in reached)

    def _thing(self, facts: SubjectFacts, kind: EventType, event: Event) -> Thing:
        assert kind.thing is not None and kind.id_field is not None
        ref = str(event.data.get(kind.id_field))
        held = facts.things.get((kind.thing, ref))
        if held is None:
            done = {each.does for each in self.catalogue.things[kind.thing]}
            held = facts.things[kind.thing, ref] = Thing(
                kind=kind.thing,
                id=ref,
                can_close=Does.CLOSES in done,
                can_be_acknowledged=Does.ACKNOWLEDGES in done,
            )
        return held

    def _fold_thing(self, facts: SubjectFacts, kind: EventType, start: Start, thing: Thing) -> None:
        moment = start.moment
        match kind.does:
            case Does.OPENS:
                self._open(facts, kind, start, thing)
                return
            case Does.ACKNOWLEDGES:
                thing.acknowledged = _newest(thing.acknowledged, moment)
            case Does.CLOSES:
                thing.closed = _newest(thing.closed, moment)
            case Does.REOPENS:
                thing.reopened = _newest(thing.reopened, moment)
            case Does.CORRECTS:
                self._correct(facts, kind, start, thing)
            case Does.DELETES:
                self._delete(facts, kind, thing)
        _set_fields(thing, kind, start)
        self._count(facts, kind, start, 1)

    def _open(self, facts: SubjectFacts, kind: EventType, start: Start, thing: Thing) -> None:
        """The first of several openings by (time, source, id) stands; the others never happened."""
        if thing.opened is not None:
            if start.moment < thing.opened:
                raise Refold
            return
        thing.opened, thing.opened_by = start.moment, start.by
        _set_fields(thing, kind, start)
        if kind.counted_by:
            thing.opened_count = int(start.data.get(kind.counted_by) or 1)
        if not thing.deleted:
            self._count(facts, kind, start, thing.count, thing)

    def _correct(self, facts: SubjectFacts, kind: EventType, start: Start, thing: Thing) -> None:
        opening = self._opening(kind)
        count = start.data.get(opening.counted_by or "") if opening else None
        if opening is None or count is None:
            return
        before = thing.count
        if thing.corrected is None or thing.corrected[0] < start.moment:
            thing.corrected = (start.moment, int(count))
        if thing.deleted:
            return
        if thing.opened is not None:
            facts.tallies[opening.name].count += thing.count - before
        self._step(facts, opening, Step(start, start.key, int(count), opens=False))

    def _delete(self, facts: SubjectFacts, kind: EventType, thing: Thing) -> None:
        """As if it had never been logged; `whole` marks deletions before it folds, and passes here harmlessly."""
        if thing.deleted:
            return
        thing.deleted = True
        opening = self._opening(kind)
        if opening is None or thing.opened is None:
            return
        tally, at = facts.tallies[opening.name], thing.opened.time
        edges = {tally.first, tally.last, *tally.last_by.values()}
        edges.update(time for values in tally.last_with.values() for time in values.values())
        known = f"{facts.subject.id} {thing.id}"
        counted = any(step.ref == known for each in facts.reached.values() for step in each.steps)
        if at in edges or counted or opening.name in self.lens.starting:
            raise Refold
        tally.count -= thing.count

    def _opening(self, kind: EventType) -> EventType | None:
        return next((each for each in self.catalogue.things[kind.thing or ""] if each.does is Does.OPENS), None)

    def _count(
        self, facts: SubjectFacts, kind: EventType, start: Start, count: int, thing: Thing | None = None
    ) -> None:
        """Take a standing event into its type's tally, its starts and its totals."""
        at = start.moment.time
        tally = _tallied(facts, kind, at, start.by, count)
        for name in self.lens.same_fields.get(kind.name, ()):
            value = as_text(start.data.get(name))
            for held in (name, same_by(name, start.by)):
                values = tally.last_with.setdefault(held, {})
                values[value] = max(values.get(value, at), at)
        if kind.name in self.lens.starting:
            insort(facts.starts.setdefault(kind.name, []), start, key=_moment_of)
        opened = thing.opened_count if thing else count
        self._step(facts, kind, Step(start, start.key, opened, opens=True))

    def _step(self, facts: SubjectFacts, kind: EventType, step: Step) -> None:
        """Take a step into each total that counts it: a log by its own data as sent, a correction with its log."""
        for rule in self.lens.reaching.get(kind.name, ()):
            reach = facts.reached.setdefault(rule.id, Reach())
            if step.opens and not matches(rule, step.start.data):
                # A correction that came first waited for this log, which does not count.
                reach.steps = [each for each in reach.steps if each.ref != step.ref]
                continue
            known = facts.things.get((kind.thing or "", step.start.ref or ""))
            if not step.opens and known is not None and known.opened is not None and not _has_log(reach, step.ref):
                continue
            _take(reach, step, rule.reaches or 0)


def _tallied(facts: SubjectFacts, kind: EventType, at: Instant, by: str, count: int) -> Tally:
    """Return the type's tally, with one more event in it that stands for `count`."""
    tally = facts.tallies.get(kind.name)
    if tally is None or not tally.count:
        tally = facts.tallies[kind.name] = Tally(first=at, last=at)
    tally.count += count
    tally.first = min(tally.first, at)
    tally.last = max(tally.last, at)
    if by:
        tally.last_by[by] = max(tally.last_by.get(by, at), at)
    return tally


def _has_log(reach: Reach, ref: str) -> bool:
    return any(each.opens and each.ref == ref for each in reach.steps)


def _take(reach: Reach, step: Step, wanted: int) -> None:
    """Put a step in its place and cut what lies beyond the one that first comes to the wanted total."""
    if reach.is_past(step.start.moment):
        return
    insort(reach.steps, step, key=_moment_of_step)
    was_complete, crossing = reach.complete, reached_at(reach.steps, wanted)
    if crossing is None:
        if was_complete:
            raise Refold
        return
    reach.complete = True
    del reach.steps[crossing + 1 :]


def same_by(name: str, role: str) -> str:
    """Return the name under which a tally holds the last times of a field's values by one role."""
    return f"{name} by {role}"


def reached_at(steps: Iterable[Step], wanted: int) -> int | None:
    """Return the index of the step at which the total first comes to the wanted number, or None."""
    counts: dict[str, int] = {}
    opened: set[str] = set()
    total = 0
    for index, step in enumerate(steps):
        before = counts[step.ref] if step.ref in opened else 0
        if step.opens:
            opened.add(step.ref)
            counts.setdefault(step.ref, step.count)
        else:
            counts[step.ref] = step.count
        total += (counts[step.ref] if step.ref in opened else 0) - before
        if total >= wanted:
            return index
    return None


def _moment_of(start: Start) -> Moment:
    return start.moment


def _moment_of_step(step: Step) -> Moment:
    return step.start.moment


def _newest(held: Moment | None, moment: Moment) -> Moment:
    return moment if held is None or held < moment else held


def _start(kind: EventType, event: Event) -> Start:
    return Start(
        type=event.type,
        moment=event.moment,
        recorded=event.recorded,
        subject=event.subject,
        by=str(event.data.get(kind.initiator) or "") if kind.initiator else "",
        data=event.data,
        ref=str(event.data[kind.id_field]) if kind.id_field and kind.id_field in event.data else None,
    )


def _from_when_it_counts(kind: EventType, event: Event) -> Event:
    """Return the event as if it had come at the instant that it names, where that is later."""
    named = event.data.get(kind.not_before) if kind.not_before else None
    if named is None:
        return event
    at = parse_rfc3339(named)
    return event._replace(time=max(event.time, at), recorded=max(event.recorded, at))


_BEFORE_ALL = Moment(-NEVER, "", "")


def _set_fields(thing: Thing, kind: EventType, start: Start) -> None:
    # Whatever updates a thing outranks what opened it: the updater's clock may lag behind the opener's.
    moment = _BEFORE_ALL if kind.does is Does.OPENS else start.moment
    for name, value in start.data.items():
        held = thing.fields.get(name)
        if held is None or held[0] < moment:
            thing.fields[name] = (moment, value)


def _note_existence(facts: SubjectFacts, event: Event) -> None:
    """A subject exists from the first event about it."""
    if facts.exists_since is None or event.time < facts.exists_since:
        facts.exists_since = event.time


def _note_latest(facts: SubjectFacts, event: Event) -> None:
    changed = _STATUSES.get(event.type)
    if changed:
        _set_latest(facts, changed[0], event.moment, changed[1])
    if event.type == "participant.paused":
        _set_latest(facts, PAUSE, event.moment, event.data.get("until") or NO_END)
    if event.type == "participant.preferences_changed":
        _set_latest(facts, preference(event.data["category"]), event.moment, event.data["wanted"])
    if event.type in _PROFILES:
        for name, value in event.data.items():
            _set_latest(facts, name, event.moment, value)


def preference(category: str) -> str:
    """Return the name under which facts hold whether a category is wanted."""
    return f"wants {category}"


def _set_latest(facts: SubjectFacts, name: str, moment: Moment, value: Any) -> None:
    held = facts.latest.get(name)
    if held is None or held[0] < moment:
        facts.latest[name] = (moment, value)
