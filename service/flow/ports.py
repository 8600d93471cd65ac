"""What the flows need of the outside: a store and a clock. Adapters implement these; `wiring.py` picks them.

A store hands out transactions. Everything a flow does in one transaction happens or does not happen as a whole, and
no two writing transactions see each other half done.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, NamedTuple, Protocol

from service.domain.calendar import NEVER, Instant
from service.domain.delivery import LedgerKey, Notice
from service.domain.events import Event, Incoming, Subject
from service.domain.facts import SubjectFacts, Thing
from service.domain.plan import Past, Pending
from service.domain.publishers import CredentialKind, Publisher
from service.domain.suppression import Suppression
from service.flow.backlog_port import BacklogReading
from service.flow.brake_port import BrakeReading, BrakeWriting, HeldNotice, RuleEdition
from service.flow.channel_port import ChannelReading, ChannelWriting
from service.flow.delivery_port import DeliveryReading
from service.flow.erasure_port import ErasureReading, ErasureWriting
from service.flow.figure_port import FigureReading, FigureWriting
from service.flow.footing_port import FootingReading, FootingWriting
from service.flow.forgotten_port import ForgottenReading, ForgottenWriting
from service.flow.intervention_port import InterventionReading, InterventionWriting
from service.flow.matter_port import MatterReading, MatterWriting
from service.flow.outbox_port import OutboxReading, OutboxWriting
from service.flow.report_port import ReportWriting
from service.flow.session_port import SessionReading, SessionWriting
from service.flow.trace_port import TraceReading


class Clock(Protocol):
    """Tells the instant it is now. The live clock reads the machine's; a virtual one is set."""

    def __call__(self) -> Instant: ...


class SubjectKey(NamedTuple):
    """A subject within its program."""

    program: str
    subject: Subject


class RecipientKey(NamedTuple):
    """A recipient (participant id, `staff.<role>` or `advisor:<participant>`) within a program."""

    program: str
    recipient: str


class DueRecipient(NamedTuple):
    """A recipient whose turn has come, since when their plan is due, and until when they rested meanwhile (0 if not).

    Who rested has their place on the way to the provider already.
    """

    key: RecipientKey
    since: Instant
    rested_until: Instant = 0


News = Sequence[tuple[int, Event]]
"""Events in log order, each with its position."""


class Appended(NamedTuple):
    """How many events were new, and which (by index) were there before or had an id with another body.

    Where there is a conflict, nothing was appended.
    """

    accepted: int
    repeated: tuple[int, ...] = ()
    conflicts: tuple[int, ...] = ()

    @property
    def duplicates(self) -> int:
        return len(self.repeated)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectRow:
    """A subject as the store keeps it.

    `facts` is None before its first fold and holds only things that are `live` (open, unacknowledged, or known to a
    start that still counts); `folded_seq` is the log position up to which it is folded; `folded_with` the lens and
    `checked_with` the rule set that did so.
    """

    key: SubjectKey
    facts: SubjectFacts | None
    folded_seq: int = 0
    folded_with: str = ""
    checked_with: str = ""
    next_check_at: Instant | None = None


