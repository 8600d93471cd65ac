"""The door: `POST /events`, on a site with the probes and whatever pages others bring."""

from collections.abc import Iterable
from http import HTTPStatus

from flask import Blueprint, Flask, Response, request

from service.adapters.http.intake import Desk, EventReader, Intake
from service.adapters.http.problems import refused
from service.adapters.http.site import Readiness, Trouble, alive, create_site, json_response
from service.flow.permit import Permits


def create_app(
    intake: Intake,
    reader: EventReader,
    ready: Readiness,
    blueprints: Iterable[Blueprint] = (),
    permits: Permits | None = None,
    checker: EventReader | None = None,
    trouble: Trouble = alive,
) -> Flask:
    """Return the WSGI application; the blueprints answer failures in their own words. Without permits, anybody may
    publish. `checker` reads events that are only to be checked, if they are not to be counted."""
    app = create_site(ready, blueprints, trouble)
    desk = Desk(intake=intake, reader=reader, permits=permits, checker=checker or reader)

    @app.post("/events")
    def post_events() -> Response:
        if _only_checks():
            return json_response(desk.check(request.environ).as_json(), HTTPStatus.OK)
        taken = desk.take(request.environ)
        told = {"accepted": taken.accepted.accepted, "duplicates": taken.accepted.duplicates}
        if taken.dropped_fields:
            told["dropped_fields"] = taken.dropped_fields
        return json_response(told, HTTPStatus.ACCEPTED)

    return app


def _only_checks() -> bool:
    """Return whether the request asks what would become of its events. Raises: RefusedError."""
    if not request.environ.get("QUERY_STRING"):
        return False
    if dict(request.args) not in ({"validate": "true"}, {"validate": "false"}):
        # Whoever misspells it must not have stored what was only to be checked.
        raise refused(
            HTTPStatus.BAD_REQUEST, "After /events? there may be validate=true, which checks and stores nothing."
        )
    return request.args["validate"] == "true"
