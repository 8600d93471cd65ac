"""Failpoints: where, between two steps of sending, a process may be cut off; so that a test can cut it off just there.

Nothing happens at them in a process that Intouch starts: no setting, no variable and no command puts anything there
(docs/decisions/0033). Only a test that makes the parts itself can.
"""

from collections.abc import Callable
from enum import StrEnum


class Failpoint(StrEnum):
    """A place in the way of an email; those in -ing lie within a transaction, right before its commit."""

    CHECKING = "checking"
    CHECKED = "checked"
    CLAIMING = "claiming"
    CLAIMED = "claimed"
    ASKING = "asking"
    """It is written out, and no byte of it has left."""
    ANSWERED = "answered"
    """The provider's reply was read, and nobody else knows of it."""
    RECORDING = "recording"
    RECORDED = "recorded"
    SETTLING = "settling"
    """An email whose sender did not come back is being settled."""
    SETTLED = "settled"
    REPORTING = "reporting"
    """The provider's report is taken in, and the provider was not told yet."""
    REPORTED = "reported"


Passing = Callable[[Failpoint], None]
"""Called at each failpoint."""


def unhindered(at: Failpoint) -> None:
    """Go on."""
