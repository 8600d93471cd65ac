"""One thing that the checker found, before anybody knows in which line it stands."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Severity(StrEnum):
    """An error keeps rules from going live; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


class Spot(NamedTuple):
    """A stretch of one line in a message's file. `line` and `column` count from 1."""

    path: str
    line: int
    column: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`at` leads from the rule to the place, as in ("only_while", "mentorship"); words that are not there are left out.

    Where `spot` is given, the finding stands in a message; where `rule` is "", it is about the whole set.
    """

    code: str
    message: str
    suggestion: str = ""
    severity: Severity = Severity.ERROR
    rule: str = ""
    program: str = ""
    """The program whose overrides make it so; "" when it is so everywhere."""
    at: tuple[str | int, ...] = ()
    spot: Spot | None = None
    others: frozenset[str] = frozenset()
    """Further rules that are concerned."""
