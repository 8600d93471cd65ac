"""Delivering: write out claimed emails, send each, record its fate.

A cut after the claim leaves the email `sending` until its lease runs out; then the provider is asked, and where it does
not know, the kind's `on_unknown` settles it. Never is such an email simply tried again.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

from service.domain.calendar import SECOND, Duration, Instant
from service.domain.channel import PERSISTENCE, rest
from service.domain.errors import ProviderError, RuleAuthorError
from service.domain.rules import Kind, OnUnknown, RuleSet
from service.domain.suppression import Reason, Suppression
from service.flow.accept import StoreUnavailable
from service.flow.brake import forget_holds, take_back
from service.flow.failpoint import Failpoint, Passing, unhindered
from service.flow.found_out import Bad, suppress
from service.flow.mail_port import Fate, Mailer, Outgoing
from service.flow.outbound import tell_sent
from service.flow.ports import EmailRow, EmailState, RecipientKey, Store, SubjectKey, Transaction

Write = Callable[[EmailRow], tuple[Outgoing, ...]]
"""Turns a claimed email into what the provider is given: one Outgoing per address.

Raises: RuleAuthorError when a message cannot be rendered, StoreUnavailable."""


class Composer(Protocol):
    """Writes out claimed emails."""

    def __call__(self, emails: Sequence[EmailRow]) -> AbstractContextManager[Write]:
        """Return a context in which each of these can be written out, as one moment of the store has it.

        Raises: StoreUnavailable.
        """


class Bounce(NamedTuple):
    """An address that the provider refused for good, and the code it gave."""

    address: str
    code: str


@dataclass(frozen=True, slots=True)
class Delivered:
    """How one email's delivery ended. `sending` is no end: whether it was sent, its provider may still say."""

    state: EmailState
    reference: str = ""
    error: str = ""
    trouble: bool = False
    """Whether the channel itself is in trouble: no other email should be tried before it has rested."""
    rest: Duration | None = None
    """How long the provider asks to be left alone, where it does."""
    of_recipient: bool = False
    """Whether this recipient alone is not served for now; the reference is then what the server said."""
    bounced: tuple[Bounce, ...] = ()
    """The addresses that the provider refused for good."""


NOBODY_LEFT = Delivered(EmailState.RELEASED, error="Since it was claimed, its address was found to take no mail.")
_UNREAD = Delivered(EmailState.RELEASED, error="The store could not be read when it was to be written.")
LEASE_OVER = Delivered(EmailState.RELEASED, error="Its lease ran out before it was sent.")
RESTS = Delivered(EmailState.RELEASED, error="The mail channel rests after a failure.")


class Written(NamedTuple):
    """A claimed email as its provider is given it; where it could not be written, how that ends it."""

    email: EmailRow
    outgoing: tuple[Outgoing, ...] = ()
    unwritten: Delivered | None = None


def write_out(errands: Sequence[Sequence[EmailRow]], compose: Composer) -> list[list[Written]]:
    """Return the emails of each errand, written out."""
    try:
        with compose([email for errand in errands for email in errand]) as write:
            return [[_written(email, write) for email in errand] for errand in errands]
    except StoreUnavailable:
        return [[Written(email, unwritten=_UNREAD) for email in errand] for errand in errands]


def _written(email: EmailRow, write: Write) -> Written:
    try:
        return Written(email, write(email))
    except RuleAuthorError as error:
        ends = Delivered(EmailState.FAILED, error=f"It could not be written: {error}")
    except StoreUnavailable:
        ends = _UNREAD
    except Exception as error:  # a fault of ours in one email must not stop all others
        words = f"It could not be written: {type(error).__name__}, a fault of ours."
        ends = Delivered(EmailState.FAILED, error=words)
    return Written(email, unwritten=ends)


def deliver(written: Written, mailer: Mailer) -> Delivered:
    """Send one email that is written out, and return its fate."""
    if written.unwritten is not None:
        return written.unwritten
    ends = [_send(each, mailer) for each in written.outgoing]
    # A staff role is one recipient however many addresses it has: one that was reached is enough.
    order = (EmailState.SENT, EmailState.UNKNOWN, EmailState.RELEASED, EmailState.FAILED)
    best = min(ends, key=lambda end: order.index(end.state), default=NOBODY_LEFT)
    bounced = tuple(each for end in ends for each in end.bounced)
    if len(bounced) == len(ends) and best.state is EmailState.FAILED:
        # Surely not sent, and not lost: decided anew, it waits for a better address, and an alert finds another role.
        return Delivered(EmailState.RELEASED, error=best.error, bounced=bounced)
    return replace(best, bounced=bounced)


