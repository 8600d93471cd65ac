"""A small real provider of OpenID Connect, on Authlib's own server side: discovery, code flow with PKCE, nonce, keys, a
client with a secret, and a place to sign out.

Whoever opens its page is signed in as `somebody`. A test bends one thing.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core.grants import OpenIDCode
from flask import Flask, Response, jsonify
from joserfc import jwt
from joserfc.jwk import RSAKey

from service.adapters.http.server import HttpServer

CLIENT, SECRET = "intouch", "a secret of the client"
Bend = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass
class Idp:
    """The provider: who signs in there, and what a test bends of what it says."""

    url: str = ""
    somebody: dict[str, Any] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "1"}))
    signs_with: RSAKey | None = None
    bend: Bend = lambda claims: claims
    metadata: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, "_Code"] = field(default_factory=dict)
    back_to: list[str] = field(default_factory=list)
    """The addresses to which people were sent back."""


class _Client(ClientMixin):  # type: ignore[misc] # Authlib has no types
    def get_client_id(self) -> str:
        return CLIENT

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri.endswith("/console/sign-in/back")

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return (method, endpoint) == ("client_secret_basic", "token")

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


@dataclass
class _Code(AuthorizationCodeMixin):  # type: ignore[misc] # Authlib has no types
    code: str
    redirect_uri: str
    scope: str
    nonce: str
    code_challenge: str
    code_challenge_method: str

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope


def _server(idp: Idp, app: Flask) -> AuthorizationServer:
    class Grant(AuthorizationCodeGrant):  # type: ignore[misc] # Authlib has no types
        TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic",)

        def save_authorization_code(self, code: str, asked: Any) -> None:
            said = asked.payload.data
            idp.codes[code] = _Code(
                code,
                asked.payload.redirect_uri,
                asked.payload.scope,
                said["nonce"],
                said["code_challenge"],
                said["code_challenge_method"],
            )

        def query_authorization_code(self, code: str, _: Any) -> _Code | None:
            return idp.codes.get(code)

        def delete_authorization_code(self, code: _Code) -> None:
            del idp.codes[code.code]

        def authenticate_user(self, _: _Code) -> dict[str, Any]:
            return idp.somebody

    class Tokens(OpenIDCode):  # type: ignore[misc] # Authlib has no types
        def exists_nonce(self, nonce: str, _: Any) -> bool:
            return any(each.nonce == nonce for each in idp.codes.values())

        def encode_id_token(self, _: Any, asked: Any) -> str:
            now = int(time.time())
            own = {"iss": idp.url, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked.authorization_code.nonce}
            claims = idp.bend({**own, **idp.somebody})
            header = claims.pop("header", {"alg": "RS256", "kid": "1"})
            return str(jwt.encode(header, claims, idp.signs_with or idp.key, [header["alg"]]))

    server = AuthorizationServer(app, query_client=lambda _: _Client(), save_token=lambda *_: None)
    server.register_grant(Grant, [Tokens(require_nonce=True), CodeChallenge(required=True)])
    return server


def _app(idp: Idp) -> Flask:
    app = Flask("provider")
    server = _server(idp, app)

    @app.get("/.well-known/openid-configuration")
    def discovery() -> Response:
        own = {
            "issuer": idp.url,
            "authorization_endpoint": f"{idp.url}/authorize",
            "token_endpoint": f"{idp.url}/token",
            "jwks_uri": f"{idp.url}/keys",
            "end_session_endpoint": f"{idp.url}/end",
            "id_token_signing_alg_values_supported": ["RS256"],
        }
        return jsonify({**own, **idp.metadata})

    @app.get("/keys")
    def keys() -> Response:
        return jsonify({"keys": [idp.key.as_dict(private=False)]})

    @app.get("/authorize")
    def authorize() -> Any:
        grant = server.get_consent_grant(end_user=idp.somebody)
        answer = server.create_authorization_response(request=None, grant_user=idp.somebody, grant=grant)
        idp.back_to.append(answer.location)
        return answer

    @app.post("/token")
    def token() -> Any:
        return server.create_token_response()

    @app.get("/end")
    def end() -> str:
        return "You are signed out."

    return app


@contextmanager
def provider() -> Iterator[Idp]:
    """Run one, over http as only this machine may."""
    idp = Idp()
    with patch.dict("os.environ", {"AUTHLIB_INSECURE_TRANSPORT": "1"}):
        server = HttpServer(_app(idp), "127.0.0.1:0", threads=2)
        idp.url = f"http://{server.address}"
        server.start()
        yield idp
        server.stop(0)
