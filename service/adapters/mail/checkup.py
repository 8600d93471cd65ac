"""Looks at the way mail takes: the server or provider is reached and knows us. Nothing is sent."""

import smtplib
from collections.abc import Iterator

import orjson
import urllib3
from urllib3.exceptions import HTTPError

from service.adapters.mail.sendgrid import SendGridMailer
from service.adapters.mail.smtp import SmtpMailer
from service.domain.errors import IntouchError
from service.flow.checkup import Finding, broken, doubtful, well
from service.flow.mail_port import Mailer


def examine_mail(mailer: Mailer, webhook_key: str) -> Iterator[Finding]:
    """Yield what is found of the mailer; `webhook_key` is the one that SendGrid's reports are signed with."""
    if isinstance(mailer, SmtpMailer):
        yield _smtp(mailer)
    elif isinstance(mailer, SendGridMailer):
        yield _sendgrid(mailer)
        yield _reports(webhook_key)


def _smtp(mailer: SmtpMailer) -> Finding:
    try:
        encrypted, logged_in = mailer.try_out()
    except (IntouchError, smtplib.SMTPException, OSError) as error:
        # The server's own words are left out: they may hold the login.
        told = str(error) if isinstance(error, IntouchError) else f"It cannot be used ({type(error).__name__})."
        return broken("mail", told, "Check host, port, user and password in INTOUCH_MAIL_URL.")
    told = f"The mail server takes our connection{', encrypted' if encrypted else ''}{', and our login' * logged_in}."
    if not encrypted and not mailer.is_on_this_machine:
        return doubtful("mail", told, "Mail goes there in clear text: use smtps://, or a server with STARTTLS.")
    return well("mail", told)


def _sendgrid(mailer: SendGridMailer) -> Finding:
    try:
        answer = mailer.get("/v3/scopes")
    except (HTTPError, IntouchError) as error:
        told = str(error) if isinstance(error, IntouchError) else f"SendGrid is not reached ({type(error).__name__})."
        return broken("mail", told, "Check the network and INTOUCH_MAIL_URL.")
    if answer.status != 200:
        todo = "Make a new key there, and put it into the file that INTOUCH_SENDGRID_KEY_FILE names."
        return broken("mail", f"SendGrid does not know our key ({answer.status}).", todo)
    scopes = _scopes(answer)
    if "mail.send" not in scopes:
        return broken("mail", "SendGrid knows our key, and it may not send.", "Give it the scope mail.send.")
    if len(scopes) > _FEW:
        todo = "A key for Intouch needs mail.send and nothing else."
        return doubtful("mail", f"SendGrid knows our key; it may send, and {len(scopes) - 1} other things.", todo)
    return well("mail", "SendGrid knows our key, and it may send.")


_FEW = 5


def _scopes(answer: urllib3.BaseHTTPResponse) -> list[str]:
    try:
        return list(orjson.loads(answer.data)["scopes"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return []


def _reports(webhook_key: str) -> Finding:
    if webhook_key:
        return well("mail", "SendGrid's signed reports are taken at /webhooks/sendgrid.")
    todo = "Switch on the signed event webhook there, and set INTOUCH_SENDGRID_WEBHOOK_KEY."
    return doubtful("mail", "SendGrid's reports are not taken: bounces and lost answers stay unknown.", todo)
