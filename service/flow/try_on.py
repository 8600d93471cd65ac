"""Trying on: who of some pairs would get what staff mean to write, and who not and why, before anybody approves it.

The same facts, gates, limits and plans decide here as decide when it goes; only the event that starts it is not in the
log. Nothing is written.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from service.domain.book import ProgramBook, book_of
from service.domain.brakes import Hold
from service.domain.calendar import MINUTE, Instant, quarter_up
from service.domain.decide import judge_all
from service.domain.delivery import Candidate, LedgerKey, Verdict
from service.domain.events import Event, Subject, SubjectKind
from service.domain.facts import SubjectFacts
from service.domain.interventions import Fate, fate_of
from service.domain.plan import Inbox, Past, Pending, pend, plan
from service.domain.rules import RuleSet
from service.domain.suppression import Suppression
from service.flow.answer import facts_now
from service.flow.brake import brakes_now
from service.flow.brake_port import HeldNotice
from service.flow.outlook import LONGEST_PAST
from service.flow.ports import RecipientKey, Snapshot, SubjectKey, SubjectRow
from service.flow.reach import inbox_now
from service.flow.step_in import SOURCE
from service.flow.views import neighbours, program_facts, view_from

ADDRESSED = "intervention.addressed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What would become of it for one person of a pair. `verdict` is None where nothing holds it back."""

    id: str
    recipient: str
    fate: Fate
    verdict: Verdict | None
    candidate: Candidate | None = None


@dataclass(frozen=True, slots=True)
class WithEvent:
    """A snapshot in which one event more has happened, for composing what it would start."""

    snapshot: Snapshot
    extra: Event

    def subject(self, key: SubjectKey) -> SubjectRow | None:
        return self.snapshot.subject(key)

    def subjects(self, keys: Iterable[SubjectKey]) -> Mapping[SubjectKey, SubjectRow]:
        return self.snapshot.subjects(keys)

    def mentorships_of(self, program: str, participant: str) -> Sequence[str]:
        return self.snapshot.mentorships_of(program, participant)

    def all_subjects(self, program: str, kind: str, after: str = "", limit: int = 100) -> Sequence[SubjectRow]:
        return self.snapshot.all_subjects(program, kind, after, limit)

    def event(self, program: str, source: str, id: str) -> Event | None:
        known = (program, source, id) == (self.extra.program, self.extra.source, self.extra.id)
        return self.extra if known else self.snapshot.event(program, source, id)

    def held_notices(self, rule: str, limit: int = 1_000, program: str = "") -> Sequence[HeldNotice]:
        return self.snapshot.held_notices(rule, limit, program)

    def suppressed(self, addresses: Collection[str]) -> Mapping[str, Suppression]:
        return self.snapshot.suppressed(addresses)


def addressed(program: str, id: str, data: Mapping[str, Any], now: Instant) -> Event:
    """Return the event that would address a pair now."""
    subject = Subject(SubjectKind.MENTORSHIP, id)
    return Event(
        program=program,
        source=SOURCE,
        id="not-yet",
        type=ADDRESSED,
        subject=subject,
        time=now,
        recorded=now,
        data=data,
    )


def try_on(
    snapshot: Snapshot, rule_set: RuleSet, program: str, data: Mapping[str, Any], ids: Sequence[str], now: Instant
) -> tuple[Tried, ...]:
    """Return what would become of it for both of each pair, in the order of the pairs."""
    return tuple(_Trying(snapshot, rule_set, book_of(rule_set, program), data, now).all(ids))


@dataclass(slots=True)
class _Trying:
    """One trying on; holds what pairs share."""

    snapshot: Snapshot
    rule_set: RuleSet
    book: ProgramBook
    data: Mapping[str, Any]
    now: Instant
    _mailboxes: dict[str, tuple[Inbox, Sequence[Past], Sequence[Pending]]] = field(default_factory=dict)

    def all(self, ids: Sequence[str]) -> Iterator[Tried]:
        program = self.book.program.id
        keys = [SubjectKey(program, Subject(SubjectKind.MENTORSHIP, each)) for each in ids]
        if not keys:
            return
        facts = facts_now(self.snapshot, self.rule_set, keys, self.now)
        rows = {key: SubjectRow(key=key, facts=own) for key, own in zip(keys, facts, strict=True)}
        near = {key: neighbours(self.snapshot, self.book, row) for key, row in rows.items()}
        around = self.snapshot.subjects(set().union(*near.values()))
        sent, holds = self.snapshot.sent(keys), self.snapshot.holds_of(keys)
        for key, row in rows.items():
            known = {each: around[each].facts for each in near[key] if each in around}
            yield from self._pair(row, {each: own for each, own in known.items() if own}, sent[key], holds.get(key, {}))

    def _pair(
        self,
        row: SubjectRow,
        known: Mapping[SubjectKey, SubjectFacts],
        sent: Collection[LedgerKey],
        holds: Mapping[LedgerKey, Hold],
    ) -> Iterator[Tried]:
        assert row.facts is not None
        event = addressed(row.key.program, row.key.subject.id, self.data, self.now)
        self.book.folding.one(row.facts, event)
        view, told = view_from(row, known), set()
        for judged in judge_all(self.book, view, sent, self._due(), holds):
            mine = judged.start.type == ADDRESSED and judged.start.moment == event.moment
            if mine and judged.recipient and judged.recipient not in told:
                told.add(judged.recipient)
                outcome = judged.outcome
                candidate = outcome if isinstance(outcome, Candidate) else None
                verdict = self._planned(candidate) if candidate else outcome if isinstance(outcome, Verdict) else None
                yield Tried(
                    id=row.key.subject.id,
                    recipient=judged.recipient,
                    fate=fate_of(verdict, judged.slot.closes),
                    verdict=verdict,
                    candidate=candidate,
                )
            elif mine and not judged.recipient and isinstance(judged.outcome, Verdict):
                yield from self._both(row, judged.outcome, fate_of(judged.outcome, judged.slot.closes), told)

    def _both(self, row: SubjectRow, verdict: Verdict, fate: Fate, told: set[str]) -> Iterator[Tried]:
        """Yield what stands against the whole slot, whoever it is for."""
        assert row.facts is not None
        for person in view_from(row, {}).people:
            if person.id not in told:
                told.add(person.id)
                yield Tried(id=row.key.subject.id, recipient=person.id, fate=fate, verdict=verdict)

    def _due(self) -> Instant:
        """Return when it would be chosen: for a quarter of an hour it can be undone."""
        return quarter_up(self.now + 15 * MINUTE)

    def _planned(self, candidate: Candidate) -> Verdict | None:
        recipient, at = candidate.key.recipient, self._due()
        inbox, past, pending = self._mailbox(recipient)
        waiting = [*pending, *pend({}, [candidate], at).values()]
        key = RecipientKey(self.book.program.id, recipient)
        return plan(waiting, inbox, past, self.rule_set, at, brakes_now(self.snapshot, key)).verdicts.get(candidate.key)

    def _mailbox(self, recipient: str) -> tuple[Inbox, Sequence[Past], Sequence[Pending]]:
        if recipient not in self._mailboxes:
            program = self.book.program.id
            key = RecipientKey(program, recipient)
            self._mailboxes[recipient] = (
                inbox_now(self.snapshot, self.book, recipient, program_facts(self.snapshot, program)),
                self.snapshot.past(key, self.now - LONGEST_PAST),
                self.snapshot.pending_for(key),
            )
        return self._mailboxes[recipient]
