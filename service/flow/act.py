"""What somebody does on a page, as an event like everybody else's."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from service.domain.calendar import Instant, format_rfc3339
from service.domain.events import Incoming, Subject

_ID_LENGTH: Final = 32

Admit = Callable[[Sequence[object]], tuple[Sequence[Incoming], Sequence[object]]]
"""Returns the valid events and the faults of the others, as the door would."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What somebody did. Two acts of one origin about one thing are the same where type and `mark` are."""

    type: str
    subject: Subject
    mark: str
    data: Mapping[str, Any] = field(default_factory=dict)


def id_of(*marks: str) -> str:
    """Return an event's id, the same for the same marks."""
    return sha256("\n".join(marks).encode()).hexdigest()[:_ID_LENGTH]


def cloud_event(act: Act, id: str, source: str, program: str, now: Instant) -> dict[str, Any]:
    """Return the act as a CloudEvent of that id, as it would come to the door."""
    return {
        "specversion": "1.0",
        "id": id,
        "source": source,
        "type": act.type,
        "subject": str(act.subject),
        "program": program,
        "time": format_rfc3339(now),
        "data": dict(act.data),
    }
