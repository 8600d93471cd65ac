"""What befalls a pair besides talking: each function tells one twist that begins at a given time.

An effect on the future of the pair (it ends, it rests, it begins anew) is noted on the pair itself.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from examples.campus.chance import DAY, HOUR, Chance, day_at, iso
from examples.campus.habits import LOGGED, amended, flag
from examples.campus.people import Habit, Happening, Pair, Twist

Telling = Iterator[Happening]


class Matching(Protocol):
    """The part of the program that finds a new mentor for somebody."""

    chance: Chance

    def rematch(self, pair: Pair, at: int) -> Telling:
        """Yield the new mentor's joining and the new match, which then lives on its own."""
        ...


def _log(pair: Pair, at: int, **data: Any) -> Happening:
    return pair.tells(at, LOGGED, conversation_id=pair.new_id("c"), by="mentee", **data)


def check_in(world: Matching, pair: Pair, at: int) -> Telling:
    """A reply to "how many have you had?": the total jumps."""
    yield _log(pair, at, count=world.chance.randrange(3, 6))


def correction(world: Matching, pair: Pair, at: int) -> Telling:
    """A log of four is put right."""
    log = _log(pair, at, count=4)
    yield log
    yield amended(pair, log.data["conversation_id"], at, world.chance, deleted=False)


def deletion(world: Matching, pair: Pair, at: int) -> Telling:
    """A log was a mistake."""
    log = _log(pair, at)
    yield log
    yield amended(pair, log.data["conversation_id"], at, world.chance, deleted=True)


def routine_flag(world: Matching, pair: Pair, at: int) -> Telling:
    return flag(pair, at, world.chance)


def immediate_flag(world: Matching, pair: Pair, at: int) -> Telling:
    return flag(pair, at, world.chance, immediate=True)


def raised_flag(world: Matching, pair: Pair, at: int) -> Telling:
    """A routine flag turns out to be grave."""
    told = list(flag(pair, at, world.chance))
    yield from told
    flag_id, raised = told[0].data["flag_id"], world.chance.later(at, 0.5, 2)
    yield pair.tells(raised, "flag.updated", flag_id=flag_id, priority="immediate", topics=["depression"])


def reopened_flag(world: Matching, pair: Pair, at: int) -> Telling:
    """What was resolved was not, and is again."""
    flag_id = pair.new_id("f")
    topics = {"topics": ["financial_concerns", "housing_food"], "priority": "routine", "source": "check_in"}
    yield pair.tells(at, "flag.submitted", flag_id=flag_id, by="mentor", **topics)
    for step in ("acknowledged", "resolved", "reopened", "resolved"):
        at = world.chance.later(at, 5, 90)
        yield pair.tells(at, f"flag.{step}", flag_id=flag_id)


def concern(world: Matching, pair: Pair, at: int) -> Telling:
    """Somebody is worried about the mentee; staff answer within a day."""
    level = world.chance.choice(("urgent", "safety_risk"))
    data = {"concern_id": pair.new_id("x"), "about": "mentee", "level": level}
    yield pair.tells(at, "concern.raised", **data)
    yield pair.tells(world.chance.later(at, 0.3, 20), "concern.acknowledged", **data)


def person_pauses(world: Matching, pair: Pair, at: int) -> Telling:
    back = at + world.chance.randrange(8, 20) * DAY
    pair.quiet = (at, back)
    yield pair.mentee.tells(at, "paused", until=iso(day_at(back)))
    yield pair.mentee.tells(back, "resumed")


def pair_pauses(world: Matching, pair: Pair, at: int) -> Telling:
    back = at + world.chance.randrange(10, 22) * DAY
    pair.quiet = (at, back)
    yield pair.tells(at, "mentorship.paused")
    yield pair.tells(back, "mentorship.resumed")


def preferences(world: Matching, pair: Pair, at: int) -> Telling:
    """Somebody has had enough of a category; half of them want it back."""
    person = pair.side(world.chance.choice(("mentor", "mentee")))
    category = world.chance.choice(("reminders", "resources", "celebrations"))
    yield person.tells(at, "preferences_changed", category=category, wanted=False)
    if world.chance.is_so(0.5):
        yield person.tells(world.chance.later(at, 1, 600), "preferences_changed", category=category, wanted=True)


