"""Random histories of one pair in which much is corrected, deleted, reopened, said twice, or comes weeks late."""

from collections.abc import Sequence
from random import Random
from typing import Any

from service.domain.calendar import DAY, HOUR, MINUTE, Duration
from service.domain.events import Event, Subject, SubjectKind
from service.domain.rules import Actor, Count, Gate, Kind, Quiet, RuleSet, StartsFrom, Until
from tests.naive.examples import at, rule, rule_set

BEGINS = at("03-02 00:00")
_LATE: tuple[Duration, ...] = (0, 0, 0, MINUTE, 9 * HOUR, 20 * DAY, 45 * DAY)
_CONVERSATION = "conversation.logged"


def all_sorts_of_rules() -> RuleSet:
    """Return rules that ask of history all that rules can ask."""
    answered = Until(event="mentorship.message_sent", by=Actor.COUNTERPART)
    finished = Until(event="survey.completed", same="survey_id")
    return rule_set(
        rule("three", to="both", starts=_CONVERSATION, reaches=3),
        rule("three-on-careers", to="both", starts=_CONVERSATION, reaches=3, where={"topics": frozenset({"career"})},
             position=1),
        rule("each-log", to="counterpart", starts=_CONVERSATION, wait=DAY, position=2,
             only_while=(Gate("conversation.corrected", "none_since_start"),)),
        rule("latest-log", starts=_CONVERSATION, starts_from=StartsFrom.LATEST, wait=2 * DAY, position=3,
             counts=(Count(event=_CONVERSATION, at_most=9),)),
        rule("unanswered", to="counterpart", starts="mentorship.message_sent", starts_from=StartsFrom.LATEST,
             until=(answered,), wait=5 * HOUR, position=4),
        rule("alert", to="staff.primary", kind=Kind.ALERT, starts="flag.submitted", wait=4 * HOUR, position=5,
             only_while=(Gate("this_flag", "unacknowledged"), Gate("flag", "no_immediate_open"))),
        rule("survey", to="both", starts="survey.opened", wait=DAY, until=(finished,), position=6,
             none_in_last=(Quiet("participant.signed_in", DAY),)),
        rule("sleepy", to="participant", for_each=SubjectKind.PARTICIPANT, starts="participant.updated", wait=DAY,
             every=DAY, total=3, only_while=(Gate("mentorship", "active"), Gate("flag", "none_open")), position=7),
        always=True,
    )  # fmt: skip


def tangled(seed: int, most: int = 60) -> list[Event]:
    """Return the events of one pair, its people and its program, in no order; everything within sixty days."""
    random = Random(seed)
    names = random.choices(list(_DATA), weights=[weight for weight, _ in _DATA.values()], k=random.randint(5, most))
    return [_event(random, name, number) for number, name in enumerate(["mentorship.matched", *names])]


def shuffled(events: Sequence[Event], random: Random) -> list[Event]:
    """Return the events in another order, some of them twice; arrival stamps stay."""
    again = [*events, *random.choices(events, k=len(events) // 3)]
    random.shuffle(again)
    return again


def _event(random: Random, name: str, number: int) -> Event:
    time = BEGINS + random.randint(0, 60 * 24 * 4) * 15 * MINUTE
    family, kind = name.partition(".")[0], SubjectKind.MENTORSHIP
    subject = Subject(kind, "m")
    if family == "participant":
        subject = Subject(SubjectKind.PARTICIPANT, random.choice(("ann", "ben")))
    elif family == "program":
        subject = Subject(SubjectKind.PROGRAM, "north")
    data = _DATA.get(name, (0, {"mentor_id": ["ann"], "mentee_id": ["ben", "cy"]}))[1]
    return Event(
        program="north", source=random.choice(("/a", "/B")), id=f"e-{number}", type=name, subject=subject, time=time,
        recorded=time + random.choice(_LATE), data=_chosen(random, data),
    )  # fmt: skip


def _chosen(random: Random, choices: dict[str, list[Any]]) -> dict[str, Any]:
    """Return one of the values for each field; None leaves it out."""
    picked = {name: random.choice(values) for name, values in choices.items()}
    return {name: value for name, value in picked.items() if value is not None}


_SIDES = ["mentor", "mentee"]
_C, _F, _S = ["c-1", "c-2", "c-3", "c-4"], ["f-1", "f-2"], ["s-1", "s-2"]
_TOPICS = [None, ["career"], ["stress", "career"]]
_PROFILE: dict[str, list[Any]] = {
    "timezone": [None, "Asia/Kathmandu", "UTC"],
    "groups": [None, ["fall"], []],
    "email": ["a@example.org", "b@example.org"],
}
_DATA: dict[str, tuple[int, dict[str, list[Any]]]] = {
    "mentorship.matched": (1, {"mentor_id": ["ann"], "mentee_id": ["ben", "cy"]}),
    "mentorship.message_sent": (6, {"by": _SIDES}),
    "mentorship.paused": (1, {}),
    "mentorship.resumed": (1, {}),
    "conversation.logged": (8, {"conversation_id": _C, "by": _SIDES, "count": [None, 1, 2, 3], "topics": _TOPICS}),
    "conversation.corrected": (6, {"conversation_id": _C, "count": [None, 1, 2, 4]}),
    "conversation.deleted": (3, {"conversation_id": _C}),
    "flag.submitted": (4, {"flag_id": _F, "by": _SIDES, "topics": [["stress"]], "priority": ["immediate", "routine"]}),
    "flag.updated": (2, {"flag_id": _F, "priority": ["immediate", "routine"]}),
    "flag.acknowledged": (2, {"flag_id": _F}),
    "flag.resolved": (2, {"flag_id": _F}),
    "flag.reopened": (2, {"flag_id": _F}),
    "survey.opened": (2, {"survey_id": _S}),
    "survey.completed": (2, {"survey_id": _S}),
    "participant.registered": (2, {"role": ["mentor", "mentee"], **_PROFILE}),
    "participant.updated": (3, _PROFILE),
    "participant.signed_in": (3, {}),
    "participant.paused": (1, {"until": [None, "2026-04-01", "2026-03-20T09:07:00+02:00"]}),
    "participant.resumed": (1, {}),
    "participant.preferences_changed": (1, {"category": ["reminders"], "wanted": [True, False]}),
    "participant.left": (1, {"initiated_by": ["participant", "staff"]}),
    "program.updated": (1, {"ends_on": [None, "2026-04-20"], "timezone": [None, "Europe/London"]}),
}
