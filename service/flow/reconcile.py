"""Reconciling: fold what is new about subjects, decide, keep what is pending, note when to look again.

Subjects are checked together: everything is read, folded and decided before anything is written, so a batch takes as
many statements as one subject, and each subject is judged by the newest facts of the others in its batch.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from service.domain.book import ProgramBook, book_of
from service.domain.brakes import Hold
from service.domain.calendar import NEVER, Instant
from service.domain.decide import decide
from service.domain.delivery import ADVISOR_PREFIX, LedgerKey, Role
from service.domain.engagement import footing_of
from service.domain.events import Moment, Subject, SubjectKind
from service.domain.facts import SubjectFacts
from service.domain.matters import Matter, matters_of
from service.domain.pending import Pending, pend, planned_instant
from service.domain.rules import RuleSet
from service.domain.view import full_name, participants_of
from service.flow.fold_news import Rows, fold_news
from service.flow.footing_port import FootingRow
from service.flow.ports import RecipientKey, SubjectKey, SubjectRow, Transaction
from service.flow.trace import Cause, news_of
from service.flow.trace_port import Tracing, Untraced
from service.flow.views import neighbours, view_from

_Held = Mapping[SubjectKey, Mapping[LedgerKey, Hold]]
_UNTRACED = Untraced()


class Reconciled(NamedTuple):
    """How many subjects were checked, and the events that were their news, where anybody keeps traces."""

    subjects: int
    news: Sequence[Cause]


def reconcile(
    transaction: Transaction,
    rule_set: RuleSet,
    now: Instant,
    limit: int = 200,
    tracing: Tracing = _UNTRACED,
    news_until: Instant = NEVER,
) -> Reconciled:
    """Check up to `limit` subjects that are due, of those with news the ones that have had some since `news_until`."""
    keys = transaction.due_subjects(now, rule_set.hash, limit, news_until)
    news = news_of(tracing, transaction, keys)
    check(transaction, rule_set, keys, now)
    return Reconciled(len(keys), news)


def check(transaction: Transaction, rule_set: RuleSet, keys: Sequence[SubjectKey], now: Instant) -> None:
    """Fold and decide the subjects, and make due whatever their news concern."""
    if keys:
        _Checking(transaction, rule_set, now).check(keys)


@dataclass(slots=True)
class _Checking:
    """One batch within one transaction."""

    transaction: Transaction
    rule_set: RuleSet
    now: Instant

    def check(self, keys: Sequence[SubjectKey]) -> None:
        found = self.transaction.subjects(keys)
        before = {key: found.get(key) or SubjectRow(key=key, facts=None) for key in keys}
        people = {key: _people(row) for key, row in before.items()}
        holds = {key: each for key, each in self.transaction.holds_of(keys).items() if each}
        folded = fold_news(self.transaction, self.rule_set, before, self.now, self._held_starts(holds))
        checked, pending, footings = self._decided(folded.rows, holds, before)
        self.transaction.save_subjects(checked)
        self.transaction.save_footings(footings)
        self.transaction.save_matters(_matters(checked))
        self.transaction.save_pending(pending)
        self._forget(holds, pending)
        news = [_News(row, folded.types[row.key], people[row.key]) for row in checked if _has_news(row, before)]
        _tell(self.transaction, self._books(keys), news, self.now)
        # Hours, limits, addresses of roles: other rules may let go at once what has been waiting.
        swept = [key for key, row in before.items() if row.checked_with != self.rule_set.hash]
        waiting = {RecipientKey(key.program, each.recipient) for key in swept for each in pending[key]}
        self.transaction.plan_soon(waiting, self.now)

    def _book(self, key: SubjectKey) -> ProgramBook:
        return book_of(self.rule_set, key.program)

    def _books(self, keys: Iterable[SubjectKey]) -> dict[str, ProgramBook]:
        return {program: book_of(self.rule_set, program) for program in {key.program for key in keys}}

    # What the safety limit holds.

    def _held_starts(self, holds: _Held) -> dict[SubjectKey, set[Moment]]:
        pending = self.transaction.pending_of(list(holds)) if holds else {}
        return {
            key: {each.candidate.start_moment for own, each in waiting.items() if own in holds[key]}
            for key, waiting in pending.items()
        }

    def _forget(self, holds: _Held, pending: Mapping[SubjectKey, Mapping[LedgerKey, Pending]]) -> None:
        """End the holds of what may no longer go, and is not on its way either."""
        sent = self.transaction.sent(list(holds)) if holds else {}
        for key, held in holds.items():
            gone = [own for own in held if own not in pending[key] and own not in sent[key]]
            self.transaction.unhold(key.program, gone)

    # Deciding.

    def _decided(self, rows: Rows, holds: _Held, before: Rows) -> "_Decided":
        """Return the rows with when to look again, what is pending about each now, and what mentorships stand on."""
        near = {key: neighbours(self.transaction, self._book(key), row) for key, row in rows.items()}
        around = self.transaction.subjects(set().union(*near.values()) - rows.keys())
        facts = {key: row.facts for key, row in {**around, **rows}.items() if row.facts}
        sent, held = self.transaction.sent(rows), self.transaction.pending_of(rows)
        checked: list[SubjectRow] = []
        pending: dict[SubjectKey, dict[LedgerKey, Pending]] = {}
        for key, row in rows.items():
            view = view_from(row, {each: facts[each] for each in near[key] if each in facts})
            decision = decide(self._book(key), view, sent[key], self.now, holds.get(key, {}))
            pending[key] = pend(held[key], decision.candidates, self._as_of(row, before))
            next_at = None if decision.next_at == NEVER else decision.next_at
            checked.append(replace(row, next_check_at=next_at, checked_with=self.rule_set.hash))
        return _Decided(checked, pending, [_footing(row, facts) for row in checked if _is_mentorship(row)])

    def _as_of(self, row: SubjectRow, before: Rows) -> Instant:
        """Return since when what is new was possible: of a subject that only the clock made due, since it was due.

        A worker is always a little late, and what may move from a quarter hour on must not wait for the one after it.
        """
        due = before[row.key].next_check_at
        if due is None or due > self.now or _has_news(row, before):
            return self.now
        return planned_instant(due, self.now)


class _Decided(NamedTuple):
    """What came of a batch."""

    checked: list[SubjectRow]
    pending: dict[SubjectKey, dict[LedgerKey, Pending]]
    footings: list[FootingRow]


def _is_mentorship(row: SubjectRow) -> bool:
    return row.key.subject.kind is SubjectKind.MENTORSHIP


def _footing(row: SubjectRow, known: Mapping[SubjectKey, SubjectFacts]) -> FootingRow:
    (program, subject), facts = row.key, row.facts
    assert facts is not None
    people = {
        role: (id, known.get(SubjectKey(program, Subject(SubjectKind.PARTICIPANT, id))))
        for role, id in participants_of(facts).items()
    }
    names = {role: full_name(person) or id for role, (id, person) in people.items()}
    told = [person for _, person in people.values() if person is not None]
    return FootingRow(
        program=program,
        id=subject.id,
        footing=footing_of(facts),
        mentor=names.get(Role.MENTOR, ""),
        mentee=names.get(Role.MENTEE, ""),
        folded_seq=row.folded_seq,
        advisors=tuple(sorted({str(each) for person in told if (each := person.value("advisor_email"))})),
        groups=frozenset(group for person in told for group in person.value("groups") or ()),
    )


def _matters(rows: Iterable[SubjectRow]) -> dict[tuple[str, str], list[Matter]]:
    """Return what is open of each mentorship, by program and id."""
    return {
        (row.key.program, row.key.subject.id): list(matters_of(row.facts))
        for row in rows
        if _is_mentorship(row) and row.facts is not None
    }


def _people(row: SubjectRow) -> set[str]:
    return set(participants_of(row.facts).values()) if row.facts else set()


def _has_news(row: SubjectRow, before: Rows) -> bool:
    return row.folded_seq != before[row.key].folded_seq


class _News(NamedTuple):
    """A subject that has news: as it is now, of which types they were, and who belonged to it before them."""

    row: SubjectRow
    types: Collection[str]
    before: set[str]


def _tell(transaction: Transaction, books: Mapping[str, ProgramBook], news: Iterable[_News], now: Instant) -> None:
    """Make due what news may have changed: those who belong to their subjects, and plans that wait for an address."""
    concerned: set[SubjectKey] = set()
    recipients: set[RecipientKey] = set()
    for row, types, before in news:
        program, subject = row.key
        if subject.kind is SubjectKind.PROGRAM:
            # Not for a delay that was told of: a large program is a minute's work, while its mail waits.
            if any(map(books[program].members_heed, types)):
                transaction.check_program(program, now)
        elif subject.kind is SubjectKind.MENTORSHIP:
            people = _people(row)
            if people != before:
                transaction.join(program, subject.id, people)
            if people != before or any(map(books[program].participants_heed, types)):
                concerned |= {SubjectKey(program, Subject(SubjectKind.PARTICIPANT, each)) for each in people | before}
        else:
            ids = transaction.mentorships_of(program, subject.id)
            concerned |= {SubjectKey(program, Subject(SubjectKind.MENTORSHIP, each)) for each in ids}
            recipients |= {RecipientKey(program, each) for each in (subject.id, ADVISOR_PREFIX + subject.id)}
    transaction.check_soon(concerned)
    transaction.plan_soon(recipients, now)
