"""SMTP: as many kept connections to one server as there are emails on their way at once."""

import ssl
from collections import deque
from functools import partial
from typing import Final

from service.adapters.mail.smtp_line import SmtpLine, SmtpServer
from service.domain.calendar import Duration
from service.flow.mail_port import Fate, Outgoing

CONNECT_S: Final = 3.0
ANSWER_S: Final = 10.0


class SmtpMailer:
    """Sends through one SMTP server. Each email takes the line that came back last, or a new one."""

    patience: Duration = 0

    def __init__(
        self,
        server: SmtpServer,
        *,
        context: ssl.SSLContext | None = None,
        connect_s: float = CONNECT_S,
        answer_s: float = ANSWER_S,
    ) -> None:
        """`context` says whom to trust; without it, the system's authorities."""
        trusted = context or ssl.create_default_context()
        self._server = server
        self._new = partial(SmtpLine, server, trusted, connect_s, answer_s)
        self._idle: deque[SmtpLine] = deque()

    def send(self, outgoing: Outgoing) -> str:
        """Return the server's words on accepting the email. Raises: ProviderError."""
        try:
            line = self._idle.pop()
        except IndexError:
            line = self._new()
        try:
            return line.send(outgoing)
        finally:
            self._idle.append(line)

    @property
    def is_on_this_machine(self) -> bool:
        return self._server.is_this_machine

    def try_out(self) -> tuple[bool, bool]:
        """Connect, say hello and log in, send nothing, and return whether that was encrypted and with a login.

        Raises: ProviderError, SMTPException, OSError.
        """
        return self._new().try_out()

    def settle(self, send_id: str) -> Fate:  # noqa: ARG002 - SMTP cannot be asked, whatever the id
        """Return UNKNOWN: an SMTP server cannot be asked."""
        return Fate.UNKNOWN

    def close(self) -> None:
        while self._idle:
            self._idle.pop().close()
