"""Permit: who publishes, and may they publish this? Both doors ask here, before anything is looked up or appended.

What is known of publishers is kept for `MEMORY`, so that an event costs no look at the store; a credential that is
created or revoked counts in every process once that is over.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from threading import Lock
from typing import Final

from service.domain.calendar import SECOND, Instant
from service.domain.errors import EventSenderError
from service.domain.events import Incoming
from service.domain.publishers import CredentialKind, Publisher, Trespass, trespasses
from service.flow.pace import Pace
from service.flow.ports import Clock, KnownPublisher, Store

MEMORY: Final = 2 * SECOND


class NotKnown(EventSenderError):  # noqa: N818 - it names what it is, to a sender
    """Whoever sends this has not shown who it is."""


class NotPermitted(EventSenderError):  # noqa: N818 - it names what it is, to a sender
    """The publisher may not publish some of the events; `trespasses` says which and why."""

    def __init__(self, found: Sequence[Trespass]) -> None:
        super().__init__(" ".join(f"{each.pointer}: {each.message}" for each in found))
        self.trespasses = found


@dataclass(frozen=True, slots=True)
class _Known:
    """The live publishers of one kind, by what they show; `asked` is whether there ever was one."""

    live: Mapping[bytes, Publisher]
    asked: bool


def shown_key(key: str) -> bytes:
    """Return what the store keeps of a key: its hash. A key is 256 bits of chance, which no guessing finds."""
    return sha256(key.encode()).digest()


def shown_user(name: str) -> bytes:
    """Return what the store keeps of a user of the broker: the name itself."""
    return name.encode()


@dataclass(slots=True)
class Permits:
    """Knows who may publish. `needs_key` is whether the HTTP door is shut even while no key was ever made."""

    store: Store
    clock: Clock
    needs_key: bool
    pace: Pace
    _known: Mapping[CredentialKind, _Known] = field(default_factory=dict)
    _until: Instant = -1
    _reading: Lock = field(default_factory=Lock)

    def asks_for_keys(self) -> bool:
        """Return whether the HTTP door lets in nobody without a key. Raises: StoreUnavailable."""
        return self.needs_key or self._of(CredentialKind.KEY).asked

    def by_key(self, key: str | None) -> Publisher | None:
        """Return who shows this key; None where nobody needs one. Raises: NotKnown, StoreUnavailable."""
        if not self.asks_for_keys():
            return None
        known = self._of(CredentialKind.KEY)
        publisher = known.live.get(shown_key(key)) if key else None
        if publisher is None:
            raise NotKnown(_WRONG_KEY if key else _NO_KEY)
        return publisher

    def by_user(self, user: str | None) -> Publisher | None:
        """Return the publisher that is this user of the broker; None while none was ever named.

        Raises: NotKnown, StoreUnavailable.
        """
        known = self._of(CredentialKind.BROKER_USER)
        if not known.asked:
            return None
        publisher = known.live.get(shown_user(user)) if user else None
        if publisher is None:
            raise NotKnown(_UNKNOWN_USER if user else _NO_USER)
        return publisher

    def _of(self, kind: CredentialKind) -> _Known:
        now = self.clock()
        if not 0 <= self._until - now <= MEMORY:  # over, or the clock was set back
            self._renew(now)
        return self._known[kind]

    def _renew(self, now: Instant) -> None:
        """Read the publishers anew; while one thread does, the others go on with what was known, if anything was."""
        if not self._reading.acquire(blocking=not self._known):
            return
        try:
            with self.store.reading() as snapshot:
                found = snapshot.publishers()
            self._known = {kind: _known(found, kind) for kind in CredentialKind}
            self._until = now + MEMORY
        finally:
            self._reading.release()


def _known(found: Sequence[KnownPublisher], kind: CredentialKind) -> _Known:
    own = [each for each in found if each.publisher.kind is kind]
    live = {each.shown: each.publisher for each in own if each.publisher.is_live}
    return _Known(live=live, asked=bool(own))


def permit(publisher: Publisher | None, events: Sequence[Incoming]) -> None:
    """Raises: NotPermitted when the publisher may not publish all of the events. Nobody in particular may."""
    found = [] if publisher is None else trespasses(publisher, events)
    if found:
        raise NotPermitted(found)


_NO_KEY: Final = (
    "Send the key that the operators of Intouch gave to your service, in the header “Authorization: Bearer KEY”. "
    "They make one with `intouch keys create`."
)
_WRONG_KEY: Final = (
    "This key is not known here, or it was revoked. Check that it is whole; `intouch keys list` shows your operators "
    "which there are."
)
_NO_USER: Final = (
    "The message says not who published it. Publish it with the property user_id, set to the user with which your "
    "service connects to the broker."
)
_UNKNOWN_USER: Final = (
    "The user who published this is not among those that may. `intouch keys create NAME --broker-user` lets it, for "
    "the sources and programs that it is for."
)
