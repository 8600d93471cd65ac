"""The routes by which people come in and leave, and by which they ask for names.

The rules of this file:
- The cookie is for the console alone, out of reach of scripts, sent by no other site's forms, and over https only where
  the console is reached so. Every way in sets a new one.
- Whoever comes back from the provider shows the state that the same browser was given: nobody can be signed in as
  somebody else by a link.
- Where to go on after signing in is an address of the console, whatever was asked for.
"""

import hmac
import logging
from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, Response, abort, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from service.console.access import Where, open_to_all, require, signed_in
from service.console.desk import Console
from service.domain.access import Permission
from service.domain.calendar import SECOND
from service.flow.login_port import LoginRefusedError, LoginUnavailableError, Provider
from service.flow.session_port import Origin
from service.flow.sessions import LOGIN_TAKES_AT_MOST, Sessions, hashed

_LOG = logging.getLogger("intouch.console")
_LONGEST_ADDRESS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Doorkeeper:
    """How people come in: `url` is what their browsers reach the console by, `provider` who knows them, if anybody."""

    sessions: Sessions
    url: str
    provider: Provider | None

    @property
    def is_secure(self) -> bool:
        return self.url.startswith("https:")

    @property
    def cookie(self) -> str:
        # The prefix makes browsers refuse it from any other host, and over http.
        return "__Host-intouch-console" if self.is_secure else "intouch-console"

    @property
    def state_cookie(self) -> str:
        return f"{self.cookie}-state"

    @property
    def back(self) -> str:
        """Where the provider sends people back to; it must know the address."""
        return f"{self.url}/console/sign-in/back"

    def set_cookie(self, response: AnyResponse, name: str, value: str, max_age_s: int | None = None) -> None:
        response.set_cookie(
            name, value, max_age=max_age_s, path=self._path, secure=self.is_secure, httponly=True, samesite="Lax"
        )

    def drop_cookie(self, response: AnyResponse, name: str) -> None:
        response.delete_cookie(name, path=self._path, secure=self.is_secure, httponly=True, samesite="Lax")

    @property
    def _path(self) -> str:
        return "/" if self.is_secure else "/console"

    def let_in(self, token: str, then: str) -> AnyResponse:
        """Return what begins a session in this browser; one that went on in it ends."""
        former = self.sessions.find(request.cookies.get(self.cookie, ""))
        if former is not None:
            self.sessions.leave(former)
        response = redirect(then, HTTPStatus.SEE_OTHER)
        self.set_cookie(response, self.cookie, token)
        self.drop_cookie(response, self.state_cookie)
        return response


def within_console(address: str) -> str:
    """Return an address to go on to: the one given, where it is one of the console's, else its first page."""
    is_ours = address.startswith("/console/") and address.isprintable() and "\\" not in address
    return address if is_ours and len(address) <= _LONGEST_ADDRESS else url_for("console.start")


def add_sign_in_pages(blueprint: Blueprint, console: Console, keeper: Doorkeeper) -> None:
    """Give the console its ways in and out."""
    _add_ways_in(blueprint, console, keeper)
    if keeper.provider is not None:
        _add_login(blueprint, console, keeper, keeper.provider)
    _add_ways_out(blueprint, console, keeper)
    _add_names(blueprint, keeper)


def _add_ways_in(blueprint: Blueprint, console: Console, keeper: Doorkeeper) -> None:
    @blueprint.get("/sign-in")
    @open_to_all
    def sign_in() -> Response:
        return console.page("sign_in.html", has_provider=keeper.provider is not None, farewell=None)

    @blueprint.get("/enter/<token>")
    @open_to_all
    def enter(token: str) -> AnyResponse:
        if keeper.provider is not None:
            abort(HTTPStatus.NOT_FOUND)
        if request.method == "HEAD":  # whoever only looks does not use it up
            return Response()
        begun = keeper.sessions.enter_by_link(token)
        if begun is None:
            advice = "It was used, or is older than an hour. `intouch console` prints a new one on the machine itself."
            return console.failure(HTTPStatus.GONE, "This link lets nobody in any more", advice)
        return keeper.let_in(begun, url_for("console.start"))


def _add_login(blueprint: Blueprint, console: Console, keeper: Doorkeeper, provider: Provider) -> None:
    sessions = keeper.sessions

    @blueprint.get("/sign-in/go")
    @open_to_all
    def sign_in_go() -> AnyResponse:
        nonce, verifier = sessions.new_token(), sessions.new_token()
        kept = {"nonce": nonce, "verifier": verifier, "then": within_console(request.args.get("then", ""))}
        state = sessions.keep(Origin.LOGIN, LOGIN_TAKES_AT_MOST, kept)
        response = redirect(provider.departure(keeper.back, state, nonce, verifier), HTTPStatus.SEE_OTHER)
        keeper.set_cookie(response, keeper.state_cookie, state, LOGIN_TAKES_AT_MOST // SECOND)
        return response

    @blueprint.get("/sign-in/back")
    @open_to_all
    def sign_in_back() -> AnyResponse:
        state, code = request.args.get("state", ""), request.args.get("code", "")
        is_same_browser = hmac.compare_digest(hashed(state), hashed(request.cookies.get(keeper.state_cookie, "")))
        kept = sessions.take_up(Origin.LOGIN, state) if is_same_browser and code else None
        if kept is None:
            raise LoginRefusedError("This sign-in was not begun in this browser, or took too long, or was given up.")
        who = provider.arrival(keeper.back, code, kept["nonce"], kept["verifier"])
        if not sessions.lets_in(who):
            advice = "You are known, and have no role here yet. Ask whoever runs Intouch for you to give you one."
            return console.failure(HTTPStatus.FORBIDDEN, "There is nothing for you here yet", advice)
        return keeper.let_in(sessions.begin(Origin.LOGIN, who), within_console(kept["then"]))

    @blueprint.errorhandler(LoginRefusedError)
    def on_refused(error: LoginRefusedError) -> Response:
        # The kind of fault alone: what it says may be somebody's.
        _LOG.warning("A sign-in was refused: %s", type(error.__cause__ or error).__name__)
        return console.failure(HTTPStatus.FORBIDDEN, "You are not signed in", str(error))

    @blueprint.errorhandler(LoginUnavailableError)
    def on_unavailable(error: LoginUnavailableError) -> Response:
        return console.failure(HTTPStatus.SERVICE_UNAVAILABLE, "Nobody can sign in just now", str(error))


def _add_ways_out(blueprint: Blueprint, console: Console, keeper: Doorkeeper) -> None:
    @blueprint.post("/sign-out")
    @signed_in
    def sign_out() -> Response:
        keeper.sessions.leave(g.session)
        del g.viewer, g.session
        response = console.page("sign_in.html", has_provider=keeper.provider is not None, farewell=_farewell(keeper))
        keeper.drop_cookie(response, keeper.cookie)
        return response


def _farewell(keeper: Doorkeeper) -> str | None:
    """Return where one signs out of the provider too, if it has such a place and answers."""
    try:
        return keeper.provider.farewell(f"{keeper.url}/console/sign-in") if keeper.provider else None
    except (LoginRefusedError, LoginUnavailableError):
        return None


def _add_names(blueprint: Blueprint, keeper: Doorkeeper) -> None:
    @blueprint.post("/names")
    @require(Permission.REVEAL, Where.SOMEWHERE)
    def show_names() -> AnyResponse:
        keeper.sessions.show_names(g.session, shown=request.form.get("show") == "yes")
        return redirect(within_console(request.form.get("then", "")), HTTPStatus.SEE_OTHER)
