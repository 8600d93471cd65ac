"""Accounts: through which account at the provider a program's mail goes, all programs' or one of its own.

Each is a channel by itself: what one account is refused keeps no other program's mail waiting.
"""

from collections.abc import Sequence
from typing import Protocol

from service.domain.channel import ALL_MAIL


class Accounts(Protocol):
    """Knows which programs have an account of their own, as it is now."""

    def channel_of(self, program: str) -> str:
        """Return the name of the channel that the program's mail takes."""

    def own(self) -> Sequence[str]:
        """Return the names of the channels that are a single program's."""


class OneAccount:
    """All mail takes one channel."""

    def channel_of(self, program: str) -> str:  # noqa: ARG002 - the port
        return ALL_MAIL

    def own(self) -> Sequence[str]:
        return ()
