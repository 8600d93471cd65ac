"""What pairs do by themselves: join, write first messages, talk, log, flag."""

from collections.abc import Iterator
from typing import Any

from examples.campus.chance import ALWAYS, HOUR, Chance, iso
from examples.campus.people import Habit, Happening, Pair, Person

MESSAGE, LOGGED = "mentorship.message_sent", "conversation.logged"
EXCHANGES_A_WEEK = {Habit.CHATTY: 0.9, Habit.STEADY: 0.55, Habit.FADING: 0.55, Habit.LATE: 0.55}
LOGS_A_WEEK = {Habit.CHATTY: 0.8, Habit.STEADY: 0.42, Habit.FADING: 0.42, Habit.LATE: 0.35}
FADED = 0.05
"""How many exchanges and logs a week a faded pair has left."""
FLAGS_A_WEEK = 0.015

ROUTINE_TOPICS = (
    *["academic_struggles"] * 4,
    *["financial_concerns", "belonging", "registration"] * 2,
    *["considering_switching_majors", "career", "transition", "work_study_balance", "family", "stress", "other"],
)
GRAVE_TOPICS = ("depression", "considering_leaving", "housing_food", "safety", "physical_health", "disability_access")


def invited(person: Person, at: int) -> Happening:
    return person.tells(at, "invited", role=person.role, email=f"{person.id}@example.org")


def joining(person: Person, invited_at: int, matched: int, chance: Chance) -> Iterator[Happening]:
    """Yield invitation, registration (for a few only after the match) and the checklist (a few never finish it)."""
    hours_left = (matched - invited_at) / HOUR - 2
    at = chance.later(matched, 2, 200) if chance.is_so(0.04) else chance.later(invited_at, 1, hours_left)
    yield invited(person, invited_at)
    yield person.tells(at, "registered", **person.details(chance))
    for item in ("matching_survey", "profile", "mentor_training")[: 3 if person.role == "mentor" else 2]:
        if chance.is_so(0.9):
            yield person.tells(chance.later(at, 0.2, 90), "checklist_item_completed", item=item)
    if chance.is_so(0.1):
        yield person.tells(at + 40, "consent_given", to="newsletter")


def beginning(pair: Pair, chance: Chance) -> Iterator[Happening]:
    """Yield the match, the first messages if there ever are any, and a look at the tips."""
    data: dict[str, Any] = {"mentor_id": pair.mentor.id, "mentee_id": pair.mentee.id}
    if pair.previous:
        data["previous_mentorship_id"] = pair.previous
    if chance.is_so(0.3):
        data["expected_cadence_days"] = 14
    yield pair.tells(pair.matched, "mentorship.matched", **data)
    if pair.contact < ALWAYS:
        yield from _first_messages(pair, chance)
    if chance.is_so(0.3):
        at = chance.later(pair.matched, 3, 200)
        yield pair.mentee.tells(at, "signed_in")
        tips = {"resource": "tips-for-your-first-message"}
        yield Happening(at + 90, "resource.viewed", f"participants/{pair.mentee.id}", tips)


def _first_messages(pair: Pair, chance: Chance) -> Iterator[Happening]:
    yield pair.tells(pair.contact, MESSAGE, by="mentor")
    if pair.habit is Habit.ONE_SIDED:
        yield from (pair.tells(chance.later(pair.contact, 60, 400), MESSAGE, by="mentor") for _ in range(2))
    else:
        yield pair.tells(chance.later(pair.contact, 0.2, 60), MESSAGE, by="mentee")


def week(pair: Pair, monday: int, start: int, chance: Chance) -> Iterator[Happening]:
    """Yield the messages, logs and flags of a pair that is in touch, in the week that starts then."""
    if pair.habit not in EXCHANGES_A_WEEK or not pair.contact <= start <= pair.ends:
        return
    faded = start > pair.fades
    for _ in range(chance.often(FADED if faded else EXCHANGES_A_WEEK[pair.habit])):
        yield from _exchange(pair, monday + chance.randrange(7), chance)
    for _ in range(chance.often(FADED if faded else LOGS_A_WEEK[pair.habit])):
        yield from conversation(pair, monday + chance.randrange(7), chance)
    if chance.is_so(FLAGS_A_WEEK):
        yield from flag(pair, chance.awake(monday + chance.randrange(7), pair.mentor.zone), chance)


def _exchange(pair: Pair, day: int, chance: Chance) -> Iterator[Happening]:
    first, second = chance.sample(("mentor", "mentee"), 2)
    at = chance.awake(day, pair.side(first).zone)
    yield pair.tells(at, MESSAGE, by=first)
    if chance.is_so(0.75):
        yield pair.tells(chance.later(at, 0.1, 44), MESSAGE, by=second)


def conversation(pair: Pair, day: int, chance: Chance) -> Iterator[Happening]:
    """Yield a log, and seldom what becomes of it; the talk itself was often days before."""
    by = chance.choice(("mentor", "mentor", "mentee"))
    data: dict[str, Any] = {"conversation_id": pair.new_id("c"), "by": by}
    if chance.is_so(0.7):
        data["held_on"] = iso(day - chance.randrange(4))
    if chance.is_so(0.06):
        data["count"] = chance.randrange(2, 5)
    if chance.is_so(0.2):
        data["topics"] = [chance.choice(ROUTINE_TOPICS)]
    at = chance.awake(day, pair.side(by).zone)
    yield pair.tells(at, LOGGED, **data)
    if chance.is_so(0.03):
        yield amended(pair, data["conversation_id"], at, chance, deleted=chance.is_so(0.3))


def amended(pair: Pair, conversation_id: str, at: int, chance: Chance, *, deleted: bool) -> Happening:
    """Return the deletion or the correction of a log, minutes to days after it."""
    kind, data = ("deleted", {}) if deleted else ("corrected", {"count": chance.randrange(1, 4)})
    return pair.tells(chance.later(at, 0.1, 120), f"conversation.{kind}", conversation_id=conversation_id, **data)


def flag(pair: Pair, at: int, chance: Chance, *, immediate: bool = False) -> Iterator[Happening]:
    """Yield a flag by the mentor and what staff do about it; one in seven is never acknowledged."""
    flag_id, topics = pair.new_id("f"), [chance.choice(GRAVE_TOPICS if immediate else ROUTINE_TOPICS)]
    if chance.is_so(0.2):
        topics = sorted({*topics, chance.choice(ROUTINE_TOPICS)})
    priority = "immediate" if immediate else "routine"
    yield pair.tells(at, "flag.submitted", flag_id=flag_id, by="mentor", topics=topics, priority=priority)
    if chance.is_so(6 / 7):
        seen = chance.later(at, 0.5, 9) if immediate else chance.later(at, 2, 80)
        yield pair.tells(seen, "flag.acknowledged", flag_id=flag_id)
        yield pair.tells(chance.later(seen, 4, 200), "flag.resolved", flag_id=flag_id)
