"""Feedback: what the provider reports of a send after it took it, each report once and in any order.

A report settles what a lost reply left unknown. A bad address and a complaint block the address everywhere. An alert
that came back is decided anew once its address is blocked, so that it reaches the next staff role; anything else that
came back is shown as such and not sent again.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from service.domain.book import book_of
from service.domain.calendar import Instant
from service.domain.policies import OPTIONAL, Category
from service.domain.rules import STAFF_PREFIX, Kind, RuleSet
from service.domain.suppression import Reason, Suppression
from service.flow.forgotten_port import ForgottenSend
from service.flow.found_out import Bad, Choice, suppress
from service.flow.marks import Marks
from service.flow.outbound import tell_sent
from service.flow.ports import EmailRow, EmailState, Snapshot, SubjectKey, Transaction
from service.flow.reach import reach_of
from service.flow.report_port import ReportKey
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
_OPEN = frozenset({EmailState.SENDING, EmailState.UNKNOWN})


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
    emails = transaction.emails(sorted({each.email_id for each in said}))
    if how.marks:
        unknown = [each for each in said if each.email_id not in emails and each.what is not What.BOUNCED]
        take_in_forgotten(transaction, _forgotten(unknown, how.marks), now)
    if program:
        said = [each for each in said if (email := emails.get(each.email_id)) and email.program == program]
    new = _new(transaction, said)
    suppress(transaction, _bad(new, emails), now, _choices(new, emails, how))
    ours = [(each, email) for each in new if (email := emails.get(each.email_id))]
    _settle(transaction, ours, now)
    _give_back(transaction, rule_set, ours, now)
    return len(new)


def _new(transaction: Transaction, said: Iterable[Report]) -> Sequence[Report]:
    once: dict[ReportKey, Report] = {}
    for each in said:
        once.setdefault(ReportKey(each.send_id, each.what, each.at), each)
    kept = transaction.keep_reports({key: each.detail for key, each in once.items()})
    return [each for key, each in once.items() if key in kept]


def _choices(reports: Iterable[Report], emails: Mapping[str, EmailRow], how: Hearing) -> Iterator[Choice]:
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


def _bad(reports: Iterable[Report], emails: Mapping[str, EmailRow]) -> Iterator[Bad]:
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


def _settle(transaction: Transaction, reports: Iterable[tuple[Report, EmailRow]], now: Instant) -> None:
    """Note of emails whose fate was open that they went. What was settled when we read it stays so."""
    for report, email in reports:
        is_open = email.state in _OPEN and report.what not in _CAME_BACK
        if is_open and transaction.settle(email.id, EmailState.SENT, now, reference=email.reference):
            tell_sent(transaction, email, now)


def _give_back(
    transaction: Transaction, rule_set: RuleSet, reports: Iterable[tuple[Report, EmailRow]], now: Instant
) -> None:
    # Bounces last: where an email was refused as well, the address that takes no mail is what counts.
    back = {
        email.id: (report, email)
        for report, email in sorted(reports, key=lambda each: each[0].what is What.BOUNCED)
        if report.what in _CAME_BACK and not _reached_somebody(transaction, rule_set, report, email)
    }
    returned = transaction.give_back({id: _words(report) for id, (report, _) in back.items()}, now)
    anew = [email for report, email in map(back.__getitem__, returned) if _is_decided_anew(report, email)]
    transaction.decide_anew([each.id for each in anew])
    transaction.check_soon(
        {SubjectKey(each.program, notice.candidate.subject) for each in anew for notice in each.notices}
    )


def _is_decided_anew(report: Report, email: EmailRow) -> bool:
    return report.what is What.BOUNCED and all(each.candidate.kind is Kind.ALERT for each in email.notices)


def _reached_somebody(transaction: Transaction, rule_set: RuleSet, report: Report, email: EmailRow) -> bool:
    """Return whether another address of a staff role may have got the email; all others have one address."""
    if not email.recipient.startswith(STAFF_PREFIX):
        return False
    others = reach_of(transaction, book_of(rule_set, email.program), email.recipient, None).addresses
    return any(each.casefold() != report.address.casefold() for each in others)


def _words(report: Report) -> str:
    code = f" ({report.detail})" if report.detail else ""
    if report.what is What.BOUNCED:
        return f"It came back: the address takes no mail{code}."
    return f"It came back, for reasons that lie not with the address{code}."
