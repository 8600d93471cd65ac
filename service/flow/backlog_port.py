"""The port to what waits in the store: how much, and since when. Counted up to a limit, so asking is cheap."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Protocol

from service.domain.calendar import Instant

MOST_COUNTED: Final = 100_000
"""A backlog that long is one; how much longer it is, nobody needs to know."""


class Due(StrEnum):
    """Why a subject is to be checked."""

    NEWS = "news"
    CLOCK = "clock"
    ASKED = "asked"
    """Another subject's news concern it."""
    RULES = "rules"
    """Another rule set is active than the one it was checked with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What waits, each number up to MOST_COUNTED. `*_since` are None where nothing waits."""

    subjects: Mapping[Due, int] = field(default_factory=dict)
    news_since: Instant | None = None
    recipients: int = 0
    recipients_since: Instant | None = None
    sending: int = 0
    overdue: int = 0
    """Emails still being sent although their lease ran out."""
    unknown: int = 0
    """Emails of which nobody knows whether they were sent."""


class BacklogReading(Protocol):
    """What can be read of it."""

    def backlog(self, now: Instant) -> Backlog:
        """Return what waits at this instant."""
