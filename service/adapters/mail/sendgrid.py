"""SendGrid: one request an email over kept connections, bounded waiting, and replies told apart by what they mean.

The package's own client has no timeout and connects anew for every call, so requests go through a pool of ours.
SendGrid knows no idempotency: once a request has left, only a refusal says that nothing was sent. Where no answer
comes, or one that something in front of SendGrid may have given, the email stays unknown until a report settles it.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import orjson
import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NameResolutionError, NewConnectionError, SSLError

from service.adapters.mail.sendgrid_payload import payload
from service.domain.calendar import MINUTE, Duration
from service.domain.errors import OperatorError, ProviderError
from service.flow.mail_port import Fate, Outgoing

HOSTS: Final = {"global": "https://api.sendgrid.com", "eu": "https://api.eu.sendgrid.com"}
"""Where an account lives, by its region."""
_CONNECT_S: Final = 3.0
_ANSWER_S: Final = 10.0
_CONNECTIONS: Final = 64
_CHANNEL_REST_S: Final = 300.0
_LONGEST_REST_S: Final = 3_600.0
_NOT_TAKEN: Final = frozenset({400, 404, 405, 406, 413, 415, 422})
"""Refusals of this one email: trying it again brings the same."""
_FIELD: Final = re.compile(r"[a-z_]+(\.[a-z_0-9]+){0,8}")
"""A place in what was asked, as `personalizations.0.to.0.email`; whatever else stands there may be somebody's."""


@contextmanager
def _resting_for_the_operator() -> Iterator[None]:
    """Let the channel rest where a file cannot be used until somebody has seen to it."""
    try:
        yield
    except OperatorError as error:
        raise ProviderError(str(error), temporary=True, retry_after_s=_CHANNEL_REST_S) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class SendGridAccount:
    """Where SendGrid is, and the way to its key, which is asked for with every email: it may be another one by then."""

    host: str
    read_key: Callable[[], str]
    sandbox: bool = False
    read_own_key: Callable[[str], str] = lambda _: ""
    """Gives the key of a program that has an account of its own, "" for all others."""
    group_of: Callable[[str, str], int | None] = lambda program, category: None  # noqa: ARG005 - as it is called
    """Gives the unsubscribe group of a program's mail of a category, None where it belongs to none."""


class SendGridMailer:
    """Sends through SendGrid's API. `now_s` tells the time since 1970 in seconds, by which its limits are reckoned."""

    patience: Duration = 15 * MINUTE

    def __init__(
        self,
        account: SendGridAccount,
        now_s: Callable[[], float],
        *,
        connect_s: float = _CONNECT_S,
        answer_s: float = _ANSWER_S,
    ) -> None:
        self.account, self._now_s = account, now_s
        timeout = urllib3.Timeout(connect=connect_s, read=answer_s)
        self._pool = urllib3.PoolManager(maxsize=_CONNECTIONS, block=True, timeout=timeout, retries=False)

    def send(self, outgoing: Outgoing) -> str:
        """Return SendGrid's id of the message. Raises: ProviderError."""
        body = orjson.dumps(payload(outgoing, sandbox=self.account.sandbox, group=self._group(outgoing)))
        answer = self._post(body, outgoing.program)
        if answer.status in (200, 202):  # 200 is the sandbox's
            return answer.headers.get("X-Message-Id", "")
        raise self._refused(answer)

    def get(self, path: str, program: str = "") -> urllib3.BaseHTTPResponse:
        """Return what SendGrid shows under a path to whoever has our key, or the program's own.

        Raises: HTTPError, ProviderError.
        """
        headers = {"Authorization": f"Bearer {self._key(program)}"}
        return self._pool.request("GET", f"{self.account.host}{path}", headers=headers, redirect=False)

    def settle(self, send_id: str) -> Fate:  # noqa: ARG002 - SendGrid cannot be asked about a send; it reports by itself
        """Return UNKNOWN: reports of the event webhook settle what was cut off."""
        return Fate.UNKNOWN

    def close(self) -> None:
        self._pool.clear()

    def _post(self, body: bytes, program: str) -> urllib3.BaseHTTPResponse:
        headers = {"Authorization": f"Bearer {self._key(program)}", "Content-Type": "application/json"}
        try:
            return self._pool.request(
                "POST", f"{self.account.host}/v3/mail/send", body=body, headers=headers, redirect=False
            )
        except (NewConnectionError, ConnectTimeoutError, NameResolutionError) as error:
            raise ProviderError("SendGrid cannot be reached.", temporary=True) from error
        except SSLError as error:
            raise ProviderError(
                "SendGrid's certificate is not trusted here. Check the host.", temporary=True
            ) from error
        except HTTPError as error:
            raise ProviderError(
                "SendGrid was asked and did not answer: the email may or may not have been sent.",
                temporary=True,
                unknown=True,
            ) from error

    def _key(self, program: str) -> str:
        with _resting_for_the_operator():
            return self.account.read_own_key(program) or self.account.read_key()

    def _group(self, outgoing: Outgoing) -> int | None:
        with _resting_for_the_operator():
            return self.account.group_of(outgoing.program, outgoing.category) if outgoing.category else None

    def _refused(self, answer: urllib3.BaseHTTPResponse) -> ProviderError:
        """Return what a reply means that is not a yes. Its words may name people, so only codes and fields are kept."""
        status = answer.status
        code = str(status)
        if status in (401, 403):
            message = f"SendGrid refuses our key ({status}). Check INTOUCH_SENDGRID_KEY, or the program's own in "
            message += "INTOUCH_SENDGRID_KEYS_DIR, and what the key may do."
            return ProviderError(message, temporary=True, retry_after_s=_CHANNEL_REST_S, code=code)
        if status == 429:
            rest = self._rest_s(answer)
            return ProviderError("SendGrid takes no more for now (429).", temporary=True, retry_after_s=rest, code=code)
        if status == 503:
            return ProviderError("SendGrid rests (503).", temporary=True, code=code)
        if status in _NOT_TAKEN:
            return ProviderError(_why_not(answer), temporary=False, code=code)
        # A gateway in front may have handed it on before it gave up, and SendGrid may have failed after taking it.
        return ProviderError(
            f"SendGrid failed ({status}): the email may or may not have been sent.",
            temporary=True,
            unknown=True,
            code=code,
        )

    def _rest_s(self, answer: urllib3.BaseHTTPResponse) -> float:
        """Return how long its limit lasts, in seconds."""
        try:
            left = float(answer.headers.get("X-RateLimit-Reset", "")) - self._now_s()
        except ValueError:
            return 30.0
        return min(max(left, 1.0), _LONGEST_REST_S)


def _why_not(answer: urllib3.BaseHTTPResponse) -> str:
    said = f"SendGrid does not take this email ({answer.status})"
    try:
        errors = orjson.loads(answer.data)["errors"]
        fields = sorted({field for each in errors if _FIELD.fullmatch(field := str(each.get("field") or ""))})
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        fields = []
    return f"{said}: see {', '.join(fields[:5])}." if fields else f"{said}."
