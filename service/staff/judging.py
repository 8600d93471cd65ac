"""What the rules of one program came to for each subject, kept so that only what may have changed is judged again.

The rules of this file:
- What a start came to holds until the instant that judging it named, or until an event that its rule asks about.
- What says who or how somebody is, what brings a subject into being, and what a pause asks for, touch everything.
- A view that is another object is another matter: everything is judged anew.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from service.domain.book import ProgramBook
from service.domain.calendar import NEVER, Instant
from service.domain.course import Course
from service.domain.decide import Judge
from service.domain.delivery import Candidate, LedgerKey
from service.domain.earliest import Earliest
from service.domain.events import Moment, Subject, SubjectKind
from service.domain.facts import Start
from service.domain.fold import STATING
from service.domain.rules import Gate, Rule
from service.domain.running import Running
from service.domain.view import View

Touched = frozenset[str] | None
"""The ids of the rules that an event may matter to; None is all of them, and whatever they share."""
NOTHING: frozenset[str] = frozenset()
Ledger = Mapping[Subject, Container[LedgerKey]]


class _Judgement:
    """What one start came to: the candidates of its rules, and when time alone may change that."""

    def __init__(self, course: Course, start: Start, candidates: Sequence[Candidate] = ()) -> None:
        self.course, self.start, self.candidates = course, start, candidates
        self.next_at = NEVER
        self._lifts_at = NEVER
        """When time alone may bring another candidate, or bar one before it closes."""

    def is_of(self, touched: frozenset[str]) -> bool:
        """Return whether any of its rules is among these."""
        return any(each.rule.id in touched for each in self.course.rules)

    def is_due(self, sent: Container[LedgerKey], now: Instant) -> bool:
        """Return whether time may have changed what it came to. That the slot of what was sent closes is no news."""
        if self.next_at <= now < self._lifts_at:
            self._look_ahead(sent, now - 1)
        return self.next_at <= now

    def _look_ahead(self, sent: Container[LedgerKey], now: Instant) -> None:
        soonest = Earliest(now, self._lifts_at)
        for each in self.candidates:
            if each.key not in sent:
                soonest.note(each.closes, "close")
        self.next_at = soonest.at

    def again(self, judge: Judge) -> bool:
        """Judge it at this instant; return whether other candidates came of it, but for what was sent."""
        decision = judge.alone(self.course, self.start)
        waited = [each for each in self.candidates if each.key not in judge.sent]
        self.candidates, self._lifts_at = decision.candidates, decision.next_at
        self._look_ahead(judge.sent, judge.now)
        return waited != list(decision.candidates)


@dataclass(slots=True, eq=False)
class Judgements:
    """Those of one subject. `version` is another number whenever the candidates may be others."""

    version: int = 0
    next_at: Instant = -NEVER
    _held: dict[tuple[int, Moment], _Judgement] = field(default_factory=dict)
    _view: View | None = None
    _touched: Touched = None

    def hear(self, touched: Touched) -> None:
        """Have these rules judged anew at the next look."""
        self._touched = None if touched is None or self._touched is None else self._touched | touched

    def is_good(self, view: View, now: Instant) -> bool:
        """Return whether nothing can have changed since the last look."""
        return now < self.next_at and view is self._view and self._touched is NOTHING

    def look(self, book: ProgramBook, view: View, sent: Container[LedgerKey], now: Instant) -> None:
        """Judge what may have changed since the last look."""
        touched = self._touched if view is self._view else None
        if touched is not None and not touched:
            due = [each for each in self._held.values() if each.next_at <= now and each.is_due(sent, now)]
            judge = Judge(book, view, sent, now) if due else None
            changed = sum([each.again(judge) for each in due if judge])
        else:
            changed = self._listed(Running(book, view), Judge(book, view, sent, now), touched)
        self.version += changed > 0
        self.next_at = min([each.next_at for each in self._held.values()], default=NEVER)
        self._view, self._touched = view, NOTHING

    def candidates(self) -> Iterator[Candidate]:
        """Yield all that were found, with those that were sent since."""
        for each in self._held.values():
            yield from each.candidates

    def _listed(self, running: Running, judge: Judge, touched: Touched) -> int:
        """List the running starts anew and judge those that are new, due or touched; return how many changed."""
        held, changed = self._held, 0
        self._held = {}
        for course, start in running.courses(judge.now):
            known = id(course), start.moment
            each = held.pop(known, None)
            is_same = each is not None and each.start is start and touched is not None
            if each is None or not is_same:
                waited = each.candidates if each else ()
                each = _Judgement(course, start, waited)
                changed += each.again(judge)
            elif each.next_at <= judge.now or (touched and each.is_of(touched)):
                changed += each.again(judge)
            self._held[known] = each
        return changed + sum(bool(each.candidates) for each in held.values())


class Judging:
    """Some rules of a program, or all, for every subject. Worlds that share rules share it: they sent what all sent."""

    def __init__(self, book: ProgramBook, ledgers: Iterable[Ledger]) -> None:
        self.book = book
        self.kinds = frozenset(rule.for_each for rule in book.rules)
        """The kinds of subject that any of the rules is about."""
        self._ledgers = tuple(ledgers)
        self._of: dict[Subject, Judgements] = {}
        self._touched: dict[tuple[SubjectKind, str], Touched] = {}

    def touched(self, kind: SubjectKind, event_type: str) -> Touched:
        """Return which rules about that kind of subject such an event may matter to."""
        known = kind, event_type
        if known not in self._touched:
            self._touched[known] = _touched(self.book, kind, event_type)
        return self._touched[known]

    def of(self, subject: Subject) -> Judgements:
        """Return what is known of the subject so far, as it was last looked at."""
        found = self._of.get(subject)
        if found is None:
            found = self._of[subject] = Judgements()
        return found

    def look(self, view: View, now: Instant) -> Judgements:
        """Return what is known of the view's subject now."""
        found = self.of(view.subject)
        if not found.is_good(view, now):
            found.look(self.book, view, self._sent(view.subject), now)
        return found

    def _sent(self, subject: Subject) -> Container[LedgerKey]:
        ledgers = [each[subject] for each in self._ledgers]
        return ledgers[0] if len(ledgers) == 1 else _InAll(ledgers)


