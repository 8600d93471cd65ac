"""Dispatching: plan one recipient, and claim what goes to them now.

A claim is one transaction: it holds the subjects, which must be as new as the log; gates, consent, address and the
active rule set are tested as they are at that moment, and the ledger rows go in. No event slips past: whoever appends
one has to change the row of its subject, and comes before the claim or after it. Nothing is recalled after it, and
nothing goes out without it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from service.domain.book import ProgramBook, book_of
from service.domain.calendar import NEVER, SECOND, Duration, Instant
from service.domain.channel import ALL_MAIL, domain_of
from service.domain.delivery import ADVISOR_PREFIX
from service.domain.events import Subject, SubjectKind
from service.domain.pending import planned_instant
from service.domain.plan import Pending, Plan, lookback, plan
from service.domain.rules import RuleSet
from service.domain.view import participants_of
from service.flow.accounts import Accounts, OneAccount
from service.flow.brake import Planning, brakes_now, plan_braked
from service.flow.marks import Marks
from service.flow.outbound import tell_escalations
from service.flow.ports import DueRecipient, EmailRow, EmailState, RecipientKey, SubjectKey, Transaction
from service.flow.reach import inbox_now, participant_of, reach_of
from service.flow.restored import settle_forgotten, went_forgotten
from service.flow.views import program_facts

LEASE: Duration = 120 * SECOND
_NOTHING = Plan((), {}, NEVER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claiming:
    """What every claim needs besides the transaction. `gaps` says of a domain how far apart its emails are; `nonce`
    returns 3 random bytes."""

    marks: Marks
    nonce: Callable[[], bytes]
    lease: Duration = LEASE
    gaps: Mapping[str, Duration] = field(default_factory=dict)
    accounts: Accounts = field(default_factory=OneAccount)
    looks_first: bool = False
    """Whether a plan is made without holding anybody first: where others write beside us, most plans are of mail that
    waits, and subjects that are held for them hold up those who bring events."""


def claim(
    transaction: Transaction, rule_set: RuleSet, due: DueRecipient, now: Instant, how: Claiming
) -> tuple[EmailRow, ...] | None:
    """Plan one recipient, due since an instant, and claim the emails that go to them now.

    None where something that their notices depend on is to be checked first, or is being changed: they stay due. Who
    has to wait for the place that their domain has for them rests until it comes.
    """
    key = due.key
    if how.looks_first and (quiet := _quiet(transaction, rule_set, due, now, how.marks)):
        _put_off(transaction, key, quiet)
        return ()
    held = _concerned(transaction, key)
    if not transaction.keep_still(held, now, rule_set.hash) or _concerned(transaction, key) - held:
        return None
    pending = [each for each in transaction.pending_for(key) if SubjectKey(key.program, each.candidate.subject) in held]
    pending = settle_forgotten(transaction, rule_set, key, pending, how.marks) if pending else pending
    if pending and (until := _account_rests(transaction, key, now, how)):
        transaction.rest(key, until)
        return ()
    if pending and not due.rested_until:
        place = _place(transaction, book_of(rule_set, key.program), key, now, how)
        if place is not None:
            transaction.rest(key, place)
            return ()
    planned = plan_for(transaction, rule_set, key, pending, planned_instant(due.since, now))
    emails = tuple(
        EmailRow(
            id=how.marks.send_id(how.marks.of(key.program, each.notices[0].candidate.key), how.nonce()),
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
    gone = {notice.candidate.key for email in emails for notice in email.notices}
    _put_off(transaction, key, _Outlook(planned.next_at, [each for each in pending if each.candidate.key not in gone]))
    return emails


class _Outlook(NamedTuple):
    """When a recipient's next plan is due, and what waits for it."""

    next_at: Instant
    pending: Sequence[Pending]


def _quiet(
    transaction: Transaction, rule_set: RuleSet, due: DueRecipient, now: Instant, marks: Marks
) -> _Outlook | None:
    """Return the outlook of a recipient to whom nothing goes now, whatever the safety limit says; None of any other.

    Nor of one to whom something went that the store has forgotten: that is settled while mail is stopped, too.

    Whoever changes what this was read from makes the recipient due again, and comes before us or waits until we are
    through: the recipient is ours.
    """
    key, at = due.key, planned_instant(due.since, now)
    pending = transaction.pending_for(key)
    if not pending:
        return _Outlook(NEVER, ())
    planned = _planning(transaction, rule_set, key, pending, at)(brakes_now(transaction, key))
    if planned.emails or went_forgotten(transaction, key, pending, marks):
        return None
    return _Outlook(planned.next_at, pending)


def _put_off(transaction: Transaction, key: RecipientKey, outlook: _Outlook) -> None:
    urgent = any(each.candidate.kind.exact for each in outlook.pending)
    transaction.planned(key, None if outlook.next_at == NEVER else outlook.next_at, urgent=urgent)


def plan_for(
    transaction: Transaction, rule_set: RuleSet, key: RecipientKey, pending: Sequence[Pending], now: Instant
) -> Plan:
    """Return the recipient's plan at `now`, from what is pending and what went before."""
    if not pending:
        return _NOTHING
    return plan_braked(transaction, rule_set, key, pending, now, _planning(transaction, rule_set, key, pending, now))


def _planning(
    transaction: Transaction, rule_set: RuleSet, key: RecipientKey, pending: Sequence[Pending], now: Instant
) -> Planning:
    """Return what plans the recipient at `now` under the brakes that it is given."""
    program = program_facts(transaction, key.program)
    inbox = inbox_now(transaction, book_of(rule_set, key.program), key.recipient, program)
    past = transaction.past(key, now - lookback(pending, rule_set) - 1)
    return lambda brakes: plan(pending, inbox, past, rule_set, now, brakes)


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


def _account_rests(transaction: Transaction, key: RecipientKey, now: Instant, how: Claiming) -> Instant | None:
    """Return until when the account rests that is the program's own; None where it does not, or there is none."""
    name = how.accounts.channel_of(key.program)
    channel = transaction.channel(name) if name != ALL_MAIL else None
    return channel.free_at if channel and channel.rests(now) else None


def _place(
    transaction: Transaction, book: ProgramBook, key: RecipientKey, now: Instant, how: Claiming
) -> Instant | None:
    """Take the recipient's place among the mail to their domains; None where it may go at once.

    It is taken before anybody knows whether an email goes: a place that stays empty costs a moment, a rate that is not
    kept costs the program its good name.
    """
    if not how.gaps:
        return None
    addresses = reach_of(transaction, book, key.recipient, participant_of(transaction, key)).addresses
    place = now
    for domain in sorted({domain_of(each) for each in addresses} & how.gaps.keys()):
        channel, gap = transaction.hold_channel(domain), how.gaps[domain]
        if not channel.room(gap, now):
            place = max(place, channel.free_at)
        transaction.save_channel(channel.used(1, gap, now))
    return place if place > now else None
