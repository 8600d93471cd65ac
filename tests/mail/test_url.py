"""The mailer that a URL names, and the words for one that names none."""

from pathlib import Path

import pytest

from service.adapters.mail.mailbox import Mailbox
from service.adapters.mail.sendgrid import SendGridMailer
from service.adapters.mail.smtp_line import SmtpServer
from service.adapters.mail.url import mailer_from_url, smtp_server
from service.domain.errors import OperatorError
from service.flow.mail_port import Mailer
from service.settings import read_settings


def named(url: str, folder: Path, key: str = "SG.s3cret") -> Mailer:
    return mailer_from_url(url, folder, lambda: key, lambda: 0.0)


def test_mailbox_lies_in_the_data_dir(tmp_path: Path) -> None:
    mailer = named("mailbox:", tmp_path / "new")

    assert isinstance(mailer, Mailbox)
    assert (tmp_path / "new" / "mailbox.db").exists()
    mailer.close()


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.org", SmtpServer(host="mail.example.org", port=25, tls=False)),
        (
            "smtp://u:p%40%2F@mail.example.org",
            SmtpServer(host="mail.example.org", port=587, tls=False, user="u", password="p@/"),
        ),
        ("smtps://mail.example.org/", SmtpServer(host="mail.example.org", port=465, tls=True)),
        (
            "smtp://localhost?bounces_to=bounces%2B*@example.org",
            SmtpServer(host="localhost", port=25, tls=False, bounces_to="bounces+*@example.org"),
        ),
        ("smtp://[::1]:2525", SmtpServer(host="::1", port=2525, tls=False)),
    ],
)
def test_smtp_urls(url: str, server: SmtpServer) -> None:
    assert smtp_server(url) == server


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mailbox",
        "mailbox:x",
        "pop3://h",
        "smtp://",
        "smtp://u:s3cret@h:99999",
        "smtp://u:s3/cret@h",
        "smtp://h?tls=no",
    ],
)
def test_anything_else_is_for_the_operator_and_no_password_is_repeated(tmp_path: Path, url: str) -> None:
    with pytest.raises(OperatorError, match="smtps://") as refused:
        named(url, tmp_path)

    assert "s3" not in str(refused.value)


@pytest.mark.parametrize("url", ["sendgrid:", "sendgrid:?region=eu", "sendgrid:?sandbox=yes&region=global"])
def test_sendgrid_is_named_with_its_region_and_sandbox(tmp_path: Path, url: str) -> None:
    mailer = named(url, tmp_path)
    assert isinstance(mailer, SendGridMailer)
    assert mailer.account.sandbox is ("sandbox" in url)
    assert mailer.account.host == ("https://api.eu.sendgrid.com" if "eu" in url else "https://api.sendgrid.com")
    mailer.close()


@pytest.mark.parametrize("url", ["sendgrid:?region=us", "sendgrid:?sandbox", "sendgrid:eu", "sendgrid:?key=s3cret"])
def test_other_words_about_sendgrid_are_for_the_operator(tmp_path: Path, url: str) -> None:
    with pytest.raises(OperatorError, match="region=eu") as refused:
        named(url, tmp_path)
    assert "s3cret" not in str(refused.value)


def test_sendgrid_without_a_key_is_for_the_operator(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="INTOUCH_SENDGRID_KEY_FILE"):
        named("sendgrid:", tmp_path, key="")


def test_a_key_is_read_from_its_file_as_it_is_now(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("SG.old\n")
    settings = read_settings({"INTOUCH_SENDGRID_KEY_FILE": str(file)})
    assert settings.sendgrid_key() == "SG.old"
    file.write_text("SG.new\n")
    assert settings.sendgrid_key() == "SG.new"
