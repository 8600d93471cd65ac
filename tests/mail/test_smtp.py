"""SMTP's errors, told apart by what the server can have done, against a server that follows a script."""

import ssl
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from service.adapters.mail.smtp import SmtpMailer
from service.adapters.mail.smtp_line import SmtpServer
from service.domain.errors import ProviderError
from service.flow.mail_port import Fate
from tests.mail.emails import email
from tests.mail.servers import CLOSE, SILENCE, in_order, real_server, scripted_server, secure_server
from tests.ports import free_port


def mailer_at(port: int, *, user: str = "", answer_s: float = 5.0) -> SmtpMailer:
    server = SmtpServer(host="127.0.0.1", port=port, tls=False, user=user, password="s3cret")
    return SmtpMailer(server, answer_s=answer_s)


def error_of(answer: Callable[[int, str], str], *, user: str = "", answer_s: float = 5.0) -> ProviderError:
    with scripted_server(answer) as (port, _):
        mailer = mailer_at(port, user=user, answer_s=answer_s)
        with pytest.raises(ProviderError) as caught:
            mailer.send(email())
        mailer.close()
    return caught.value


@pytest.mark.parametrize(
    ("said", "bad"),
    [
        ("550 5.1.1 no such user", True),
        ("550 5.1.10 the domain takes no mail", True),
        ("553 5.1.3 bad address syntax", True),
        ("551 5.1.6 the mailbox has moved", True),
        ("550 5.2.1 mailbox disabled", True),
        ("550 No such user here", True),
        ("550 Requested action not taken: mailbox unavailable", False),
        ("550 relaying denied", False),
        ("550 5.7.1 relaying denied, unknown user", False),
        ("550 5.7.1 listed at a blocklist", False),
        ("552 5.2.2 mailbox full", False),
        ("554 5.7.1 spam", False),
        ("554 5.1.1 no such user, or so says a filter", False),
        ("550 5.4.1 access denied", False),
        ("450 4.1.1 user unknown, try later", False),
    ],
)
def test_only_what_is_wrong_with_the_address_itself_counts_against_it(said: str, bad: bool) -> None:
    """A server that refuses us, our domain or this text says nothing about the address."""
    assert error_of(in_order([("rcpt", said)])).address_is_bad is bad


@pytest.mark.parametrize("line", ["mail", "data", "."])
def test_elsewhere_than_at_the_recipient_nothing_counts_against_the_address(line: str) -> None:
    assert not error_of(in_order([(line, "550 5.1.1 no such user")])).address_is_bad


def test_the_code_of_a_bad_address_is_kept_without_the_words() -> None:
    error = error_of(in_order([("rcpt", "550 5.1.1 <jonas@example.org> unknown")]))

    assert error.code == "550 5.1.1"


ONE_BY_ONE, TOGETHER = ("ehlo", "250 me"), ("ehlo", "250-me\r\n250 PIPELINING")
"""How a server takes the lines before an email."""
TEMPORARY, PERMANENT, UNKNOWN = (True, False), (False, False), (True, True)


@pytest.mark.parametrize("greeting", [ONE_BY_ONE, TOGETHER])
@pytest.mark.parametrize(
    ("line", "said", "outcome"),
    [
        ("CONNECT", "421 busy", TEMPORARY),
        ("CONNECT", "554 go away", TEMPORARY),
        ("CONNECT", CLOSE, TEMPORARY),
        ("mail", "451 later", TEMPORARY),
        ("mail", "550 sender refused", PERMANENT),
        ("mail", "530 log in first", TEMPORARY),
        ("rcpt", "450 4.2.1 busy", TEMPORARY),
        ("rcpt", "550 5.1.1 <jonas@example.org> unknown", PERMANENT),
        ("rcpt", "421 closing", TEMPORARY),
        ("rcpt", CLOSE, TEMPORARY),
        ("data", "451 later", TEMPORARY),
        ("data", "554 no", PERMANENT),
        ("data", CLOSE, TEMPORARY),
        (".", "452 full", TEMPORARY),
        (".", "554 5.7.1 spam", PERMANENT),
        (".", CLOSE, UNKNOWN),
    ],
)
def test_each_answer_has_its_class(greeting: tuple[str, str], line: str, said: str, outcome: tuple[bool, bool]) -> None:
    error = error_of(in_order([greeting, (line, said)]))

    assert (error.temporary, error.unknown) == outcome
    assert "jonas" not in str(error)


