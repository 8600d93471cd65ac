"""Summing up: the figures that pages show, made in the background, so that no page counts anything.

The rules of this file:
1. Figures of the last weeks are made anew from what mentorships stand on, the ledger and the mail; older ones stay as
   they were. What only events tell (an opt-out, a resource that was read) is counted on along the log, each event once.
2. It takes a small part of a process's time, however much there is to read, and of several processes one does it.
3. A figure is as of when it was made; a page says when that was.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from logging import getLogger
from threading import Event as Signal
from time import perf_counter
from typing import Final

from service.domain.book import ProgramBook, book_of
from service.domain.calendar import MINUTE, SECOND, Duration, Instant
from service.domain.errors import IntouchError
from service.domain.events import Event
from service.domain.figures import EVERYBODY, Figure, FigureSum, Week, week_of, weeks_until
from service.domain.matters import Weight, age_of
from service.domain.rules import RuleSet
from service.flow.active import ActiveRules
from service.flow.figure_port import Counted, Figuring
from service.flow.ports import Clock, Snapshot, Store
from service.flow.views import program_facts

WEEKS: Final = 26
"""How many weeks back figures are made anew."""
NOW: Final = "now"
"""Stands for a Monday in figures of what is open at this moment."""
OPTED_OUT: Final = "event:opted_out"
SHARED: Final = "event:shared:"
VIEWED: Final = "event:viewed:"
OPEN: Final = "open"
SPLIT: Final = "|"

EVERY: Final[Duration] = MINUTE
SHARE: Final = 120
"""It rests this many times longer than it worked, and never less than `EVERY`: less than a hundredth of a core."""
_LEASE: Final[Duration] = 15 * MINUTE
_SETTLED: Final[Duration] = 30 * SECOND
"""An event that old is in the log for good: no transaction that appends is open for longer."""
_PAIRS_AT_ONCE: Final = 1_000
_EVENTS_AT_ONCE: Final = 50_000
_TYPES: Final = frozenset({"participant.preferences_changed", "resource.shared", "resource.viewed"})

log = getLogger("intouch.figures")


@dataclass(frozen=True, slots=True, kw_only=True)
class SummingUp:
    """Makes the figures of a store."""

    store: Store
    rules: ActiveRules[object]
    clock: Clock
    timer: Callable[[], float] = perf_counter

    def run(self, stop: Signal) -> None:
        """Make them again and again until `stop` is set."""
        while not stop.wait(2.0):
            try:
                self.sum_up_when_due()
            except IntouchError as error:
                log.warning("Figures could not be made just now; they stay as they were. %s", error)

    def sum_up_when_due(self) -> bool:
        """Make the figures if they are due and nobody else makes them, and return whether. Raises: StoreUnavailable."""
        now = self.clock()
        with self.store.writing() as transaction:
            if not transaction.begin_figuring(now, now + _LEASE):
                return False
        began = self.timer()
        self.sum_up()
        took = int((self.timer() - began) * SECOND)
        with self.store.writing() as transaction:
            made = Figuring(made_at=now, seq=transaction.figuring().seq)
            transaction.end_figuring(made, now + max(EVERY, SHARE * took))
        return True

    def sum_up(self) -> None:
        """Make them now. Raises: StoreUnavailable."""
        self._count_on()
        with self.store.reading() as snapshot:
            programs = snapshot.programs() if snapshot.active_rule_set() is not None else ()
        for program in programs:
            now = self.clock()
            with self.store.reading() as snapshot:
                book = book_of(self.rules.of(snapshot).rule_set, program)
                weeks = _weeks(snapshot, book, now)
                figures = [*_course(snapshot, book, weeks, now), *_went(snapshot, program, weeks)]
                figures += _open(snapshot, program, now)
            with self.store.writing() as transaction:
                transaction.replace_figures(program, [*(each.monday for each in weeks), NOW], figures)

    def _count_on(self) -> None:
        """Count what came into the log since it was last counted."""
        more = True
        while more:
            with self.store.writing() as transaction:
                if transaction.active_rule_set() is None:
                    return
                at = transaction.figuring()
                upto, events = transaction.log_after(at.seq, _TYPES, self.clock() - _SETTLED, _EVENTS_AT_ONCE)
                rule_set = self.rules.of(transaction).rule_set
                for program, figures in _counted_on(transaction, rule_set, events).items():
                    transaction.count_on(program, figures)
                transaction.end_figuring(Figuring(made_at=at.made_at, seq=upto), self.clock() + _LEASE)
            more = upto - at.seq == _EVENTS_AT_ONCE


def _weeks(snapshot: Snapshot, book: ProgramBook, now: Instant, number: int = WEEKS) -> tuple[Week, ...]:
    return weeks_until(now, number, book.zone(program_facts(snapshot, book.program.id)))


def _course(snapshot: Snapshot, book: ProgramBook, weeks: Sequence[Week], now: Instant) -> list[Figure]:
    """Return how mentorships stood at the end of each week."""
    found = FigureSum(weeks, book.program.engagement, now)
    page = snapshot.courses(book.program.id, "", _PAIRS_AT_ONCE)
    while page:
        for each in page:
            found.add(each.pair)
        page = snapshot.courses(book.program.id, page[-1].id, _PAIRS_AT_ONCE)
    return found.figures()


def _went(snapshot: Snapshot, program: str, weeks: Sequence[Week]) -> list[Figure]:
    """Return what was sent in each week: emails by state, what was reported of them, notices by rule and resource."""
    since = weeks[0].begins
    mail = _named("mail:", snapshot.mail_counts(program, since))
    reports = _named("report:", snapshot.report_counts(program, since))
    return _by_week((*mail, *reports, *snapshot.notice_counts(program, since)), weeks)


def _named(prefix: str, counted: Iterable[Counted]) -> Iterator[Counted]:
    return (each._replace(what=prefix + each.what) for each in counted)


def _by_week(counted: Iterable[Counted], weeks: Sequence[Week]) -> list[Figure]:
    counts: Counter[tuple[str, str]] = Counter()
    for each in counted:
        week = week_of(each.hour, weeks)
        if week is not None:
            counts[each.what, week.monday] += each.number
    return [Figure(EVERYBODY, what, monday, number) for (what, monday), number in sorted(counts.items())]


def _open(snapshot: Snapshot, program: str, now: Instant) -> list[Figure]:
    """Return what is open now, by kind, priority, age, and what it is about."""
    counts: Counter[str] = Counter()
    for kind, weight, about, since in snapshot.open_counts(program):
        head = (OPEN, kind, Weight(weight).name.lower(), age_of(since, now).name.lower())
        counts[SPLIT.join(head)] += 1
        counts.update(SPLIT.join((*head, word)) for word in about.split("\n") if word)
    return [Figure(EVERYBODY, what, NOW, number) for what, number in sorted(counts.items())]


def _counted_on(snapshot: Snapshot, rule_set: RuleSet, events: Iterable[Event]) -> dict[str, list[Figure]]:
    """Return how many opted out, and which resources were shared and read, in the weeks in which it happened."""
    counts: Counter[tuple[str, str, str]] = Counter()
    zones: dict[str, str] = {}
    for event in events:
        what = _what(event)
        if what:
            if event.program not in zones:
                facts = program_facts(snapshot, event.program)
                zones[event.program] = book_of(rule_set, event.program).zone(facts)
            (week,) = weeks_until(event.time, 1, zones[event.program])
            counts[event.program, what, week.monday] += 1
    found: dict[str, list[Figure]] = {}
    for (program, what, monday), number in sorted(counts.items()):
        found.setdefault(program, []).append(Figure(EVERYBODY, what, monday, number))
    return found


def _what(event: Event) -> str:
    if event.type == "participant.preferences_changed":
        return OPTED_OUT if event.data.get("wanted") is False else ""
    return (SHARED if event.type == "resource.shared" else VIEWED) + str(event.data["resource"])
