"""SMTP: one kept connection, bounded waiting, and errors told apart by what the server can have done.

Until the line that ends the data has been sent, no server may deliver (RFC 5321, 4.1.1.4): a break before it is
worth another try. A break after it leaves the email unknown, for ever: SMTP has no way to ask.
"""

import re
import smtplib
import socket
import ssl
import threading
from dataclasses import dataclass
from typing import Final

from service.adapters.mail.addresses import one_address
from service.adapters.mail.mime import as_bytes
from service.domain.errors import ProviderError
from service.flow.mail_port import Fate, Outgoing

CONNECT_S: Final = 3.0
ANSWER_S: Final = 10.0
_CONFIGURATION: Final = frozenset({530, 534, 535, 538})
"""Refusals of us, not of the email: it stays due until an operator has put the access right."""
_RECIPIENT_REFUSED: Final = frozenset({550, 551, 553, 556})
_BAD_ADDRESS: Final = frozenset({b"5.1.1", b"5.1.2", b"5.1.3", b"5.1.6", b"5.1.10", b"5.2.1"})
"""No such mailbox, no such domain, no address at all, moved, a domain that takes no mail, mailbox disabled."""
_NOBODY: Final = re.compile(
    rb"no such (user|mailbox|recipient|address|person)|(user|mailbox|recipient|address) (is )?(unknown|not found)"
    rb"|unknown (user|mailbox|recipient)|does ?n[o']t exist|no mailbox here",
    re.IGNORECASE,
)
_ENHANCED: Final = re.compile(rb"[245]\.\d{1,3}\.\d{1,3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """Where and how to reach the server. `tls` from the first byte; else STARTTLS where it is offered."""

    host: str
    port: int
    tls: bool
    user: str = ""
    password: str = ""

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


class SmtpMailer:
    """Sends through one SMTP server, over one connection that is kept and renewed."""

    def __init__(
        self,
        server: SmtpServer,
        *,
        context: ssl.SSLContext | None = None,
        connect_s: float = CONNECT_S,
        answer_s: float = ANSWER_S,
    ) -> None:
        """`context` says whom to trust; without it, the system's authorities."""
        self._server, self._connect_s, self._answer_s = server, connect_s, answer_s
        self._context = context or ssl.create_default_context()
        self._lock = threading.Lock()
        self._connection: smtplib.SMTP | None = None

    def send(self, outgoing: Outgoing) -> str:
        """Return the server's words on accepting the email. Raises: ProviderError."""
        # No dots to double: no line of `as_bytes` begins with one, since bodies are base64.
        content = as_bytes(outgoing)
        sender, recipient = one_address(outgoing.from_email), one_address(outgoing.to)
        with self._lock:
            try:
                self._open_transaction(sender)
                return self._carry(recipient, content)
            except ProviderError:
                raise
            except (smtplib.SMTPException, OSError) as error:
                self._drop()
                raise _lost(error) from error

    @property
    def is_on_this_machine(self) -> bool:
        return self._server.is_this_machine

    def try_out(self) -> tuple[bool, bool]:
        """Connect, say hello and log in, send nothing, and return whether that was encrypted and with a login.

        Raises: ProviderError, SMTPException, OSError.
        """
        connection = self._connect()
        try:
            return isinstance(connection.sock, ssl.SSLSocket), bool(self._server.user)
        finally:
            connection.close()

    def settle(self, send_id: str) -> Fate:  # noqa: ARG002 - SMTP cannot be asked, whatever the id
        """Return UNKNOWN: an SMTP server cannot be asked."""
        return Fate.UNKNOWN

    def close(self) -> None:
        with self._lock:
            connection, self._connection = self._connection, None
        if connection:
            try:
                connection.quit()
            except (smtplib.SMTPException, OSError):
                connection.close()

    def _open_transaction(self, sender: str) -> None:
        """Name the sender, on a new connection if the kept one has gone stale; nothing was sent on it yet."""
        if self._connection:
            try:
                code, words = self._connection.mail(sender)
            except (smtplib.SMTPException, OSError):
                code, words = 421, b""
            if code != 421:
                return self._expect((250,), code, words)
            self._drop()
        self._connection = self._connect()
        return self._expect((250,), *self._connection.mail(sender))

    def _carry(self, recipient: str, content: bytes) -> str:
        assert self._connection is not None
        connection = self._connection
        self._expect((250, 251), *connection.rcpt(recipient), of_recipient=True)
        self._expect((354,), *connection.docmd("data"))
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
        raise _no_such_address(code, words) if of_recipient and is_bad_address(code, words) else _refused(code, words)

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


def is_bad_address(code: int, words: bytes) -> bool:
    """Return whether the refusal of a recipient says that the address takes no mail, now or later.

    A server refuses recipients for our sake too: relaying, a blocklist, a full mailbox, its policy. Taking such an
    answer for a bad address would silence everybody, so only the codes for addresses count, and of answers without
    a code only those that say in words that there is no such mailbox. Source: RFC 3463, 3.2 and 3.3; RFC 7505.
    """
    if code not in _RECIPIENT_REFUSED:
        return False
    detail = _ENHANCED.search(words)
    return detail[0] in _BAD_ADDRESS if detail else bool(_NOBODY.search(words))


def _no_such_address(code: int, words: bytes) -> ProviderError:
    said = _said(code, words)
    return ProviderError(
        f"The mail server says that this address takes no mail ({said}). Correct it where the person is registered.",
        temporary=False,
        address_is_bad=True,
        code=said,
    )


def _said(code: int, words: bytes) -> str:
    """Return the codes of an answer; its words may name the recipient, and are not kept."""
    detail = _ENHANCED.search(words)
    return f"{code} {detail[0].decode()}" if detail else str(code)


def _refused(code: int, words: bytes) -> ProviderError:
    said = _said(code, words)
    if code in _CONFIGURATION:
        return ProviderError(
            f"The mail server wants another login ({said}). Check user and password in INTOUCH_MAIL_URL.",
            temporary=True,
        )
    if 500 <= code < 600:
        return ProviderError(f"The mail server refused the email ({said}).", temporary=False)
    return ProviderError(f"The mail server cannot take the email now ({said}).", temporary=True)


def _lost(error: Exception) -> ProviderError:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return _refused(535, b"")
    if isinstance(error, smtplib.SMTPResponseException):
        return ProviderError(f"The mail server cannot serve us now ({error.smtp_code}).", temporary=True)
    if isinstance(error, ssl.SSLCertVerificationError):
        return ProviderError(
            "The mail server's certificate is not trusted here. Check the host in INTOUCH_MAIL_URL.", temporary=True
        )
    return ProviderError(f"The mail server cannot be reached ({type(error).__name__}).", temporary=True)