@pytest.mark.parametrize(("line", "outcome"), [("CONNECT", TEMPORARY), ("rcpt", TEMPORARY), (".", UNKNOWN)])
def test_silence_is_not_waited_out(line: str, outcome: tuple[bool, bool]) -> None:
    error = error_of(in_order([(line, SILENCE)]), answer_s=0.2)

    assert (error.temporary, error.unknown) == outcome


def test_a_server_may_take_longer_to_answer_than_to_connect() -> None:
    def answer(connection: int, line: str) -> str:
        if line == "CONNECT":
            time.sleep(0.3)
        return in_order([])(connection, line)

    with scripted_server(answer) as (port, _):
        mailer = SmtpMailer(SmtpServer(host="127.0.0.1", port=port, tls=False), connect_s=0.1, answer_s=20)
        assert mailer.send(email()) == "250 ok"
        mailer.close()


def test_a_server_that_is_not_there_is_temporary() -> None:
    with pytest.raises(ProviderError) as caught:
        mailer_at(free_port()).send(email())

    assert (caught.value.temporary, caught.value.unknown) == TEMPORARY


def test_a_wrong_password_is_for_the_operator_and_is_not_repeated() -> None:
    error = error_of(in_order([("ehlo", "250-me\r\n250 AUTH PLAIN"), ("auth", "535 5.7.8 no")]), user="northfield")

    assert error.temporary
    assert "INTOUCH_MAIL_URL" in str(error)
    assert "s3cret" not in str(error)


def test_a_password_is_not_sent_in_clear_to_another_machine() -> None:
    server = SmtpServer(host="127.0.0.2", port=0, tls=False, user="u", password="p")
    script = in_order([("ehlo", "250-me\r\n250 AUTH PLAIN")])
    with scripted_server(script, host="127.0.0.2") as (port, heard), pytest.raises(ProviderError, match="encryption"):
        SmtpMailer(SmtpServer(host=server.host, port=port, tls=False, user="u", password="p")).send(email())

    assert not any(line.lower().startswith("auth") for line in heard.lines)


def test_one_connection_carries_many_emails() -> None:
    with real_server() as (port, taken):
        mailer = mailer_at(port)
        for number in range(5):
            mailer.send(email(send_id=f"s-{number}"))
        mailer.close()

    assert (len(taken.envelopes), len(taken.peers)) == (5, 1)


@pytest.mark.parametrize("greeting", [ONE_BY_ONE, TOGETHER])
@pytest.mark.parametrize("parting", [CLOSE, "421 idle for too long"])
def test_a_connection_gone_stale_is_renewed_without_a_word(parting: str, greeting: tuple[str, str]) -> None:
    mails, usual = 0, in_order([greeting])

    def answer(connection: int, line: str) -> str:
        nonlocal mails
        mails += line.startswith("mail")
        return parting if connection == 1 and line.startswith("mail") and mails == 2 else usual(connection, line)

    with scripted_server(answer) as (port, heard):
        mailer = mailer_at(port)
        mailer.send(email(send_id="s-1"))
        mailer.send(email(send_id="s-2"))
        mailer.close()

    assert heard.connections == 2


def test_after_a_refusal_the_connection_is_ready_for_the_next() -> None:
    recipients = 0

    def answer(connection: int, line: str) -> str:
        nonlocal recipients
        recipients += line.startswith("rcpt")
        return "550 no" if recipients == 1 and line.startswith("rcpt") else in_order([])(connection, line)

    with scripted_server(answer) as (port, heard):
        mailer = mailer_at(port)
        with pytest.raises(ProviderError):
            mailer.send(email())
        mailer.send(email(send_id="s-2"))
        mailer.close()

    assert heard.connections == 1
    assert "rset" in heard.lines


