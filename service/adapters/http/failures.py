"""Every exception's answer. No trace of the code leaves the house; a reference joins the answer to the log."""

import logging
import math
import secrets
import traceback
from http import HTTPStatus

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from service.adapters.http.problems import PROBLEM_JSON, Problem, RefusedError, name_of
from service.domain.errors import EventSenderError
from service.flow.accept import IdConflict, StoreUnavailable

_LOG = logging.getLogger(__name__)


def register_failures(app: Flask) -> None:
    """Give the app an answer to every exception; call it when all blueprints are registered."""
    pages = tuple(each.url_prefix for each in app.blueprints.values() if each.url_prefix)

    @app.errorhandler(RefusedError)
    def on_refused(error: RefusedError) -> Response:
        return problem_response(error.problem)

    @app.errorhandler(EventSenderError)
    def on_malformed(error: EventSenderError) -> Response:
        return problem_response(Problem(status=HTTPStatus.BAD_REQUEST, name="malformed", detail=str(error)))

    @app.errorhandler(IdConflict)
    def on_conflict(error: IdConflict) -> Response:
        return problem_response(_conflict(error))

    @app.errorhandler(StoreUnavailable)
    def on_unavailable(error: StoreUnavailable) -> Response:
        response = problem_response(_UNAVAILABLE)
        response.headers["Retry-After"] = str(max(1, math.ceil(error.retry_after_s)))
        return response

    @app.errorhandler(HTTPException)
    def on_http(error: HTTPException) -> Response | HTTPException:
        if request.blueprint or request.path.startswith(pages):
            return error
        return _http_problem(error)

    @app.errorhandler(Exception)
    def on_anything(error: Exception) -> Response:
        problem = _unexpected(error)
        if request.blueprint:
            return Response(problem.detail, problem.status, mimetype="text/plain")
        return problem_response(problem)


def problem_response(problem: Problem) -> Response:
    """Return the problem as an HTTP response."""
    return Response(problem.body(), problem.status, content_type=PROBLEM_JSON)


_UNAVAILABLE = Problem(
    status=HTTPStatus.SERVICE_UNAVAILABLE,
    name="store-unavailable",
    detail="The event could not be stored just now. Send it again, with the same id, after Retry-After seconds.",
)


def _conflict(error: IdConflict) -> Problem:
    message = "This id was used before for another event. Send this event with an id of its own."
    return Problem(
        status=HTTPStatus.CONFLICT,
        name="id-conflict",
        detail="The same id came with another content. Nothing of this request was stored.",
        errors=[{"index": index, "pointer": "/id", "message": message} for index in error.indices],
    )


def _http_problem(error: HTTPException) -> Response:
    status = HTTPStatus(error.code or 500)
    problem = Problem(status=status, name=name_of(status), detail=_DETAILS.get(status, status.description))
    response = problem_response(problem)
    for header, value in error.get_headers():
        if header.lower() == "allow":
            response.headers[header] = value
    return response


_DETAILS = {
    HTTPStatus.NOT_FOUND: "There is nothing at this address. Events go to POST /events.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address does not take this method; Allow names those it takes.",
}


def _unexpected(error: Exception) -> Problem:
    """Return the problem for a fault of ours, logged without the exception's words: they may hold a person's data."""
    reference = secrets.token_hex(4)
    frames = "".join(traceback.format_tb(error.__traceback__))
    _LOG.error("unexpected %s, reference %s\n%s", type(error).__name__, reference, frames)
    return Problem(
        status=HTTPStatus.INTERNAL_SERVER_ERROR,
        name="unexpected",
        detail=f"Something went wrong here. Try again; if it stays, tell your Intouch operators reference {reference}.",
    )
