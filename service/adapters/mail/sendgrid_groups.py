"""SendGrid's unsubscribe groups: which of them stands for which category, in the account that mail goes through.

With a group an email can be stopped from where people read it, as SendGrid offers it; what they choose there comes back
as a report. A program with an account of its own has its groups in `PROGRAM.groups` beside its key, read each time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from service.adapters.mail.sendgrid_keys import ProgramKeys
from service.domain.channel import ALL_MAIL
from service.domain.errors import OperatorError
from service.domain.policies import OPTIONAL, Category

_FORM: Final = 'is to name categories with the numbers of groups, as in "reminders=101 resources=102"'


@dataclass(frozen=True, slots=True)
class UnsubscribeGroups:
    """`shared` are those of the account that programs without one of their own send through."""

    shared: Mapping[Category, int]
    keys: ProgramKeys

    def group_of(self, program: str, category: str) -> int | None:
        """Return the group of a program's mail of that category, or None. Raises: OperatorError."""
        return self._of(program).get(Category(category))

    def categories(self, program: str, group: int | None) -> tuple[Category, ...]:
        """Return the categories that somebody chose by a group, or (None) by choosing for all mail.

        Raises: OperatorError.
        """
        if group is None:
            return OPTIONAL
        return tuple(each for each, number in self._of(program).items() if number == group)

    def _of(self, program: str) -> Mapping[Category, int]:
        own = self.keys.channel_of(program) != ALL_MAIL
        return read_groups(self.keys.groups(program), f"{program}.groups") if own else self.shared


def read_groups(text: str, name: str) -> Mapping[Category, int]:
    """Return what `reminders=101 resources=102` says. Raises: OperatorError, with the `name` of where it stands."""
    found: dict[Category, int] = {}
    for part in text.replace(",", " ").split():
        category, _, group = part.partition("=")
        if category not in OPTIONAL or not group.isdecimal() or not 0 < int(group) < 2**31:
            raise OperatorError(f"{name} {_FORM}. There are {', '.join(OPTIONAL)}.")
        found[Category(category)] = int(group)
    return found
