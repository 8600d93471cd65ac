"""The mailbox: what the console lists and reads, and the promise that one send is one email."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from service.adapters.mail.mailbox import FILE_NAME, Mailbox
from service.domain.errors import OperatorError, ProviderError
from service.flow.mail_port import Fate
from tests.mail.emails import email


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[Mailbox]:
    opened = Mailbox(tmp_path)
    yield opened
    opened.close()


def test_a_second_attempt_stores_nothing_and_is_counted(mailbox: Mailbox) -> None:
    first = mailbox.send(email(subject="first"))
    second = mailbox.send(email(subject="second"))

    (mail,) = mailbox.page().mails
    assert first == second
    assert (mail.subject, mail.attempts, mailbox.count()) == ("first", 2, 1)


def test_it_knows_what_was_sent(mailbox: Mailbox) -> None:
    mailbox.send(email(send_id="s-1"))

    assert (mailbox.settle("s-1"), mailbox.settle("s-2")) == (Fate.SENT, Fate.NOT_SENT)


def test_pages_are_newest_first_and_lead_on_to_the_oldest(mailbox: Mailbox) -> None:
    for number in range(5):
        mailbox.send(email(send_id=f"s-{number}"))

    seen: list[str] = []
    older_than: int | None = None
    for _ in range(3):
        page = mailbox.page(at_most=2, older_than=older_than)
        seen += [mail.send_id for mail in page.mails]
        older_than = page.older_than

    assert seen == ["s-4", "s-3", "s-2", "s-1", "s-0"]
    assert older_than is None


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("JONAS", ["s-1"]),
        ("Okafor", ["s-2"]),
        ("example.org", ["s-2", "s-1"]),
        ("100%", []),
        ("_", []),
        ("", ["s-2", "s-1"]),
    ],
)
def test_search_looks_in_address_and_name(mailbox: Mailbox, search: str, found: list[str]) -> None:
    mailbox.send(email(send_id="s-1", to="jonas@example.org", to_name="J"))
    mailbox.send(email(send_id="s-2", to="m@example.org", to_name="Maya Okafor"))

    assert [mail.send_id for mail in mailbox.page(search=search).mails] == found


def test_one_email_has_all_its_parts(mailbox: Mailbox) -> None:
    mailbox.send(email(subject="Zoë 🎉", html="<p>x</p>", text="x\n"))

    stored = mailbox.read("s-01JNB")
    assert stored is not None
    assert (stored.html, stored.text, stored.summary.subject) == ("<p>x</p>", "x\n", "Zoë 🎉")
    assert ("Subject", "Zoë 🎉") in stored.headers
    assert mailbox.read("s-none") is None


def test_another_process_sees_it_at_once_and_after_a_restart(tmp_path: Path, mailbox: Mailbox) -> None:
    other = Mailbox(tmp_path)
    mailbox.send(email())
    assert other.count() == 1
    mailbox.close()
    other.close()

    again = Mailbox(tmp_path)
    assert again.count() == 1
    again.close()


def test_a_commit_is_on_the_disk_before_send_returns(tmp_path: Path, mailbox: Mailbox) -> None:
    assert mailbox.durability() == ("wal", 2)
    assert (tmp_path / FILE_NAME).stat().st_mode & 0o077 == 0


def test_a_full_disk_is_a_temporary_error_and_nothing_is_stored(tmp_path: Path) -> None:
    mailbox = Mailbox(tmp_path, most_pages=20)

    with pytest.raises(ProviderError) as full:
        mailbox.send(email(html="x" * 200_000))

    assert (full.value.temporary, full.value.unknown) == (True, False)
    assert mailbox.settle("s-01JNB") is Fate.NOT_SENT
    mailbox.close()


def test_a_file_that_is_no_mailbox_is_for_the_operator(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"no database" * 100)

    with pytest.raises(OperatorError, match="INTOUCH_DATA_DIR"):
        Mailbox(tmp_path)


def test_sqlite_itself_refuses_a_second_row(tmp_path: Path, mailbox: Mailbox) -> None:
    mailbox.send(email())
    columns = "created, recipient, to_name, from_name, from_email, subject, html, text, header"

    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as raw, pytest.raises(sqlite3.IntegrityError):
        raw.execute(f"INSERT INTO mail (send_id, {columns}) SELECT send_id, {columns} FROM mail")
