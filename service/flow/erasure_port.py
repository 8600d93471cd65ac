"""The port to what erasing and tidying ask of a store and of a mailbox."""

from collections.abc import Collection, Mapping
from typing import Any, Protocol, TypeVar

from service.domain.calendar import Instant

P = TypeVar("P", bound=tuple[str, str])
"""A program and a participant of it."""


class ErasureReading(Protocol):
    """What can be read of those who were erased, and of what is kept about somebody."""

    def erased(self, participants: Collection[P]) -> Collection[P]:
        """Return those of the participants who were erased."""

    def emails_naming(self, program: str, participant: str) -> Collection[str]:
        """Return the ids of the emails to a participant or their advisor, and about them or a mentorship of theirs."""

    def kept_of(self, program: str, participant: str) -> Collection[Mapping[str, Any]]:
        """Return the data of every event about the participant."""


class ErasureWriting(ErasureReading, Protocol):
    """What can be changed."""

    def mark_erased(self, program: str, participant: str, now: Instant) -> bool:
        """Keep for ever that the participant is erased, and return whether they were not before."""

    def scrub(self, program: str, participant: str, fields: Collection[str], now: Instant) -> int:
        """Take these fields out of the events about a participant, return of how many, and have what is known of them
        folded anew.

        The events stay, each known by its source and id: sent again, with whatever data, they are duplicates.
        """

    def forget_reports(self, before: Instant, limit: int) -> int:
        """Delete up to `limit` reports of providers from before then, and return how many."""

    def forget_audit(self, before: Instant, limit: int) -> int:
        """Delete up to `limit` lines of the audit from before then, and return how many."""

    def forget_views(self, before: Instant, limit: int) -> int:
        """Delete up to `limit` lines of the audit that tell who looked at whom before then, and return how many."""


class Bodies(Protocol):
    """Where the texts of emails lie, if they do."""

    def forget(self, email_ids: Collection[str], naming: Collection[str]) -> int:
        """Empty the emails with these ids, and those in which one of the words stands; return how many there were.

        That they were sent stays known.
        """

    def forget_before(self, instant: Instant) -> int:
        """Take out the texts of emails from before then, and return of how many; to whom they went stays."""

    def leave_no_trace(self) -> bool:
        """Clear from the file what was taken out of it, and return whether nobody who reads it stood in the way."""


class NoBodies:
    """Where no texts lie, since a provider takes them as they are sent."""

    def forget(self, email_ids: Collection[str], naming: Collection[str]) -> int:  # noqa: ARG002 - the port
        return 0

    def forget_before(self, instant: Instant) -> int:  # noqa: ARG002 - the port
        return 0

    def leave_no_trace(self) -> bool:
        return True
