"""The port to whoever knows who staff are: a provider of logins, as OpenID Connect has it."""

from typing import Protocol

from service.domain.errors import IntouchError
from service.flow.sessions import Arrival


class LoginRefusedError(IntouchError):
    """What the provider sent says of nobody who they are; the message tells in a sentence why, and names nobody."""


class LoginUnavailableError(IntouchError):
    """The provider cannot be asked now, or answers with what is no answer."""


class Provider(Protocol):
    """Knows who people are."""

    def departure(self, back: str, state: str, nonce: str, verifier: str) -> str:
        """Return the address at which somebody signs in, to come back to `back` with the same state.

        Raises: LoginUnavailableError.
        """

    def arrival(self, back: str, code: str, nonce: str, verifier: str) -> Arrival:
        """Return who came back with that code. Raises: LoginRefusedError, LoginUnavailableError."""

    def farewell(self, back: str) -> str | None:
        """Return the address at which somebody signs out of the provider too, or None where it has none.

        Raises: LoginUnavailableError.
        """
