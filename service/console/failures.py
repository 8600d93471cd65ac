"""The console's answer to everything that goes wrong: a page, and never a trace of the code."""

import logging
import math
import secrets
import traceback
from http import HTTPStatus

from flask import Blueprint, Response
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from service.console.desk import Console
from service.domain.errors import IntouchError
from service.flow.accept import StoreUnavailable

_LOG = logging.getLogger("intouch.console")


def add_failures(blueprint: Blueprint, console: Console) -> None:
    """Give the blueprint a page for every exception."""

    @blueprint.errorhandler(HTTPException)
    def on_http(error: HTTPException) -> AnyResponse:
        if error.code is None or error.code < 400:
            return error.get_response()
        if error.code == HTTPStatus.NOT_FOUND:
            return console.failure(
                HTTPStatus.NOT_FOUND,
                "There is nothing at this address",
                "It may be mistyped, or what it showed is gone. Start again from the overview.",
            )
        if error.code == HTTPStatus.FORBIDDEN:
            return console.failure(
                HTTPStatus.FORBIDDEN,
                "This is not for your role",
                "Ask whoever runs Intouch for you, if you need it for your work.",
            )
        return console.failure(HTTPStatus(error.code), "That did not work", "Go back and try it another way.")

    @blueprint.errorhandler(StoreUnavailable)
    def on_unavailable(error: StoreUnavailable) -> Response:
        response = console.failure(HTTPStatus.SERVICE_UNAVAILABLE, "The store cannot be read just now", str(error))
        response.headers["Retry-After"] = str(max(1, math.ceil(error.retry_after_s)))
        return response

    @blueprint.errorhandler(IntouchError)
    def on_known(error: IntouchError) -> Response:
        return console.failure(HTTPStatus.SERVICE_UNAVAILABLE, "This page cannot be shown yet", str(error))

    @blueprint.errorhandler(Exception)
    def on_anything(error: Exception) -> Response:
        # Logged without the exception's words: they may hold a person's data.
        reference = secrets.token_hex(4)
        frames = "".join(traceback.format_tb(error.__traceback__))
        _LOG.error("unexpected %s, reference %s\n%s", type(error).__name__, reference, frames)
        advice = f"Try again. If it sessions, tell your Intouch operators the reference {reference}."
        return console.failure(HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong here", advice)
