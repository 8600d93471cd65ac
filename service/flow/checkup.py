"""What a checkup finds: each thing that was looked at, whether it is well, and what to do where it is not."""

from dataclasses import dataclass
from enum import StrEnum


class Mark(StrEnum):
    """How well something is."""

    OK = "ok"
    WARN = "warn"
    """It works, and had better be put right."""
    FAIL = "fail"
    """Something does not work, or mail will be lost by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of a checkup. `todo` is "" where nothing is to be done."""

    about: str
    mark: Mark
    told: str
    todo: str = ""


def well(about: str, told: str) -> Finding:
    """Return that all is well."""
    return Finding(about=about, mark=Mark.OK, told=told)


def doubtful(about: str, told: str, todo: str) -> Finding:
    """Return what had better be put right."""
    return Finding(about=about, mark=Mark.WARN, told=told, todo=todo)


def broken(about: str, told: str, todo: str = "") -> Finding:
    """Return what does not work."""
    return Finding(about=about, mark=Mark.FAIL, told=told, todo=todo)
