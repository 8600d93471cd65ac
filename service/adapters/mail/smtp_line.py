"""One connection to an SMTP server, kept and renewed: bounded waiting, and errors told apart by what the server can
have done.

Until the line that ends the data has been sent, no server may deliver (RFC 5321, 4.1.1.4): a break before it is
worth another try. A break after it leaves the email unknown, for ever: SMTP has no way to ask.
"""

import re
import smtplib
import socket
import ssl
from dataclasses import dataclass
from typing import Final

from service.adapters.mail.addresses import one_address
from service.adapters.mail.mime import as_bytes
from service.adapters.mail.smtp_announcing import GO_ON, LINES, RECIPIENT_TAKEN, Answer, announce, is_announced
from service.adapters.mail.smtp_answers import busy_recipient, is_bad_address, is_busy, lost, no_such_address, refused
from service.domain.errors import ProviderError
from service.flow.mail_port import Outgoing

LONGEST_SEND_ID: Final = 36
"""Of a send's id in an address: 32 hexadecimal digits, a dot and a number."""
_SAFE_IN_ADDRESS: Final = re.compile(r"[A-Za-z0-9]{1,32}(?:\.[0-9]{1,3})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """Where and how to reach the server. `tls` from the first byte; else STARTTLS where it is offered."""

    host: str
    port: int
    tls: bool
    user: str = ""
    password: str = ""
    bounces_to: str = ""
    """Where mail that comes back goes, a * in it being the id of the send; "" for whoever it is from."""

    def sender(self, outgoing: Outgoing) -> str:
        """Return the address that the envelope names. Raises: ProviderError."""
        known = outgoing.send_id if _SAFE_IN_ADDRESS.fullmatch(outgoing.send_id) else ""
        return one_address(self.bounces_to.replace("*", known, 1) if self.bounces_to else outgoing.from_email)

    @property
    def is_this_machine(self) -> bool:
        return self.host in ("localhost", "127.0.0.1", "::1")


class _Connection(smtplib.SMTP):
    """An SMTP connection with one timeout for connecting and another for every answer."""

    def __init__(self, server: SmtpServer, context: ssl.SSLContext, connect_s: float, answer_s: float) -> None:
        self._wrap_in = context if server.tls else None
        self._answer_s = answer_s
        super().__init__(server.host, server.port, socket.gethostname() or "localhost", connect_s)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain = socket.create_connection((host, port), timeout)
        plain.settimeout(self._answer_s)
        return self._wrap_in.wrap_socket(plain, server_hostname=host) if self._wrap_in else plain


class SmtpLine:
    """Sends through one SMTP server, one email after the other."""

    def __init__(
        self,
        server: SmtpServer,
        context: ssl.SSLContext,
        connect_s: float,
        answer_s: float,
    ) -> None:
        """`context` says whom to trust."""
        self._server, self._context = server, context
        self._connect_s, self._answer_s = connect_s, answer_s
        self._connection: smtplib.SMTP | None = None

    def send(self, outgoing: Outgoing) -> str:
        """Return the server's words on accepting the email. Raises: ProviderError."""
        # No dots to double: no line of `as_bytes` begins with one, since bodies are base64.
        content = as_bytes(outgoing)
        sender, recipient = self._server.sender(outgoing), one_address(outgoing.to)
        try:
            self._open(sender, recipient)
            return self._carry(content)
        except ProviderError:
            raise
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise lost(error) from error

    def try_out(self) -> tuple[bool, bool]:
        """As the mailer's."""
        connection = self._connect()
        try:
            return isinstance(connection.sock, ssl.SSLSocket), bool(self._server.user)
        finally:
            connection.close()

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection:
            try:
                connection.quit()
            except (smtplib.SMTPException, OSError):
                connection.close()

    def _open(self, sender: str, recipient: str) -> None:
        """Announce an email, on a new connection if the kept one has gone stale; nothing was sent on it yet."""
        answers = self._answers_of_kept(sender, recipient)
        if not answers or answers[0][0] == 421:
            self._drop()
            self._connection = self._connect()
            answers = announce(self._connection, sender, recipient)
        if answers[-1][0] == GO_ON and not is_announced(answers):
            self._drop()  # what it refused it waits for: only hanging up says that nothing comes
        for (_, good), (code, words) in zip(LINES, answers, strict=False):
            self._expect(good, code, words, of_recipient=good is RECIPIENT_TAKEN)

    def _answers_of_kept(self, sender: str, recipient: str) -> list[Answer]:
        """Return what the kept connection says; nothing where there is none, or it does not work any more."""
        try:
            return announce(self._connection, sender, recipient) if self._connection else []
        except (smtplib.SMTPException, OSError):
            return []

    def _carry(self, content: bytes) -> str:
        assert self._connection is not None
        connection = self._connection
        connection.send(content)
        try:
            connection.send(b".\r\n")
            code, words = connection.getreply()
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise ProviderError(
                "The mail server took the email and did not answer: it may or may not have been sent.",
                temporary=True,
                unknown=True,
            ) from error
        self._expect((250,), code, words)
        return f"{code} {words.decode('ascii', 'replace')[:200]}"

    def _expect(self, good: tuple[int, ...], code: int, words: bytes, *, of_recipient: bool = False) -> None:
        if code in good:
            return
        self._start_anew(code)
        if of_recipient and is_bad_address(code, words):
            raise no_such_address(code, words)
        raise busy_recipient(code, words) if of_recipient and is_busy(code, words) else refused(code, words)

    def _start_anew(self, code: int) -> None:
        """Leave the connection ready for the next email, or without one."""
        if code == 421 or code < 0 or self._connection is None:
            return self._drop()
        try:
            if self._connection.rset()[0] != 250:
                self._drop()
        except (smtplib.SMTPException, OSError):
            self._drop()
        return None

    def _drop(self) -> None:
        if self._connection:
            self._connection.close()
        self._connection = None

    def _connect(self) -> smtplib.SMTP:
        connection = _Connection(self._server, self._context, self._connect_s, self._answer_s)
        try:
            self._introduce(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _introduce(self, connection: smtplib.SMTP) -> None:
        connection.ehlo_or_helo_if_needed()
        if not self._server.tls and connection.has_extn("starttls"):
            connection.starttls(context=self._context)
            connection.ehlo_or_helo_if_needed()
        if self._server.user:
            self._log_in(connection)

    def _log_in(self, connection: smtplib.SMTP) -> None:
        if not isinstance(connection.sock, ssl.SSLSocket) and not self._server.is_this_machine:
            raise ProviderError(
                "The mail server offers no encryption, so the password was not sent. "
                "Use smtps:// in INTOUCH_MAIL_URL, or a server with STARTTLS.",
                temporary=True,
            )
        try:
            connection.login(self._server.user, self._server.password)
        except smtplib.SMTPNotSupportedError as error:
            raise ProviderError(
                "The mail server knows no login. Take user and password out of INTOUCH_MAIL_URL.", temporary=True
            ) from error
