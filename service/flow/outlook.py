"""The outlook: what the rules would still send about one subject, what holds it back, and what came to nothing.

A slot to come is judged as of its own due time over today's facts: that is what "if nothing changes" means.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from service.domain.book import ProgramBook, book_of
from service.domain.calendar import DAY, Duration, Instant, quarter_down
from service.domain.decide import Judged, judge_all
from service.domain.delivery import Candidate, LedgerKey, Verdict, Word
from service.domain.events import Subject
from service.domain.plan import Inbox, Past, Pending, plan
from service.domain.rules import RuleSet
from service.domain.view import View
from service.flow.brake import brakes_now
from service.flow.ports import RecipientKey, Snapshot, SubjectKey
from service.flow.reach import inbox_now
from service.flow.views import program_facts, view_of

MOST_TO_COME = 60
"""How many due times ahead are judged; a page that lists more helps nobody."""

_MOST_RELEASES = 10
_NEEDS_NEWS = frozenset({Word.GATE, Word.UNTIL, Word.ENDED, Word.TOO_LATE})

LONGEST_PAST: Duration = 400 * DAY
"""How far back a page looks for what went to somebody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A slot that nobody was written to about yet.

    `at` is when it is due or, where hours or limits hold it longer, when they let it go. `verdict` is None where it
    goes then if nothing changes. `recipients` are those with this verdict, "" being whoever the rule will name.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """Slots open now, slots to come, and slots that passed or will pass in silence, each by time."""

    waiting: tuple[Expected, ...] = ()
    coming: tuple[Expected, ...] = ()
    silent: tuple[Expected, ...] = ()


def outlook(snapshot: Snapshot, rule_set: RuleSet, key: SubjectKey, now: Instant) -> Outlook:
    """Return what lies before one subject; nothing before its first fold."""
    row = snapshot.subject(key)
    if row is None or row.facts is None:
        return Outlook()
    book = book_of(rule_set, key.program)
    return _Looking(snapshot, rule_set, book, view_of(snapshot, book, row), key, now).outlook()


@dataclass(slots=True)
class _Looking:
    """One looking ahead; holds what all slots of the subject share."""

    snapshot: Snapshot
    rule_set: RuleSet
    book: ProgramBook
    view: View
    key: SubjectKey
    now: Instant
    plans: dict[str, tuple[Inbox, tuple[Past, ...]]] = field(default_factory=dict)

    def outlook(self) -> Outlook:
        sent, holds = self.snapshot.sent([self.key])[self.key], self.snapshot.holds_of([self.key])[self.key]
        waiting: list[Expected] = []
        coming: list[Expected] = []
        silent: list[Expected] = []
        dues: set[Instant] = set()
        for judged in judge_all(self.book, self.view, sent, self.now, holds):
            outcome, slot = judged.outcome, judged.slot
            if isinstance(outcome, LedgerKey):
                continue
            if isinstance(outcome, Verdict) and outcome.word is Word.WAITING:
                dues.add(slot.due)
            else:
                is_open = slot.due <= self.now < slot.closes or isinstance(outcome, Candidate)
                (waiting if is_open else silent).append(self._expected(judged, outcome))
        for due in sorted(dues)[:MOST_TO_COME]:
            for judged in judge_all(self.book, self.view, sent, due, holds):
                if judged.slot.due == due and not isinstance(judged.outcome, LedgerKey):
                    each = self._expected(judged, judged.outcome)
                    (silent if each.needs_news else coming).append(each)
        return Outlook(waiting=joined(waiting), coming=joined(coming), silent=joined(silent))

    def _expected(self, judged: Judged, outcome: Candidate | Verdict) -> Expected:
        slot = judged.slot
        at, verdict, value = slot.due, outcome if isinstance(outcome, Verdict) else None, ""
        if isinstance(outcome, Candidate):
            value = outcome.key.value
            at, verdict = self._ahead(outcome) if slot.due > self.now else (at, self._today(outcome))
        return Expected(
            at=at,
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

    def _ahead(self, candidate: Candidate) -> tuple[Instant, Verdict | None]:
        """Return when a candidate to come would go, by the hours and limits that are known today; or why it would not.

        What else may be sent to the person until then is left out.
        """
        mailbox, at = self._mailbox(candidate.key.recipient), candidate.due
        verdict: Verdict | None = None
        for _ in range(_MOST_RELEASES):
            planned = plan((Pending(candidate, at),), *mailbox, self.rule_set, at)
            verdict = planned.verdicts.get(candidate.key)
            if verdict is None or verdict.until is None or not at < verdict.until < candidate.closes:
                break
            at = verdict.until
        return at, verdict

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
