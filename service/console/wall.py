"""What stands before every page: by which name it is asked for, who asks, what they may, and whose form it is.

The rules of this file:
- The order matters. A foreign name learns nothing, a stranger learns nothing but where to sign in, and whoever may not
  see a program is told that there is none, before anything of it is read.
- A route that does not say what it needs answers nobody.
- A form belongs to the session in which its page was made: it carries a token that follows from the session's own.
"""

import hmac
from collections.abc import Collection
from hashlib import sha256
from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, abort, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from service.console.access import asked_need, refuse_unless_may
from service.console.desk import Console
from service.console.guard import guarded, is_known_host, is_own_form
from service.console.sign_in_pages import Doorkeeper

LARGEST_FORM: Final = 1024 * 1024
"""Bytes of a form: one that carries a file of rules is the largest."""
_ASKING: Final = ("GET", "HEAD", "OPTIONS")


def add_wall(blueprint: Blueprint, console: Console, hosts: Collection[str], keeper: Doorkeeper) -> None:
    """Give the blueprint what is asked before each of its pages, and its headers after; call it before all routes."""

    @blueprint.before_request
    def refuse_foreign_names() -> Response | None:
        if is_known_host(request.host, hosts):
            return None
        advice = "Open the console by the address that Intouch printed when it started, such as http://127.0.0.1:8080."
        return Response(advice, HTTPStatus.MISDIRECTED_REQUEST, mimetype="text/plain")

    @blueprint.before_request
    def ask_who_it_is() -> AnyResponse | None:
        need = asked_need()
        if need is None:
            abort(HTTPStatus.INTERNAL_SERVER_ERROR)
        if need.open:
            return None
        token = request.cookies.get(keeper.cookie, "")
        session = keeper.sessions.find(token) if token else None
        if session is None:
            return _stranger(console, keeper)
        g.session, g.viewer, g.csrf = session, keeper.sessions.viewer(session), form_token(token)
        refuse_unless_may(need)
        return None

    @blueprint.before_request
    def refuse_foreign_forms() -> Response | None:
        if request.method in _ASKING:
            return None
        request.max_content_length = request.max_form_memory_size = LARGEST_FORM
        if is_own_form(request.headers, request.host) and _has_token():
            return None
        return console.failure(
            HTTPStatus.FORBIDDEN, "This form came from another site", "Open the console itself, and try again there."
        )

    @blueprint.after_request
    def guard(response: Response) -> Response:
        return guarded(response)


def form_token(session_token: str) -> str:
    """Return what the forms of a session carry."""
    return hmac.digest(session_token.encode(), b"intouch: forms of the console, 1", sha256).hex()


def _has_token() -> bool:
    return "csrf" in g and hmac.compare_digest(request.form.get("csrf", "").encode(), g.csrf.encode())


def _stranger(console: Console, keeper: Doorkeeper) -> AnyResponse:
    """Return where somebody signs in whom nobody knows; what they sent is not taken."""
    if keeper.provider is not None and request.method in _ASKING:
        then = request.full_path.rstrip("?")
        return redirect(url_for("console.sign_in_go", then=then), HTTPStatus.SEE_OTHER)
    return console.page(
        "sign_in.html", HTTPStatus.UNAUTHORIZED, has_provider=keeper.provider is not None, farewell=None
    )
