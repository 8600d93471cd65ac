"""What the console asks of a mailbox: a list, one mail, and how many there are."""

from collections.abc import Sequence
from typing import Protocol

from service.domain.calendar import Instant


class Mail(Protocol):
    """One mail in the list. `attempts` above 1 means that it was handed in again."""

    @property
    def send_id(self) -> str: ...
    @property
    def attempts(self) -> int: ...
    @property
    def created(self) -> Instant: ...
    @property
    def recipient(self) -> str: ...
    @property
    def to_name(self) -> str: ...
    @property
    def subject(self) -> str: ...


class MailPage(Protocol):
    """Mails, newest first. `older_than` leads to the next page; None on the last."""

    @property
    def mails(self) -> Sequence[Mail]: ...
    @property
    def older_than(self) -> int | None: ...


class MailBody(Protocol):
    """One mail in full; `headers` decoded, in order."""

    @property
    def summary(self) -> Mail: ...
    @property
    def html(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def headers(self) -> Sequence[tuple[str, str]]: ...


class Mailbox(Protocol):
    """Where the mail lies that the console shows."""

    def page(self, *, search: str = "", older_than: int | None = None, at_most: int = 50) -> MailPage:
        """Return mails whose recipient's address or name holds `search`."""
        ...

    def read(self, send_id: str) -> MailBody | None:
        """Return one mail, or None."""
        ...

    def count(self) -> int:
        """Return how many mails there are."""
        ...
