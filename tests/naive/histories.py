"""Random histories, and whole cases: a rule set, events in any order of arrival, and the span to simulate."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from hypothesis import strategies as st

from service.domain.calendar import DAY, HOUR, MINUTE, QUARTER, SECOND, Instant
from service.domain.catalogue import Catalogue
from service.domain.events import Event, Subject, SubjectKind
from service.domain.rules import RuleSet
from tests.naive.rule_sets import GROUPS, SLUGS, ZONES, maybe, random_rule_set, some
from tests.naive.words import CATALOGUE, OPTIONS, TOPICS
from tests.naive.zones import as_instant, local

BEGINNINGS = (  # Mondays whose fortnight holds a clock change somewhere in ZONES, or none
    date(2026, 3, 2), date(2026, 3, 23), date(2026, 3, 30), date(2026, 8, 31), date(2026, 9, 28),
    date(2026, 10, 19), date(2026, 6, 1),
)  # fmt: skip
_PAIRS = {"m-1": ("p-1", "p-2"), "m-2": ("p-1", "p-3"), "m-3": ("p-4", "p-2")}
_USUAL = (
    "mentorship.message_sent", "mentorship.message_sent", "conversation.logged", "conversation.logged",
    "conversation.corrected", "conversation.deleted", "flag.submitted", "flag.submitted", "flag.updated",
    "flag.acknowledged", "flag.resolved", "flag.reopened", "help.requested", "help.acknowledged", "help.resolved",
    "help.withdrawn", "concern.raised", "concern.acknowledged", "survey.opened", "survey.completed",
    "resource.shared", "participant.signed_in", "participant.signed_in", "participant.updated",
    "participant.preferences_changed", "participant.preferences_changed", "participant.paused",
    "participant.resumed", "participant.invited",
    "participant.checklist_item_completed", "resource.published", "resource.viewed",
)  # fmt: skip
_RARE = (
    "participant.left", "participant.registered", "mentorship.paused", "mentorship.resumed", "mentorship.completed",
    "mentorship.unmatched", "mentorship.matched", "program.updated", "program.ended",
)  # fmt: skip
_DELAYS = (*[0] * 12, 3 * SECOND, 20 * MINUTE, 9 * HOUR, 2 * DAY, 6 * DAY)


@dataclass(frozen=True)
class Case:
    """One thing to simulate: from `first` to `until`, both included."""

    rule_set: RuleSet
    events: tuple[Event, ...]
    first: Instant
    until: Instant


def random_case(random: Random, catalogue: Catalogue = CATALOGUE, most_days: int = 16, most_events: int = 40) -> Case:
    """Return a case of four to `most_days` days; its events stand in no order."""
    begins, days = random.choice(BEGINNINGS), random.randint(4, most_days)
    first = as_instant(datetime.combine(begins, time(), tzinfo=UTC))
    rule_set = random_rule_set(random, begins, days, catalogue)
    starts = [rule.starts for rule in rule_set.rules if rule.starts in _USUAL]
    history = _History(random, first, days * DAY, starts or _USUAL)
    for program in ("north", "south")[: maybe(random, 0.7, 1, 2)]:
        history.opens(program)
        for _ in range(random.randint(most_events // 4, most_events)):
            history.goes_on(program)
    random.shuffle(history.events)
    return Case(rule_set, tuple(history.events), first - 2 * DAY, first + days * DAY)


def case_of_seed(seed: int, catalogue: Catalogue = CATALOGUE) -> Case:
    """Return the same case for the same seed."""
    return random_case(Random(seed), catalogue)


def cases(catalogue: Catalogue = CATALOGUE, most_days: int = 16, most_events: int = 40) -> st.SearchStrategy[Case]:
    """Return a strategy of cases whose every choice is hypothesis's, so that failures shrink."""
    return st.randoms(use_true_random=False).map(lambda random: random_case(random, catalogue, most_days, most_events))