def test_a_server_that_takes_several_lines_at_once_is_asked_so() -> None:
    """It answers nothing before it has heard the line that the next answer waits for."""
    heard: list[str] = []
    usual = in_order([TOGETHER, ("mail", ""), ("rcpt", "250 ok\r\n250 ok")])

    def answer(connection: int, line: str) -> str:
        heard.append(line.lower()[:4])
        return usual(connection, line)

    with scripted_server(answer) as (port, _):
        mailer = mailer_at(port, answer_s=20)
        assert [mailer.send(email(send_id=f"s-{number}")) for number in range(2)] == ["250 ok", "250 ok"]
        mailer.close()
    assert heard[2:] == ["mail", "rcpt", "data", "."] * 2 + ["quit"]


def test_a_refused_recipient_of_lines_at_once_gets_no_content_and_the_next_email_goes() -> None:
    recipients, usual = 0, in_order([TOGETHER])

    def answer(connection: int, line: str) -> str:
        nonlocal recipients
        recipients += line.startswith("rcpt")
        return "550 5.1.1 no" if recipients == 1 and line.startswith("rcpt") else usual(connection, line)

    with scripted_server(answer) as (port, heard):
        mailer = mailer_at(port)
        with pytest.raises(ProviderError) as refused:
            mailer.send(email())
        mailer.send(email(send_id="s-2"))
        mailer.close()
    assert refused.value.address_is_bad
    assert heard.lines.count(".") == 1, "nothing was handed over for the first"


def test_the_envelope_names_sender_and_recipient_alone() -> None:
    with real_server() as (port, taken):
        mailer = mailer_at(port)
        mailer.send(email(reply_to="dean@example.org"))
        mailer.close()

    assert taken.envelopes[0].mail_from == "mentoring@northfield.example.org"
    assert taken.envelopes[0].rcpt_tos == ["jonas@example.org"]


@pytest.mark.parametrize(
    ("bounces_to", "envelope"),
    [
        ("bounces@example.org", "bounces@example.org"),
        ("bounces+*@example.org", "bounces+0123456789abcdef0123456789abcdef.2@example.org"),
    ],
)
def test_mail_that_comes_back_goes_where_it_is_asked_to(bounces_to: str, envelope: str) -> None:
    with real_server() as (port, taken):
        mailer = SmtpMailer(SmtpServer(host="127.0.0.1", port=port, tls=False, bounces_to=bounces_to))
        mailer.send(email(send_id="0123456789abcdef0123456789abcdef.2"))
        mailer.close()
    assert taken.envelopes[0].mail_from == envelope


def test_smtp_cannot_say_what_became_of_an_email() -> None:
    assert mailer_at(free_port()).settle("s-1") is Fate.UNKNOWN


CERTIFICATE = Path(__file__).with_name("localhost.pem")
"""A certificate for localhost and its key, made for these tests and trusted by nobody else. Ends in 2126."""


def encrypted(context: ssl.SSLContext | None, port: int, *, tls: bool, password: str = "s3cret") -> SmtpMailer:
    server = SmtpServer(host="localhost", port=port, tls=tls, user="northfield", password=password)
    return SmtpMailer(server, context=context)


@pytest.mark.parametrize("tls", [True, False])
def test_mail_and_password_go_encrypted(tls: bool) -> None:
    with secure_server(CERTIFICATE, tls=tls) as (port, taken):
        mailer = encrypted(ssl.create_default_context(cafile=CERTIFICATE), port, tls=tls)
        mailer.send(email())
        mailer.close()

    assert (len(taken.envelopes), taken.logins) == (1, [("northfield", "s3cret", True)])


@pytest.mark.parametrize("tls", [True, False])
def test_a_certificate_that_nobody_vouches_for_gets_neither_mail_nor_password(tls: bool) -> None:
    with secure_server(CERTIFICATE, tls=tls) as (port, taken), pytest.raises(ProviderError, match="certificate"):
        encrypted(None, port, tls=tls).send(email())

    assert (taken.envelopes, taken.logins) == ([], [])


def test_a_real_server_refuses_a_wrong_password() -> None:
    context = ssl.create_default_context(cafile=CERTIFICATE)
    with secure_server(CERTIFICATE, tls=True) as (port, taken), pytest.raises(ProviderError, match="login") as refused:
        encrypted(context, port, tls=True, password="wrong").send(email())

    assert refused.value.temporary
    assert taken.envelopes == []
