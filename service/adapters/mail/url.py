"""The mailer that INTOUCH_MAIL_URL names."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from service.adapters.mail.mailbox import Mailbox
from service.adapters.mail.smtp import SmtpMailer
from service.adapters.mail.smtp_line import SmtpServer
from service.domain.errors import OperatorError
from service.flow.mail_port import Mailer

_WAYS = 'Write "mailbox:", "smtp://user:password@host:587", "smtps://user:password@host" or "sendgrid:".'


def mailer_from_url(url: str, data_dir: Path, read_key: Callable[[], str], now_s: Callable[[], float]) -> Mailer:
    """Return the mailer; `read_key` gives SendGrid's key, `now_s` the seconds since 1970.

    Raises: OperatorError, which does not repeat the URL: it may hold a password.
    """
    if url == "mailbox:":
        return Mailbox(data_dir)
    if url.startswith("sendgrid:"):
        return _sendgrid(url.removeprefix("sendgrid:"), read_key, now_s)
    return SmtpMailer(smtp_server(url))


def _sendgrid(words: str, read_key: Callable[[], str], now_s: Callable[[], float]) -> Mailer:
    """Return the mailer of `sendgrid:`, `sendgrid:?region=eu` or `sendgrid:?sandbox=yes`."""
    # Imported here: its package takes a tenth of a second, and who sends otherwise never needs it.
    from service.adapters.mail.sendgrid import HOSTS, SendGridAccount, SendGridMailer

    said = dict(parse_qsl(words.removeprefix("?"), keep_blank_values=True))
    region, sandbox = said.pop("region", "global"), said.pop("sandbox", "no")
    if said or (words and not words.startswith("?")) or region not in HOSTS or sandbox not in ("yes", "no"):
        raise OperatorError(
            'INTOUCH_MAIL_URL names SendGrid with words that it does not know. Write "sendgrid:", and after it, where '
            'you need them, "?region=eu" or "?sandbox=yes", joined by "&".'
        )
    if not read_key():
        raise OperatorError("SendGrid needs a key. Put it into a file, and name that in INTOUCH_SENDGRID_KEY_FILE.")
    return SendGridMailer(SendGridAccount(host=HOSTS[region], read_key=read_key, sandbox=sandbox == "yes"), now_s)


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
