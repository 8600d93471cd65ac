"""Random cases of two days, small enough to ask at every quarter hour, in which every source of instants comes up."""

from dataclasses import replace
from datetime import timedelta
from random import Random

from service.domain.calendar import DAY, HOUR, MINUTE, QUARTER, Instant, to_datetime
from service.domain.events import Event, Subject, SubjectKind
from service.domain.rules import Break, Kind, Limit, Quiet, Rule, RuleSet, Send
from tests.naive.examples import ALWAYS
from tests.naive.histories import Case, random_case

_PAIR = Subject(SubjectKind.MENTORSHIP, "m-1")


def short_case(seed: int) -> Case:
    """Return the case of that seed: a random one cut short, half of the time with more that waits for the clock."""
    random = Random(seed)
    case = random_case(random, most_days=4, most_events=10)
    begins, until = case.first + 2 * DAY, case.first + 4 * DAY
    events = [each for each in case.events if each.program == "north" and each.recorded <= until]
    rule_set = case.rule_set
    if random.random() < 0.5:
        rule_set = _more_rules(random, rule_set, begins)
        events += _more_events(random, begins)
    return Case(rule_set, tuple(events), begins, until)


def _more_rules(random: Random, rule_set: RuleSet, begins: Instant) -> RuleSet:
    """Open the hours, limit the nudges, put a break in the way, and add rules that time alone releases."""
    quiet = (Quiet("mentorship.message_sent", 7 * HOUR + MINUTE),)
    spoken, soon = random.choice((Kind.NUDGE, Kind.ANSWER)), random.choice((0, 50 * MINUTE))
    added = (
        _rule(100, "burst", Kind.ALERT, "flag.submitted", "staff.primary", wait=soon),
        _rule(101, "quiet", spoken, "conversation.logged", "both", wait=HOUR, none_in_last=quiet),
        _rule(102, "ladder", Kind.NUDGE, "participant.registered", "mentor", every=7 * HOUR, total=9),
    )
    today = to_datetime(begins).date()
    north = replace(
        rule_set.program("north"),
        staff={"primary": ("one@example.org",)},
        breaks=(Break(name="rest", first=today + timedelta(days=1), last=today + timedelta(days=1)),),
        dates={"program_ends": (today + timedelta(days=random.choice((0, 1, 9))),), "checkpoints": (today,)},
    )
    limits = random.choice(((Limit(1, DAY),), (Limit(2, 5 * HOUR),), ()))
    delivery = replace(rule_set.delivery, hours=random.choice((ALWAYS, rule_set.delivery.hours)), limits=limits)
    return replace(
        rule_set, rules=(*rule_set.rules, *added), delivery=delivery, programs={**rule_set.programs, "north": north}
    )


def _rule(position: int, id_: str, kind: Kind, starts: str, to: str, **keys: object) -> Rule:
    sends = (Send(to=to, message="hello"),)
    return Rule(id=id_, position=position, kind=kind, starts=starts, sends=sends, **keys)  # type: ignore[arg-type]


def _more_events(random: Random, begins: Instant) -> list[Event]:
    """Return a burst of flags, and a mentor who rests until an hour that is no quarter hour."""
    burst = begins + random.randint(0, 30) * HOUR
    flags = [
        _event(f"burst-{index}", "flag.submitted", _PAIR, burst + index * 3 * MINUTE, flag_id=f"b-{index}", by="mentor",
               topics=["stress"], priority="immediate")
        for index in range(random.randint(5, 9))
    ]  # fmt: skip
    rests = begins + random.randint(0, 24 * 4) * QUARTER
    until = to_datetime(rests + random.randint(1, 40) * HOUR + 7 * MINUTE).isoformat()
    resting = _event("rest", "participant.paused", Subject(SubjectKind.PARTICIPANT, "p-1"), rests, until=until)
    return [*flags, resting]


def _event(id_: str, type_: str, subject: Subject, at: Instant, **data: object) -> Event:
    return Event(program="north", source="/more", id=id_, type=type_, subject=subject, time=at, recorded=at, data=data)
