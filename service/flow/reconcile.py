"""Reconciling: fold what is new about a subject, decide, keep what is pending, note when to look again."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

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
from service.flow.ports import RecipientKey, Snapshot, SubjectKey, SubjectRow, Transaction


def reconcile(transaction: Transaction, rule_set: RuleSet, now: Instant, limit: int = 200) -> int:
    """Check up to `limit` subjects that are due, and return how many there were."""
    keys = transaction.due_subjects(now, rule_set.hash, limit)
    for key in keys:
        check(transaction, rule_set, key, now)
    return len(keys)


def check(transaction: Transaction, rule_set: RuleSet, key: SubjectKey, now: Instant) -> None:
    """Fold and decide one subject, and tell whoever its news concern."""
    book = book_of(rule_set, key.program)
    folded = _fold(transaction, book, key, now)
    row = folded.row
    view = view_of(transaction, book, row)
    decision = decide(book, view, transaction.sent(key), now)
    transaction.save_pending(key, pend(transaction.pending_of(key), decision.candidates, now))
    next_at = None if decision.next_at == NEVER else decision.next_at
    transaction.save_subject(replace(row, next_check_at=next_at, checked_with=rule_set.hash))
    if folded.changed:
        _tell(transaction, book, row, now)


@dataclass(frozen=True, slots=True)
class _Folded:
    row: SubjectRow
    changed: bool


def _fold(transaction: Transaction, book: ProgramBook, key: SubjectKey, now: Instant) -> _Folded:
    """Return the subject with its news folded; with all its log, where its facts were made for other rules."""
    row = transaction.subject(key) or SubjectRow(key=key, facts=None)
    news = transaction.news(key, row.folded_seq)
    events = [event for _, event in news]
    seq = news[-1][0] if news else row.folded_seq
    if row.facts is None or row.folded_with != book.lens.signature:
        facts = book.folding.whole(key.subject, transaction.history(key))
    else:
        facts = _fold_news(transaction, book, key, row.facts, events)
    book.lens.prune(facts, now)
    changed = bool(events) or row.facts is None
    return _Folded(replace(row, facts=facts, folded_seq=seq, folded_with=book.lens.signature), changed)


def _fold_news(
    transaction: Transaction, book: ProgramBook, key: SubjectKey, facts: SubjectFacts, events: list[Event]
) -> SubjectFacts:
    refs = _named_things(book, events) - facts.things.keys()
    if refs:
        named = transaction.subject(key, refs)
        facts = named.facts if named and named.facts else facts
    try:
        for event in events:
            book.folding.one(facts, event)
    except Refold:
        return book.folding.whole(key.subject, transaction.history(key))
    return facts


def _named_things(book: ProgramBook, events: Iterable[Event]) -> set[tuple[str, str]]:
    named = set()
    for event in events:
        kind = book.catalogue.types.get(event.type)
        if kind and kind.thing and kind.id_field:
            named.add((kind.thing, str(event.data.get(kind.id_field))))
    return named


def view_of(snapshot: Snapshot, book: ProgramBook, row: SubjectRow) -> View:
    """Return what a rule about the subject sees, as the snapshot has it."""
    key, own = row.key, row.facts
    assert own is not None
    if key.subject.kind is SubjectKind.PROGRAM:
        return program_view(own)
    program = program_facts(snapshot, key.program)
    if key.subject.kind is SubjectKind.MENTORSHIP:
        named = participants_of(own).values()
        found = _facts(snapshot, key.program, (Subject(SubjectKind.PARTICIPANT, each) for each in named))
        return mentorship_view(own, {subject.id: facts for subject, facts in found.items()}, program)
    ids = snapshot.mentorships_of(key.program, key.subject.id) if book.has_participant_rules else ()
    found = _facts(snapshot, key.program, (Subject(SubjectKind.MENTORSHIP, each) for each in ids))
    return participant_view(own, found.values(), program)


def program_facts(snapshot: Snapshot, program: str) -> SubjectFacts:
    """Return the program's own facts, empty ones before its first event."""
    subject = Subject(SubjectKind.PROGRAM, program)
    row = snapshot.subject(SubjectKey(program, subject))
    return row.facts if row and row.facts else SubjectFacts(subject=subject)


def _facts(snapshot: Snapshot, program: str, subjects: Iterable[Subject]) -> dict[Subject, SubjectFacts]:
    rows = snapshot.subjects([SubjectKey(program, each) for each in subjects])
    return {key.subject: row.facts for key, row in sorted(rows.items()) if row.facts}


def _tell(transaction: Transaction, book: ProgramBook, row: SubjectRow, now: Instant) -> None:
    """Make due what the subject's news may have changed: those who belong to it, and plans that wait for an address."""
    program, subject = row.key
    assert row.facts is not None
    if subject.kind is SubjectKind.PROGRAM:
        transaction.check_program(program, now)
    elif subject.kind is SubjectKind.MENTORSHIP:
        people = participants_of(row.facts).values()
        transaction.join(program, subject.id, people)
        if book.has_participant_rules:
            keys = (SubjectKey(program, Subject(SubjectKind.PARTICIPANT, each)) for each in people)
            transaction.check_soon(keys, now)
    else:
        ids = transaction.mentorships_of(program, subject.id)
        keys = (SubjectKey(program, Subject(SubjectKind.MENTORSHIP, each)) for each in ids)
        transaction.check_soon(keys, now)
        for recipient in (subject.id, ADVISOR_PREFIX + subject.id):
            transaction.plan_soon(RecipientKey(program, recipient), now)
