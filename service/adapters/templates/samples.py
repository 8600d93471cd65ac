"""Example contexts with every variable that a message may have, for previews and tests."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from service.domain.catalogue import EventType
from service.domain.rules import DATE_PREFIX

_PEOPLE: Final = {
    "mentor": {"name": "Maya Okafor", "first_name": "Maya"},
    "mentee": {"name": "Jonas Lindqvist", "first_name": "Jonas"},
    "staff": {"name": "Northfield Peer Mentoring", "first_name": ""},
    "advisor": {"name": "Dr. Ines Albarran", "first_name": "Ines"},
}
_PAGES: Final = "https://mentoring.example.org"
_VALUES: Final = {
    "by": "mentee",
    "email": "jonas@example.org",
    "first_name": "Jonas",
    "last_name": "Lindqvist",
    "count": 1,
    "held_on": "2026-03-01",
    "due_on": "2026-04-01",
    "until": "2026-04-01",
    "starts_on": "2026-01-12",
    "ends_on": "2026-12-18",
    "timezone": "America/Chicago",
    "locale": "en",
    "expected_cadence_days": 14,
    "topics": ["academic_struggles"],
    "groups": ["fall-2026"],
    "resource": "tips-for-your-first-message",
}


def sample_context(
    role: str,
    *,
    start: Mapping[str, object] | None = None,
    mentorship: bool = True,
    resource: bool = True,
    topic: bool = True,
) -> dict[str, object]:
    """Return a whole context for a recipient of role mentor, mentee, staff or advisor.

    `start` is the starting event's data (`sample_start`); the flags say which optional variables there are.
    """
    context: dict[str, object] = {
        "recipient": {**_PEOPLE[role], "role": role},
        "program": {
            "id": "northfield",
            "name": "Northfield Peer Mentoring",
            "email": "mentoring@northfield.example.org",
            "dashboard": "https://mentoring.example.org/app",
            "ends_on": date(2026, 12, 18),
        },
        "rule": {"id": "log-first-conversation", "title": "Two weeks after the match, no conversation"},
        "slot": {"number": 1, "total": 3, "last": False},
        "start": {"date": date(2026, 3, 2), **(start or {})},
        "links": _links(role, resource, mentorship, start or {}),
    }
    if mentorship:
        context |= _about_mentorship(role)
    elif role == "staff":
        context |= {"overview": _OVERVIEW, "held": _HELD, "participant": _PEOPLE["mentee"]}
    if resource:
        context["resource"] = _RESOURCE
    if topic:
        context["topic"] = {"key": "academic_struggles"}
    return context


def sample_start(event_type: EventType | None, starts: str = "") -> dict[str, object]:
    """Return example data of a starting event: all its fields, or only the date for a `date.<name>`."""
    if event_type is None or starts.startswith(DATE_PREFIX):
        return {"date": date(2026, 3, 2)}
    fields = {name: _sample_value(name, field.values, field.is_list) for name, field in event_type.fields.items()}
    return {**fields, "date": date(2026, 3, 2)}


def _sample_value(name: str, values: tuple[str, ...], is_list: bool) -> object:
    first = values[0] if values else _VALUES.get(name, f"{name.removesuffix('_id')}-1042")
    return [first] if is_list and not isinstance(first, list) else first


def _about_mentorship(role: str) -> dict[str, object]:
    about: dict[str, object] = {
        "mentorship": {
            "id": "m-812",
            "conversations": 2,
            "matched_on": date(2026, 2, 16),
            "engagement": "connected",
        },
        "mentor": _PEOPLE["mentor"],
        "mentee": _PEOPLE["mentee"],
    }
    other = {"mentor": "mentee", "mentee": "mentor"}.get(role)
    if other:
        about["counterpart"] = {**_PEOPLE[other], "role": other}
    return about


def _links(role: str, resource: bool, mentorship: bool, start: Mapping[str, object]) -> dict[str, str]:
    staff = role == "staff"
    own = ["me", *(["help", "log"] if mentorship else [])] if role in ("mentor", "mentee") else []
    own += ["acknowledge"] if staff and not _TAKEN_ON.isdisjoint(start) else []
    return {
        **{name: f"{_PAGES}/{name}/sample" for name in own},
        "resource": f"{_PAGES}/resources/tips-for-your-first-message" if resource else "",
        "preferences": "" if staff or role == "advisor" else f"{_PAGES}/preferences/sample",
        "console": f"{_PAGES}/console/mentorships/m-812" if staff else "",
    }


_TAKEN_ON: Final = frozenset({"flag_id", "request_id", "concern_id"})
"""Fields of a start whose thing staff acknowledge."""
_OVERVIEW: Final = {
    "new": 4,
    "not_yet_connected": 9,
    "not_connected": 6,
    "connected": 71,
    "highly_engaged": 48,
    "drifting": 12,
    "matched": 162,
    "going_on": 150,
    "asking_for_help": 3,
    "unreachable": 2,
    "connection_rate": 86,
}
_HELD: Final = {
    "rule": "Ask for the first conversation",
    "notices": 175,
    "people": [
        {"name": "Maya Chen", "message": "log-first-conversation"},
        {"name": "Jonas Lindqvist", "message": "log-first-conversation"},
    ],
    "more": 170,
    "unnamed": 3,
}
_RESOURCE: Final = {
    "slug": "tips-for-your-first-message",
    "title": "Tips for your first message",
    "summary": "What to write when you do not know how to begin, with three messages to borrow.",
    "minutes": "4",
    "url": f"{_PAGES}/resources/tips-for-your-first-message",
    "body": "A first message does not have to be clever. It has to be short, warm and easy to answer.",
}
