"""Rules and mentorships that every side of `bench.rules` is given: plain values that favour nobody's words.

The rules are shaped like those of the standard pack: an event that starts them, a wait, three days in which they may
still send, a mentorship that is active, and one or two facts that must hold. The first 50 are everybody's; those beyond
are a cohort's (by `only_for`) or a topic's (by `where`), which is how an institution comes to a thousand.
"""

from dataclasses import dataclass
from random import Random

DAY_S = 86_400
STAYS_OPEN_S = 3 * DAY_S
WAITS = (0, 2, 7, 14, 21, 30, 45)
STARTS = (
    "mentorship.matched",
    "mentorship.message_sent",
    "conversation.logged",
    "flag.submitted",
    "help.requested",
    "survey.opened",
    "mentorship.resumed",
)
LATEST = frozenset({"mentorship.message_sent", "conversation.logged"})
"""Only the newest of these counts (`from: latest`); of the others each does."""
EVERYBODYS, COHORTS, TOPICS = 50, 40, 20
NOTHING_SINCE = "nothing written since"
ASKED = ("not met", "met", "nothing written", NOTHING_SINCE, "no open flag", "no open help")
RECIPIENTS = (("mentor",), ("mentee",), ("mentor", "mentee"))

Answer = set[tuple[int, str, str]]
"""Which messages may go now: the rule's number, the id of the event that started it, the recipient."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One rule. `cohort` and `topic` are "" where it asks for none."""

    number: int
    starts: str
    wait_s: int
    cohort: str
    topic: str
    asks: tuple[str, ...]
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One event about a mentorship; `topics` are a flag's."""

    id: str
    type: str
    at_s: int
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One mentorship with all that happened until `now_s`, matched first; everything falls on quarter hours."""

    number: int
    cohorts: tuple[str, str]
    """The mentor's and the mentee's."""
    events: tuple[Happened, ...]
    now_s: int

    def person(self, role: str) -> str:
        return f"{role}-{self.number}"

    def facts(self) -> dict[str, object]:
        """Return what rules ask of the mentorship, whatever started them."""
        written = [each.at_s for each in self.events if each.type == "mentorship.message_sent"]
        standing = [each for each in self.events if each.type in ("mentorship.paused", "mentorship.resumed")]
        return {
            "status": "paused" if standing and standing[-1].type == "mentorship.paused" else "active",
            "conversations": sum(each.type == "conversation.logged" for each in self.events),
            "messages": len(written),
            "last_message": max(written, default=-1),
            "open_flags": sum(each.type == "flag.submitted" for each in self.events),
            "open_help": sum(each.type == "help.requested" for each in self.events),
            "groups": list(self.cohorts),
        }

    def starts(self) -> list[Happened]:
        """Return the events that may still set rules going: none that is too old for every wait."""
        oldest = self.now_s - max(WAITS) * DAY_S - STAYS_OPEN_S
        newest = {each.type: each for each in self.events}
        counted = (each for each in self.events if each.type not in LATEST or newest[each.type] is each)
        return [each for each in counted if each.type in STARTS and each.at_s >= oldest]

    def questions(self) -> list[tuple[str, dict[str, object]]]:
        """Return each start's id with all facts that a rule may ask when it is this start's turn."""
        facts = self.facts()
        return [(each.id, {**facts, **_of_start(each, self.now_s)}) for each in self.starts()]


def _of_start(start: Happened, now_s: int) -> dict[str, object]:
    return {"start": start.type, "at": start.at_s, "age": now_s - start.at_s, "topics": list(start.topics)}


def rules(number: int) -> list[Wanted]:
    """Return so many rules, always the same ones."""
    return [_rule(n, Random(n)) for n in range(number)]


def _rule(number: int, chance: Random) -> Wanted:
    starts, narrow = STARTS[number % len(STARTS)], number >= EVERYBODYS
    on_topic = narrow and starts == "flag.submitted"
    return Wanted(
        number=number,
        starts=starts,
        wait_s=chance.choice(WAITS) * DAY_S,
        cohort=f"cohort-{chance.randrange(COHORTS)}" if narrow and not on_topic else "",
        topic=f"topic-{chance.randrange(TOPICS)}" if on_topic else "",
        asks=tuple(chance.sample(ASKED, chance.choice((1, 1, 2)))),
        to=chance.choice(RECIPIENTS),
    )


def pairs(number: int) -> list[Pair]:
    """Return so many mentorships, always the same ones."""
    return [_pair(n, Random(1_000_000 + n)) for n in range(number)]


def _pair(number: int, chance: Random) -> Pair:
    now_s = _quarter_hour(chance, 60)
    events = [Happened(id=f"{number}-match", type=STARTS[0], at_s=0)]
    for type, most in (
        ("mentorship.message_sent", 6),
        ("conversation.logged", 2),
        ("flag.submitted", 2),
        ("help.requested", 1),
        ("survey.opened", 2),
        ("mentorship.paused", 1),
        ("mentorship.resumed", 1),
    ):
        for _ in range(chance.randint(0, most)):
            at_s = _quarter_hour(chance, 60)
            topics = tuple(f"topic-{chance.randrange(TOPICS)}" for _ in range(2)) if type == "flag.submitted" else ()
            events.append(Happened(id=f"{number}-{len(events)}", type=type, at_s=at_s, topics=topics))
    cohorts = f"cohort-{chance.randrange(COHORTS)}", f"cohort-{chance.randrange(COHORTS)}"
    known = sorted((each for each in events if each.at_s <= now_s), key=lambda each: (each.at_s, each.id))
    return Pair(number=number, cohorts=cohorts, events=tuple(known), now_s=now_s)


def _quarter_hour(chance: Random, days: int) -> int:
    """Return an instant in seconds: on quarter hours what is reckoned and what is planned fall together."""
    return chance.randrange(0, days * 96) * 900