class _InAll:
    """What every one of several ledgers holds."""

    def __init__(self, ledgers: Sequence[Container[LedgerKey]]) -> None:
        self.ledgers = ledgers

    def __contains__(self, key: object) -> bool:
        return all(key in each for each in self.ledgers)


def _touched(book: ProgramBook, kind: SubjectKind, event_type: str) -> Touched:
    rules = [rule for rule in book.rules if rule.for_each is kind]
    if not rules:
        return NOTHING
    paused_by = _with_things(book, (gate.word for pause in book.rule_set.pauses for gate in pause.gates))
    if event_type in STATING or _is_among(book, event_type, paused_by):
        return None
    return frozenset(rule.id for rule in rules if _is_among(book, event_type, _with_things(book, _named_by(rule))))


def _named_by(rule: Rule) -> Iterator[str]:
    """Yield every event type and thing that the rule asks about."""
    yield rule.starts
    yield from (_asked(gate) for gate in rule.only_while)
    yield from (each.event for each in rule.until)
    yield from (each.event for each in rule.counts)
    yield from (each.event for each in rule.none_in_last)


def _asked(gate: Gate) -> str:
    return gate.word.removeprefix("this_")


def _with_things(book: ProgramBook, words: Iterable[str]) -> set[str]:
    """Return the words, and the things that the event types among them are about."""
    named, types = set(words), book.catalogue.types
    return named | {thing for name in named if name in types and (thing := types[name].thing)}


def _is_among(book: ProgramBook, event_type: str, named: set[str]) -> bool:
    kind = book.catalogue.types.get(event_type)
    return event_type in named or (kind is not None and kind.thing is not None and kind.thing in named)
