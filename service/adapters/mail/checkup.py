"""Looks at the way mail takes: the server or provider is reached and knows us. Nothing is sent."""

import smtplib
from collections.abc import Collection, Iterator, Mapping

import orjson
import urllib3
from urllib3.exceptions import HTTPError

from service.adapters.mail.sendgrid import SendGridMailer
from service.adapters.mail.smtp import SmtpMailer
from service.domain.errors import IntouchError
from service.flow.checkup import Finding, broken, doubtful, well
from service.flow.mail_port import Mailer


def examine_mail(mailer: Mailer, webhook_keys: Mapping[str, str], own: Collection[str] = ()) -> Iterator[Finding]:
    """Yield what is found of the mailer.

    `own` are the programs with an account of their own, `webhook_keys` what the reports of each are signed with; under
    "" stands that of the account that all others share.
    """
    if isinstance(mailer, SmtpMailer):
        yield _smtp(mailer)
    elif isinstance(mailer, SendGridMailer):
        for program in ("", *sorted(own)):
            yield _sendgrid(mailer, program)
            yield _reports(webhook_keys.get(program, ""), program)


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


def _sendgrid(mailer: SendGridMailer, program: str) -> Finding:
    about, place = _about(program), f"{program}.key" if program else "the file of INTOUCH_SENDGRID_KEY_FILE"
    try:
        answer = mailer.get("/v3/scopes", program)
    except (HTTPError, IntouchError) as error:
        told = str(error) if isinstance(error, IntouchError) else f"SendGrid is not reached ({type(error).__name__})."
        return broken(about, told, "Check the network and INTOUCH_MAIL_URL.")
    if answer.status != 200:
        todo = f"Make a new key there, and put it into {place}."
        return broken(about, f"SendGrid does not know our key ({answer.status}).", todo)
    scopes = _scopes(answer)
    if "mail.send" not in scopes:
        return broken(about, "SendGrid knows our key, and it may not send.", "Give it the scope mail.send.")
    if len(scopes) > _FEW:
        todo = "A key for Intouch needs mail.send and nothing else."
        return doubtful(about, f"SendGrid knows our key; it may send, and {len(scopes) - 1} other things.", todo)
    return well(about, "SendGrid knows our key, and it may send.")


def _about(program: str) -> str:
    return f"mail {program}".strip()


_FEW = 5


def _scopes(answer: urllib3.BaseHTTPResponse) -> list[str]:
    try:
        return list(orjson.loads(answer.data)["scopes"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return []


def _reports(webhook_key: str, program: str) -> Finding:
    about, place = _about(program), f"{program}.webhook-key" if program else "INTOUCH_SENDGRID_WEBHOOK_KEY"
    if webhook_key:
        return well(about, "SendGrid's signed reports are taken at /webhooks/sendgrid.")
    todo = f"Switch on the signed event webhook there, and put its key into {place}."
    return doubtful(about, "SendGrid's reports are not taken: bounces and lost answers stay unknown.", todo)
