"""CloudEvents as other services send them, with as little said as possible."""

from itertools import count
from typing import Any

from service.domain.calendar import Instant, format_rfc3339

_NUMBERS = count(1)


def event(type: str, subject: str, time: Instant, **data: object) -> dict[str, Any]:
    """Return a CloudEvent of the program northfield with an id of its own."""
    return {
        "specversion": "1.0",
        "id": f"e-{next(_NUMBERS)}",
        "source": "/test",
        "type": type,
        "subject": subject,
        "program": "northfield",
        "time": format_rfc3339(time),
        "data": data,
    }


def registered(participant: str, role: str, time: Instant, **more: object) -> dict[str, Any]:
    """Return the registration of somebody with an address and a first name."""
    data = {"role": role, "email": f"{participant}@example.org", "first_name": participant.title(), **more}
    return event("participant.registered", f"participants/{participant}", time, **data)


def pair(time: Instant, mentorship: str = "m-1", mentor: str = "ada", mentee: str = "ben") -> list[dict[str, Any]]:
    """Return two registrations and the match of the two."""
    return [
        registered(mentor, "mentor", time),
        registered(mentee, "mentee", time),
        event("mentorship.matched", f"mentorships/{mentorship}", time, mentor_id=mentor, mentee_id=mentee),
    ]
