"""Dispatching: plan one recipient, claim what goes now, render it, send it, record its fate.

A claim is one transaction: it holds the subjects, which must be as new as the log; gates, consent, address and the
active rule set are tested as they are at that moment, and the ledger rows go in. No event slips past: whoever appends
one has to change the row of its subject, and comes before the claim or after it. Nothing is recalled after it, and
nothing goes out without it. A cut after the claim leaves the email `sending` until its lease runs out; then the
provider is asked, and where it does not know, the kind's `on_unknown` settles it. Never is such an email simply tried
again.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

from service.domain.book import book_of
from service.domain.calendar import NEVER, SECOND, Duration, Instant, quarter_down
from service.domain.delivery import ADVISOR_PREFIX
from service.domain.errors import ProviderError, RuleAuthorError
from service.domain.events import Subject, SubjectKind
from service.domain.plan import Pending, Plan, lookback, plan
from service.domain.rules import Kind, OnUnknown, RuleSet
from service.domain.suppression import Reason, Suppression
from service.domain.view import participants_of
from service.flow.brake import forget_holds, plan_braked, take_back
from service.flow.found_out import Bad, suppress
from service.flow.mail_port import Fate, Mailer, Outgoing
from service.flow.outbound import tell_escalations, tell_sent
from service.flow.ports import EmailRow, EmailState, RecipientKey, Store, SubjectKey, Transaction
from service.flow.reach import inbox_now
from service.flow.views import program_facts

LEASE: Duration = 120 * SECOND


class Composer(Protocol):
    """Turns a claimed email into what the provider is given: one Outgoing per address."""

    def __call__(self, email: EmailRow) -> tuple[Outgoing, ...]:
        """Raises: RuleAuthorError when a message cannot be rendered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claiming:
    """What every claim needs besides the transaction."""

    new_id: Callable[[], str]
    lease: Duration = LEASE


def planned_instant(due: Instant, now: Instant) -> Instant:
    """Return the instant to plan for at `now` what was due since `due`.

    A worker is always a little late. What was due at the quarter hour is planned as of that quarter hour; after an
    outage, as of the last one, so that nothing is sent by the clock of a day ago.
    """
    return max(due, quarter_down(now))


def claim(
    transaction: Transaction, rule_set: RuleSet, due: tuple[RecipientKey, Instant], now: Instant, how: Claiming
) -> tuple[EmailRow, ...] | None:
    """Plan one recipient, due since an instant, and claim the emails that go to them now.

    None where something that their notices depend on is to be checked first, or is being changed: they stay due.
    """
    key = due[0]
    held = _concerned(transaction, key)
    if not transaction.keep_still(held, now, rule_set.hash) or _concerned(transaction, key) - held:
        return None
    pending = [each for each in transaction.pending_for(key) if SubjectKey(key.program, each.candidate.subject) in held]
    planned = plan_for(transaction, rule_set, key, pending, planned_instant(due[1], now))
    emails = tuple(
        EmailRow(
            id=how.new_id(),
            program=key.program,
            recipient=key.recipient,
            state=EmailState.SENDING,
            planned_at=each.notices[0].at,
            claimed_at=now,
            lease_until=now + how.lease,
            notices=each.notices,
        )
        for each in planned.emails
    )
    for email in emails:
        transaction.claim(email)
        tell_escalations(transaction, email)
    transaction.planned(key, None if planned.next_at == NEVER else planned.next_at)
    return emails


def plan_for(
    transaction: Transaction, rule_set: RuleSet, key: RecipientKey, pending: Sequence[Pending], now: Instant
) -> Plan:
    """Return the recipient's plan at `now`, from what is pending and what went before."""
    if not pending:
        return Plan((), {}, NEVER)
    program = program_facts(transaction, key.program)
    inbox = inbox_now(transaction, book_of(rule_set, key.program), key.recipient, program)
    past = transaction.past(key, now - lookback(pending, rule_set) - 1)
    return plan_braked(
        transaction,
        rule_set,
        key,
        pending,
        now,
        lambda brakes: plan(pending, inbox, past, rule_set, now, brakes),
    )


def _concerned(transaction: Transaction, key: RecipientKey) -> set[SubjectKey]:
    """Return every subject that this recipient's pending notices depend on."""
    about = {each.candidate.subject for each in transaction.pending_for(key)}
    rows = transaction.subjects([SubjectKey(key.program, each) for each in about])
    people = {
        Subject(SubjectKind.PARTICIPANT, id)
        for row in rows.values()
        if row.facts and row.key.subject.kind is SubjectKind.MENTORSHIP
        for id in participants_of(row.facts).values()
    }
    own = Subject(SubjectKind.PARTICIPANT, key.recipient.removeprefix(ADVISOR_PREFIX))
    program = Subject(SubjectKind.PROGRAM, key.program)
    return {SubjectKey(key.program, each) for each in about | people | {own, program}}


