"""What is at every address that Intouch listens on: the probes, the pages given, and answers to what goes wrong."""

from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any

import orjson
from flask import Blueprint, Flask, Response

from service.adapters.http.bindings import MAX_EVENT_BYTES
from service.adapters.http.failures import register_failures

Readiness = Callable[[], tuple[bool, Mapping[str, Any]]]
"""Returns whether the service can take events now, and what `/readyz` shows."""


Trouble = Callable[[], str]
"""Returns why the process had better be started anew, "" where it is alive."""


def alive() -> str:
    """Return that nothing is wrong."""
    return ""


def create_site(ready: Readiness, blueprints: Iterable[Blueprint] = (), trouble: Trouble = alive) -> Flask:
    """Return a WSGI application without the door; the blueprints answer failures in their own words."""
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_EVENT_BYTES  # for the forms of pages; events are measured by their mode
    for blueprint in blueprints:
        app.register_blueprint(blueprint)
    register_failures(app)

    @app.get("/healthz")
    def healthz() -> Response:
        stuck = trouble()
        if stuck:
            return json_response({"status": "stuck", "detail": stuck}, HTTPStatus.SERVICE_UNAVAILABLE)
        return json_response({"status": "alive"}, HTTPStatus.OK)

    @app.get("/readyz")
    def readyz() -> Response:
        is_ready, detail = ready()
        status = HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE
        return json_response({"ready": is_ready, **detail}, status)

    return app


def json_response(value: Mapping[str, Any], status: HTTPStatus) -> Response:
    """Return the value as JSON."""
    return Response(orjson.dumps(value), status, content_type="application/json")
