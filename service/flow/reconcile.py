"""Reconciling: fold what is new about a subject, decide, keep what is pending, note when to look again."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from service.domain.book import ProgramBook, book_of
from service.domain.calendar import NEVER, Instant
from service.domain.decide import decide
from service.domain.delivery import ADVISOR_PREFIX
from service.domain.events import Event, Subject, SubjectKind
from service.domain.facts import SubjectFacts
from service.domain.fold import Refold
from service.domain.plan import pend
from service.domain.rules import RuleSet
from service.domain.view import View, mentorship_view, participant_view, participants_of, program_view
from service.flow.ports import Known, RecipientKey, Snapshot, SubjectKey, SubjectRow, Transaction


def reconcile(transaction: Transaction, rule_set: RuleSet, now: Instant, limit: int = 200) -> int:
    """Check up to `limit` subjects that are due, and return how many there were."""
    checking = Checking(transaction, rule_set, now)
    keys = transaction.due_subjects(now, rule_set.hash, limit)
    for key in keys:
        checking.check(key)
    return len(keys)


@dataclass(slots=True)
class Checking:
    """Checks subjects within one transaction. `programs` holds program facts that were read, until they change."""

    transaction: Transaction
    rule_set: RuleSet
    now: Instant
    programs: dict[str, SubjectFacts] = field(default_factory=dict)

    def check(self, key: SubjectKey) -> None:
        """Fold and decide one subject, and make due whatever its news concern."""
        book, transaction = book_of(self.rule_set, key.program), self.transaction
        before = transaction.subject(key) or SubjectRow(key=key, facts=None)
        people = set(participants_of(before.facts).values()) if before.facts else set()
        row = folded(transaction, book, before, self.now)
        if key.subject.kind is SubjectKind.PROGRAM and row.facts is not None:
            self.programs[key.program] = row.facts
        view = view_of(transaction, book, row, self._program(key.program))
        decision = decide(book, view, transaction.sent(key), self.now)
        pending = pend(transaction.pending_of(key), decision.candidates, self.now)
        transaction.save_pending(key, pending)
        next_at = None if decision.next_at == NEVER else decision.next_at
        transaction.save_subject(replace(row, next_check_at=next_at, checked_with=self.rule_set.hash))
        if row.folded_seq != before.folded_seq:
            _tell(transaction, book, row, people, self.now)
        if before.checked_with != self.rule_set.hash:
            # Hours, limits, addresses of roles: other rules may let go at once what has been waiting.
            for recipient in {each.recipient for each in pending}:
                transaction.plan_soon(RecipientKey(key.program, recipient), self.now)

    def _program(self, program: str) -> SubjectFacts:
        if program not in self.programs:
            self.programs[program] = program_facts(self.transaction, program)
        return self.programs[program]


def folded(snapshot: Snapshot, book: ProgramBook, row: SubjectRow, now: Instant) -> SubjectRow:
    """Return the subject with its news folded; with its whole log, where its facts were made for other rules."""
    if row.facts is None or row.folded_with != book.lens.signature:
        return _refolded(snapshot, book, row, now)
    news = snapshot.news(row.key, row.folded_seq)
    events = [event for _, event in news]
    missing = _named_things(book, events) - row.facts.things.keys()
    if missing:
        row.facts.things.update(snapshot.things(row.key, missing))
    try:
        for event in events:
            book.folding.one(row.facts, event)
    except Refold:
        return _refolded(snapshot, book, row, now)
    book.lens.prune(row.facts, now)
    return replace(row, folded_seq=news[-1][0]) if news else row


def _refolded(snapshot: Snapshot, book: ProgramBook, row: SubjectRow, now: Instant) -> SubjectRow:
    log = snapshot.news(row.key, 0, limit=None)
    facts = book.folding.whole(row.key.subject, [event for _, event in log])
    book.lens.prune(facts, now)
    seq = log[-1][0] if log else 0
    return replace(row, facts=facts, folded_seq=seq, folded_with=book.lens.signature)


def _named_things(book: ProgramBook, events: Iterable[Event]) -> set[tuple[str, str]]:
    named = set()
    for event in events:
        kind = book.catalogue.types.get(event.type)
        if kind and kind.thing and kind.id_field:
            named.add((kind.thing, str(event.data.get(kind.id_field))))
    return named


def view_of(snapshot: Known, book: ProgramBook, row: SubjectRow, program: SubjectFacts | None = None) -> View:
    """Return what a rule about the subject sees, as the snapshot has it; `program` where its facts are at hand."""
    key, own = row.key, row.facts
    assert own is not None
    if key.subject.kind is SubjectKind.PROGRAM:
        return program_view(own)
    program = program or program_facts(snapshot, key.program)
    if key.subject.kind is SubjectKind.MENTORSHIP:
        named = participants_of(own).values()
        found = _facts(snapshot, key.program, (Subject(SubjectKind.PARTICIPANT, each) for each in named))
        return mentorship_view(own, {subject.id: facts for subject, facts in found.items()}, program)
    ids = snapshot.mentorships_of(key.program, key.subject.id) if book.has_participant_rules else ()
    found = _facts(snapshot, key.program, (Subject(SubjectKind.MENTORSHIP, each) for each in ids))
    return participant_view(own, found.values(), program)


def program_facts(snapshot: Known, program: str) -> SubjectFacts:
    """Return the program's own facts, empty ones before its first event."""
    subject = Subject(SubjectKind.PROGRAM, program)
    row = snapshot.subject(SubjectKey(program, subject))
    return row.facts if row and row.facts else SubjectFacts(subject=subject)


def _facts(snapshot: Known, program: str, subjects: Iterable[Subject]) -> dict[Subject, SubjectFacts]:
    rows = snapshot.subjects([SubjectKey(program, each) for each in subjects])
    return {key.subject: row.facts for key, row in sorted(rows.items()) if row.facts}


def _tell(transaction: Transaction, book: ProgramBook, row: SubjectRow, before: set[str], now: Instant) -> None:
    """Make due what the subject's news may have changed: those who belong to it, and plans that wait for an address.

    `before` are those who belonged to a mentorship before its news.
    """
    program, subject = row.key
    assert row.facts is not None
    if subject.kind is SubjectKind.PROGRAM:
        transaction.check_program(program, now)
    elif subject.kind is SubjectKind.MENTORSHIP:
        people = participants_of(row.facts).values()
        transaction.join(program, subject.id, people)
        if book.has_participant_rules:
            keys = (SubjectKey(program, Subject(SubjectKind.PARTICIPANT, each)) for each in {*people, *before})
            transaction.check_soon(keys, now)
    else:
        ids = transaction.mentorships_of(program, subject.id)
        keys = (SubjectKey(program, Subject(SubjectKind.MENTORSHIP, each)) for each in ids)
        transaction.check_soon(keys, now)
        for recipient in (subject.id, ADVISOR_PREFIX + subject.id):
            transaction.plan_soon(RecipientKey(program, recipient), now)
