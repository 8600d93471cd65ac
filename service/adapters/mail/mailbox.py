"""The mailbox: email kept in a SQLite file of its own, for people to open in the console.

The rules of this file: one row a send, known by its send_id; a second attempt stores nothing and is counted. A row
is there when, and only when, its email was sent, so `settle` never answers "unknown". A row is emptied, never deleted.
"""

import sqlite3
import threading
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from email.header import decode_header, make_header
from email.parser import HeaderParser
from pathlib import Path
from typing import Any, Final

from service.adapters.mail.addresses import one_address
from service.adapters.mail.mime import MARKS, as_bytes
from service.domain.calendar import Duration, Instant
from service.domain.errors import OperatorError, ProviderError
from service.flow.mail_port import Fate, Outgoing

FILE_NAME: Final = "mailbox.db"
_BUSY_MS: Final = 5_000
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS mail (
    number     INTEGER PRIMARY KEY AUTOINCREMENT,
    send_id    TEXT NOT NULL UNIQUE,
    attempts   INTEGER NOT NULL DEFAULT 1,
    created    INTEGER NOT NULL,
    recipient  TEXT NOT NULL,
    to_name    TEXT NOT NULL,
    from_name  TEXT NOT NULL,
    from_email TEXT NOT NULL,
    subject    TEXT NOT NULL,
    html       TEXT NOT NULL,
    text       TEXT NOT NULL,
    header     TEXT NOT NULL
) STRICT
"""
_SUMMARY: Final = "number, send_id, attempts, created, recipient, to_name, from_name, from_email, subject"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSummary:
    """One email in the list. `number` grows with every email; `attempts` above 1 means it was sent again."""

    number: int
    send_id: str
    attempts: int
    created: Instant
    recipient: str
    to_name: str
    from_name: str
    from_email: str
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MailPage:
    """Emails, newest first. `older_than` leads to the next page; None on the last."""

    mails: tuple[MailSummary, ...]
    older_than: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMail:
    """One email in full: `header` as it went out, `headers` the same fields in order, decoded."""

    summary: MailSummary
    html: str
    text: str
    header: str
    headers: tuple[tuple[str, str], ...]


class Mailbox:
    """The mailbox below a data directory, made when it is not there."""

    patience: Duration = 0

    def __init__(self, data_dir: Path, *, most_pages: int | None = None) -> None:
        """`most_pages` of 4 KiB bound the file. Raises: OperatorError when the file cannot be opened."""
        self._lock = threading.Lock()
        path = data_dir / FILE_NAME
        try:
            data_dir.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._prepare(most_pages)
        except (OSError, sqlite3.Error) as error:
            raise OperatorError(
                f"The mailbox {path} cannot be opened ({error}). Check INTOUCH_DATA_DIR and its permissions."
            ) from error

    def _prepare(self, most_pages: int | None) -> None:
        for pragma in (f"busy_timeout={_BUSY_MS}", "journal_mode=WAL", "synchronous=FULL", "secure_delete=FAST"):
            self._db.execute(f"PRAGMA {pragma}")
        if most_pages:
            self._db.execute(f"PRAGMA max_page_count={most_pages}")
        self._db.execute(_SCHEMA)
        self._db.execute("CREATE INDEX IF NOT EXISTS mail_recipient ON mail (recipient)")

    def send(self, outgoing: Outgoing) -> str:
        """Return the email's reference; a second attempt at one send_id is counted and stores nothing.

        Raises: ProviderError, temporary when the file cannot take it now.
        """
        row = _row(outgoing)
        try:
            with self._lock:
                found = self._db.execute(_INSERT, row).fetchone()
        except sqlite3.Error as error:
            raise ProviderError(f"The mailbox file cannot take an email now ({error}).", temporary=True) from error
        return f"mailbox:{found[0]}"

    def settle(self, send_id: str) -> Fate:
        """Return SENT or NOT_SENT: the file knows."""
        return Fate.SENT if self._rows("SELECT 1 FROM mail WHERE send_id = ?", (send_id,)) else Fate.NOT_SENT

    def forget(self, email_ids: Collection[str], naming: Collection[str]) -> int:
        """Empty the emails with these ids, and those in which one of the words stands; return how many there were."""
        emptied = 0
        with self._lock:
            for each in email_ids:
                emptied += self._db.execute(f"{_EMPTY} {_OF_EMAIL}", (each,)).rowcount
            for word in naming:
                emptied += self._db.execute(f"{_EMPTY} ({_NAMING})", (_containing(word),)).rowcount
        return emptied

    def forget_before(self, instant: Instant) -> int:
        """Take out the texts of emails from before then, and return of how many; who got what stays in the list."""
        with self._lock:
            return self._db.execute(_FORGET, (instant,)).rowcount

    def leave_no_trace(self) -> bool:
        """Clear from the file what was emptied, and return whether nobody who reads it stood in the way."""
        with self._lock:
            self._db.execute("VACUUM")
            (is_busy, *_) = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not is_busy

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def page(self, *, search: str = "", older_than: int | None = None, at_most: int = 50) -> MailPage:
        """Return emails, newest first; `search` is a part of a recipient's address or name."""
        rows = self._rows(
            f"SELECT {_SUMMARY} FROM mail WHERE number < ?"
            " AND (recipient LIKE ? ESCAPE '!' OR to_name LIKE ? ESCAPE '!') ORDER BY number DESC LIMIT ?",
            (2**62 if older_than is None else older_than, *[_containing(search)] * 2, at_most + 1),
        )
        mails = tuple(_summary(row) for row in rows[:at_most])
        return MailPage(mails=mails, older_than=mails[-1].number if len(rows) > at_most else None)

    def read(self, send_id: str) -> StoredMail | None:
        """Return one email in full, or None."""
        rows = self._rows(f"SELECT {_SUMMARY}, html, text, header FROM mail WHERE send_id = ?", (send_id,))
        if not rows:
            return None
        *summary, html, text, header = rows[0]
        return StoredMail(summary=_summary(summary), html=html, text=text, header=header, headers=_decoded(header))

    def sends(self) -> Iterator[tuple[str, Instant, tuple[str, ...]]]:
        """Yield the id of every send, when it was written and the marks it carries, the newest first."""
        older_than = 2**62
        while rows := self._rows(
            "SELECT number, send_id, created, header FROM mail WHERE number < ? ORDER BY number DESC LIMIT 500",
            (older_than,),
        ):
            for _, send_id, created, header in rows:
                yield send_id, created, tuple(HeaderParser().parsestr(header).get(MARKS, "").split())
            older_than = rows[-1][0]

    def count(self) -> int:
        """Return how many emails there are, each send counted once."""
        return int(self._rows("SELECT count(*) FROM mail", ())[0][0])

    def durability(self) -> tuple[str, int]:
        """Return SQLite's journal mode and its `synchronous` level (2 is FULL)."""
        return self._rows("PRAGMA journal_mode", ())[0][0], self._rows("PRAGMA synchronous", ())[0][0]

    def _rows(self, query: str, values: Sequence[object]) -> list[Any]:
        with self._lock:
            return self._db.execute(query, values).fetchall()


