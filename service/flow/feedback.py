"""Feedback: what the provider reports of a send after it took it, each report once and in any order.

A report settles what a lost reply left unknown. A bad address and a complaint block the address everywhere. An alert
that came back is decided anew once its address is blocked, so that it reaches the next staff role; anything else that
came back is shown as such and not sent again.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from service.domain.book import book_of
from service.domain.calendar import Instant
from service.domain.policies import OPTIONAL, Category
from service.domain.rules import Kind, RuleSet
from service.domain.suppression import Reason, Suppression
from service.flow.forgotten_port import ForgottenSend
from service.flow.found_out import Bad, Choice, suppress
from service.flow.marks import Marks
from service.flow.outbound import tell_sent
from service.flow.ports import EmailRow, EmailState, RecipientKey, Snapshot, SubjectKey, Transaction
from service.flow.reach import participant_of, reach_of
from service.flow.restored import forgotten_send, take_in_forgotten


class What(StrEnum):
    """What a provider reports."""

    TAKEN = "taken"
    DELIVERED = "delivered"
    DEFERRED = "deferred"
    BOUNCED = "bounced"
    """The address takes no mail, now or later."""
    REFUSED = "refused"
    """This mail did not arrive, for reasons that say nothing about the address."""
    COMPLAINED = "complained"
    UNSUBSCRIBED = "unsubscribed"
    RESUBSCRIBED = "resubscribed"


_BLOCKING = {What.BOUNCED: Reason.HARD_BOUNCE, What.COMPLAINED: Reason.COMPLAINT}
_CAME_BACK = frozenset({What.BOUNCED, What.REFUSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report about one send. `detail` is the provider's code, free of personal data."""

    send_id: str
    what: What
    at: Instant
    address: str
    detail: str = ""
    marks: tuple[str, ...] = ()
    """Of the decisions that the send carried, besides the one in its id."""
    group: int | None = None
    """By which unsubscribe group somebody chose, None where they chose for all mail."""

    @property
    def email_id(self) -> str:
        """The email's id; a staff role with several addresses has the sends ID, ID.2, ID.3 …"""
        return self.send_id.partition(".")[0]


def _plain_categories(program: str, group: int | None) -> Collection[Category]:  # noqa: ARG001 - as it is called
    return OPTIONAL if group is None else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """What is needed to understand reports: what is ours by its mark, and which categories a choice is about."""

    marks: Marks | None = None
    categories: Callable[[str, int | None], Collection[Category]] = _plain_categories
    """(program, unsubscribe group or None for all mail) → categories."""


_PLAIN = Hearing()


def take_in(
    transaction: Transaction,
    rule_set: RuleSet,
    reports: Iterable[Report],
    now: Instant,
    program: str = "",
    how: Hearing = _PLAIN,
) -> int:
    """Take reports in, and return how many were new. Those about sends that nobody here knows are kept all the same.

    Where they come from a `program`'s own account, those about other programs' mail are passed over.
    """
    said = sorted(reports, key=_order)
    emails = {each: transaction.email(each) for each in dict.fromkeys(report.email_id for report in said)}
    if how.marks:
        unknown = [each for each in said if emails[each.email_id] is None and each.what is not What.BOUNCED]
        take_in_forgotten(transaction, _forgotten(unknown, how.marks), now)
    if program:
        said = [each for each in said if (email := emails[each.email_id]) and email.program == program]
    new = [each for each in said if transaction.keep_report(each.send_id, each.what, each.at, each.detail)]
    suppress(transaction, _bad(new, emails), now, _choices(new, emails, how))
    for report in new:
        email = emails[report.email_id]
        if email is not None:
            _apply(transaction, rule_set, report, email, now)
    return len(new)


def _choices(reports: Iterable[Report], emails: Mapping[str, EmailRow | None], how: Hearing) -> Iterator[Choice]:
    """Yield what the readers of known emails chose where they read them."""
    for each in reports:
        email = emails.get(each.email_id)
        if email is not None and each.what in (What.UNSUBSCRIBED, What.RESUBSCRIBED):
            for category in how.categories(email.program, each.group):
                yield Choice(email, category, each.what is What.RESUBSCRIBED, each.at)


def _forgotten(reports: Iterable[Report], marks: Marks) -> Iterator[ForgottenSend]:
    # What bounced went out too, but reached nobody: an alert is to be decided anew and finds another role.
    sends = (forgotten_send(marks, each.send_id, each.at, each.marks) for each in reports)
    return filter(None, sends)


def _bad(reports: Iterable[Report], emails: Mapping[str, EmailRow | None]) -> Iterator[Bad]:
    for each in reports:
        if reason := _BLOCKING.get(each.what):
            yield Bad(
                each.address, Suppression(reason=reason, at=each.at, detail=each.detail), emails.get(each.email_id)
            )


def unsettled_detail(snapshot: Snapshot, now: Instant) -> dict[str, str]:
    """Return what is known of emails whose fate is not, for readiness; empty where all is settled."""
    unknown = snapshot.backlog(now).unknown
    told = f"Of {unknown:,} emails nobody knows whether they were sent; the provider's reports settle them, or staff."
    return {"unknown_emails": told} if unknown else {}


def _order(report: Report) -> tuple[str, Instant, str]:
    # By send first: two processes that take in the same reports meet in one order.
    return report.send_id, report.at, report.what


def _apply(transaction: Transaction, rule_set: RuleSet, report: Report, email: EmailRow, now: Instant) -> None:
    if report.what not in _CAME_BACK:
        if transaction.settle(email.id, EmailState.SENT, now, reference=email.reference):
            tell_sent(transaction, email, now)
    elif not _reached_somebody(transaction, rule_set, report, email):
        anew = report.what is What.BOUNCED and all(each.candidate.kind is Kind.ALERT for each in email.notices)
        if transaction.give_back(email.id, now, _words(report), anew=anew) and anew:
            transaction.check_soon({SubjectKey(email.program, each.candidate.subject) for each in email.notices})


def _reached_somebody(transaction: Transaction, rule_set: RuleSet, report: Report, email: EmailRow) -> bool:
    """Return whether another address of a staff role may have got the email."""
    book = book_of(rule_set, email.program)
    participant = participant_of(transaction, RecipientKey(email.program, email.recipient))
    others = reach_of(transaction, book, email.recipient, participant).addresses
    return any(each.casefold() != report.address.casefold() for each in others)


def _words(report: Report) -> str:
    code = f" ({report.detail})" if report.detail else ""
    if report.what is What.BOUNCED:
        return f"It came back: the address takes no mail{code}."
    return f"It came back, for reasons that lie not with the address{code}."