class _History:
    """Events as they are made up."""

    def __init__(self, random: Random, first: Instant, length: int, starts: Sequence[str]) -> None:
        self.random, self.first, self.length, self.starts = random, first, length, starts
        self.matched: list[str] = []
        self.events: list[Event] = []
        self.instants = [first]

    def opens(self, program: str) -> None:
        """Add the program's launch, its people, and their matches, some of them late or missing."""
        data = {"timezone": self.random.choice(ZONES), "ends_on": self._day(60)}
        told = dict(some(self.random, list(data.items()), 2))
        self._add(program, "program.launched", Subject(SubjectKind.PROGRAM, program), told, self.first - 2 * DAY)
        for person in ("p-1", "p-2", "p-3", "p-4"):
            if self.random.random() < 0.95:
                self._about_person(program, "participant.registered", person, self.first - DAY)
        self.matched = list(_PAIRS)[: self.random.randint(1, 3)]
        for mentorship in self.matched:
            at = self.first + self.random.randint(0, 3 * 24 * 60) * MINUTE
            self._about_mentorship(program, "mentorship.matched", mentorship, at)

    def goes_on(self, program: str) -> None:
        """Add one event somewhere in the span, every second time one that starts a rule."""
        name = self.random.choice(self.random.choice((_USUAL, self.starts)))
        if self.random.random() < 0.06:
            name = self.random.choice(_RARE)
        at, family = self._instant(), name.split(".")[0]
        if family == "participant" or name == "resource.viewed":
            self._about_person(program, name, self.random.choice(("p-1", "p-2", "p-3", "p-4")), at)
        elif family == "program" or name == "resource.published":
            self._add(program, name, Subject(SubjectKind.PROGRAM, program), self._program_data(name), at)
        else:
            self._about_mentorship(program, name, self.random.choice((*self.matched * 4, "m-3")), at)

    def _instant(self) -> Instant:
        """Return an instant of the span: one already used, a quarter hour, or any second."""
        if self.random.random() < 0.2:
            return self.random.choice(self.instants)
        step = self.random.choice((SECOND, MINUTE, QUARTER, HOUR))
        self.instants.append(self.first + self.random.randint(0, self.length // step) * step)
        return self.instants[-1]

    def _add(self, program: str, name: str, subject: Subject, data: dict[str, Any], at: Instant) -> None:
        delay = self.random.choice(_DELAYS)
        self.events.append(
            Event(
                program=program,
                source=self.random.choice(("/a", "/B")),
                id=f"e-{len(self.events)}",
                type=name,
                subject=subject,
                time=at,
                recorded=at + delay,
                data=data,
            )
        )

    def _day(self, most: int) -> str:
        return (local(self.first, "UTC").date() + timedelta(days=self.random.randint(0, most))).isoformat()

    def _program_data(self, name: str) -> dict[str, Any]:
        if name == "resource.published":
            topics = some(self.random, TOPICS, 2)
            return {"resource": self.random.choice(SLUGS), "audience": "both"} | ({"topics": topics} if topics else {})
        return maybe(self.random, 0.3, {"ends_on": self._day(30)}, {}) if name == "program.updated" else {}

    def _about_person(self, program: str, name: str, person: str, at: Instant) -> None:
        self._add(program, name, Subject(SubjectKind.PARTICIPANT, person), self._person_data(name, person), at)

    def _person_data(self, name: str, person: str) -> dict[str, Any]:
        random = self.random
        role, email = ("mentor" if person in ("p-1", "p-4") else "mentee"), f"{person}@example.com"
        profile: dict[str, Any] = {
            "timezone": random.choice(ZONES),
            "groups": some(random, GROUPS, 2),
            "advisor_email": "advisor@example.org",
        }
        until = random.choice((self._day(14), f"{self._day(14)}T09:07:00+02:00"))
        return {
            "participant.registered": {"role": role, "email": email, "first_name": "Sam"}
            | dict(some(random, list(profile.items()), 3)),
            "participant.invited": {"role": role, "email": email},
            "participant.updated": dict(some(random, list(profile.items()), 2)),
            "participant.preferences_changed": {
                "category": random.choice((*["reminders"] * 3, "resources", "celebrations", "surveys")),
                "wanted": random.random() < 0.3,
            },
            "participant.paused": maybe(random, 0.5, {"until": until}, {}),
            "participant.left": {"initiated_by": random.choice(("participant", "staff"))},
            "participant.checklist_item_completed": {
                "item": random.choice(("matching_survey", "mentor_training", "profile"))
            },
            "resource.viewed": {"resource": random.choice(SLUGS)},
        }.get(name, {})

    def _about_mentorship(self, program: str, name: str, mentorship: str, at: Instant) -> None:
        data = self._mentorship_data(name, mentorship)
        self._add(program, name, Subject(SubjectKind.MENTORSHIP, mentorship), data, at)

    def _mentorship_data(self, name: str, mentorship: str) -> dict[str, Any]:
        random, family = self.random, name.split(".", maxsplit=1)[0]
        by = random.choice(("mentor", "mentee"))
        mentor, mentee = _PAIRS[mentorship]
        thing = {"conversation": "conversation_id", "flag": "flag_id", "help": "request_id"}
        key = {thing.get(family, f"{family}_id"): f"{family[0]}-{random.randint(1, 3)}"}
        topics = some(random, TOPICS, 3)
        data: dict[str, dict[str, Any]] = {
            "mentorship.matched": {"mentor_id": mentor, "mentee_id": mentee},
            "mentorship.message_sent": {"by": by},
            "mentorship.unmatched": {"initiated_by": random.choice((by, "staff"))},
            "conversation.logged": key
            | {"by": by}
            | maybe(random, 0.3, {"count": random.randint(1, 3)}, {})
            | ({"topics": topics} if topics else {}),
            "conversation.corrected": key | maybe(random, 0.8, {"count": random.randint(1, 4)}, {}),
            "flag.submitted": key
            | {"by": by, "topics": topics or ["stress"], "priority": random.choice(("immediate", "routine"))},
            "flag.updated": key | {"priority": random.choice(("immediate", "routine"))},
            "help.requested": key | {"by": by, "option": random.choice(OPTIONS)},
            "concern.raised": key | {"about": by, "level": random.choice(("urgent", "safety_risk"))},
            "resource.shared": {"resource": random.choice(SLUGS)},
        }
        return data.get(name, key if family in ("conversation", "flag", "help", "concern", "survey") else {})
