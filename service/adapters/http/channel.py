"""What waitress says for itself, before the app is asked: bounded in time, and in the app's own shape."""

import time
from http import HTTPStatus
from typing import Any

from waitress.channel import HTTPChannel
from waitress.task import ErrorTask
from waitress.utilities import Error

from service.adapters.http.problems import PROBLEM_JSON, Problem, name_of


class RequestTimeout(Error):  # noqa: N818 - named as HTTP names it
    code = 408
    reason = "Request Timeout"


class ProblemTask(ErrorTask):
    """Answers a request that waitress itself refuses: not HTTP, too large, too slow."""

    request: Any
    response_headers: Any

    def execute(self) -> None:
        status = HTTPStatus(self.request.error.code)
        body = _problem(status).body()
        self.status = f"{status.value} {status.phrase}"
        self.response_headers.append(("Content-Type", PROBLEM_JSON))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class IntakeChannel(HTTPChannel):
    """One connection. A request must be complete within `request_within_s` of its first byte, however steadily
    it trickles; waitress alone only ends connections on which nothing comes at all."""

    error_task_class = ProblemTask
    server: Any
    requests: Any
    requests_lock: Any
    _began = 0.0

    def received(self, data: bytes) -> Any:
        now, unfinished = time.monotonic(), self.request
        if unfinished is not None and now - self._began > self.server.request_within_s:
            self._refuse_slow()
            return False
        answer = super().received(data)
        if self.request is not unfinished:
            self._began = now
        return answer

    def _refuse_slow(self) -> None:
        with self.requests_lock:
            if self.request is None or self.will_close or self.close_when_flushed:
                return
            self.request.error = RequestTimeout("")
            self.request.completed = True
            self.requests.append(self.request)
            self.request = None
            if len(self.requests) == 1:
                self.server.add_task(self)


def _problem(status: HTTPStatus) -> Problem:
    return Problem(
        status=status, name=name_of(status), detail=_DETAILS.get(status, status.description or status.phrase)
    )


_DETAILS = {
    HTTPStatus.BAD_REQUEST: "This is not a request in HTTP/1.1. Check what stands between you and this address.",
    HTTPStatus.REQUEST_TIMEOUT: "The request did not arrive in time. Send it again, in one go.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "A batch may have 4,096 KiB and a single event 256 KiB. Send less at once.",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "The headers are too long. Send attributes that are shorter.",
}
