"""RFC 9457 problem details: every refusal in one shape.

Source: https://www.rfc-editor.org/rfc/rfc9457
"""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import orjson

from service.domain.errors import EventSenderError

PROBLEM_JSON = "application/problem+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a request was not carried out. `name` is the stable word of the problem's kind; `errors` are its faults."""

    status: HTTPStatus
    name: str
    detail: str
    errors: Sequence[dict[str, Any]] = ()

    def body(self) -> bytes:
        """Return the problem as JSON."""
        told: dict[str, Any] = {
            "type": f"urn:intouch:problem:{self.name}",
            "title": self.status.phrase,
            "status": self.status.value,
            "detail": self.detail,
        }
        if self.errors:
            told["errors"] = self.errors
        return orjson.dumps(told)


_NAMES = {
    HTTPStatus.BAD_REQUEST: "malformed",
    HTTPStatus.UNAUTHORIZED: "unknown-key",
    HTTPStatus.FORBIDDEN: "not-permitted",
    HTTPStatus.TOO_MANY_REQUESTS: "too-fast",
    HTTPStatus.NOT_FOUND: "not-found",
    HTTPStatus.METHOD_NOT_ALLOWED: "method-not-allowed",
    HTTPStatus.REQUEST_TIMEOUT: "timeout",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too-large",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "unsupported-media-type",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "headers-too-long",
}


def name_of(status: HTTPStatus) -> str:
    """Return the word for a problem of which no more is known than its status; phrases change with Python."""
    return _NAMES.get(status, f"http-{status.value}")


class RefusedError(EventSenderError):
    """The request is refused for a reason that its sender can remove."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


def refused(status: HTTPStatus, detail: str) -> RefusedError:
    """Return the error that refuses a request with this status and reason."""
    return RefusedError(Problem(status=status, name=name_of(status), detail=detail))
