"""The port to sends that the store has forgotten: they went out, and it was put back from a copy that is older."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from service.domain.calendar import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgottenSend:
    """A send as others tell of it: its id, when they say it went, and the marks of its decisions."""

    send_id: str
    at: Instant
    marks: tuple[str, ...]

    @property
    def email_id(self) -> str:
        """The email's id; a staff role with several addresses has the sends ID, ID.2, ID.3 …"""
        return self.send_id.partition(".")[0]


class ForgottenReading(Protocol):
    """What can be read of them."""

    def forgotten(self, marks: Collection[str]) -> Mapping[str, ForgottenSend]:
        """Return by mark the sends that carried any of these decisions, each with that one mark."""

    def count_forgotten(self) -> int:
        """Return how many decisions went out that the store had forgotten."""


class ForgottenWriting(Protocol):
    """What can be changed of them."""

    def keep_forgotten(self, sends: Iterable[ForgottenSend]) -> int:
        """Keep them, and return how many decisions were not known to have gone."""
