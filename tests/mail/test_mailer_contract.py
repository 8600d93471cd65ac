"""What every mailer must do: Python's own parser reads back what went in, whatever stood in the names."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.parser import BytesParser, Parser
from email.utils import parseaddr
from pathlib import Path

import pytest

from service.adapters.mail.mailbox import Mailbox
from service.adapters.mail.smtp import SmtpMailer
from service.adapters.mail.smtp_line import SmtpServer
from service.domain.errors import ProviderError
from service.flow.mail_port import Mailer, Outgoing
from tests.mail.emails import email
from tests.mail.servers import real_server


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    mailer: Mailer
    header_of_last: Callable[[], EmailMessage]
    """The header fields of the email it carried last, as a parsed message."""


@pytest.fixture(params=["mailbox", "smtp"])
def carrier(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Carrier]:
    if request.param == "mailbox":
        mailbox = Mailbox(tmp_path)
        yield Carrier(mailer=mailbox, header_of_last=lambda: _stored_header(mailbox))
        mailbox.close()
        return
    with real_server() as (port, taken):
        mailer = SmtpMailer(SmtpServer(host="127.0.0.1", port=port, tls=False))
        yield Carrier(mailer=mailer, header_of_last=lambda: parsed(taken.envelopes[-1].content))
        mailer.close()


def _stored_header(mailbox: Mailbox) -> EmailMessage:
    stored = mailbox.read(mailbox.page().mails[0].send_id)
    assert stored is not None
    return parsed(stored.header.encode())


def parsed(content: bytes | str | None) -> EmailMessage:
    assert isinstance(content, bytes)
    return BytesParser(EmailMessage, policy=policy.default).parsebytes(content)


def name_and_address(header: EmailMessage, field: str) -> tuple[str, str]:
    """Return what a field names. Python 3.11's newer parser parts a name that was encoded in two words."""
    raw = Parser(policy=policy.compat32).parsestr(header.as_string(policy=policy.default.clone(refold_source="none")))
    name, address = parseaddr(raw[field].replace("\n", ""))
    return str(make_header(decode_header(name))), address


NAMES = [
    "Jonas Lindqvist",
    'Lindqvist, Jonas "Jo" \\ <boss@evil.example>',
    "Zoë Ødegård-Ñuñez",
    "Sam 👩‍👩‍👧 周杰倫",
    "=?utf-8?B?SGk=?=",
    "a" * 300,
    "Ж" * 300,
    "",
]


@pytest.mark.parametrize("name", NAMES)
def test_names_come_back_as_they_went_in(carrier: Carrier, name: str) -> None:
    carrier.mailer.send(email(to_name=name, from_name=name))

    header = carrier.header_of_last()
    for field, address in (("To", "jonas@example.org"), ("From", "mentoring@northfield.example.org")):
        assert name_and_address(header, field) == (name, address)
        assert [found.addr_spec for found in header[field].addresses] == [address]


@pytest.mark.parametrize("subject", ["Two weeks in", "Zoë: 2 × 3 = 6 🎉 " * 9, "word " * 60, "x" * 2000, "=?x?="])
def test_subjects_come_back_as_they_went_in(carrier: Carrier, subject: str) -> None:
    carrier.mailer.send(email(subject=subject))

    assert carrier.header_of_last()["Subject"] == " ".join(subject.split())


@pytest.mark.parametrize("breaks", ["\r\n", "\n", "\r", "\u2028", "\x0b", "\x85", "\x00"])
def test_no_line_break_opens_another_header_field(carrier: Carrier, breaks: str) -> None:
    trick = f"Hi{breaks}Bcc: everybody@example.org{breaks}{breaks}body"

    carrier.mailer.send(email(subject=trick, to_name=trick, from_name=trick))

    header = carrier.header_of_last()
    assert header["Bcc"] is None
    assert header["Subject"] == "Hi Bcc: everybody@example.org body"
    assert header["To"].addresses[0].addr_spec == "jonas@example.org"


@pytest.mark.parametrize(
    "address",
    [
        "a@example.org,b@example.org",
        "a@example.org b@example.org",
        "a@example.org\r\nRCPT TO:<b@example.org>",
        "Sam <a@example.org>",
        "a@b@example.org",
        "a..b@example.org",
        '"a b"@example.org',
        "zoë@example.org",
        "a@",
        "@example.org",
        "a@exa mple.org",
        "a@-example.org",
        "",
        "x" * 65 + "@example.org",
    ],
)
def test_whatever_is_not_one_address_is_refused_for_good(carrier: Carrier, address: str) -> None:
    with pytest.raises(ProviderError) as refused:
        carrier.mailer.send(email(to=address))

    assert (refused.value.temporary, refused.value.unknown) == (False, False)
    assert "example.org" not in str(refused.value)


def test_a_domain_in_other_letters_goes_as_punycode(carrier: Carrier) -> None:
    carrier.mailer.send(email(to="jo@Bücher.example"))

    assert carrier.header_of_last()["To"].addresses[0].addr_spec == "jo@xn--bcher-kva.example"


def test_the_header_says_when_who_and_that_a_machine_wrote_it(carrier: Carrier) -> None:
    unsubscribe = ("List-Unsubscribe", "<https://mentoring.example.org/unsubscribe/t>")
    carrier.mailer.send(email(reply_to="dean@example.org", language="de", headers=(unsubscribe,)))

    header = carrier.header_of_last()
    assert header["Date"].datetime.isoformat() == "2026-03-02T15:00:00+00:00"
    assert header["Message-ID"] == "<s-01JNB@northfield.example.org>"
    assert header["Auto-Submitted"] == "auto-generated"
    assert header["Content-Language"] == "de"
    assert header["Reply-To"].addresses[0].addr_spec == "dean@example.org"
    assert header["List-Unsubscribe"] == unsubscribe[1]


@pytest.mark.parametrize(
    "header", [("X-A", "b\r\nBcc: c@example.org"), ("X A", "b"), ("Subject", "twice"), ("content-type", "text/plain")]
)
def test_a_header_field_of_ours_that_is_not_plain_is_a_fault_of_ours(carrier: Carrier, header: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match="header field"):
        carrier.mailer.send(email(headers=(header,)))


def test_it_goes_on_after_a_refusal(carrier: Carrier) -> None:
    with pytest.raises(ProviderError):
        carrier.mailer.send(email(to="nobody"))

    carrier.mailer.send(email(send_id="s-2", subject="next"))

    assert carrier.header_of_last()["Subject"] == "next"


def outgoing_with(text: str) -> Outgoing:
    return email(text=text, html=f"<p>{text}</p>")


@pytest.mark.parametrize("text", ["Hällo\n", ".\n..\n.x\n", "long " * 2000 + "\n", "-----=_x\n", "\n.\r\nQUIT\n"])
def test_both_parts_arrive_whole_over_smtp(text: str) -> None:
    with real_server() as (port, taken):
        mailer = SmtpMailer(SmtpServer(host="127.0.0.1", port=port, tls=False))
        mailer.send(outgoing_with(text))
        mailer.close()

    message = parsed(taken.envelopes[0].content)
    plain, html = message.iter_parts()
    assert isinstance(plain, EmailMessage)
    assert isinstance(html, EmailMessage)
    assert message.get_content_type() == "multipart/alternative"
    assert (plain.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert plain.get_content().replace("\r\n", "\n") == text.replace("\r\n", "\n")
    assert html.get_content().strip().replace("\r\n", "\n") == f"<p>{text}</p>".replace("\r\n", "\n")
    assert all(len(line) <= 998 for line in (taken.envelopes[0].original_content or b"").split(b"\r\n"))