_NO_TEXT: Final = "html = '<p>Its text is no longer kept.</p>', text = 'Its text is no longer kept.', header = ''"
_FORGET: Final = f"UPDATE mail SET {_NO_TEXT} WHERE header <> '' AND created < ?"
_EMPTY: Final = (
    f"UPDATE mail SET recipient = '', to_name = '', subject = '(erased)', {_NO_TEXT} WHERE recipient <> '' AND"
)
_OF_EMAIL: Final = "(send_id = ?1 OR (send_id > ?1 || '.' AND send_id < ?1 || '/'))"
"""To a staff role with several addresses an email goes as ID, ID.2, ID.3 …; said so that an index can be used."""
_NAMING: Final = " OR ".join(f"{each} LIKE ?1 ESCAPE '!'" for each in ("recipient", "to_name", "subject", "text"))

_INSERT: Final = """
INSERT INTO mail (send_id, created, recipient, to_name, from_name, from_email, subject, html, text, header)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (send_id) DO UPDATE SET attempts = attempts + 1
RETURNING number
"""


def _row(outgoing: Outgoing) -> tuple[object, ...]:
    # Made as for any provider, so that what a provider would refuse is refused here too.
    header = as_bytes(outgoing).partition(b"\r\n\r\n")[0].decode("ascii")
    return (
        outgoing.send_id,
        outgoing.created,
        one_address(outgoing.to),
        outgoing.to_name,
        outgoing.from_name,
        outgoing.from_email,
        outgoing.subject,
        outgoing.html,
        outgoing.text,
        header,
    )


def _summary(row: Sequence[Any]) -> MailSummary:
    number, send_id, attempts, created, recipient, to_name, from_name, from_email, subject = row
    return MailSummary(
        number=number,
        send_id=send_id,
        attempts=attempts,
        created=created,
        recipient=recipient,
        to_name=to_name,
        from_name=from_name,
        from_email=from_email,
        subject=subject,
    )


def _decoded(header: str) -> tuple[tuple[str, str], ...]:
    # Not email.policy.default: up to Python 3.12 it puts a space where a long name was encoded in two words.
    fields = HeaderParser().parsestr(header).items()
    return tuple((name, str(make_header(decode_header(value.replace("\r\n", ""))))) for name, value in fields)


def _containing(search: str) -> str:
    escaped = search.replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return f"%{escaped}%"
