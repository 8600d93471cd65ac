"""What stands against a notice: what only an event can lift, and what time lifts. Source: *Meaning* 1, 3 and 9."""

from collections.abc import Mapping

from service.domain.addressing import Addressee
from service.domain.book import ProgramBook
from service.domain.calendar import NEVER, Instant, Span, quarter_up
from service.domain.compiled import Bar, Compiled, CompiledPause, SubjectBar
from service.domain.delivery import Verdict, Word
from service.domain.earliest import Earliest
from service.domain.events import SubjectKind
from service.domain.facts import Start
from service.domain.fold import NO_END, PAUSE
from service.domain.gates import CompiledGate, stopped, stopped_for
from service.domain.rules import Kind
from service.domain.slots import break_at
from service.domain.view import Person, View


class Obstacles:
    """All that stands against one subject's notices at `now`, each asked once; `next` hears what time will change."""

    def __init__(self, book: ProgramBook, view: View, now: Instant, breaks: tuple[Span, ...], next: Earliest) -> None:
        self.book, self.view, self.now, self.breaks, self.next = book, view, now, breaks, next
        self._barred: dict[SubjectBar, bool] = {}
        self._held: dict[CompiledGate, bool] = {}
        """Of gates that do not depend on the start."""
        self._ended: Mapping[Kind, str] | None = None
        self._pauses: list[CompiledPause] | None = None

    # What only an event can lift.

    def is_barred(self, bar: Bar, start: Start) -> bool:
        """Return whether anything stands against every slot of the start until an event changes it."""
        barred = self._barred.get(bar.of_subject)
        if barred is None:
            barred = self._barred[bar.of_subject] = self._bars_subject(bar.of_subject)
        if barred:
            return True
        for until in bar.until:
            if stopped(until, self.view, start, self.book.catalogue):
                return True
        return any(not gate.holds(self.view, start, None) for gate in bar.start_gates) if bar.start_gates else False

    def _bars_subject(self, bar: SubjectBar) -> bool:
        return (
            bar.kind in self._what_ended()
            or not all(self._holds(gate, None) for gate in bar.gates)
            or any(bar.kind in pause.stops for pause in self._applying())
        )

    def barred(self, bar: Bar, start: Start) -> Verdict | None:
        """Return what it is that stands against every slot of the start, the first that is asked; or None."""
        for until in bar.until:
            if stopped(until, self.view, start, self.book.catalogue):
                return Verdict(Word.UNTIL, until.event)
        if (ended := self._what_ended().get(bar.of_subject.kind)) is not None:
            return Verdict(Word.ENDED, ended)
        for gate in bar.gates:
            if not self._holds(gate, start):
                return Verdict(Word.GATE, gate.name)
        for pause in self._applying():
            if bar.of_subject.kind in pause.stops:
                return Verdict(Word.PAUSED, pause.id)
        return None

    def _holds(self, gate: CompiledGate, start: Start | None) -> bool:
        if gate.of_start:
            return gate.holds(self.view, start, None)
        if gate not in self._held:
            self._held[gate] = gate.holds(self.view, None, None)
        return self._held[gate]

    def _what_ended(self) -> Mapping[Kind, str]:
        if self._ended is None:
            self._ended = _what_ended(self.book.ended_at(self.view.program), self.view, self.now)
        return self._ended

    def _applying(self) -> list[CompiledPause]:
        """Return the pauses that apply; a rule about a program knows none."""
        if self._pauses is None:
            pauses = self.book.pauses if self.view.people else ()
            self._pauses = [each for each in pauses if all(self._holds(gate, None) for gate in each.gates)]
        return self._pauses

    # What time lifts.

    def delayed(self, compiled: Compiled) -> Verdict | None:
        """Return what stands against the open slot for some time, or None; either way note when that changes."""
        rule = compiled.rule
        if rule.kind in (Kind.NUDGE, Kind.REPORT):
            ended_at = self.book.ended_at(self.view.program)
            self.next.note(NEVER if ended_at is None else ended_at, "program_end")
        quiet = self._unquiet(compiled, None, personal=False) if rule.none_in_last else None
        if quiet or not (compiled.times.rests and self.breaks):
            return quiet
        resting = break_at(self.breaks, self.now)
        if resting:
            self.next.note(quarter_up(resting.end), "break")
            return Verdict(Word.BREAK, "", quarter_up(resting.end))
        self.next.note(min((each.start for each in self.breaks if each.start > self.now), default=NEVER), "break")
        return None

    def _unquiet(self, compiled: Compiled, person: Person | None, *, personal: bool) -> Verdict | None:
        """Return which `none_in_last` does not hold, and note when time will open it."""
        for quiet in compiled.rule.none_in_last:
            if (quiet.event in compiled.personal_quiet) is not personal:
                continue
            last = self.view.last(self.book.catalogue.types[quiet.event], person)
            if last is None or last + quiet.span <= self.now:
                continue
            opens = last + quiet.span if compiled.times.exact else quarter_up(last + quiet.span)
            self.next.note(opens, "none_in_last")
            return Verdict(Word.GATE, str(quiet), opens)
        return None

    # What in the recipient's own history stands against it.

    def personal(self, compiled: Compiled, start: Start, addressee: Addressee, resource: str | None) -> Verdict | None:
        """Return what stands against sending this recipient that resource, or None; note when time lifts it."""
        person = addressee.person
        for until in compiled.rule.until:
            if stopped_for(until, start, resource, person):
                return Verdict(Word.UNTIL, until.event)
        if compiled.rule.kind is Kind.NUDGE and person is not None and (paused := self._paused(person)):
            return paused
        for gate in compiled.personal:
            if not gate.holds(self.view, start, person):
                return Verdict(Word.GATE, gate.name)
        return self._unquiet(compiled, person, personal=True) if compiled.personal_quiet else None

    def _paused(self, person: Person) -> Verdict | None:
        if person.facts is None or person.facts.value(PAUSE) is None:
            return None
        until = person.paused_until(self.book.zone(self.view.program))
        if until == NO_END:
            return Verdict(Word.ENDED, "paused")
        if isinstance(until, int) and until > self.now:
            self.next.note(quarter_up(until), "pause")
            return Verdict(Word.ENDED, "paused", quarter_up(until))
        return None


def _what_ended(ended_at: Instant | None, view: View, now: Instant) -> Mapping[Kind, str]:
    """Return the kinds of rule that have ended by themselves, each with what ended it."""
    if ended_at is not None and ended_at <= now:
        return _PROGRAM_ENDED
    if any(person.has_left for person in view.people):
        return {Kind.NUDGE: "left"}
    if view.subject.kind is SubjectKind.MENTORSHIP and view.status() != "active":
        return {Kind.NUDGE: "mentorship"}
    return _NOTHING_ENDED


_PROGRAM_ENDED = {Kind.NUDGE: "program", Kind.REPORT: "program"}
_NOTHING_ENDED: Mapping[Kind, str] = {}
