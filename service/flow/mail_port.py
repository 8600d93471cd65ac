"""The port to whoever carries the mail: one email out, and what became of it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from service.domain.calendar import Duration, Instant

MOST_MARKS: Final = 400
"""SendGrid takes 10,000 bytes of arguments, and an email is to stay below 100 KiB; the log has the others."""


class Fate(StrEnum):
    """What the provider itself knows about a send whose answer was lost."""

    SENT = "sent"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One email to one person, ready to go.

    `to`, `from_email` and `reply_to` are one addr-spec each (`reply_to` may be ""); names are any text. `send_id`
    is the ledger's: the same id is the same email, however often it is sent. `headers` are further header fields.
    """

    send_id: str
    to: str
    to_name: str
    from_name: str
    from_email: str
    reply_to: str
    subject: str
    html: str
    text: str
    created: Instant
    headers: tuple[tuple[str, str], ...] = ()
    language: str = "en"
    category: str = ""
    """What its reader can opt out of with all that it carries, "" where that is nothing or several."""
    program: str = ""
    """Whose email it is: it may go through an account of its own."""
    marks: tuple[str, ...] = ()
    """Of the decisions that it carries besides the one in its id; the first MOST_MARKS of them go along."""


class Mailer(Protocol):
    """Carries email. One mailer may be used from several threads.

    `patience` is how long its provider may take to report by itself what became of an email; 0 where it never does.
    """

    patience: Duration

    def send(self, outgoing: Outgoing) -> str:
        """Return the provider's own reference. Raises: ProviderError."""

    def settle(self, send_id: str) -> Fate:
        """Return what the provider knows about a send whose answer was lost."""

    def close(self) -> None:
        """Give back connections and files; the mailer is not used after it."""
