"""The port to what providers report: the reports themselves, what came back, and the addresses to leave alone.

Everything here takes many at once. A provider reports a thousand emails in one post and waits for the answer.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, Protocol

from service.domain.calendar import Instant
from service.domain.suppression import Suppression


class ReportKey(NamedTuple):
    """What tells a report from all others: the send, what was said of it, and when that was."""

    send_id: str
    what: str
    at: Instant


class ReportWriting(Protocol):
    """What can be changed by reports."""

    def keep_reports(self, details: Mapping[ReportKey, str]) -> Collection[ReportKey]:
        """Keep reports with their details, and return those that were not kept before."""

    def give_back(self, errors: Mapping[str, str], at: Instant) -> Collection[str]:
        """Note of emails (id → why) that they came back although sent or on their way; return those of which it is new.

        To be followed by `decide_anew` for those whose notices are to be decided again.
        """

    def decide_anew(self, emails: Sequence[str]) -> None:
        """Delete the ledger rows of emails that reached nobody: their notices will be decided anew."""

    def suppress(self, found: Mapping[str, Suppression]) -> Collection[str]:
        """Block addresses in every program; return those that were not blocked before, for whatever reason."""

    def allow(self, address: str) -> bool:
        """Take an address off the list again, and return whether it was on it."""
