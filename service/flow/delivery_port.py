"""The port to what became of mail that did not simply arrive, for whoever looks after delivery."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from service.domain.calendar import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class LostEmail:
    """An email that failed, came back, or of which nobody knows; `rules` are those of its notices."""

    id: str
    program: str
    recipient: str
    state: str
    claimed_at: Instant
    error: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelState:
    """How a way that mail takes is; `name` is "" for all mail, else a domain."""

    name: str
    free_at: Instant
    failures: int
    trouble: str
    failing_since: Instant | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """An address that gets no more mail; which one it is, the store does not know."""

    reason: str
    at: Instant
    detail: str


class DeliveryReading(Protocol):
    """What can be read of it."""

    def lost_emails(self, program: str, limit: int = 50) -> Sequence[LostEmail]:
        """Return a program's emails that failed or came back, the newest first."""

    def unknown_emails(self, limit: int = 50) -> Sequence[LostEmail]:
        """Return emails of which nobody knows whether they arrived, of all programs, the longest so first."""

    def channel_states(self) -> Sequence[ChannelState]:
        """Return the way that all mail takes, and those domains that have failed lately."""

    def blocked_counts(self) -> Mapping[str, int]:
        """Return how many addresses get no more mail, by reason."""

    def blocked_addresses(self, limit: int = 20) -> Sequence[Blocked]:
        """Return the newest of them."""
