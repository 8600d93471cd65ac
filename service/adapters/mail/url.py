"""The mailer that INTOUCH_MAIL_URL names."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from service.adapters.mail.mailbox import Mailbox
from service.adapters.mail.smtp import SmtpMailer, SmtpServer
from service.domain.errors import OperatorError
from service.flow.mail_port import Mailer

_WAYS = 'Write "mailbox:", "smtp://user:password@host:587" or "smtps://user:password@host".'


def mailer_from_url(url: str, data_dir: Path) -> Mailer:
    """Return the mailer. Raises: OperatorError, which does not repeat the URL: it may hold a password."""
    if url == "mailbox:":
        return Mailbox(data_dir)
    return SmtpMailer(smtp_server(url))


def smtp_server(url: str) -> SmtpServer:
    """Return the server that `smtp://` or `smtps://` names; ports default to 25, 587 with a user, 465 with TLS.

    Raises: OperatorError.
    """
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError as error:
        raise OperatorError(f"INTOUCH_MAIL_URL has a host or port that cannot be read. {_WAYS}") from error
    if parts.scheme not in ("smtp", "smtps"):
        raise OperatorError(f"INTOUCH_MAIL_URL names no way to send mail that this Intouch knows. {_WAYS}")
    if not host or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise OperatorError(
            f"INTOUCH_MAIL_URL needs a host, and nothing after host and port. {_WAYS} "
            "Signs like / ? # @ in a user or password are written %2F %3F %23 %40."
        )
    tls = parts.scheme == "smtps"
    return SmtpServer(
        host=host,
        port=port or (465 if tls else 587 if parts.username else 25),
        tls=tls,
        user=_decoded(parts.username),
        password=_decoded(parts.password),
    )


def _decoded(text: str | None) -> str:
    return unquote(text or "")
