"""An email to send in tests, with any of its fields changed."""

from dataclasses import replace
from typing import Any

from service.domain.calendar import parse_rfc3339
from service.flow.mail_port import Outgoing

_EMAIL = Outgoing(
    send_id="s-01JNB",
    to="jonas@example.org",
    to_name="Jonas Lindqvist",
    from_name="Northfield Peer Mentoring",
    from_email="mentoring@northfield.example.org",
    reply_to="",
    subject="Two weeks in",
    html="<p>Hällo</p>",
    text="Hällo\n",
    created=parse_rfc3339("2026-03-02T15:00:00Z"),
)


def email(**changes: Any) -> Outgoing:
    """Return a plain email, with the given fields changed."""
    return replace(_EMAIL, **changes)