def new_details(_world: Matching, pair: Pair, at: int) -> Telling:
    """The mentee moves, and their address with them."""
    yield pair.mentee.tells(at, "updated", timezone="Europe/London", email=f"{pair.mentee.id}.new@example.org")


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """A press of "I can't get in touch". `outcome`: rematch, leaves, withdrawn or none of these."""

    by: str
    option: str
    outcome: str = ""

    def __call__(self, world: Matching, pair: Pair, at: int) -> Telling:
        """Yield the request, the answer of staff, and what it leads to."""
        chance, request_id = world.chance, pair.new_id("h")
        yield pair.tells(at, "help.requested", request_id=request_id, by=self.by, option=self.option)
        if self.outcome == "withdrawn":
            yield pair.tells(chance.later(at, 3, 70), "help.withdrawn", request_id=request_id)
            return
        seen = chance.later(at, 1, 50)
        done = chance.later(seen, 2, 120)
        yield pair.tells(seen, "help.acknowledged", request_id=request_id)
        yield pair.tells(done, "help.resolved", request_id=request_id)
        yield from self._ending(world, pair, done)

    def _ending(self, world: Matching, pair: Pair, at: int) -> Telling:
        if self.outcome == "leaves":
            yield pair.side(self.by).tells(at + HOUR, "left", initiated_by="participant", reason="no_time")
            yield _unmatched(pair, at + HOUR + 60, self.by, reason="left_program")
        elif self.outcome == "rematch":
            willing = self.option == "unmatch_and_rematch" or self.by == "mentee"
            again = {"rematch_mentor": willing, "rematch_mentee": True}
            yield _unmatched(pair, at + HOUR, self.by, reason="no_response", **again)
            yield from world.rematch(pair, at + HOUR)


def mentor_leaves(world: Matching, pair: Pair, at: int) -> Telling:
    """Staff take a mentor out; every mentorship of theirs ends, and each mentee is matched again."""
    yield pair.mentor.tells(at, "left", initiated_by="staff", reason="finished_studies")
    for each in pair.mentor.pairs:
        if each.in_touch(at):
            yield _unmatched(each, at + 60, "staff", reason="left_program", rematch_mentee=True)
            yield from world.rematch(each, at + 60)


def _unmatched(pair: Pair, at: int, by: str, **data: Any) -> Happening:
    pair.ends = min(pair.ends, at)
    return pair.tells(at, "mentorship.unmatched", initiated_by=by, **data)


TWISTS: Mapping[Twist, Callable[[Matching, Pair, int], Telling]] = {
    Twist.CHECK_IN: check_in,
    Twist.CORRECTION: correction,
    Twist.DELETION: deletion,
    Twist.ROUTINE_FLAG: routine_flag,
    Twist.IMMEDIATE_FLAG: immediate_flag,
    Twist.RAISED_FLAG: raised_flag,
    Twist.REOPENED_FLAG: reopened_flag,
    Twist.CONCERN: concern,
    Twist.PERSON_PAUSES: person_pauses,
    Twist.PAIR_PAUSES: pair_pauses,
    Twist.PREFERENCES: preferences,
    Twist.NEW_DETAILS: new_details,
    Twist.REMOVE_ME: Help(by="mentee", option="remove_me", outcome="leaves"),
    Twist.HOW_TO_REACH_OUT: Help(by="mentee", option="dont_know_how_to_reach_out"),
    Twist.TALK: Help(by="mentor", option="talk_to_institution"),
    Twist.REMATCH: Help(by="mentee", option="unmatch_and_rematch", outcome="rematch"),
    Twist.NO_REMATCH: Help(by="mentor", option="unmatch_no_rematch", outcome="rematch"),
    Twist.WITHDRAWN: Help(by="mentee", option="unmatch_and_rematch", outcome="withdrawn"),
    Twist.MENTOR_LEAVES: mentor_leaves,
}

DECK: tuple[tuple[Habit, Twist | None], ...] = (
    *[(Habit.CHATTY, None)] * 4,
    *[(Habit.CHATTY, twist) for twist in (Twist.CORRECTION, Twist.DELETION, Twist.ROUTINE_FLAG, Twist.CHECK_IN)],
    *[(Habit.STEADY, None)] * 4,
    *[(Habit.STEADY, twist) for twist in (Twist.ROUTINE_FLAG, Twist.ROUTINE_FLAG, Twist.IMMEDIATE_FLAG)],
    *[(Habit.STEADY, twist) for twist in (Twist.RAISED_FLAG, Twist.PERSON_PAUSES, Twist.CORRECTION, Twist.CONCERN)],
    *[(Habit.STEADY, twist) for twist in (Twist.PREFERENCES, Twist.NEW_DETAILS)],
    *[(Habit.FADING, None)] * 2,
    *[(Habit.FADING, twist) for twist in (Twist.TALK, Twist.REMOVE_ME, Twist.REOPENED_FLAG, Twist.PAIR_PAUSES)],
    *[(Habit.FADING, twist) for twist in (Twist.MENTOR_LEAVES, Twist.PREFERENCES)],
    *[(Habit.LATE, twist) for twist in (None, None, Twist.HOW_TO_REACH_OUT, Twist.CHECK_IN)],
    *[(Habit.ONE_SIDED, twist) for twist in (None, Twist.REMATCH, Twist.NO_REMATCH, Twist.HOW_TO_REACH_OUT)],
    *[(Habit.SILENT, twist) for twist in (None, Twist.REMATCH, Twist.WITHDRAWN)],
)
"""Forty cards, dealt to each forty pairs: so even a small program holds a bit of everything, in true proportions."""
