"""Everything known of one program on virtual time under some rules: facts, what is pending, and what was sent."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import InitVar, dataclass, field

from service.domain.book import ProgramBook
from service.domain.calendar import NEVER, Instant
from service.domain.delivery import ADVISOR_PREFIX, Candidate, LedgerKey
from service.domain.events import Event, Subject, SubjectKind
from service.domain.facts import SubjectFacts
from service.domain.history import History
from service.domain.inbox import inbox_of
from service.domain.plan import Inbox, Pending
from service.domain.present import Present
from service.domain.view import View
from service.staff.judging import NOTHING, Judging
from service.staff.program_facts import News, ProgramFacts, participant_of


@dataclass(slots=True, eq=False)
class ProgramWorld:
    """One program under one rule set. Others may share its facts; what was sent and what is pending is its own."""

    id: str
    book: ProgramBook
    shared: InitVar[ProgramFacts | None] = None
    """The facts, where others fold them or go by them too."""
    known: ProgramFacts = field(init=False)
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

    def __post_init__(self, shared: ProgramFacts | None) -> None:
        self.known = ProgramFacts(self.id, self.book) if shared is None else shared
        self.judge_by(Judging(self.book, (self.ledger,)))

    def judge_by(self, *judgings: Judging) -> None:
        """Have the rules of the book judged, each in one of these."""
        self.judgings = {kind: tuple(each for each in judgings if kind in each.kinds) for kind in SubjectKind}
        self.looked.clear()

    # What is known.

    @property
    def subject(self) -> Subject:
        return self.known.subject

    @property
    def facts(self) -> SubjectFacts:
        """The program's own facts."""
        return self.known.facts

    @property
    def subjects(self) -> Mapping[Subject, SubjectFacts]:
        return self.known.subjects

    def facts_of(self, subject: Subject) -> SubjectFacts:
        """Return the subject's facts, empty ones before its first event."""
        return self.known.facts_of(subject)

    def view(self, subject: Subject) -> View:
        """Return what a rule about the subject sees."""
        return self.known.view(subject)

    def fold(self, event: Event) -> News:
        """Fold an event; return what may follow from it."""
        return self.known.fold(event)

    # What may follow from news and from time.

    def hear(self, event: Event, news: News) -> Iterator[Subject]:
        """Yield the subjects that are to be looked at because of the event, after it was folded."""
        for subject in self.known.concerned(event) if news else ():
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
        view = self.known.view(subject)
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

    # Who gets mail.

    def inbox(self, recipient: str) -> Inbox:
        """Return what is known of the recipient's mailbox."""
        if inbox := self.inboxes.get(recipient):
            return inbox
        participant = self.known.subjects.get(participant_of(recipient.removeprefix(ADVISOR_PREFIX)))
        blocked, has_stand_in = recipient in self.blocked, self.blocked.get(recipient, False)
        inbox = inbox_of(
            self.book, recipient, participant, self.known.facts, blocked=blocked, has_stand_in=has_stand_in
        )
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

    # Going on from elsewhere.

    def take_over(self, present: Present) -> None:
        """Know what is known, as if everything had happened here."""
        self.known.know(standing.facts for standing in present.subjects)
        for standing in present.subjects:
            subject = standing.facts.subject
            self.ledger[subject].update(standing.sent)
            self.pending[subject] = dict(standing.pending)
        for recipient, past in present.past.items():
            self.past[recipient] = past.copy()
        self.blocked.update(present.blocked)
        self.inboxes.clear()

    def adopt(self, book: ProgramBook, now: Instant) -> None:
        """Go by other rules from now on."""
        self.book = book
        self.judge_by(Judging(book, (self.ledger,)))
        self.inboxes.clear()
        self.known.adopt(book, now)
