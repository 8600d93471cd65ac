"""What stands before every page: by which name it is asked for, who asks, what they may, and whose form it is.

The rules of this file:
- The order matters. A foreign name learns nothing, a stranger learns nothing but where to sign in, and whoever may not
  see a program is told that there is none, before anything of it is read.
- A route that does not say what it needs answers nobody.
"""

import hmac
from collections.abc import Collection
from http import HTTPStatus

from flask import Blueprint, Response, abort, g, request

from service.console.access import asked_need, refuse_unless_may
from service.console.desk import Console
from service.console.guard import guarded, is_known_host, is_own_form
from service.domain.access import EVERY_PROGRAM, ConsoleRole, Viewer

LARGEST_FORM = 1024 * 1024
"""Bytes of a form: one that carries a file of rules is the largest."""
ANYBODY = Viewer(person="local", roles={EVERY_PROGRAM: frozenset({ConsoleRole.ADMIN})}, unmasked=True)


def add_wall(blueprint: Blueprint, console: Console, hosts: Collection[str]) -> None:
    """Give the blueprint what is asked before each of its pages, and its headers after; call it before all routes."""

    @blueprint.before_request
    def refuse_foreign_names() -> Response | None:
        if is_known_host(request.host, hosts):
            return None
        advice = "Open the console by the address that Intouch printed when it started, such as http://127.0.0.1:8080."
        return Response(advice, HTTPStatus.MISDIRECTED_REQUEST, mimetype="text/plain")

    @blueprint.before_request
    def ask_who_it_is() -> None:
        need = asked_need()
        if need is None:
            abort(HTTPStatus.INTERNAL_SERVER_ERROR)
        if need.open:
            return
        g.viewer, g.csrf = ANYBODY, "none yet"
        refuse_unless_may(need)

    @blueprint.before_request
    def refuse_foreign_forms() -> Response | None:
        if request.method in ("GET", "HEAD", "OPTIONS"):
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


def _has_token() -> bool:
    """Return whether the form was made for the session in which it is sent."""
    return hmac.compare_digest(request.form.get("csrf", ""), g.csrf) if "csrf" in g else True