class EmailState(StrEnum):
    """Where an email stands. `sending` holds a lease; `released` was surely not sent and was decided anew; `returned`
    was sent and came back; `dropped` never was one: staff decided that a held notice should not go."""

    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    RELEASED = "released"
    DROPPED = "dropped"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailRow:
    """One email with the notices it carries. `error` is for staff, free of personal data."""

    id: str
    program: str
    recipient: str
    state: EmailState
    planned_at: Instant
    claimed_at: Instant
    lease_until: Instant
    notices: tuple[Notice, ...]
    settled_at: Instant | None = None
    reference: str = ""
    error: str = ""

    @classmethod
    def of_record(cls, id: str, program: str, notice: Notice, state: EmailState, error: str) -> "EmailRow":
        """Return what is kept of a decision that nobody has to send any more, as of its notice's instant."""
        return cls(
            id=id,
            program=program,
            recipient=notice.candidate.key.recipient,
            state=state,
            planned_at=notice.at,
            claimed_at=notice.at,
            lease_until=notice.at,
            settled_at=notice.at,
            notices=(notice,),
            error=error,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSetRow:
    """A rule set that was ever active: its content hash, its files as JSON, and when and by whom it was made active."""

    hash: str
    sources: str
    activated_at: Instant
    activated_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivationRow:
    """That a rule set, known by its content hash, was made active: when, and by whom."""

    hash: str
    at: Instant
    by: str


class Action(StrEnum):
    """What somebody did, as the audit knows it."""

    RULES_ACTIVATED = "rules.activated"
    RULES_PROPOSED = "rules.proposed"
    MAIL_STOPPED = "mail.stopped"
    MAIL_RESUMED = "mail.resumed"
    STORE_RESTORED = "store.restored"
    HELD_RELEASED = "held.released"
    HELD_DROPPED = "held.dropped"
    LAUNCH_EXPECTED = "launch.expected"
    ADDRESS_ALLOWED = "address.allowed"
    LETTERS_DISCARDED = "dead_letters.discarded"
    KEY_CREATED = "key.created"
    KEY_REVOKED = "key.revoked"
    PARTICIPANT_ERASED = "participant.erased"
    STEPPED_IN = "stepped_in"
    INTERVENTION_PROPOSED = "intervention.proposed"
    INTERVENTION_APPROVED = "intervention.approved"
    INTERVENTION_WITHDRAWN = "intervention.withdrawn"
    SIGNED_IN = "console.signed_in"
    SIGNED_OUT = "console.signed_out"
    SESSION_ENDED = "console.session_ended"
    NAMES_SHOWN = "console.names_shown"
    PERSON_SEEN = "person.seen"
    PEOPLE_LISTED = "people.listed"
    PEOPLE_EXPORTED = "people.exported"
    MAIL_READ = "mail.read"


VIEWS: Final = (Action.PERSON_SEEN, Action.PEOPLE_LISTED, Action.PEOPLE_EXPORTED, Action.MAIL_READ)
"""What tells who looked at whom."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """Who did what to what, and when; `program` is "" for what concerns no single one. `detail` holds plain JSON
    values, and no personal datum of participants."""

    at: Instant
    who: str
    action: Action
    about: str
    program: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


class KnownPublisher(NamedTuple):
    """A publisher, and what the store keeps of that by which it shows who it is."""

    publisher: Publisher
    shown: bytes


class Known(Protocol):
    """What composing asks: who there is, and what happened. A snapshot knows it, and so does a virtual world."""

    def subject(self, key: SubjectKey) -> SubjectRow | None:
        """Return the subject with its live things, or None."""

    def subjects(self, keys: Iterable[SubjectKey]) -> Mapping[SubjectKey, SubjectRow]:
        """Return those of the subjects that exist."""

    def mentorships_of(self, program: str, participant: str) -> Sequence[str]:
        """Return the ids of the participant's mentorships, sorted."""

    def all_subjects(self, program: str, kind: str, after: str = "", limit: int = 100) -> Sequence[SubjectRow]:
        """Return a page of a program's subjects of one kind, by id."""

    def event(self, program: str, source: str, id: str) -> Event | None:
        """Return one event of the log, or None."""

    def held_notices(self, rule: str, limit: int = 1_000, program: str = "") -> Sequence[HeldNotice]:
        """Return the notices of a rule that the safety limit holds, the longest held first; of one program."""

    def suppressed(self, addresses: Collection[str]) -> Mapping[str, Suppression]:
        """Return those of the addresses that are blocked, with the reason; upper and lower case are one."""


class Snapshot(
    Known,
    BrakeReading,
    BacklogReading,
    OutboxReading,
    ChannelReading,
    ErasureReading,
    FootingReading,
    MatterReading,
    DeliveryReading,
    FigureReading,
    InterventionReading,
    SessionReading,
    ForgottenReading,
    TraceReading,
    Protocol,
):
    """What can be read, all of one moment."""

    def things(
        self, refs: Mapping[SubjectKey, Collection[tuple[str, str]]]
    ) -> Mapping[SubjectKey, Mapping[tuple[str, str], Thing]]:
        """Return those of the subjects' things that `refs` (kind, id) name, live or not."""

    def programs(self) -> Sequence[str]:
        """Return the programs that have events, by name."""

    def news(self, key: SubjectKey, after_seq: int, limit: int | None = 1_000) -> News:
        """Return the subject's events after a log position, in log order; with no limit, all of them."""

    def news_of(self, after: Mapping[SubjectKey, int], limit: int = 10_000) -> Mapping[SubjectKey, News]:
        """Return each subject's events after its log position, in log order, of those that have any.

        Where there are more than the limit, the earliest of all come first; the rest stay news.
        """

    def history(self, key: SubjectKey) -> Iterator[Event]:
        """Yield all of the subject's events in log order."""

    def mentorships_of_any(self, program: str, participants: Iterable[str]) -> Collection[str]:
        """Return the ids of all mentorships that any of the participants belongs to."""

    def sent(self, keys: Collection[SubjectKey]) -> Mapping[SubjectKey, Collection[LedgerKey]]:
        """Return, for each of the subjects, the ledger keys of everything that went out, or is going out, about it."""

    def pending_of(self, keys: Collection[SubjectKey]) -> Mapping[SubjectKey, Mapping[LedgerKey, Pending]]:
        """Return the pending notices of each of the subjects."""

    def pending_for(self, key: RecipientKey) -> Sequence[Pending]:
        """Return the recipient's pending notices."""

    def past(self, key: RecipientKey, since: Instant) -> Sequence[Past]:
        """Return what went to the recipient since then, and everything that ever carried a resource."""

    def pasts(self, program: str, recipients: Iterable[str], since: Instant) -> Mapping[str, Sequence[Past]]:
        """Return the same for several recipients of a program."""

    def emails_about(self, key: SubjectKey) -> Sequence[EmailRow]:
        """Return the emails that carry a notice about the subject, oldest first."""

    def email(self, id: str) -> EmailRow | None:
        """Return one email, or None."""

    def emails(self, ids: Collection[str]) -> Mapping[str, EmailRow]:
        """Return those of the emails that there are."""

    def due_recipients(self, now: Instant, limit: int) -> Sequence[DueRecipient]:
        """Return recipients whose plan is due and who do not rest: first those for whom something urgent waits, each in
        the order in which their turn came."""

    def log_end(self) -> int:
        """Return the position of the newest event; 0 while there is none."""

    def newest_news(self) -> Instant:
        """Return since when there has been news of the subject whose news are newest; 0 where there is none."""

    def next_due(self) -> Instant | None:
        """Return the earliest instant at which a subject or recipient is due (0 where there is news), or None."""

    def expired(self, now: Instant, limit: int) -> Sequence[EmailRow]:
        """Return emails still `sending` whose lease ran out."""

    def active_rule_set(self) -> RuleSetRow | None:
        """Return the rule set that every process uses now, or None in an empty store."""

    def first_rule_set(self) -> str | None:
        """Return the hash of the first rule set that was ever active, or None."""

    def activations(self) -> Sequence[ActivationRow]:
        """Return every activation, newest first."""

    def sources_of(self, hash: str) -> str | None:
        """Return the files of a rule set that was ever active, as JSON, or None."""

    def events_called(self, id: str) -> Sequence[Event]:
        """Return the events of this id, of any program and source."""

    def publishers(self) -> Sequence[KnownPublisher]:
        """Return everybody who ever might publish, revoked ones too, by kind and name, the newest last."""

    def foresee_each(self, batches: Sequence[Sequence[Incoming]]) -> Sequence[Appended]:
        """Return what would become of each batch if they were appended now; nothing is."""

    def audit(self, action: Action, limit: int = 1_000) -> Sequence[AuditRow]:
        """Return what was done of one sort, newest first."""

    def audit_page(self, programs: Collection[str] | None, before: int, limit: int) -> Sequence[tuple[int, AuditRow]]:
        """Return what was seen and done, each with its number, from before a number on, newest first.

        None asks for everything; programs for what concerns one of them.
        """


class Transaction(
    Snapshot,
    BrakeWriting,
    OutboxWriting,
    ChannelWriting,
    ErasureWriting,
    FootingWriting,
    MatterWriting,
    FigureWriting,
    InterventionWriting,
    SessionWriting,
    ForgottenWriting,
    ReportWriting,
    Protocol,
):
    """What can be changed, as a whole or not at all."""

    def append(self, events: Sequence[Incoming], recorded: Instant) -> Appended:
        """Append what is new to the log and mark each of its subjects as having news.

        Two events of one (program, source, id) are the same when their `canonical` bytes are equal.
        """

    def append_each(self, batches: Sequence[Sequence[Incoming]], recorded: Instant) -> Sequence[Appended]:
        """Append several batches, each as `append` would, and return what became of each."""

    def add_publisher(self, known: KnownPublisher) -> bool:
        """Let somebody publish; False, and nothing is changed, where a live one of that kind has the name."""

    def revoke_publisher(self, kind: CredentialKind, name: str, by: str, now: Instant) -> bool:
        """Let somebody publish no more, and return whether they might."""

    def due_subjects(
        self, now: Instant, rule_set: str, limit: int, news_until: Instant = NEVER
    ) -> Sequence[SubjectKey]:
        """Return subjects that have news (since `news_until` or longer), whose check is due or asked for, or that
        another rule set checked.

        The longest due come first. Those that somebody else is at are left out, and nobody else gets ours.
        """

    def keep_still(self, keys: Iterable[SubjectKey], now: Instant, rule_set: str) -> bool:
        """Keep everybody from changing these subjects until the end, and return whether `due_subjects` would leave
        them alone.

        False also where somebody is at one of them right now: nobody waits here, so that nobody waits in a circle.
        """

    def save_subjects(self, rows: Sequence[SubjectRow]) -> None:
        """Keep subjects as they were folded and checked, and their things; news up to `folded_seq` are old now."""

    def check_soon(self, keys: Iterable[SubjectKey]) -> None:
        """Ask for the check of these subjects; one that has no event yet (named by a match) gets a row with it."""

    def check_program(self, program: str, now: Instant) -> None:
        """Make due the check of every subject of the program, and the plan of everybody for whom something waits."""

    def join(self, program: str, mentorship: str, participants: Iterable[str]) -> None:
        """Note who belongs to a mentorship, besides those noted before."""

    def save_pending(self, pending: Mapping[SubjectKey, Mapping[LedgerKey, Pending]]) -> None:
        """Replace the pending notices of subjects, and make each recipient's plan due by the least `ready_at` that is
        new.

        A recipient who lost one is planned anew at their next turn; nothing is lost by planning too often.
        """

    def plan_soon(self, keys: Iterable[RecipientKey], at: Instant, *, urgent: bool = False) -> None:
        """Make the plans of these recipients due at that instant or earlier, before all that is not `urgent`."""

    def due_recipients(self, now: Instant, limit: int) -> Sequence[DueRecipient]:
        """Return what a snapshot would, without those that somebody else plans now; nobody else gets ours."""

    def planned(self, key: RecipientKey, next_plan_at: Instant | None, *, urgent: bool = False) -> None:
        """Note that the recipient was planned; None: not again before something new is pending. Their rest is over.

        `urgent` says that an alert or an answer still waits for them.
        """

    def rest(self, key: RecipientKey, until: Instant) -> None:
        """Let a recipient who is due rest until then; planning them ends it."""

    def claim(self, email: EmailRow) -> None:
        """Insert the email and a ledger row for each notice, and drop those notices from what is pending.

        Raises: IntouchError when a ledger key exists already; the transaction must then be given up.
        """

    def settle(self, id: str, state: EmailState, at: Instant, *, reference: str = "", error: str = "") -> bool:
        """Set a sending or unknown email's fate and return True; False when it was settled before.

        `RELEASED` deletes its ledger rows: it was surely not sent, and its notices will be decided anew.
        """

    def await_report(self, id: str, until: Instant, error: str) -> None:
        """Keep an email on its way until then, for a report that may settle it; `error` says why."""

    def drop(self, email: EmailRow) -> None:
        """Keep decisions that staff want never sent, as `claim` does; they count against no limit."""

    def activate(self, row: RuleSetRow, editions: Collection[RuleEdition]) -> None:
        """Make a rule set the active one; earlier ones are kept.

        `editions` are those of its rules; of an empty store's first rule set they are trusted.
        """

    def keep_rule_set(self, hash: str, sources: str) -> None:
        """Keep the files of a rule set that is not active, where they are not kept yet."""

    def note(self, row: AuditRow) -> None:
        """Add to the audit what somebody did."""


class Store(Protocol):
    """Where everything is kept."""

    def reading(self) -> AbstractContextManager[Snapshot]:
        """Return a context whose snapshot does not change."""

    def writing(self) -> AbstractContextManager[Transaction]:
        """Return a context that commits at its end, or rolls back when it raises.

        Raises: StoreUnavailable when the store is locked, full or gone.
        """
