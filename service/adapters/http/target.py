"""Events to an Intouch over HTTP, in batches: where one of a batch is refused, the others are sent again without it."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

import orjson
import urllib3
from urllib3.exceptions import HTTPError

from service.adapters.http.bindings import MAX_BATCH_BYTES, MAX_EVENT_BYTES, Mode
from service.domain.errors import OperatorError
from service.flow.publish import Line, NotNowError, Refused, Sent

_CONNECT_S: Final = 3.0
_ANSWER_S: Final = 30.0
_LATER: Final = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
_BY_LINE: Final = frozenset({HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.CONFLICT, HTTPStatus.FORBIDDEN})
"""Refusals that say which events of the batch they are about."""


class HttpTarget:
    """Posts to `url` (as in https://mentoring.example.org), with the key of a service, or "" for none."""

    def __init__(self, url: str, key: str) -> None:
        self._url: Final = f"{url.rstrip('/').removesuffix('/events')}/events"
        self._headers: Final = {
            "Content-Type": Mode.BATCH.value,
            **({"Authorization": f"Bearer {key}"} if key else {}),
        }
        if urlsplit(self._url).scheme not in ("http", "https"):
            raise OperatorError("Events go to a URL, as in https://mentoring.example.org, or to “broker”.")
        timeout = urllib3.Timeout(connect=_CONNECT_S, read=_ANSWER_S)
        self._pool: Final = urllib3.PoolManager(timeout=timeout, retries=False)

    def send(self, lines: Sequence[Line]) -> Sent:
        """Return what became of the lines. Raises: NotNowError, OperatorError."""
        refused = [Refused(each.number, "", _TOO_LONG) for each in lines if len(each.body) > MAX_EVENT_BYTES]
        duplicates, left = 0, [each for each in lines if len(each.body) <= MAX_EVENT_BYTES]
        for batch in _batches(left):
            sent = self._batch(batch)
            duplicates += sent.duplicates
            refused += sent.refused
        return Sent(duplicates, refused)

    def _batch(self, lines: Sequence[Line]) -> Sent:
        refused: list[Refused] = []
        while lines:
            status, answer, after_s = self._post(b"[" + b",".join(each.body for each in lines) + b"]")
            if status == HTTPStatus.ACCEPTED:
                return Sent(int(answer.get("duplicates", 0)), refused)
            if status in _LATER:
                raise NotNowError(str(answer.get("detail") or "Intouch does not take events now."), after_s)
            found = [each for each in answer.get("errors", ()) if 0 <= each.get("index", -1) < len(lines)]
            if status not in _BY_LINE or not found:
                raise OperatorError(f"{self._url} answered {status}: {answer.get('detail') or 'no reason given'}")
            refused += [Refused(lines[each["index"]].number, each["pointer"], each["message"]) for each in found]
            faulty = {each["index"] for each in found}
            lines = [each for index, each in enumerate(lines) if index not in faulty]
        return Sent(0, refused)

    def _post(self, body: bytes) -> tuple[int, Mapping[str, Any], float | None]:
        """Return the status, the answer as JSON, and after how many seconds to come back, where that was said."""
        try:
            response = self._pool.request("POST", self._url, body=body, headers=self._headers, redirect=False)
        except HTTPError as error:
            raise NotNowError(f"{self._url} cannot be reached. Check the address, and that Intouch runs.") from error
        try:
            answer = orjson.loads(response.data)
        except orjson.JSONDecodeError:
            answer = None
        after = response.headers.get("Retry-After", "")
        return response.status, answer if isinstance(answer, dict) else {}, float(after) if after.isdecimal() else None


_TOO_LONG: Final = f"An event may have {MAX_EVENT_BYTES // 1024} KiB; free text is never carried."


def _batches(lines: Sequence[Line]) -> list[list[Line]]:
    """Return the lines in batches that are small enough for one request."""
    batches: list[list[Line]] = []
    size = MAX_BATCH_BYTES
    for each in lines:
        size += len(each.body) + 1
        if size > MAX_BATCH_BYTES - 2:
            batches.append([])
            size = len(each.body) + 1
        batches[-1].append(each)
    return batches
