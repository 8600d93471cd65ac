"""What the flows tell whoever measures. Nothing of it names a person: types, outcomes and lengths of time only."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Protocol

from service.domain.calendar import Duration
from service.flow.ports import EmailState


class Outcome(StrEnum):
    """What became of an event at the door, whichever door it was."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    """Its id was used before for another event."""
    REFUSED = "refused"
    """It is not a valid event."""


class Cause(StrEnum):
    """What a notice goes by."""

    EVENT = "event"
    """An alert or an answer goes as soon as its event is there, or exactly so long after."""
    CLOCK = "clock"
    """All others go at the instant that is planned for them."""


class Measures(Protocol):
    """Counts and times what the flows do."""

    def events(self, outcome: Outcome, types: Iterable[str]) -> None:
        """Count one event for each of the types, which may be any words that a publisher sent."""

    def dropped(self, type: str, fields: int) -> None:
        """Count fields of an event that were left out, since its type does not know them."""

    def claimed(self, cause: Cause, waited: Duration) -> None:
        """Note how long a notice took from when it could go until it was claimed."""

    def delivered(self, state: EmailState, took: Duration) -> None:
        """Note how an email ended at the provider, and how long after its claim."""


class Unmeasured:
    """Measures nothing."""

    def events(self, outcome: Outcome, types: Iterable[str]) -> None: ...

    def dropped(self, type: str, fields: int) -> None: ...

    def claimed(self, cause: Cause, waited: Duration) -> None: ...

    def delivered(self, state: EmailState, took: Duration) -> None: ...
