"""The present of some subjects, read from a store so that virtual time can go on from it. Nothing is written.

What the live service has not folded yet is folded here, and everything is folded for the rules that are to go on.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from service.domain.book import ProgramBook, book_of
from service.domain.calendar import HOUR, Duration, Instant
from service.domain.delivery import ADVISOR_PREFIX, LedgerKey
from service.domain.events import Subject, SubjectKind
from service.domain.facts import SubjectFacts
from service.domain.history import History
from service.domain.inbox import addresses_of
from service.domain.plan import Pending
from service.domain.present import Present, Standing
from service.domain.rules import STAFF_PREFIX, RuleSet
from service.domain.view import participants_of
from service.flow.fold_news import fold_all_news
from service.flow.neighbourhood import subjects_near
from service.flow.ports import Snapshot, SubjectKey, SubjectRow
from service.flow.reach import reach_of

Presents = tuple[Present, ...]
"""The same subjects once for each rule set."""


@dataclass(frozen=True, slots=True)
class PresentReader:
    """Reads presents of one moment for one or several rule sets; `now` is when they are to go on."""

    snapshot: Snapshot
    rule_sets: Sequence[RuleSet]
    now: Instant

    def read(self, program: str, subjects: Iterable[Subject], staff: Iterable[str] = ()) -> Presents:
        """Return the subjects, what waits about them, and what went to whom it may concern, `staff` among them."""
        keys = [SubjectKey(program, subject) for subject in sorted(set(subjects))]
        waiting_of, sent_of = self.snapshot.pending_of(keys), self.snapshot.sent(keys)
        pending = [waiting_of[key] for key in keys]
        sent = [frozenset(sent_of[key]) for key in keys]
        past = self._past(program, {*staff, *_recipients(keys, pending)})
        return tuple(
            Present(
                program=program,
                subjects=tuple(
                    Standing(facts=facts, sent=went, pending=waiting)
                    for facts, went, waiting in zip(each, sent, pending, strict=True)
                ),
                past=past,
                blocked=self._blocked(book_of(rule_set, program), past, each),
            )
            for rule_set, each in zip(self.rule_sets, self.facts(program, keys), strict=True)
        )

    def facts(self, program: str, keys: Sequence[SubjectKey]) -> list[list[SubjectFacts]]:
        """Return the facts of the subjects for each rule set; those that keep the same of history share them."""
        found_rows = self.snapshot.subjects(keys)
        rows = {key: found_rows.get(key) or SubjectRow(key=key, facts=None) for key in keys}
        by_lens: dict[str, list[SubjectFacts]] = {}
        found = []
        for rule_set in self.rule_sets:
            signature = book_of(rule_set, program).lens.signature
            if signature not in by_lens:
                folded = fold_all_news(self.snapshot, rule_set, rows, self.now)
                by_lens[signature] = [row.facts for row in folded.values() if row.facts is not None]
            found.append(by_lens[signature])
        return found

    def _blocked(
        self, book: ProgramBook, recipients: Iterable[str], facts: Iterable[SubjectFacts]
    ) -> Mapping[str, bool]:
        people = {each.subject.id: each for each in facts if each.subject.kind is SubjectKind.PARTICIPANT}
        known = {each: people.get(each.removeprefix(ADVISOR_PREFIX)) for each in recipients}
        addresses = {address for each, own in known.items() for address in addresses_of(book, each, own)}
        if not addresses or not self.snapshot.suppressed(addresses):
            return {}
        reaches = {each: reach_of(self.snapshot, book, each, own) for each, own in known.items()}
        return {each: bool(reach.stand_in) for each, reach in reaches.items() if reach.blocked}

    def _past(self, program: str, recipients: Iterable[str]) -> Mapping[str, History]:
        since = self.now - max(map(_longest_memory, self.rule_sets))
        return {
            each: History.of(past) for each, past in self.snapshot.pasts(program, sorted(recipients), since).items()
        }


def present_near(snapshot: Snapshot, rule_set: RuleSet, key: SubjectKey, now: Instant) -> Present:
    """Return the present of a subject and its neighbourhood: what its mail, and that of its people, may depend on."""
    reader = PresentReader(snapshot, (rule_set,), now)
    return reader.read(key.program, subjects_near(snapshot, key), staff_of((rule_set,), key.program))[0]


def present_of_pairs(
    snapshot: Snapshot, rule_set: RuleSet, program: str, ids: Collection[str], now: Instant
) -> Present:
    """Return the present of some mentorships, their people, and all mentorships of those; without their staff's mail.

    It takes as many statements for fifty mentorships as for one. Who belongs to them is what was last folded.
    """
    people = _people(snapshot, program, ids)
    kin = {*ids, *snapshot.mentorships_of_any(program, people)}
    people |= _people(snapshot, program, kin - set(ids))
    subjects = {Subject(SubjectKind.MENTORSHIP, each) for each in kin}
    subjects |= {Subject(SubjectKind.PARTICIPANT, each) for each in people}
    subjects.add(Subject(SubjectKind.PROGRAM, program))
    return PresentReader(snapshot, (rule_set,), now).read(program, subjects)[0]


def _people(snapshot: Snapshot, program: str, mentorships: Iterable[str]) -> set[str]:
    rows = snapshot.subjects(SubjectKey(program, Subject(SubjectKind.MENTORSHIP, each)) for each in mentorships)
    return {id for row in rows.values() if row.facts for id in participants_of(row.facts).values()}


def staff_of(rule_sets: Iterable[RuleSet], program: str) -> set[str]:
    """Return every staff role to which a rule of the program may write."""
    rules = [rule for each in rule_sets for rule in each.rules_of(program)]
    sends = [send for rule in rules for send in (*rule.sends, *(each for case in rule.cases.values() for each in case))]
    return {send.to for send in sends if send.to.startswith(STAFF_PREFIX)}


def _recipients(keys: Iterable[SubjectKey], pending: Iterable[Mapping[LedgerKey, Pending]]) -> set[str]:
    """Return the people among the subjects, their advisors, and whoever else something waits for but staff."""
    waiting = {key.recipient for each in pending for key in each if not key.recipient.startswith(STAFF_PREFIX)}
    people = {key.subject.id for key in keys if key.subject.kind is SubjectKind.PARTICIPANT}
    return waiting | people | {ADVISOR_PREFIX + each for each in people}


def _longest_memory(rule_set: RuleSet) -> Duration:
    """Return how far back the plans of a rule set can ask: limits, gaps, what may not come again, the alerts' hour."""
    limits = (limit.window for limit in rule_set.delivery.limits)
    again = (policy.memory for policy in rule_set.messages.values())
    overrides = (each for program in rule_set.programs.values() for each in program.overrides.values())
    gaps = (rule.every or 0 for rule in rule_set.rules)
    own_gaps = (every for each in overrides if isinstance(every := each.get("every"), int))
    return max(HOUR, *limits, *again, *gaps, *own_gaps) + 1
