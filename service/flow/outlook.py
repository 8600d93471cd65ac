"""The outlook: the slots that are open now, and what holds each back. What comes later is the forecast's."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from service.domain.book import ProgramBook, book_of
from service.domain.calendar import DAY, Duration, Instant, quarter_down
from service.domain.decide import Judged, judge_all
from service.domain.delivery import Candidate, LedgerKey, Verdict, Word
from service.domain.events import Subject
from service.domain.plan import Inbox, Past, plan
from service.domain.rules import RuleSet
from service.domain.view import View
from service.flow.brake import brakes_now
from service.flow.ports import RecipientKey, Snapshot, SubjectKey
from service.flow.reach import inbox_now
from service.flow.views import program_facts, view_of

_NEEDS_NEWS = frozenset({Word.GATE, Word.UNTIL, Word.ENDED, Word.TOO_LATE})

LONGEST_PAST: Duration = 400 * DAY
"""How far back a page looks for what went to somebody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A slot that nobody was written to about yet.

    `at` is when it is due. `verdict` is None where nothing holds it back. `recipients` are those with this verdict.
    """

    at: Instant
    due: Instant
    subject: Subject
    rule: str
    title: str
    k: int
    total: int
    recipients: tuple[str, ...]
    value: str = ""
    verdict: Verdict | None = None

    @property
    def needs_news(self) -> bool:
        """Whether time alone will not let it go."""
        return self.verdict is not None and self.verdict.word in _NEEDS_NEWS and self.verdict.until is None


def outlook(snapshot: Snapshot, rule_set: RuleSet, key: SubjectKey, now: Instant) -> tuple[Expected, ...]:
    """Return the slots of one subject that are open now, by time; nothing before its first fold."""
    row = snapshot.subject(key)
    if row is None or row.facts is None:
        return ()
    book = book_of(rule_set, key.program)
    return joined(_Looking(snapshot, rule_set, book, view_of(snapshot, book, row), key, now).open())


@dataclass(slots=True)
class _Looking:
    """One looking; holds what all slots of the subject share."""

    snapshot: Snapshot
    rule_set: RuleSet
    book: ProgramBook
    view: View
    key: SubjectKey
    now: Instant
    plans: dict[str, tuple[Inbox, tuple[Past, ...]]] = field(default_factory=dict)

    def open(self) -> Iterator[Expected]:
        sent, holds = self.snapshot.sent([self.key])[self.key], self.snapshot.holds_of([self.key])[self.key]
        for judged in judge_all(self.book, self.view, sent, self.now, holds):
            # What staff hold stays open beyond its time.
            is_open = judged.slot.due <= self.now < judged.slot.closes or isinstance(judged.outcome, Candidate)
            if is_open and not isinstance(judged.outcome, LedgerKey):
                yield self._expected(judged, judged.outcome)

    def _expected(self, judged: Judged, outcome: Candidate | Verdict) -> Expected:
        slot = judged.slot
        verdict, value = (outcome, "") if isinstance(outcome, Verdict) else (self._today(outcome), outcome.key.value)
        return Expected(
            at=slot.due,
            due=slot.due,
            subject=self.key.subject,
            rule=judged.rule.id,
            title=judged.rule.title,
            k=slot.k,
            total=judged.rule.total,
            recipients=(judged.recipient,),
            value=value,
            verdict=verdict,
        )

    def _today(self, candidate: Candidate) -> Verdict | None:
        """Return what holds a candidate back now, all that waits for its recipient taking its place in order."""
        recipient = candidate.key.recipient
        key = RecipientKey(self.key.program, recipient)
        pending, brakes = self.snapshot.pending_for(key), brakes_now(self.snapshot, key)
        planned = plan(pending, *self._mailbox(recipient), self.rule_set, quarter_down(self.now), brakes)
        return planned.verdicts.get(candidate.key)

    def _mailbox(self, recipient: str) -> tuple[Inbox, tuple[Past, ...]]:
        if recipient not in self.plans:
            program = self.key.program
            inbox = inbox_now(self.snapshot, self.book, recipient, program_facts(self.snapshot, program))
            past = self.snapshot.past(RecipientKey(program, recipient), self.now - LONGEST_PAST)
            self.plans[recipient] = inbox, tuple(past)
        return self.plans[recipient]


def joined(found: Iterable[Expected]) -> tuple[Expected, ...]:
    """Return the slots by time, the recipients of one slot with one verdict together."""
    slots: dict[tuple[object, ...], Expected] = {}
    for each in found:
        known = (each.at, each.due, each.rule, each.k, each.value, each.verdict)
        held = slots.get(known)
        slots[known] = replace(held, recipients=held.recipients + each.recipients) if held else each
    return tuple(sorted(slots.values(), key=lambda each: (each.at, each.rule, each.k)))
