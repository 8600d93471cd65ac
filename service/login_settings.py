"""How staff sign in to the console: by whom they are known, what that gives them, and how long a stay lasts."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from service.domain.access import RoleMap, read_role_map
from service.domain.errors import OperatorError

DEFAULTS: Mapping[str, str] = {
    "CONSOLE_URL": "",
    "CONSOLE_IDLE_MINUTES": "120",
    "CONSOLE_HOURS": "12",
    "OIDC_ISSUER": "",
    "OIDC_CLIENT_ID": "",
    "OIDC_CLIENT_SECRET": "",
    "OIDC_SCOPES": "openid profile email",
    "OIDC_CLAIM": "groups",
    "OIDC_ROLES": "",
    "OIDC_ADVISOR_CLAIM": "email",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginSettings:
    """A provider of logins. `claim` says what somebody belongs to, `roles` what that gives them; `advisor_claim` is
    their address, by which participants name their advisor."""

    issuer: str
    client_id: str
    client_secret: str
    scopes: str
    claim: str
    roles: RoleMap
    advisor_claim: str


def read_login(value: Mapping[str, str]) -> LoginSettings | None:
    """Return the provider that the settings name, None where they name none. Raises: OperatorError."""
    issuer = value["OIDC_ISSUER"]
    if not issuer:
        given = [name for name in ("OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_ROLES") if value[name]]
        if given:
            raise OperatorError(f"INTOUCH_{given[0]} is set and INTOUCH_OIDC_ISSUER is not. Say who knows your staff.")
        return None
    _check_issuer(issuer)
    if not value["OIDC_CLIENT_ID"]:
        raise OperatorError("INTOUCH_OIDC_CLIENT_ID is not set. It is how the provider of logins knows Intouch.")
    if "openid" not in value["OIDC_SCOPES"].split():
        raise OperatorError('INTOUCH_OIDC_SCOPES must name openid, as in "openid profile email groups".')
    return LoginSettings(
        issuer=issuer,
        client_id=value["OIDC_CLIENT_ID"],
        client_secret=value["OIDC_CLIENT_SECRET"],
        scopes=value["OIDC_SCOPES"],
        claim=value["OIDC_CLAIM"],
        roles=_roles(value["OIDC_ROLES"]),
        advisor_claim=value["OIDC_ADVISOR_CLAIM"],
    )


def _check_issuer(issuer: str) -> None:
    """Raises: OperatorError."""
    parts = urlsplit(issuer)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_own_name(parts.hostname or "")):
        raise OperatorError("INTOUCH_OIDC_ISSUER must begin with https://, as in https://login.example.org.")


def is_own_name(host: str) -> bool:
    """Return whether a name stands for this machine itself."""
    return host in ("127.0.0.1", "::1", "localhost")


def _roles(text: str) -> RoleMap:
    """Raises: OperatorError."""
    try:
        found = read_role_map(text)
    except ValueError as error:
        raise OperatorError(f"INTOUCH_OIDC_ROLES: {error}") from None
    if not found:
        raise OperatorError(
            "INTOUCH_OIDC_ROLES is not set, and nobody could see anything. Say what your groups are, as in "
            '"mentoring-staff = northfield:staff; intouch-admins = *:admin".'
        )
    return found
