"""Where mail that came back lies: a Maildir, an mbox file, or one message on a pipe.

A Maildir's new messages that are reports become read; all else stays as it is, and an mbox is only read. Nothing is
lost by reading a report twice, since the store knows it.
"""

import mailbox
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from service.adapters.mail.returned import MOST_BYTES, read_returned
from service.domain.errors import OperatorError
from service.flow.returned import Returned

PIPE: Final = "-"


class Message(NamedTuple):
    """What one message reports, nothing where it is no report; None where it cannot be read. `key` is its place."""

    key: str
    said: list[Returned] | None


class Box:
    """One place where such mail lies. Raises: OperatorError, from any of its methods, when it cannot be read."""

    def __init__(self, place: str) -> None:
        self._place = place
        self._maildir: mailbox.Maildir | None = None
        if place != PIPE and (Path(place) / "new").is_dir():
            self._maildir = mailbox.Maildir(place, create=False)
        elif place != PIPE and not Path(place).is_file():
            raise OperatorError(f"{place} is neither a Maildir, which has a folder new/, nor an mbox file.")

    def messages(self) -> Iterator[Message]:
        """Yield each message that is new here."""
        try:
            for key, content in self._contents():
                yield Message(key, _read(content))
        except (OSError, mailbox.Error) as error:
            reason = getattr(error, "strerror", None) or type(error).__name__
            raise OperatorError(f"The mail in {self._place} cannot be read: {reason}.") from error

    def _contents(self) -> Iterator[tuple[str, bytes]]:
        if self._place == PIPE:
            yield PIPE, sys.stdin.buffer.read(MOST_BYTES)
        elif self._maildir is not None:
            for key in sorted(self._maildir.keys()):
                if self._maildir.get_message(key).get_subdir() == "new":
                    with self._maildir.get_file(key) as file:
                        yield key, file.read(MOST_BYTES)
        else:
            yield from self._of_mbox()

    def _of_mbox(self) -> Iterator[tuple[str, bytes]]:
        box = mailbox.mbox(self._place, create=False)
        try:
            for key in list(box.iterkeys()):
                with box.get_file(key) as file:
                    yield str(key), file.read(MOST_BYTES)
        finally:
            box.close()

    def mark_read(self, key: str) -> None:
        """Note that a message was taken in, where the place has such notes."""
        if self._maildir is None:
            return
        try:
            read = mailbox.MaildirMessage(self._maildir.get_message(key))
            read.set_subdir("cur")
            read.add_flag("S")
            self._maildir.update({key: read})
        except (OSError, KeyError, mailbox.Error) as error:
            message = f"A message in {self._place} cannot be marked as read. Check its permissions."
            raise OperatorError(message) from error


def _read(content: bytes) -> list[Returned] | None:
    try:
        return read_returned(content)
    except Exception:  # whatever a stranger wrote: one message must not stop all others
        return None
