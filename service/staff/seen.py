"""Each condition of a rule as one subject's facts answer it: what is asked, whether it holds, and what was seen."""

from collections.abc import Iterator
from dataclasses import dataclass

from service.domain.addressing import addressed
from service.domain.book import ProgramBook
from service.domain.calendar import Instant
from service.domain.compiled import Compiled
from service.domain.facts import Start
from service.domain.gates import CompiledGate, is_of_lines, stopped, stopped_for
from service.domain.rules import Groups, Kind, Until
from service.domain.slots import break_at
from service.domain.view import Person, View

_SINCE = ("never", "happened", "none_since_start", "happened_since_start")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One condition. `at` is the instant that was seen, where it is one; `recipient` is "" where all share it."""

    asks: str
    holds: bool
    value: str = ""
    at: Instant | None = None
    recipient: str = ""


def conditions(book: ProgramBook, compiled: Compiled, view: View, start: Start | None, now: Instant) -> Iterator[Seen]:
    """Yield every condition of the rule, in the order in which they are asked."""
    rule = compiled.rule
    if start is not None:
        for until in rule.until:
            yield Seen(asks=until_asked(until), holds=not stopped(until, view, start, book.catalogue))
        yield from _read_before(compiled, view, start)
    yield from _kind_goes_on(book, compiled, view, now)
    if rule.only_for != Groups():
        groups = sorted(group for person in view.people for group in person.groups)
        wanted = sorted(rule.only_for.mentor | rule.only_for.mentee | rule.only_for.either)
        yield Seen(asks=f"only_for: {', '.join(wanted)}", holds=_carried(rule.only_for, view), value=", ".join(groups))
    for gate in compiled.common:
        yield _gate(gate, view, start, None)
    for person in view.people:
        for gate in compiled.personal:
            yield _gate(gate, view, start, person)
    yield from _quiet(book, compiled, view, now)
    for pause in book.pauses:
        if rule.kind in pause.stops:
            applies = bool(view.mentorships) and all(gate.holds(view, None, None) for gate in pause.gates)
            yield Seen(asks=f"not paused: {pause.id}", holds=not applies)
    if compiled.times.rests and (breaks := book.breaks(view.program)):
        resting = break_at(breaks, now)
        yield Seen(asks="no break", holds=resting is None, at=resting.end if resting else None)


def _read_before(compiled: Compiled, view: View, start: Start) -> Iterator[Seen]:
    """Yield each `until` that asks of a recipient whether they know the resource of their line."""
    for addressee, send, _ in addressed(view, compiled.rule, start):
        for until in compiled.rule.until:
            if send.resource and is_of_lines(until, start):
                holds = not stopped_for(until, start, send.resource, addressee.person)
                yield Seen(asks=until_asked(until), holds=holds, value=send.resource, recipient=addressee.recipient)


def until_asked(until: Until) -> str:
    """Return how an `until` is named: its event, whose act it must be, and the field that must agree."""
    by, same = until.by and f"by {until.by}", until.same and f"same {until.same}"
    return f"until: {', '.join(filter(None, (until.event, by, same)))}"


def _kind_goes_on(book: ProgramBook, compiled: Compiled, view: View, now: Instant) -> Iterator[Seen]:
    """Yield what ends a nudge or a report by itself."""
    kind = compiled.rule.kind
    if kind in (Kind.NUDGE, Kind.REPORT):
        ended = book.ended_at(view.program)
        yield Seen(asks="the program goes on", holds=ended is None or ended > now, at=ended)
    if kind is Kind.NUDGE:
        left = [person.id for person in view.people if person.has_left]
        yield Seen(asks="nobody has left", holds=not left, value=", ".join(left))
        if view.mentorships and view.subject == view.own.subject and view.mentorships[0] is view.own:
            status = view.status()
            yield Seen(asks="the mentorship is active", holds=status == "active", value=status or "not matched")


def _carried(wanted: Groups, view: View) -> bool:
    def carries(groups: frozenset[str], role: str) -> bool:
        people = [each for each in view.people if role in ("", each.role)]
        return not groups or any(not groups.isdisjoint(each.groups) for each in people)

    return carries(wanted.mentor, "mentor") and carries(wanted.mentee, "mentee") and carries(wanted.either, "")


def _gate(gate: CompiledGate, view: View, start: Start | None, person: Person | None) -> Seen:
    seen, recipient = gate.seen(view, start, person), person.id if person else ""
    holds = gate.holds(view, start, person)
    if gate.name.rpartition(": ")[2] in _SINCE:
        at = seen if isinstance(seen, int) else None
        return Seen(asks=gate.name, holds=holds, value="never" if at is None else "last", at=at, recipient=recipient)
    return Seen(asks=gate.name, holds=holds, value=_shown(seen), recipient=recipient)


def _shown(seen: object) -> str:
    if isinstance(seen, list):
        return ", ".join(map(str, seen)) or "neither open nor unacknowledged"
    return "none" if seen is None else str(seen)


def _quiet(book: ProgramBook, compiled: Compiled, view: View, now: Instant) -> Iterator[Seen]:
    for quiet in compiled.rule.none_in_last:
        people: tuple[Person | None, ...] = view.people if quiet.event in compiled.personal_quiet else (None,)
        for person in people:
            last = view.last(book.catalogue.types[quiet.event], person)
            yield Seen(
                asks=str(quiet),
                holds=last is None or last + quiet.span <= now,
                value="never" if last is None else "last",
                at=last,
                recipient=person.id if person else "",
            )
