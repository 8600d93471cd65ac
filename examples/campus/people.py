"""Who is in the program, and one thing that happens to them. Nobody here exists; every address is at example.org."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, NamedTuple

from examples.campus.chance import ALWAYS, Chance

FIRST_NAMES = (
    "Ada Amara Ananya Bao Carlos Chidi Chloé Dalia Daniel Diego Elif Emeka Fatima Gabriel Grace Hana Ibrahim "
    "Ingrid Jamal José Kai Keiko Leila Liam Lucía Maya Mei Mohammed Naomi Nia Noah Olga Omar Priya Ravi Rosa Sana "
    "Santiago Sofia Tariq Tomás Wen Yara Yusuf Zoë Zuri"
).split()
LAST_NAMES = (
    "Abara Ahmed Andersson Baker Banerjee Castillo Chen Cohen Costa Diallo Dubois Eze Farah Fischer García Haddad "
    "Hassan Ito Jensen Kamau Khan Kim Kowalski Lee López Mbeki Morales Nakamura Nguyễn Novak Okafor Oliveira "
    "Patel Quispe Rossi Said Singh Smith Tanaka Torres Wang Williams Yilmaz Zhang"
).split()
ZONES = (
    *["America/Chicago"] * 9,
    *["America/New_York"] * 4,
    *["America/Denver", "America/Los_Angeles", "America/Phoenix", "Europe/London"],
    *["America/Sao_Paulo", "Africa/Lagos", "Asia/Kolkata", "Asia/Tokyo"],
)


class Habit(Enum):
    """How a pair keeps in touch."""

    CHATTY = auto()
    STEADY = auto()
    FADING = auto()
    LATE = auto()
    ONE_SIDED = auto()
    SILENT = auto()


class Twist(Enum):
    """What happens to a pair besides talking."""

    CHECK_IN = auto()
    CORRECTION = auto()
    DELETION = auto()
    ROUTINE_FLAG = auto()
    IMMEDIATE_FLAG = auto()
    RAISED_FLAG = auto()
    REOPENED_FLAG = auto()
    CONCERN = auto()
    PERSON_PAUSES = auto()
    PAIR_PAUSES = auto()
    PREFERENCES = auto()
    NEW_DETAILS = auto()
    REMOVE_ME = auto()
    HOW_TO_REACH_OUT = auto()
    TALK = auto()
    REMATCH = auto()
    NO_REMATCH = auto()
    WITHDRAWN = auto()
    MENTOR_LEAVES = auto()


class Happening(NamedTuple):
    """What happened, when and to whom, before it is an event."""

    at: int
    type: str
    subject: str
    data: Mapping[str, Any]


@dataclass(slots=True, kw_only=True)
class Person:
    """A mentor or mentee. `pairs` are all the mentorships they were ever in."""

    id: str
    role: str
    zone: str
    pairs: "list[Pair]" = field(default_factory=list)

    def tells(self, at: float, kind: str, **data: Any) -> Happening:
        """Return something that happened to this person."""
        return Happening(int(at), f"participant.{kind}", f"participants/{self.id}", data)

    def details(self, chance: Chance) -> dict[str, Any]:
        """Return what a registration says of them; a few leave their zone out."""
        names = {"first_name": chance.choice(FIRST_NAMES), "last_name": chance.choice(LAST_NAMES)}
        details: dict[str, Any] = {"role": self.role, "email": f"{self.id}@example.org", **names, "locale": "en"}
        if chance.is_so(0.9):
            details["timezone"] = self.zone
        if self.role == "mentee" and chance.is_so(0.2):
            details["advisor_email"] = f"advisor-{chance.randrange(1, 9)}@example.org"
        groups = [name for name, share in (("fall-2026", 0.7), ("first-generation", 0.25)) if chance.is_so(share)]
        return {**details, "groups": groups} if groups else details


@dataclass(slots=True, kw_only=True)
class Pair:
    """One mentorship: who, how they behave, and until when.

    `contact` is when the first message is written, `fades` when a fading pair has faded, `quiet` a pause `[from, to)`.
    """

    id: str
    mentor: Person
    mentee: Person
    habit: Habit
    twist: Twist | None
    twist_at: int
    matched: int
    contact: int
    fades: int = ALWAYS
    ends: int = ALWAYS
    quiet: tuple[int, int] = (0, 0)
    previous: str | None = None
    things: int = 0

    def side(self, role: str) -> Person:
        """Return the mentor or the mentee."""
        return self.mentor if role == "mentor" else self.mentee

    def in_touch(self, at: int) -> bool:
        """Return whether the two would write, talk or flag at that time."""
        return self.matched <= at < self.ends and not self.quiet[0] <= at < self.quiet[1]

    def new_id(self, letter: str) -> str:
        """Return an id for one more conversation, flag, request or concern of this pair."""
        self.things += 1
        return f"{letter}-{self.id.removeprefix('m-')}-{self.things}"

    def tells(self, at: float, kind: str, **data: Any) -> Happening:
        """Return something that happened to this mentorship."""
        return Happening(int(at), kind, f"mentorships/{self.id}", data)
