"""What Intouch itself finds out while it delivers, as events like everybody else's, so that rules can start from it."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from json import JSONEncoder
from typing import Final, NamedTuple

import orjson

from service.domain.calendar import Instant, format_rfc3339
from service.domain.delivery import ADVISOR_PREFIX
from service.domain.events import Incoming, Subject, SubjectKind
from service.domain.policies import Category
from service.domain.rules import STAFF_PREFIX
from service.domain.suppression import Suppression
from service.flow.outbound import tell_happened
from service.flow.ports import EmailRow, Transaction

SOURCE: Final = "/intouch/delivery"
_write: Final = JSONEncoder(sort_keys=True, separators=(",", ":")).encode
_written: Final = lru_cache(maxsize=64)(format_rfc3339)
"""Providers tell of a thousand emails in one second."""


class Bad(NamedTuple):
    """An address that takes no mail, and the email that found it out; None for one that nobody here knows."""

    address: str
    suppression: Suppression
    email: EmailRow | None


class Choice(NamedTuple):
    """What the reader of an email chose about a category of mail, and when."""

    email: EmailRow
    category: Category
    wanted: bool
    at: Instant


def _chosen(choice: Choice, at: Instant) -> Incoming:
    subject = Subject(SubjectKind.PARTICIPANT, choice.email.recipient)
    data = {"category": choice.category.value, "wanted": choice.wanted}
    id_ = f"chosen-{choice.category}-{choice.wanted}-{choice.email.id}-{at}".lower()
    return found("participant.preferences_changed", id_, choice.email.program, subject, data, at)


def suppress(transaction: Transaction, found: Iterable[Bad], now: Instant, choices: Iterable[Choice] = ()) -> None:
    """Block the addresses, and tell once of each that is a participant's; and what participants chose, as if they had
    chosen it on their own page.

    To be called before anything about emails or recipients is changed: an append waits for subjects, which everybody
    takes first and in one order, and so all at once.
    """
    first: dict[str, Bad] = {}
    for each in found:
        first.setdefault(each.address, each)
    blocked = transaction.suppress({address: each.suppression for address, each in first.items()})
    failed = [
        _address_failed(each.email, each.suppression, now)
        for address, each in first.items()
        if address in blocked and each.email and _is_participants(each.email)
    ]
    chosen = [_chosen(each, min(each.at, now)) for each in choices if _is_participants(each.email)]
    news = failed + chosen
    if news:
        transaction.append(news, now)
        tell_happened(transaction, news)


def _is_participants(email: EmailRow) -> bool:
    return not email.recipient.startswith((STAFF_PREFIX, ADVISOR_PREFIX))


def _address_failed(email: EmailRow, suppression: Suppression, now: Instant) -> Incoming:
    subject = Subject(SubjectKind.PARTICIPANT, email.recipient)
    data = {"reason": suppression.reason.value}
    return found("participant.address_failed", f"address-failed-{email.id}", email.program, subject, data, now)


def found(type_: str, id_: str, program: str, subject: Subject, data: Mapping[str, object], now: Instant) -> Incoming:
    """Return an event of Intouch's own; the same arguments give the same one."""
    told = {
        "specversion": "1.0",
        "id": id_,
        "source": SOURCE,
        "type": type_,
        "subject": str(subject),
        "program": program,
        "time": _written(now),
        "data": data,
    }
    return Incoming(
        program=program,
        source=SOURCE,
        id=id_,
        type=type_,
        subject=subject,
        time=now,
        data=data,
        canonical=_canonical(told),
    )


def _canonical(told: Mapping[str, object]) -> bytes:
    """Return it as the log has always had it, sorted and in ASCII: written otherwise it would be another event."""
    quickly = orjson.dumps(told, option=orjson.OPT_SORT_KEYS)
    return quickly if quickly.isascii() else _write(told).encode()
