"""The port to who is signed in to the console, and to what lets somebody in once.

The rules of this file: the store keeps hashes of what a browser or a link shows, and never the thing itself. Whoever
reads the tables can sign in as nobody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from service.domain.calendar import Instant


class Origin(StrEnum):
    """How somebody came in."""

    LINK = "link"
    """By a link that this machine printed: whoever sits here."""
    LOGIN = "login"
    """Through the provider of logins, which says who they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One person's stay in the console.

    `id` names it for people; `person` is an opaque id; `name` is for their own eyes; `values` are what the provider
    says of them, from which their roles follow; `advisor` is the key by which mentorships name them as advisor.
    """

    id: str
    origin: Origin
    person: str
    name: str
    values: tuple[str, ...]
    advisor: str
    began_at: Instant
    seen_at: Instant
    unmasked_until: Instant = 0


class SessionReading(Protocol):
    """What can be read of them."""

    def session(self, key: bytes) -> Session | None:
        """Return the session that a browser shows by a token with this hash, or None."""

    def sessions(self) -> Sequence[Session]:
        """Return all of them, the newest first; those too that are over and not forgotten yet."""


class SessionWriting(SessionReading, Protocol):
    """What can be changed of them."""

    def begin_session(self, key: bytes, session: Session) -> None:
        """Keep a session under the hash of its token."""

    def see_session(self, id: str, now: Instant) -> None:
        """Note that its person was here."""

    def unmask_session(self, id: str, until: Instant) -> None:
        """Show names and addresses in it until then."""

    def end_session(self, id: str) -> bool:
        """Forget a session, and return whether there was one."""

    def forget_sessions(self, before: Instant, limit: int) -> int:
        """Delete up to `limit` sessions that began before then, and return how many."""

    def add_ticket(self, key: bytes, origin: Origin, until: Instant, data: Mapping[str, Any]) -> None:
        """Keep what lets somebody in once, until then, under the hash of what they will show."""

    def take_ticket(self, key: bytes, origin: Origin, now: Instant) -> Mapping[str, Any] | None:
        """Return what was kept under the hash, which nobody gets again; None where nothing is, or its time is over.

        All whose time is over goes.
        """
