"""Grants: what the link in an email lets its holder do, and for how long."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from service.domain.calendar import DAY, Instant


class Purpose(StrEnum):
    """What a link opens; the value is the first part of its address."""

    HELP = "help"
    LOG = "log"
    MINE = "me"
    PREFERENCES = "preferences"
    UNSUBSCRIBE = "unsubscribe"
    ACKNOWLEDGE = "acknowledge"
    READ = "read"


GOOD_FOR_DAYS: Final = {
    Purpose.HELP: 180,
    Purpose.LOG: 180,
    Purpose.MINE: 180,
    Purpose.PREFERENCES: 365,
    Purpose.UNSUBSCRIBE: 365,
    Purpose.ACKNOWLEDGE: 30,
    Purpose.READ: 180,
}
"""A link for stopping mail outlives every other: old mail is what people unsubscribe from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What one link lets one recipient do in one program.

    `about` is a mentorship's id, `MENTORSHIP/THING/ID` where the purpose is to acknowledge, a resource's name where it
    is to say that one has read it, or "" where it concerns the person alone. Ids only: it holds no address and no name,
    so it survives their change. `last_day` counts days since 1970-01-01 in UTC; the link is good until that day ends.
    """

    purpose: Purpose
    program: str
    recipient: str
    last_day: int
    about: str = ""

    def is_over(self, now: Instant) -> bool:
        """Return whether the link was good once and is no longer."""
        return now // DAY > self.last_day


def granted(purpose: Purpose, program: str, recipient: str, now: Instant, about: str = "") -> Grant:
    """Return what a link made now grants."""
    last_day = now // DAY + GOOD_FOR_DAYS[purpose]
    return Grant(purpose=purpose, program=program, recipient=recipient, last_day=last_day, about=about)
