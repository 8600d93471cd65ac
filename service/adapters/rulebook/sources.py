"""The texts that a rule set is made of, as read from folders or as kept in one row of the store."""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from service.domain.errors import OperatorError

MAX_FILE_BYTES = 1024 * 1024
MAX_TOTAL_BYTES = 32 * 1024 * 1024

RULES = "rules/"
MESSAGES = "templates/messages/"
RESOURCES = "templates/resources/"
WORDS = "templates/words/"


@dataclass(frozen=True)
class Sources:
    """Relative posix path → text, with LF line ends. Paths start with RULES, MESSAGES, RESOURCES or WORDS.

    `refused` names files that could not be read, each with a sentence for people; a set with any does not load.
    """

    files: Mapping[str, str]
    refused: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def content_hash(self) -> str:
        """The sha256 (hex) over all paths and texts, the same for any order of files and any line ends."""
        digest = hashlib.sha256()
        for path, text in sorted(self.files.items()):
            for part in (path, unix_lines(text)):
                encoded = part.encode("utf-8", "surrogatepass")
                digest.update(len(encoded).to_bytes(8, "big") + encoded)
        return digest.hexdigest()

    def to_json(self) -> str:
        """Return the texts as one JSON object, for one row in the store."""
        return json.dumps(dict(sorted(self.files.items())))

    @classmethod
    def from_json(cls, text: str) -> "Sources":
        """Return what `to_json` wrote. Raises: ValueError when it is something else."""
        files = json.loads(text)
        if not isinstance(files, dict) or not all(isinstance(each, str) for each in files.values()):
            raise ValueError("not a stored rule set: an object of texts by path is needed")
        return cls(files)


def stamp_of(rules: Path, templates: Path | None = None) -> object:
    """Return what differs from before once a file was changed, added or taken away; nothing of any file is read.

    Raises: OperatorError as `read_sources` does.
    """
    folders = [each for each in (rules, templates) if each is not None]
    paths = [path for folder in folders for path in ([folder] if folder.is_file() else _walk(folder, deep=True))]
    try:
        return [(path, (found := path.stat()).st_mtime_ns, found.st_size, found.st_ino) for path in paths]
    except OSError:  # a link that leads nowhere, or a file that has just gone: whoever reads will tell
        return object()


def read_sources(rules: Path, templates: Path | None = None) -> Sources:
    """Return the texts under a rules folder (or of one rules file) and, where given, a templates folder.

    Hidden files, editors' backups and links that lead out of the folder are left out.
    Raises: OperatorError when a folder is not there or cannot be read.
    """
    reading = _Reading()
    if rules.is_file():
        reading.take(rules, RULES + rules.name)
    else:
        reading.take_folder(_existing(rules, "rules"), RULES, (".yaml", ".yml"), deep=True)
    if templates is not None:
        _existing(templates, "templates")
        for prefix, ending in ((MESSAGES, ".md"), (RESOURCES, ".md"), (WORDS, ".yaml")):
            folder = templates / prefix.split("/")[1]
            if folder.is_dir():
                reading.take_folder(folder, prefix, (ending,), deep=True)
    return Sources(reading.files, reading.refused)


def unix_lines(text: str) -> str:
    """Return the text with LF line ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _existing(folder: Path, what: str) -> Path:
    if not folder.is_dir():
        raise OperatorError(f"There is no {what} folder at {folder}. Name an existing one, or create it.")
    return folder


class _Reading:
    """What has been read so far, within the bounds on one file and on all of them."""

    def __init__(self) -> None:
        self.files: dict[str, str] = {}
        self.refused: dict[str, str] = {}
        self._left = MAX_TOTAL_BYTES

    def take_folder(self, folder: Path, prefix: str, endings: tuple[str, ...], *, deep: bool) -> None:
        for path in _walk(folder, deep=deep):
            if path.name.lower().endswith(endings) and _inside(path, folder):
                self.take(path, prefix + path.relative_to(folder).as_posix())

    def take(self, path: Path, name: str) -> None:
        """Keep the file's text, or the reason why it was refused."""
        try:
            with path.open("rb") as file:
                raw = file.read(MAX_FILE_BYTES + 1)
            if len(raw) > MAX_FILE_BYTES:
                self.refused[name] = "This file is larger than 1 MiB. Split it into several files."
            elif len(raw) > self._left:
                self.refused[name] = "All files together are larger than 32 MiB. Take out what is not needed."
            else:
                self._left -= len(raw)
                self.files[name] = unix_lines(raw.decode("utf-8-sig"))
        except UnicodeDecodeError:
            self.refused[name] = 'This file is not UTF-8 text. Save it with the encoding "UTF-8".'
        except OSError as err:
            raise OperatorError(f"{path} cannot be read: {err.strerror}. Check its permissions.") from err


def _walk(folder: Path, *, deep: bool) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder, followlinks=False):
        folders[:] = sorted(each for each in folders if deep and not each.startswith("."))
        for name in sorted(names):
            if not name.startswith((".", "#", "~")) and not name.endswith("~"):
                yield Path(parent) / name


def _inside(path: Path, folder: Path) -> bool:
    return path.is_file() and path.resolve().is_relative_to(folder.resolve())
