"""What the checker asks of messages: which variables one speaks of to a reader of whom some things are known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from service.staff.check.finding import Spot


@dataclass(frozen=True, slots=True)
class Use:
    """A variable that a message speaks of, as a dotted path, and where."""

    variable: str
    spot: Spot


@dataclass(frozen=True, slots=True)
class Fault:
    """A message that cannot be read at all."""

    spot: Spot
    words: str


class Messages(Protocol):
    """The messages of a rule set, by name."""

    def fault(self, message: str) -> Fault | None:
        """Return why the message cannot be read, or None."""

    def uses(self, message: str, has: frozenset[str], known: Mapping[str, str]) -> Sequence[Use]:
        """Return what the message reads for a reader who has these variables, some of known value.

        Branches that what is known rules out are left out, and what `is defined` or `default` guards.
        """

    def words(self, message: str) -> Sequence[tuple[str, Spot]]:
        """Return every line of text of the message, for whoever looks for a word in it."""
