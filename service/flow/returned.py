"""What mail servers report of sends over SMTP: believed where it fits what the store knows, and then a report like any.

Whoever writes such a report may be a stranger. It counts only for a send that is known, and blocks only an address that
its recipient has now: who changed theirs since is not silenced by the old one, and nobody by a made-up one.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from service.domain.book import book_of
from service.domain.calendar import DAY, Duration, Instant
from service.domain.inbox import addresses_of
from service.domain.rules import RuleSet
from service.flow.feedback import Report, What, take_in
from service.flow.ports import EmailRow, RecipientKey, Transaction
from service.flow.reach import participant_of

_CLOCKS_DIFFER: Duration = DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What a mail server says of one recipient. `addresses` are all that it names them by; `at` is as it tells it."""

    send_id: str
    what: What
    at: Instant | None
    addresses: frozenset[str]
    detail: str = ""


class Use(StrEnum):
    """What came of what a server said."""

    NEW = "new"
    REPEATED = "repeated"
    UNKNOWN = "unknown"
    """Of a send that this store does not know."""
    PAST = "past"
    """So old that whether it was taken in before is no longer known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Believing:
    """What is needed to believe: how long reports are remembered, and how an address is written to compare it."""

    remembered: Duration
    plain: Callable[[str], str]


def take_in_returned(
    transaction: Transaction, rule_set: RuleSet, said: Iterable[Returned], now: Instant, how: Believing
) -> Counter[Use]:
    """Take in what mail servers said, and return how much of it was of which use."""
    uses: Counter[Use] = Counter()
    for each in said:
        email = transaction.email(each.send_id.partition(".")[0])
        if email is None:
            uses[Use.UNKNOWN] += 1
            continue
        report = _report(transaction, rule_set, each, email, now, how)
        if report.at < now - how.remembered:
            uses[Use.PAST] += 1
        else:
            uses[Use.NEW if take_in(transaction, rule_set, [report], now) else Use.REPEATED] += 1
    return uses


def _report(
    transaction: Transaction, rule_set: RuleSet, said: Returned, email: EmailRow, now: Instant, how: Believing
) -> Report:
    participant = participant_of(transaction, RecipientKey(email.program, email.recipient))
    current = addresses_of(book_of(rule_set, email.program), email.recipient, participant)
    named = {how.plain(each) for each in said.addresses}
    ours = next((each for each in current if how.plain(each) in named), None)
    what = What.REFUSED if said.what is What.BOUNCED and ours is None else said.what
    at = said.at if said.at is not None else email.claimed_at
    if not email.claimed_at - _CLOCKS_DIFFER <= at <= now + _CLOCKS_DIFFER:
        at = email.claimed_at
    address = ours or (current[0] if len(current) == 1 else "")
    return Report(send_id=said.send_id, what=what, at=at, address=address, detail=said.detail)
