"""The keys of programs that have an account at SendGrid of their own: a folder of files, read anew each time.

`PROGRAM.key` is what its mail is sent with, and `PROGRAM.webhook-key` what the reports about it are signed with. A
program without a file sends through the account that all share.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from service.domain.channel import ALL_MAIL, own_channel
from service.domain.errors import OperatorError

_PROGRAM: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_KEY, _WEBHOOK_KEY, _GROUPS = ".key", ".webhook-key", ".groups"


@dataclass(frozen=True, slots=True)
class ProgramKeys:
    """`Accounts` by a folder of keys; None where no program has an account of its own."""

    folder: Path | None

    def channel_of(self, program: str) -> str:
        return own_channel(program) if self._has_own(program) else ALL_MAIL

    def own(self) -> Sequence[str]:
        return [own_channel(each) for each in self._programs(_KEY)]

    def programs(self) -> Sequence[str]:
        """Return those that have an account of their own."""
        return self._programs(_KEY)

    def key(self, program: str) -> str:
        """Return the program's own key, "" where it has none. Raises: OperatorError when its file is of no use."""
        if not self._has_own(program):
            return ""
        assert self.folder is not None
        return _read(self.folder / f"{program}{_KEY}")

    def groups(self, program: str) -> str:
        """Return what its file of unsubscribe groups says, "" where there is none. Raises: OperatorError."""
        path = self.folder / f"{program}{_GROUPS}" if self.folder and _PROGRAM.fullmatch(program) else None
        return _read(path) if path and path.exists() else ""

    def webhook_keys(self) -> Mapping[str, str]:
        """Return the verification keys of programs' own accounts. Raises: OperatorError."""
        return {
            each: _read(self.folder / f"{each}{_WEBHOOK_KEY}") for each in self._programs(_WEBHOOK_KEY) if self.folder
        }

    def _has_own(self, program: str) -> bool:
        is_name = self.folder is not None and _PROGRAM.fullmatch(program)
        return bool(is_name and self.folder and (self.folder / f"{program}{_KEY}").exists())

    def _programs(self, ending: str) -> list[str]:
        if self.folder is None:
            return []
        named = (path.name.removesuffix(ending) for path in self.folder.glob(f"*{ending}"))
        return sorted(each for each in named if _PROGRAM.fullmatch(each))


def _read(path: Path) -> str:
    try:
        key = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise OperatorError(f"The key in {path} cannot be read. Check the file and its permissions.") from error
    if not key:
        raise OperatorError(f"There is no key in {path}. Put one there, or take the file away.")
    return key
