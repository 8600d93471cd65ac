"""Restored: the store was put back from a copy, and does not know what went out since.

Mail stops, so that people can look first. What others tell of sends that the store has forgotten is kept by decision;
whatever is decided again is then recorded as sent, and not sent a second time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from service.domain.book import book_of
from service.domain.calendar import Instant
from service.domain.delivery import Notice
from service.domain.picking import picked
from service.domain.plan import Pending
from service.domain.rules import RuleSet
from service.flow.brake_port import Scope, Stop
from service.flow.forgotten_port import ForgottenSend
from service.flow.marks import Marks
from service.flow.ports import Action, AuditRow, EmailRow, EmailState, RecipientKey, Snapshot, Transaction

FOUND_OUT: Final = "Intouch, which heard of mail that this store does not know"
"""Who stopped mail, where nobody said that the store was put back."""


def declare(transaction: Transaction, by: str, now: Instant) -> None:
    """Stop all mail because the store was put back."""
    transaction.stop(Stop(scope=Scope.ALL, name="", at=now, by=f"{by}, after the store was put back"))
    transaction.note(AuditRow(at=now, who=by, action=Action.STORE_RESTORED, about="the store"))


def forgotten_send(marks: Marks, send_id: str, at: Instant, others: Iterable[str] = ()) -> ForgottenSend | None:
    """Return a send as somebody tells of it, with the marks that go along; None where its id was not made here."""
    send = ForgottenSend(send_id=send_id, at=at, marks=())
    first = marks.first_in(send.email_id)
    return replace(send, marks=tuple(dict.fromkeys((first, *others)))) if first else None


def take_in_forgotten(transaction: Transaction, sends: Iterable[ForgottenSend], now: Instant) -> int:
    """Keep what others tell of sends that the store does not know; return of how many decisions that is news.

    The first word of one that went after the store was last put back says that it was put back again: mail stops.
    """
    told = list(sends)
    new = transaction.keep_forgotten(told)
    is_stopped = any(each.scope is Scope.ALL for each in transaction.stops()) if new else True
    if not is_stopped and max(each.at for each in told) > _put_back_at(transaction):
        declare(transaction, FOUND_OUT, now)
    return new


def _put_back_at(snapshot: Snapshot) -> Instant:
    return next((row.at for row in snapshot.audit(Action.STORE_RESTORED, limit=1)), -1)


def settle_forgotten(
    transaction: Transaction, rule_set: RuleSet, key: RecipientKey, pending: Sequence[Pending], marks: Marks
) -> list[Pending]:
    """Return what is pending without what went out before the store was put back, which is recorded as sent."""
    waiting = _by_mark(key, pending, marks)
    found = transaction.forgotten(waiting)
    for mark, send in sorted(found.items()):
        transaction.claim(_sent(transaction, rule_set, key, waiting[mark], send))
    gone = {waiting[mark].candidate.key for mark in found}
    return [each for each in pending if each.candidate.key not in gone]


def went_forgotten(snapshot: Snapshot, key: RecipientKey, pending: Sequence[Pending], marks: Marks) -> bool:
    """Return whether any of what is pending went out before the store was put back, and is to be settled."""
    return bool(snapshot.forgotten(_by_mark(key, pending, marks)))


def _by_mark(key: RecipientKey, pending: Sequence[Pending], marks: Marks) -> dict[str, Pending]:
    return {mark: each for each in pending for mark in marks.of_candidate(key.program, each.candidate)}


def _sent(
    transaction: Transaction, rule_set: RuleSet, key: RecipientKey, pending: Pending, send: ForgottenSend
) -> EmailRow:
    """Return the email as far as it is known: one notice of it, by the time at which it was reported."""
    candidate = pending.candidate
    had = {each.resource for each in transaction.past(key, 0)}
    contacts = frozenset(book_of(rule_set, key.program).program.contacts)
    resource = picked(candidate, rule_set.resources, contacts, had) or ""
    is_known = transaction.email(send.send_id) is not None
    id = f"{send.send_id}-{send.marks[0]}" if is_known else send.send_id
    error = "It went out before the store was put back from a copy; it was not sent again."
    notice = Notice(candidate=candidate, at=send.at, resource=resource)
    return EmailRow.of_record(id, key.program, notice, EmailState.SENT, error)


def restored_detail(snapshot: Snapshot) -> dict[str, str]:
    """Return what came of a restore while mail is still stopped for it, for readiness."""
    stop = next((each for each in snapshot.stops() if each.scope is Scope.ALL), None)
    if stop is None or stop.at != _put_back_at(snapshot):
        return {}
    known = f"{snapshot.count_forgotten():,} notices went out since, as far as is known, and are not sent again."
    then = "Give reports time to come in, then `intouch resume --all`."
    return {"restored": f"The store was put back from a copy, so no mail goes. {known} {then}"}
