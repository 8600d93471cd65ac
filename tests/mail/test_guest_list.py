"""The guest list: who is on it gets mail, and nobody else does, whatever goes wrong."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.adapters.mail.guest_list import GuestListMailer, read_guests
from service.adapters.mail.mailbox import Mailbox
from service.domain.calendar import parse_rfc3339
from service.domain.errors import OperatorError, ProviderError
from service.flow.mail_port import Fate, Outgoing
from tests.flow.stage import Stage
from tests.mail.emails import email

LISTED = "sam@example.org, *@Bücher.example"


class Provider:
    """Notes to whom it was asked to send; it knows no fate."""

    patience = 7

    def __init__(self) -> None:
        self.asked: list[str] = []

    def send(self, outgoing: Outgoing) -> str:
        self.asked.append(outgoing.to)
        return "taken"

    def settle(self, send_id: str) -> Fate:
        return Fate.UNKNOWN if send_id else Fate.NOT_SENT

    def close(self) -> None:
        """Nothing to give back."""


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[Mailbox]:
    mailbox = Mailbox(tmp_path)
    yield mailbox
    mailbox.close()


@pytest.fixture
def mailer(provider: Provider, mailbox: Mailbox) -> GuestListMailer:
    return GuestListMailer(read_guests(LISTED), provider, mailbox)


GUESTS = ["sam@example.org", "Sam@EXAMPLE.org", "anybody@bücher.example", "x@xn--bcher-kva.example"]
OTHERS = [
    "jo@example.org",
    "sam@sub.example.org",
    "jo@sub.xn--bcher-kva.example",
    "jo@notxn--bcher-kva.example",
    "samx@example.org",
]


@pytest.mark.parametrize("address", GUESTS)
def test_guests_get_mail(mailer: GuestListMailer, mailbox: Mailbox, address: str) -> None:
    assert mailer.send(email(to=address)) == "taken"
    assert mailbox.count() == 0


@pytest.mark.parametrize("address", OTHERS)
def test_what_is_for_others_lands_in_the_mailbox(
    mailer: GuestListMailer, provider: Provider, mailbox: Mailbox, address: str
) -> None:
    assert mailer.send(email(to=address)).startswith("mailbox:")
    assert provider.asked == []
    assert mailbox.page().mails[0].recipient == address


@pytest.mark.parametrize("address", ["sam@example.org,jo@example.org", "sam@example.org\r\njo@example.org", ""])
def test_two_addresses_in_one_reach_nobody(
    mailer: GuestListMailer, provider: Provider, mailbox: Mailbox, address: str
) -> None:
    with pytest.raises(ProviderError):
        mailer.send(email(to=address))
    assert (provider.asked, mailbox.count()) == ([], 0)


def test_what_lies_in_the_mailbox_was_sent_and_of_the_rest_the_provider_knows(mailer: GuestListMailer) -> None:
    mailer.send(email(send_id="s-1", to="jo@example.org"))
    assert (mailer.settle("s-1"), mailer.settle("s-2")) == (Fate.SENT, Fate.UNKNOWN)
    assert mailer.patience == 7


@pytest.mark.parametrize("text", [",", "sam", "*", "*@", "*@*", "sam@example.org jo", "*.example.org", "@example.org"])
def test_a_list_that_cannot_be_read_sends_nothing_and_says_what_to_write(text: str) -> None:
    with pytest.raises(OperatorError, match="INTOUCH_MAIL_ONLY_TO") as refused:
        read_guests(text)
    assert "sam@example.org *@example.com" in str(refused.value)


def test_an_installation_with_a_list_says_so_and_names_nobody(tmp_path: Path) -> None:
    settings = {"INTOUCH_MAIL_URL": "smtp://127.0.0.1:9", "INTOUCH_MAIL_ONLY_TO": LISTED}
    stage = Stage(tmp_path, parse_rfc3339("2026-03-02T15:00:00Z"), settings)
    told = stage.intouch.ready()[1]["guest_list"]
    assert "1 address and 1 domain" in told
    assert "sam" not in told
    # Nobody listens at that port: what got out would raise.
    stage.worker.carrier.mailer.send(email(to="jo@example.org"))
    assert stage.mailbox.count() == 1
    stage.close()
