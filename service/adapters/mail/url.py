"""The mailer that INTOUCH_MAIL_URL names."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from service.adapters.mail.addresses import one_address
from service.adapters.mail.mailbox import Mailbox
from service.adapters.mail.smtp import SmtpMailer
from service.adapters.mail.smtp_line import LONGEST_SEND_ID, SmtpServer
from service.domain.errors import OperatorError, ProviderError
from service.flow.mail_port import Mailer

_WAYS = 'Write "mailbox:", "smtp://user:password@host:587", "smtps://user:password@host" or "sendgrid:".'


def mailer_from_url(
    url: str,
    data_dir: Path,
    read_key: Callable[[], str],
    now_s: Callable[[], float],
    read_own_key: Callable[[str], str] = lambda _: "",
    group_of: Callable[[str, str], int | None] = lambda program, category: None,  # noqa: ARG005 - as it is called
) -> Mailer:
    """Return the mailer; `read_key` gives SendGrid's key, `read_own_key` a program's, `now_s` the seconds since 1970,
    `group_of` the unsubscribe group of a program's category.

    Raises: OperatorError, which does not repeat the URL: it may hold a password.
    """
    if url == "mailbox:":
        return Mailbox(data_dir)
    if url.startswith("sendgrid:"):
        return _sendgrid(url.removeprefix("sendgrid:"), read_key, now_s, read_own_key, group_of)
    return SmtpMailer(smtp_server(url))


def _sendgrid(
    words: str,
    read_key: Callable[[], str],
    now_s: Callable[[], float],
    read_own_key: Callable[[str], str],
    group_of: Callable[[str, str], int | None],
) -> Mailer:
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
    account = SendGridAccount(
        host=HOSTS[region],
        read_key=read_key,
        sandbox=sandbox == "yes",
        read_own_key=read_own_key,
        group_of=group_of,
    )
    return SendGridMailer(account, now_s)


def smtp_server(url: str) -> SmtpServer:
    """Return the server that `smtp://` or `smtps://` names; ports default to 25, 587 with a user, 465 with TLS.

    After them, `?bounces_to=ADDRESS` says where mail that comes back goes; without, to whom it is from.
    Raises: OperatorError.
    """
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError as error:
        raise OperatorError(f"INTOUCH_MAIL_URL has a host or port that cannot be read. {_WAYS}") from error
    if parts.scheme not in ("smtp", "smtps"):
        raise OperatorError(f"INTOUCH_MAIL_URL names no way to send mail that this Intouch knows. {_WAYS}")
    said = dict(parse_qsl(parts.query, keep_blank_values=True))
    bounces_to = said.pop("bounces_to", "")
    if not host or parts.path not in ("", "/") or said or parts.fragment:
        raise OperatorError(
            f'INTOUCH_MAIL_URL needs a host, and after host and port at most "?bounces_to=ADDRESS". {_WAYS} '
            "Signs like / ? # @ in a user or password are written %2F %3F %23 %40."
        )
    tls = parts.scheme == "smtps"
    return SmtpServer(
        bounces_to=_bounces_to(bounces_to),
        host=host,
        port=port or (465 if tls else 587 if parts.username else 25),
        tls=tls,
        user=_decoded(parts.username),
        password=_decoded(parts.password),
    )


def _bounces_to(address: str) -> str:
    """Return where mail that comes back goes. A * stands for the id of what was sent, and may stand there once."""
    if address:
        try:
            one_address(address.replace("*", "x" * LONGEST_SEND_ID, 1))
        except ProviderError as error:
            raise OperatorError(
                "INTOUCH_MAIL_URL says bounces_to, and that is to be one email address, as in bounces@example.org, or "
                "bounces%2B*@example.org where your server delivers what stands after a + to the same mailbox."
            ) from error
    return address


def _decoded(text: str | None) -> str:
    return unquote(text or "")
