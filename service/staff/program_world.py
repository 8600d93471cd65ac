"""Everything known of one program on virtual time: its log, facts, what is pending, and what was sent."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum

from service.domain.book import ProgramBook
from service.domain.calendar import NEVER, Instant
from service.domain.delivery import ADVISOR_PREFIX, Candidate, LedgerKey
from service.domain.events import Event, Subject, SubjectKind
from service.domain.facts import SubjectFacts, Thing
from service.domain.fold import STATING, Refold
from service.domain.history import History
from service.domain.inbox import inbox_of
from service.domain.plan import Inbox, Pending
from service.domain.present import Present
from service.domain.view import View, mentorship_view, participant_view, participants_of, program_view
from service.staff.judging import NOTHING, Judging


class News(IntEnum):
    """What may follow from an event that was folded."""

    NOTHING = 0
    """It is a duplicate, or nothing that a rule heeds."""
    SOMETHING = 1
    BEGINNING = 2
    """Its subject came into being, or has been for longer than was known."""


@dataclass(slots=True, eq=False)
class ProgramWorld:
    """One program. Facts hold live things only; the others wait in `archive` until an event names them again.

    A view holds facts, not copies: it is good until the facts of somebody in it are another object.
    """

    id: str
    book: ProgramBook
    folds_by: ProgramBook | None = None
    """Keeps at least what the book asks for, where others share the facts; None is the book itself."""
    subjects: dict[Subject, SubjectFacts] = field(default_factory=dict)
    archive: dict[Subject, dict[tuple[str, str], Thing]] = field(default_factory=lambda: defaultdict(dict))
    log: dict[Subject, list[Event]] = field(default_factory=lambda: defaultdict(list))
    seen: set[tuple[str, str]] = field(default_factory=set)
    mentorships: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    members: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    views: dict[Subject, View] = field(default_factory=dict)
    pending: dict[Subject, dict[LedgerKey, Pending]] = field(default_factory=dict)
    waiting: dict[str, dict[LedgerKey, Pending]] = field(default_factory=lambda: defaultdict(dict))
    ledger: dict[Subject, set[LedgerKey]] = field(default_factory=lambda: defaultdict(set))
    past: dict[str, History] = field(default_factory=lambda: defaultdict(History))
    blocked: dict[str, bool] = field(default_factory=dict)
    """As of a present; nothing that comes later says more of it."""
    judgings: dict[SubjectKind, tuple[Judging, ...]] = field(default_factory=dict)
    """By the kind of subject that they are about."""
    inboxes: dict[str, Inbox] = field(default_factory=dict)
    """By recipient, until an event about them or the program."""
    looked: dict[Subject, int] = field(default_factory=dict)
    """The version of what was found for each subject when it was last looked at."""

    def __post_init__(self) -> None:
        self.judge_by(Judging(self.book, (self.ledger,)))

    def judge_by(self, *judgings: Judging) -> None:
        """Have the rules of the book judged, each in one of these."""
        self.judgings = {kind: tuple(each for each in judgings if kind in each.kinds) for kind in SubjectKind}
        self.looked.clear()

    def beside(self, book: ProgramBook) -> "ProgramWorld":
        """Return another with the same facts, now and later, by other rules. This one folds for both."""
        return ProgramWorld(
            self.id,
            book,
            folds_by=self.memory,
            subjects=self.subjects,
            archive=self.archive,
            log=self.log,
            seen=self.seen,
            mentorships=self.mentorships,
            members=self.members,
            views=self.views,
        )

    @property
    def memory(self) -> ProgramBook:
        """What facts are folded by."""
        return self.book if self.folds_by is None else self.folds_by

    @property
    def subject(self) -> Subject:
        return Subject(SubjectKind.PROGRAM, self.id)

    @property
    def facts(self) -> SubjectFacts:
        """The program's own facts."""
        return self.facts_of(self.subject)

    def facts_of(self, subject: Subject) -> SubjectFacts:
        """Return the subject's facts, empty ones before its first event."""
        facts = self.subjects.get(subject)
        return self._keep(SubjectFacts(subject=subject)) if facts is None else facts

    def view(self, subject: Subject) -> View:
        """Return what a rule about the subject sees."""
        view = self.views.get(subject)
        if view is None:
            view = self.views[subject] = self._look(subject)
        return view

    def inbox(self, recipient: str) -> Inbox:
        """Return what is known of the recipient's mailbox."""
        if inbox := self.inboxes.get(recipient):
            return inbox
        participant = self.subjects.get(participant_of(recipient.removeprefix(ADVISOR_PREFIX)))
        blocked, has_stand_in = recipient in self.blocked, self.blocked.get(recipient, False)
        inbox = inbox_of(self.book, recipient, participant, self.facts, blocked=blocked, has_stand_in=has_stand_in)
        if participant is not None:
            self.inboxes[recipient] = inbox
        return inbox

    def forget_inboxes(self, subject: Subject) -> None:
        """Ask anew for those that an event about the subject may have changed."""
        if subject.kind is SubjectKind.PROGRAM:
            self.inboxes.clear()
        elif subject.kind is SubjectKind.PARTICIPANT:
            self.inboxes.pop(subject.id, None)
            self.inboxes.pop(ADVISOR_PREFIX + subject.id, None)

    def hear(self, event: Event, news: News) -> Iterator[Subject]:
        """Yield the subjects that are to be looked at because of the event, after it was folded."""
        for subject in self.concerned(event) if news else ():
            touched = [self._touch(each, subject, event, news) for each in self.judgings[subject.kind]]
            if any(touched):
                yield subject

    def _touch(self, judging: Judging, subject: Subject, event: Event, news: News) -> bool:
        touched = None if news is News.BEGINNING else judging.touched(subject.kind, event.type)
        if touched == NOTHING:
            return False
        judging.of(subject).hear(touched)
        return True

    def look(self, subject: Subject, now: Instant) -> tuple[Iterable[Candidate] | None, Instant]:
        """Return the subject's candidates, None where they are those of its last look, and when to look again."""
        view = self.view(subject)
        found = [each.look(view, now) for each in self.judgings[subject.kind]]
        version, known = sum([each.version for each in found]), self.looked.get(subject)
        self.looked[subject] = version
        next_at = min([each.next_at for each in found], default=NEVER)
        if version == known:
            return None, next_at
        ledger = self.ledger[subject]
        return [each for its in found for each in its.candidates() if each.key not in ledger], next_at

    def forget(self, subject: Subject) -> None:
        """Have everything about the subject judged anew at its next look."""
        for each in self.judgings[subject.kind]:
            each.of(subject).hear(None)

    def concerned(self, event: Event) -> Iterable[Subject]:
        """Return the subjects that see the event in their views, after it was folded."""
        subject = event.subject
        if subject.kind is SubjectKind.PROGRAM:
            return list(self.subjects)
        if subject.kind is SubjectKind.PARTICIPANT:
            theirs = [mentorship_of(each) for each in self.mentorships.get(subject.id, ())]
            return [subject, *theirs] if self.memory.has_participant_rules else theirs
        # Those of an earlier match too: what they were told to expect is to be looked at again.
        known = self.members.get(subject.id, ()) if self.memory.participants_heed(event.type) else ()
        return (subject, *(participant_of(each) for each in known))

    # Taking in.

    def take_over(self, present: Present) -> None:
        """Know what is known, as if everything had happened here."""
        for standing in present.subjects:
            subject = standing.facts.subject
            self._keep(standing.facts)
            self.ledger[subject].update(standing.sent)
            self.pending[subject] = dict(standing.pending)
        for standing in present.subjects:
            if standing.facts.subject.kind is SubjectKind.MENTORSHIP:
                self._join(standing.facts)
        for recipient, past in present.past.items():
            self.past[recipient] = past.copy()
        self.blocked.update(present.blocked)
        self.inboxes.clear()

    def fold(self, event: Event) -> News:
        """Fold an event; return what may follow from it."""
        if (event.source, event.id) in self.seen:
            return News.NOTHING
        self.seen.add((event.source, event.id))
        subject = event.subject
        self.log[subject].append(event)
        facts = self.facts_of(subject)
        is_first = facts.exists_since is None or event.time < facts.exists_since
        is_news = is_first or (self.memory.heeds(event.type) and not self.memory.is_settled(facts, event))
        self._unarchive(facts, event)
        try:
            self.memory.folding.one(facts, event)
        except Refold:
            facts = self._keep(self.memory.folding.whole(subject, self.log[subject]))
            self.archive.pop(subject, None)
        self.memory.lens.prune(facts, event.recorded)
        self._archive(facts)
        if subject.kind is SubjectKind.PARTICIPANT:
            if event.type in STATING:
                self.views.pop(subject, None)
        elif event.type == "mentorship.matched":
            self._join(facts)
        return News.BEGINNING if is_first else News.SOMETHING if is_news else News.NOTHING

    def adopt(self, book: ProgramBook, now: Instant) -> None:
        """Go by other rules: fold the whole log by what they ask for."""
        self.book = book
        self.judge_by(Judging(book, (self.ledger,)))
        self.inboxes.clear()
        self.archive.clear()
        for subject in list(self.subjects):
            facts = self._keep(book.folding.whole(subject, self.log[subject]))
            book.lens.prune(facts, now)
            self._archive(facts)

    def _join(self, mentorship: SubjectFacts) -> None:
        for id in participants_of(mentorship).values():
            self.mentorships[id].add(mentorship.subject.id)
            self.members[mentorship.subject.id].add(id)
            self.facts_of(participant_of(id))
        self._forget_views(mentorship.subject)

    def _keep(self, facts: SubjectFacts) -> SubjectFacts:
        self.subjects[facts.subject] = facts
        self._forget_views(facts.subject)
        return facts

    def _forget_views(self, subject: Subject) -> None:
        """Drop the views in which the subject's facts stand."""
        self.views.pop(subject, None)
        if subject.kind is SubjectKind.PROGRAM:
            self.views.clear()
        elif subject.kind is SubjectKind.PARTICIPANT:
            for each in self.mentorships.get(subject.id, ()):
                self.views.pop(mentorship_of(each), None)
        else:
            for each in self.members.get(subject.id, ()):
                self.views.pop(participant_of(each), None)

    def _unarchive(self, facts: SubjectFacts, event: Event) -> None:
        kind = self.memory.catalogue.types.get(event.type)
        if kind and kind.thing and kind.id_field and facts.subject in self.archive:
            key = kind.thing, str(event.data.get(kind.id_field))
            if held := self.archive[facts.subject].pop(key, None):
                facts.things[key] = held

    def _archive(self, facts: SubjectFacts) -> None:
        if facts.things:
            for key in facts.things.keys() - facts.live_things():
                self.archive[facts.subject][key] = facts.things.pop(key)

    def _look(self, subject: Subject) -> View:
        own = self.subjects[subject]
        if subject.kind is SubjectKind.MENTORSHIP:
            named = participants_of(own).values()
            people = {id: facts for id in named if (facts := self.subjects.get(participant_of(id)))}
            return mentorship_view(own, people, self.facts)
        if subject.kind is SubjectKind.PARTICIPANT:
            theirs = (self.subjects[mentorship_of(each)] for each in sorted(self.mentorships.get(subject.id, ())))
            return participant_view(own, theirs, self.facts)
        return program_view(own)


def participant_of(id: str) -> Subject:
    """Return the participant of that id as a subject."""
    return Subject(SubjectKind.PARTICIPANT, id)


def mentorship_of(id: str) -> Subject:
    """Return the mentorship of that id as a subject."""
    return Subject(SubjectKind.MENTORSHIP, id)
