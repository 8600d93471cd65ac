"""The mailer that a URL names, and the words for one that names none."""

from pathlib import Path

import pytest

from service.adapters.mail.mailbox import Mailbox
from service.adapters.mail.smtp import SmtpServer
from service.adapters.mail.url import mailer_from_url, smtp_server
from service.domain.errors import OperatorError


def test_mailbox_lies_in_the_data_dir(tmp_path: Path) -> None:
    mailer = mailer_from_url("mailbox:", tmp_path / "new")

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
        mailer_from_url(url, tmp_path)

    assert "s3" not in str(refused.value)