def _send(outgoing: Outgoing, mailer: Mailer) -> Delivered:
    try:
        return Delivered(EmailState.SENT, reference=mailer.send(outgoing))
    except ProviderError as error:
        if error.of_recipient:
            return Delivered(EmailState.RELEASED, reference=error.code, error=str(error), of_recipient=True)
        if error.temporary:
            state = EmailState.UNKNOWN if error.unknown else EmailState.RELEASED
            asked = None if error.retry_after_s is None else int(error.retry_after_s * SECOND)
            return Delivered(state, error=str(error), trouble=True, rest=asked)
        bounced = (Bounce(outgoing.to, error.code),) if error.address_is_bad else ()
        return Delivered(EmailState.FAILED, error=str(error), bounced=bounced)
    except Exception as error:  # nobody knows how far it came
        broke = f"It broke while it was sent: {type(error).__name__}, a fault of ours."
        return Delivered(EmailState.UNKNOWN, error=broke, trouble=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What recording needs besides the transaction.

    `patience` is how long a provider may take to report what it sent, 0 for one that never does; `chance` returns
    numbers in [0, 1).
    """

    rule_set: RuleSet
    patience: Duration
    chance: Callable[[], float]


def record(transaction: Transaction, email: EmailRow, delivered: Delivered, now: Instant, how: Recording) -> EmailState:
    """Settle an email as its delivery ended, and return its state; one that surely was not sent is decided anew."""
    reasons = ((each, Suppression(reason=Reason.HARD_BOUNCE, at=now, detail=each.code)) for each in delivered.bounced)
    suppress(transaction, (Bad(each.address, reason, email) for each, reason in reasons), now)
    if delivered.state is EmailState.UNKNOWN:
        delivered = _lost(email, delivered, how)
    if delivered.of_recipient:
        delivered = _try_later(transaction, email, delivered, now, how)
    if delivered.state is EmailState.SENDING:
        transaction.await_report(email.id, now + how.patience, delivered.error)
        return delivered.state
    settled = transaction.settle(email.id, delivered.state, now, reference=delivered.reference, error=delivered.error)
    if settled and delivered.state is EmailState.SENT:
        forget_holds(transaction, email)
        tell_sent(transaction, email, now)
    if settled and delivered.state is EmailState.RELEASED:
        take_back(transaction, email)
        subjects = {SubjectKey(email.program, each.candidate.subject) for each in email.notices}
        transaction.check_soon(subjects)
    return delivered.state


def _lost(email: EmailRow, delivered: Delivered, how: Recording) -> Delivered:
    """Return what becomes of an email of which nobody knows whether it was sent: what its kinds want then.

    One that is to be sent again first waits for what its provider may report, once.
    """
    kinds: Iterable[Kind] = {each.candidate.kind for each in email.notices}
    if any(how.rule_set.delivery.on_unknown.get(kind) is not OnUnknown.RESEND for kind in kinds):
        return replace(delivered, error=delivered.error or "Nobody knows whether it was sent; staff decide.")
    if how.patience and not email.error:
        error = "Nobody knows yet whether it was sent; its provider may still report it."
        return replace(delivered, state=EmailState.SENDING, error=error)
    return replace(delivered, state=EmailState.RELEASED, error="Nobody knows whether it was sent; it is sent again.")


def _try_later(
    transaction: Transaction, email: EmailRow, delivered: Delivered, now: Instant, how: Recording
) -> Delivered:
    """Let the recipient rest, longer each time; after some hours the email has failed, and staff see it."""
    before = _refusals(transaction, email)
    if before and now - before[0].claimed_at >= PERSISTENCE:
        return replace(delivered, state=EmailState.FAILED, error=f"Tried for four hours. {delivered.error}")
    # Before anything else is touched: who plans this recipient holds their row, and never waits for one.
    key = RecipientKey(email.program, email.recipient)
    transaction.rest(key, now + rest(len(before), how.chance()))
    return delivered


def _refusals(transaction: Transaction, email: EmailRow) -> list[EmailRow]:
    """Return the earlier tries of the email's first notice that were put off for its recipient's sake."""
    first = email.notices[0].candidate
    about = transaction.emails_about(SubjectKey(email.program, first.subject))
    refused = (each for each in about if each.state is EmailState.RELEASED and each.reference)
    return [each for each in refused if any(notice.candidate.key == first.key for notice in each.notices)]


def settle_expired(
    store: Store, mailer: Mailer, now: Instant, how: Recording, passing: Passing = unhindered, limit: int = 50
) -> int:
    """Settle emails whose sender was cut off between claim and record, and return how many."""
    with store.reading() as snapshot:
        expired = snapshot.expired(now, limit)
    for email in expired:
        delivered = _after_cut(email, mailer)
        with store.writing() as transaction:
            record(transaction, email, delivered, now, how)
            passing(Failpoint.SETTLING)
        passing(Failpoint.SETTLED)
    return len(expired)


def _after_cut(email: EmailRow, mailer: Mailer) -> Delivered:
    fate = mailer.settle(email.id)
    if fate is Fate.SENT:
        return Delivered(EmailState.SENT, error="The confirmation was lost; the provider knows that it was sent.")
    if fate is Fate.NOT_SENT:
        return Delivered(EmailState.RELEASED, error="It was cut off before it was sent.")
    return Delivered(EmailState.UNKNOWN)
