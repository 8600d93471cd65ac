"""What Intouch tells other services, as events of its own, each kept in the transaction of its cause.

- What people press on its pages (`help.requested`, `flag.acknowledged` …) and what delivering finds out
  (`participant.address_failed`), as the log has it.
- `notice.sent`: the provider took a message. One for each notice; an email that is decided anew is another sending.
- `escalation.raised`: staff are being alerted. Told when it is decided, since mail may be what does not work; the same
  decision, made again, is the same event.
- `intake.rejected`: an event from a broker was refused, and why; nothing of what it carried.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from service.domain.calendar import Instant, format_rfc3339
from service.domain.delivery import Notice
from service.domain.events import Incoming
from service.domain.rules import STAFF_PREFIX, Kind
from service.flow.outbox_port import Outbox, OutboxWriting, OwnEvent, Trouble
from service.flow.ports import EmailRow

MAIL: Final = "/intouch/mail"
INTAKE: Final = "/intouch/intake"
NOTICE_SENT: Final = "notice.sent"
ESCALATION_RAISED: Final = "escalation.raised"
INTAKE_REJECTED: Final = "intake.rejected"

SLOW_AFTER: Final = 60_000_000
"""From when on, in microseconds, it is said that events wait: a relay takes a second."""

_ID_LENGTH: Final = 32
_HINTS: Final = {
    Trouble.UNROUTABLE: "no queue is bound to intouch.outbound for it",
    Trouble.REFUSED: "a queue that would get it is full or cannot keep it",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What can be read of an event that was sent, whatever it is; "" where nothing can. One body has one `mark`."""

    source: str
    id: str
    type: str
    program: str
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """An event that was refused, with its faults: pairs of a JSON pointer and what to send instead."""

    sent: Sent
    faults: Sequence[tuple[str, str]]


def tell_happened(transaction: OutboxWriting, events: Iterable[Incoming]) -> None:
    """Tell what is in the log because it happened here."""
    transaction.publish_later(
        OwnEvent(
            source=each.source,
            id=each.id,
            type=each.type,
            program=each.program,
            subject=str(each.subject),
            time=each.time,
            data=each.data,
        )
        for each in events
    )


def tell_sent(transaction: OutboxWriting, email: EmailRow, now: Instant) -> None:
    """Tell that an email went out, notice by notice."""
    transaction.publish_later(
        [_mail_event(NOTICE_SENT, f"{email.id}.{n}", email, notice, now) for n, notice in enumerate(email.notices, 1)]
    )


def tell_escalations(transaction: OutboxWriting, email: EmailRow) -> None:
    """Tell that staff are being alerted, where this email does so."""
    if email.recipient.startswith(STAFF_PREFIX):
        alerts = [each for each in email.notices if each.candidate.kind is Kind.ALERT]
        transaction.publish_later([_escalation(email, each) for each in alerts])


def tell_rejections(transaction: OutboxWriting, rejections: Iterable[Rejection], now: Instant) -> None:
    """Tell that events were refused."""
    transaction.publish_later(
        [
            OwnEvent(
                source=INTAKE,
                id=_hashed(each.sent.mark),
                type=INTAKE_REJECTED,
                program=each.sent.program,
                subject="",
                time=now,
                data={
                    **_named(each.sent),
                    "faults": [{"pointer": pointer, "message": message} for pointer, message in each.faults],
                },
            )
            for each in rejections
        ]
    )


def outbox_in_words(outbox: Outbox, now: Instant) -> str:
    """Return `ok`, or what waits, since when, and what is to be done about it."""
    if outbox.since is None or (not outbox.troubles and now - outbox.since < SLOW_AFTER):
        return "ok"
    told = f"{outbox.waiting:,} of Intouch's own events wait to be published, since {format_rfc3339(outbox.since)}."
    for type, trouble in outbox.troubles.items():
        told += f" {type}: {_HINTS[trouble]}."
    if outbox.troubles:
        return f"{told} Put that right and they go; or set INTOUCH_OUTBOUND=off and run `intouch migrate`."
    return f"{told} Check that `intouch work` or `intouch relay` runs and reaches the broker."


def _escalation(email: EmailRow, notice: Notice) -> OwnEvent:
    id = _hashed(email.program, *notice.candidate.key)
    return _mail_event(ESCALATION_RAISED, id, email, notice, email.claimed_at)


def _mail_event(type: str, id: str, email: EmailRow, notice: Notice, now: Instant) -> OwnEvent:
    candidate = notice.candidate
    return OwnEvent(
        source=MAIL,
        id=id,
        type=type,
        program=email.program,
        subject=str(candidate.subject),
        time=now,
        data={
            "rule": candidate.key.rule,
            "message": candidate.message,
            "kind": candidate.kind.value,
            "recipient": email.recipient,
            "start": candidate.start_id,
            "k": candidate.key.k,
            "email": email.id,
        },
    )


def _named(sent: Sent) -> Mapping[str, Any]:
    told = {"source": sent.source, "id": sent.id, "type": sent.type}
    return {name: value for name, value in told.items() if value}


def _hashed(*parts: object) -> str:
    return sha256("\n".join(map(str, parts)).encode()).hexdigest()[:_ID_LENGTH]
