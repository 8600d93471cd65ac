"""Who may publish what: a credential is bound to sources and programs, and lets nothing else in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from service.domain.calendar import Instant
from service.domain.events import Incoming

ANY: Final = "*"
OWN_SOURCES: Final = "/intouch/"
"""What the sources of Intouch's own pages begin with; no publisher may speak for them."""


class CredentialKind(StrEnum):
    """How a publisher shows who it is."""

    KEY = "key"
    """By a secret that Intouch made, at the HTTP door."""
    BROKER_USER = "broker-user"
    """By the name that RabbitMQ checked when it connected, which each message carries as `user_id`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """A credential and what it lets in. `sources` and `programs` are names, or beginnings that end in `*`."""

    kind: CredentialKind
    name: str
    sources: tuple[str, ...]
    programs: tuple[str, ...]
    created_at: Instant
    created_by: str
    revoked_at: Instant | None = None
    revoked_by: str = ""

    @property
    def is_live(self) -> bool:
        return self.revoked_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trespass:
    """An event that its publisher may not publish: which of the request's, which attribute, and why, in words."""

    index: int
    pointer: str
    message: str


def trespasses(publisher: Publisher, events: Sequence[Incoming]) -> list[Trespass]:
    """Return what the publisher may not publish of the events; empty when it may publish them all."""
    found: list[Trespass] = []
    for index, event in enumerate(events):
        if not covers(publisher.programs, event.program):
            message = f"This credential publishes for {_listed(publisher.programs, 'program')}, and for no other."
            found.append(Trespass(index=index, pointer="/program", message=message))
        if event.source.startswith(OWN_SOURCES):
            message = f"Sources that begin with {OWN_SOURCES} are Intouch's own. Send a source of yours."
            found.append(Trespass(index=index, pointer="/source", message=message))
        elif not covers(publisher.sources, event.source):
            message = f"This credential publishes from {_listed(publisher.sources, 'source')}, and from no other."
            found.append(Trespass(index=index, pointer="/source", message=message))
    return found


def covers(allowed: Iterable[str], name: str) -> bool:
    """Return whether one of them is the name, or a beginning of it that ends in `*`."""
    return any(each == name or (each.endswith(ANY) and name.startswith(each[:-1])) for each in allowed)


def _listed(names: Sequence[str], what: str) -> str:
    return f"the {what}{'' if len(names) == 1 else 's'} {', '.join(names)}"
