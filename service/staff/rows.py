"""One message that was sent, as a row that sorts as it was told."""

from typing import NamedTuple

from service.domain.calendar import Instant
from service.domain.events import Moment
from service.staff.world import Sent


class Row(NamedTuple):
    """Rows of any origin merge into the one order of *Meaning* 6: up to `place` the fields are that order.

    `email` is a number within the row's origin.
    """

    at: Instant
    kind_order: int
    due: Instant
    position: int
    program: str
    subject: str
    moment: Moment
    k: int
    place: int
    rule: str
    start: str
    to: str
    recipient: str
    message: str
    kind: str
    value: str
    resource: str
    email: int


def row_of(sent: Sent) -> Row:
    """Return the row of a message that was sent."""
    candidate, key = sent.notice.candidate, sent.notice.candidate.key
    return Row(
        at=sent.notice.at,
        kind_order=candidate.kind.order,
        due=candidate.due,
        position=candidate.position,
        program=sent.program,
        subject=key.subject,
        moment=candidate.start_moment,
        k=key.k,
        place=candidate.place,
        rule=key.rule,
        start=candidate.start_id,
        to=candidate.to,
        recipient=key.recipient,
        message=candidate.message,
        kind=str(candidate.kind),
        value=key.value,
        resource=sent.notice.resource,
        email=sent.email,
    )
