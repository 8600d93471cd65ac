"""The next instant at which something can change by itself."""

from service.domain.calendar import NEVER, Instant


class Earliest:
    """The least of the instants noted that lie after `now`; `at` is NEVER while there is none.

    `source` is which kind of instant it is, for the tests that count them and that leave one out.
    """

    def __init__(self, now: Instant, at: Instant = NEVER) -> None:
        self.now = now
        self.at = at
        self.source = ""

    def note(self, at: Instant, source: str) -> None:
        """Take the instant if it comes before those noted so far."""
        if self.now < at < self.at:
            self.at, self.source = at, source
