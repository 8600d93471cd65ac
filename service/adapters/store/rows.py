"""Rows of the tables as values of the domain, and back to the parameters that name them."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from service.adapters.store.fact_codec import facts_of
from service.adapters.store.notice_codec import notices_of
from service.domain.delivery import LedgerKey
from service.domain.events import SUBJECT_KINDS, Event, Subject
from service.domain.plan import Past
from service.domain.rules import Kind
from service.flow.ports import DueRecipient, EmailRow, EmailState, RecipientKey, SubjectKey, SubjectRow

_DELIVERY_KINDS = {str(kind): kind for kind in Kind}


def named(key: SubjectKey) -> dict[str, Any]:
    """Return the parameters that name a subject's own row."""
    program, (kind, id) = key
    return {"program": program, "kind": kind.value, "id": id}


def about(key: SubjectKey) -> dict[str, Any]:
    """Return the parameters that name what is about a subject."""
    return {"program": key.program, "subject": str(key.subject)}


def listed(key: SubjectKey) -> tuple[str, str, str]:
    """Return the subject as a row of a list."""
    program, (kind, id) = key
    return program, kind.value, id


def key_of(program: str, kind: str, id: str) -> SubjectKey:
    return SubjectKey(program, Subject(SUBJECT_KINDS[kind], id))


def ledger_values(program: str, key: LedgerKey) -> dict[str, Any]:
    """Return the parameters that name one decision."""
    return {"program": program, **key._asdict()}


def subject_row(key: SubjectKey, row: Sequence[Any]) -> SubjectRow:
    """Return a subject, its facts still without things."""
    _, next_check_at, checked_with, folded_with, folded_seq, facts = row
    return SubjectRow(
        key=key,
        facts=facts_of(facts, key.subject) if facts is not None else None,
        folded_seq=folded_seq,
        folded_with=folded_with,
        checked_with=checked_with,
        next_check_at=next_check_at,
    )


def due_recipient(row: Sequence[Any]) -> DueRecipient:
    program, recipient, since, rested_until = row
    return DueRecipient(RecipientKey(program, recipient), since, rested_until)


def event_of(row: Sequence[Any]) -> Event:
    """Return the event of a log row, which begins with its position."""
    _, program, source, id, event_type, kind, subject_id, time, recorded, data = row
    return Event(
        program=program,
        source=source,
        id=id,
        type=event_type,
        subject=Subject(SUBJECT_KINDS[kind], subject_id),
        time=time,
        recorded=recorded,
        data=orjson.loads(data),
    )


def past_of(row: Sequence[Any]) -> Past:
    """Return a ledger row as planning remembers it."""
    at, kind, rule, subject, start, k, message, resource, email, _, value = row
    return Past(
        at=at,
        kind=_DELIVERY_KINDS[kind],
        rule=rule,
        subject=subject,
        start=start,
        k=k,
        message=message,
        resource=resource,
        email=email,
        value=value,
    )


def email_of(row: Sequence[Any]) -> EmailRow:
    """Return an email with its notices."""
    id, program, recipient, state, planned_at, claimed_at, lease_until, notices, settled_at, reference, error = row
    return EmailRow(
        id=id,
        program=program,
        recipient=recipient,
        state=EmailState(state),
        planned_at=planned_at,
        claimed_at=claimed_at,
        lease_until=lease_until,
        notices=notices_of(notices),
        settled_at=settled_at,
        reference=reference,
        error=error,
    )


def email_values(email: EmailRow, notices: str) -> Mapping[str, Any]:
    """Return the parameters of an email's row."""
    return {
        "id": email.id,
        "program": email.program,
        "recipient": email.recipient,
        "state": email.state.value,
        "planned_at": email.planned_at,
        "claimed_at": email.claimed_at,
        "lease_until": email.lease_until,
        "settled_at": email.settled_at,
        "reference": email.reference,
        "error": email.error,
        "notices": notices,
    }
