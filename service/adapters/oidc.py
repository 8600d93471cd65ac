"""Who staff are, as a provider of OpenID Connect says it: code flow with PKCE, through Authlib.

The rules of this file:
- The provider is the one that is set, and no other: what it says of itself (discovery) and each token name that issuer.
- A token counts only when it is signed with a key of the provider's, asymmetrically, for this client, in answer to this
  very request (nonce), and is of this moment. Authlib checks all of that; here stands what it is to ask for.
- Nothing of a token is kept but who it is, and nothing of it is in an error or a log.
Source: OpenID Connect Core 1.0, 3.1.3.7; RFC 7636; RFC 9700.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from authlib.integrations.base_client import BaseApp, OAuth2Mixin, OAuthError, OpenIDMixin
from authlib.integrations.requests_client import OAuth2Session
from joserfc.errors import JoseError
from requests import RequestException

from service.flow.login_port import LoginRefusedError, LoginUnavailableError
from service.flow.sessions import Arrival

TIMEOUT_S: Final = 10
LEEWAY_S: Final = 30
"""How far the provider's clock may be from ours."""
KNOWN_FOR_S: Final = 3_600
"""How long it is remembered what the provider said of itself; keys that are new to us are asked for at once."""
SIGNED_BY: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA")
"""Never `none`, and never a secret that we would know too."""


class _Client(OAuth2Mixin, OpenIDMixin, BaseApp):  # type: ignore[misc] # Authlib has no types
    client_cls = OAuth2Session


@dataclass(slots=True, kw_only=True)
class OidcProvider:
    """A `Provider`. `claim` says what somebody belongs to, a path with dots; `address_claim` is their address."""

    issuer: str
    client_id: str
    client_secret: str
    scopes: str
    claim: str
    address_claim: str
    elapsed_s: Callable[[], float] = time.monotonic
    _client: Any = None
    _known_since_s: float = field(default=0.0)

    def departure(self, back: str, state: str, nonce: str, verifier: str) -> str:
        """Return where somebody signs in. Raises: LoginUnavailableError."""
        with _told_plainly():
            found = self._known().create_authorization_url(back, state=state, nonce=nonce, code_verifier=verifier)
        return str(found["url"])

    def arrival(self, back: str, code: str, nonce: str, verifier: str) -> Arrival:
        """Return who came back with that code. Raises: LoginRefusedError, LoginUnavailableError."""
        with _told_plainly():
            client = self._known()
            token = client.fetch_access_token(back, code=code, code_verifier=verifier)
            said = client.parse_id_token(token, nonce, self._demands(), leeway=LEEWAY_S)
        if said is None:
            raise LoginRefusedError(
                "The provider of logins sent no ID token. Its client must be one of OpenID Connect."
            )
        return self._who(said)

    def farewell(self, back: str) -> str | None:
        """Return where somebody signs out of the provider too, or None. Raises: LoginUnavailableError."""
        with _told_plainly():
            client = self._known()
            if not client.server_metadata.get("end_session_endpoint"):
                return None
            return str(client.create_logout_url(post_logout_redirect_uri=back, client_id=self.client_id)["url"])

    def _known(self) -> Any:
        """Return a client that knows what the provider says of itself. Raises: LoginUnavailableError."""
        if self._client is None or self.elapsed_s() - self._known_since_s > KNOWN_FOR_S:
            client = self._new_client()
            metadata = client.load_server_metadata()
            if metadata.get("issuer") != self.issuer:
                raise LoginUnavailableError(
                    "What INTOUCH_OIDC_ISSUER names calls itself otherwise. Set it to the issuer exactly as the "
                    "provider gives it, with or without a slash at its end."
                )
            offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
            metadata["id_token_signing_alg_values_supported"] = [each for each in offered if each in SIGNED_BY]
            self._client, self._known_since_s = client, self.elapsed_s()
        return self._client

    def _new_client(self) -> Any:
        return _Client(
            None,
            client_id=self.client_id,
            client_secret=self.client_secret or None,
            server_metadata_url=f"{self.issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={
                "scope": self.scopes,
                "code_challenge_method": "S256",
                "default_timeout": TIMEOUT_S,
                # Without a secret the client is a public one, which only PKCE protects.
                **({} if self.client_secret else {"token_endpoint_auth_method": "none"}),
            },
        )

    def _demands(self) -> dict[str, dict[str, object]]:
        return {
            "iss": {"essential": True, "values": [self.issuer]},
            "aud": {"essential": True, "values": [self.client_id]},
        }

    def _who(self, said: Mapping[str, Any]) -> Arrival:
        return Arrival(
            person=str(said["sub"]),
            name=str(said.get("name") or said.get("preferred_username") or ""),
            values=_values(said, self.claim),
            address=self._address(said),
        )

    def _address(self, said: Mapping[str, Any]) -> str:
        """Return an address that is surely theirs, or "": whoever can name any would see anybody's caseload."""
        if self.address_claim == "email" and said.get("email_verified") is not True:
            return ""
        found = said.get(self.address_claim)
        return found if isinstance(found, str) else ""


def _values(said: Mapping[str, Any], claim: str) -> tuple[str, ...]:
    """Return what a claim holds, one text or a list of them; () where it is not there."""
    found: Any = said.get(claim)
    if found is None:
        found = said
        for name in claim.split("."):
            found = found.get(name) if isinstance(found, Mapping) else None
    listed = found if isinstance(found, list | tuple) else [found]
    return tuple(each for each in listed if isinstance(each, str))


@contextmanager
def _told_plainly() -> Iterator[None]:
    """Turn what goes wrong into our own errors, without a word of what was sent."""
    try:
        yield
    except RequestException as error:
        raise LoginUnavailableError(
            "The provider of logins cannot be reached. Try again in a moment; if it stays, tell whoever runs Intouch."
        ) from error
    except OAuthError as error:
        raise LoginRefusedError(
            "The provider of logins did not confirm this sign-in. Try again from the start."
        ) from error
    except (JoseError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise LoginRefusedError(
            "What the provider of logins sent does not hold: it is not signed by it, not for here, or not of now."
        ) from error
