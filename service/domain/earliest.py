"""The next instant at which something can change by itself."""

from dataclasses import dataclass

from service.domain.calendar import NEVER, Instant


@dataclass(slots=True)
class Earliest:
    """The least of the instants noted that lie after `now`; `at` is NEVER while there is none.

    `source` is which kind of instant it is, for the tests that count them and that leave one out.
    """

    now: Instant
    at: Instant = NEVER
    source: str = ""

    def note(self, at: Instant, source: str) -> None:
        """Take the instant if it comes before those noted so far."""
        if self.now < at < self.at:
            self.at, self.source = at, source
