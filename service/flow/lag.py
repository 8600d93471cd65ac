"""How long what was claimed had waited although it could go."""

from collections.abc import Iterator

from service.domain.calendar import Duration
from service.flow.measure_port import Cause
from service.flow.ports import EmailRow


def waits(email: EmailRow) -> Iterator[tuple[Cause, Duration]]:
    """Yield, for each notice of an email, what it went by and how long after that it was claimed.

    An alert or an answer is due when its event was recorded (or that long after as its rule says); hours and limits
    hold up the others for good reason, so those count from the instant that was planned for them.
    """
    for notice in email.notices:
        if notice.candidate.kind.exact:
            yield Cause.EVENT, max(0, email.claimed_at - notice.candidate.due)
        else:
            yield Cause.CLOCK, max(0, email.claimed_at - notice.at)
