"""Every exception's answer. No trace of the code leaves the house; a reference joins the answer to the log."""

import logging
import math
import secrets
import traceback
from http import HTTPStatus

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from service.adapters.http.problems import PROBLEM_JSON, Problem, RefusedError, name_of
from service.adapters.http.verdicts import ID_TAKEN
from service.domain.errors import EventSenderError
from service.flow.accept import IdConflict, StoreUnavailable
from service.flow.pace import TooFast
from service.flow.permit import NotKnown, NotPermitted

_LOG = logging.getLogger(__name__)


def register_failures(app: Flask) -> None:
    """Give the app an answer to every exception; call it when all blueprints are registered."""
    pages = tuple(each.url_prefix for each in app.blueprints.values() if each.url_prefix)

    @app.errorhandler(RefusedError)
    def on_refused(error: RefusedError) -> Response:
        return problem_response(error.problem)

    @app.errorhandler(EventSenderError)
    def on_malformed(error: EventSenderError) -> Response:
        return problem_response(_told(HTTPStatus.BAD_REQUEST, error))

    @app.errorhandler(IdConflict)
    def on_conflict(error: IdConflict) -> Response:
        return problem_response(_conflict(error))

    @app.errorhandler(NotKnown)
    def on_unknown(error: NotKnown) -> Response:
        response = problem_response(_told(HTTPStatus.UNAUTHORIZED, error))
        response.headers["WWW-Authenticate"] = 'Bearer realm="intouch"'
        return response

    @app.errorhandler(NotPermitted)
    def on_trespass(error: NotPermitted) -> Response:
        return problem_response(_not_permitted(error))

    @app.errorhandler(TooFast)
    def on_too_fast(error: TooFast) -> Response:
        return _to_come_back(_told(HTTPStatus.TOO_MANY_REQUESTS, error), error.retry_after_s)

    @app.errorhandler(StoreUnavailable)
    def on_unavailable(error: StoreUnavailable) -> Response:
        return _to_come_back(_UNAVAILABLE, error.retry_after_s)

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


def _to_come_back(problem: Problem, after_s: float) -> Response:
    response = problem_response(problem)
    response.headers["Retry-After"] = str(max(1, math.ceil(after_s)))
    return response


def _told(status: HTTPStatus, error: EventSenderError) -> Problem:
    return Problem(status=status, name=name_of(status), detail=str(error))


def _not_permitted(error: NotPermitted) -> Problem:
    return Problem(
        status=HTTPStatus.FORBIDDEN,
        name=name_of(HTTPStatus.FORBIDDEN),
        detail="The key may not publish this; see errors. Nothing of this request was stored.",
        errors=[{"index": each.index, "pointer": each.pointer, "message": each.message} for each in error.trespasses],
    )


def _conflict(error: IdConflict) -> Problem:
    return Problem(
        status=HTTPStatus.CONFLICT,
        name="id-conflict",
        detail="The same id came with another content. Nothing of this request was stored.",
        errors=[{"index": index, "pointer": "/id", "message": ID_TAKEN} for index in error.indices],
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