class Bounce(NamedTuple):
    """An address that the provider refused for good, and the code it gave."""

    address: str
    code: str


@dataclass(frozen=True, slots=True)
class Delivered:
    """How one email's delivery ended."""

    state: EmailState
    reference: str = ""
    error: str = ""
    retry_after_s: float | None = None
    """Set when the channel itself is in trouble: no other email should be tried before."""
    bounced: tuple[Bounce, ...] = ()
    """The addresses that the provider refused for good."""


_NOBODY_LEFT = Delivered(EmailState.RELEASED, error="Since it was claimed, its last address was found not to work.")


def deliver(email: EmailRow, compose: Composer, mailer: Mailer) -> Delivered:
    """Render and send one claimed email, and return its fate."""
    try:
        outgoing = compose(email)
    except RuleAuthorError as error:
        return Delivered(EmailState.FAILED, error=f"It could not be written: {error}")
    ends = [_send(each, mailer) for each in outgoing]
    # A staff role is one recipient however many addresses it has: one that was reached is enough.
    order = (EmailState.SENT, EmailState.UNKNOWN, EmailState.RELEASED, EmailState.FAILED)
    best = min(ends, key=lambda end: order.index(end.state), default=_NOBODY_LEFT)
    bounced = tuple(each for end in ends for each in end.bounced)
    if len(bounced) == len(ends) and best.state is EmailState.FAILED:
        # Surely not sent, and not lost: decided anew, it waits for a better address, and an alert finds another role.
        return Delivered(EmailState.RELEASED, error=best.error, bounced=bounced)
    return replace(best, bounced=bounced)


def _send(outgoing: Outgoing, mailer: Mailer) -> Delivered:
    try:
        return Delivered(EmailState.SENT, reference=mailer.send(outgoing))
    except ProviderError as error:
        if error.unknown:
            return Delivered(EmailState.UNKNOWN, error=str(error))
        if error.temporary:
            return Delivered(EmailState.RELEASED, error=str(error), retry_after_s=error.retry_after_s or 30.0)
        bounced = (Bounce(outgoing.to, error.code),) if error.address_is_bad else ()
        return Delivered(EmailState.FAILED, error=str(error), bounced=bounced)


def record(transaction: Transaction, email: EmailRow, delivered: Delivered, now: Instant) -> None:
    """Settle an email as its delivery ended; one that surely was not sent is decided anew."""
    reasons = ((each, Suppression(reason=Reason.HARD_BOUNCE, at=now, detail=each.code)) for each in delivered.bounced)
    suppress(transaction, (Bad(each.address, reason, email) for each, reason in reasons), now)
    settled = transaction.settle(email.id, delivered.state, now, reference=delivered.reference, error=delivered.error)
    if settled and delivered.state is EmailState.SENT:
        forget_holds(transaction, email)
        tell_sent(transaction, email, now)
    if settled and delivered.state is EmailState.RELEASED:
        take_back(transaction, email)
        subjects = {SubjectKey(email.program, each.candidate.subject) for each in email.notices}
        transaction.check_soon(subjects)


def settle_expired(store: Store, rule_set: RuleSet, mailer: Mailer, now: Instant, limit: int = 50) -> int:
    """Settle emails whose sender was cut off between claim and record, and return how many."""
    with store.reading() as snapshot:
        expired = snapshot.expired(now, limit)
    for email in expired:
        delivered = _after_cut(email, mailer, rule_set)
        with store.writing() as transaction:
            record(transaction, email, delivered, now)
    return len(expired)


def _after_cut(email: EmailRow, mailer: Mailer, rule_set: RuleSet) -> Delivered:
    fate = mailer.settle(email.id)
    if fate is Fate.SENT:
        return Delivered(EmailState.SENT, error="The confirmation was lost; the provider knows that it was sent.")
    if fate is Fate.NOT_SENT:
        return Delivered(EmailState.RELEASED, error="It was cut off before it was sent.")
    kinds: Iterable[Kind] = {each.candidate.kind for each in email.notices}
    if all(rule_set.delivery.on_unknown.get(kind) is OnUnknown.RESEND for kind in kinds):
        return Delivered(EmailState.RELEASED, error="Nobody knows whether it was sent; it is sent again.")
    return Delivered(EmailState.UNKNOWN, error="Nobody knows whether it was sent; staff decide.")
