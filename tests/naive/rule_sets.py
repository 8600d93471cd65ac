"""Random rule sets: every kind, every key, small enough to simulate naively, and never what a loader would refuse."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import TypeVar

from service.domain.calendar import DAY, HOUR, MINUTE, QUARTER, WEEK, Duration, Hours
from service.domain.catalogue import Catalogue, EventType
from service.domain.events import SubjectKind
from service.domain.rules import (
    Actor,
    Audience,
    Break,
    Category,
    Contact,
    Count,
    Delivery,
    Gate,
    Groups,
    Kind,
    Limit,
    MessagePolicy,
    Pause,
    Program,
    Quiet,
    Resource,
    Rule,
    RuleSet,
    Send,
    StartsFrom,
    Until,
)
from tests.naive.words import CATALOGUE, TOPICS

ZONES = (
    "America/Chicago", "Europe/London", "Asia/Kathmandu", "America/Santiago", "Australia/Lord_Howe", "UTC",
)  # fmt: skip
GROUPS = ("fall", "first-generation")
SLUGS = ("tips", "belonging", "belonging-mentor", "career", "stress", "all-topics")
_T = TypeVar("_T")
_MESSAGES = ("hello", "reminder", "well-done", "resource-for-you", "notice")
_HOURS = (
    Hours(opens=540, closes=1080, days=frozenset(range(5))),
    Hours(opens=0, closes=1440, days=frozenset(range(7))),
    Hours(opens=490, closes=1205, days=frozenset((0, 2, 4, 6))),
    Hours(opens=1320, closes=1410, days=frozenset(range(7))),
    Hours(opens=60, closes=180, days=frozenset(range(7))),
)
_LIMITS: tuple[tuple[Limit, ...], ...] = (
    (), (Limit(1, DAY),), (Limit(1, DAY), Limit(3, 7 * DAY)), (Limit(2, 6 * HOUR),),
)  # fmt: skip
_WAITS = (0, 0, 7 * MINUTE, HOUR, 5 * HOUR, DAY, 2 * DAY, 5 * DAY)
_EVERY = (20 * MINUTE, 4 * HOUR, DAY, 2 * DAY, 3 * DAY)
_WITHIN = (None, None, None, 90 * MINUTE, DAY, 5 * DAY)
_STARTS = {
    SubjectKind.MENTORSHIP: (
        "mentorship.matched", "mentorship.matched", "mentorship.message_sent", "conversation.logged",
        "conversation.logged", "flag.submitted", "flag.submitted", "flag.updated", "flag.reopened",
        "help.requested", "survey.opened", "concern.raised", "mentorship.unmatched", "participant.registered",
        "participant.left", "resource.shared", "resource.published", "date.checkpoints", "date.program_ends",
    ),
    SubjectKind.PARTICIPANT: (
        "participant.invited", "participant.registered", "participant.checklist_item_completed",
        "mentorship.matched", "conversation.logged", "participant.signed_in", "date.checkpoints",
    ),
    SubjectKind.PROGRAM: ("program.launched", "resource.published", "date.checkpoints", "date.program_ends"),
}  # fmt: skip


def random_rule_set(random: Random, begins: date, days: int, catalogue: Catalogue = CATALOGUE) -> RuleSet:
    """Return a rule set of three to eight rules for the programs `north` and `south`."""
    rules = tuple(_rule(random, position, catalogue) for position in range(random.randint(3, 8)))
    return RuleSet(
        catalogue=catalogue,
        rules=rules,
        delivery=_delivery(random),
        pauses=_pauses(random),
        programs=_programs(random, begins, days, rules),
        messages={message: _policy(random) for message in _MESSAGES[: random.randint(0, 5)]},
        resources=_resources(random),
        hash="random",
    )


def maybe(random: Random, chance: float, value: _T, otherwise: _T) -> _T:
    """Return the value with that chance, else the other one."""
    return value if random.random() < chance else otherwise


def some(random: Random, values: Sequence[_T], most: int) -> list[_T]:
    """Return none to `most` different ones of the values."""
    return random.sample(list(values), random.randint(0, min(most, len(values))))


def _policy(random: Random) -> MessagePolicy:
    category = random.choice((Category.REMINDERS, *Category))
    spans = ((None, None), (None, 5 * HOUR), (5 * HOUR, None), (3 * DAY, WEEK), (WEEK, None))
    again, topic_again = random.choice(spans)
    return MessagePolicy(category=category, not_again_within=again, topic_not_again_within=topic_again)


def _delivery(random: Random) -> Delivery:
    return Delivery(
        hours=random.choice((*_HOURS[:3], *_HOURS)),
        timezone=maybe(random, 0.2, random.choice(ZONES), None),
        timezone_if_unknown=maybe(random, 0.3, random.choice(ZONES), None),
        limits=random.choice(_LIMITS),
        send_within=random.choice((3 * DAY, 8 * HOUR, 3 * DAY)),
        digest_at_most=random.choice((1, 2, 5)),
    )


def _pauses(random: Random) -> tuple[Pause, ...]:
    gate = random.choice((Gate("help", "open"), Gate("flag", "open"), Gate("mentorship.paused", "happened")))
    pause = Pause(id="rest", gates=(gate,), stops=frozenset({Kind.NUDGE}))
    return maybe(random, 0.3, (pause,), ())


def _programs(random: Random, begins: date, days: int, rules: tuple[Rule, ...]) -> dict[str, Program]:
    return {
        name: _program(random, name, begins, days, rules)
        for name, chance in (("north", 0.95), ("south", 0.5))
        if random.random() < chance
    }


def _program(random: Random, name: str, begins: date, days: int, rules: tuple[Rule, ...]) -> Program:
    def day() -> date:
        return begins + timedelta(days=random.randint(0, days))

    rests = [Break(name="rest", first=at, last=at + timedelta(days=random.randint(0, 2))) for at in (day(), day())]
    dates: dict[str, tuple[date, ...]] = {"checkpoints": tuple(sorted({day(), day()}))}
    if random.random() < 0.4:
        dates["program_ends"] = (day() + timedelta(days=days // 2),)
    changed = random.choice(rules).id
    overrides: tuple[dict[str, object], ...] = (
        {"wait": 3 * HOUR}, {"enabled": False}, {"send_within": 2 * DAY}, {"only_while": ()},
    )  # fmt: skip
    override = random.choice(overrides)
    if "wait" in override and any(rule.id == changed and rule.before is not None for rule in rules):
        override = {}
    return Program(
        id=name,
        timezone=maybe(random, 0.7, random.choice(ZONES), None),
        staff={role: (f"{role}@example.org",) for role in ("primary", "safeguarding") if random.random() < 0.8},
        dates=dates,
        breaks=tuple(some(random, rests, 2)) if random.random() < 0.5 else (),
        groups=dict.fromkeys(GROUPS, False),
        contacts=maybe(random, 0.5, {"desk": Contact(name="Desk", phone="555-0100")}, {}),
        overrides=maybe(random, 0.2, {changed: override}, {}),
    )


def _resources(random: Random) -> tuple[Resource, ...]:
    topics: dict[str, tuple[str, ...]] = {"belonging-mentor": ("belonging",), "all-topics": TOPICS, "tips": ()}
    return tuple(
        Resource(
            slug=slug,
            order=order,
            audience=Audience.MENTOR if slug == "belonging-mentor" else random.choice(list(Audience)),
            topics=frozenset(topics.get(slug, (slug,))),
            stage=random.choice(("", "start", "start")),
            needs_contacts=frozenset(random.choice(((), (), ("desk",)))),
        )
        for order, slug in enumerate(random.sample(SLUGS, random.randint(2, 6)))
    )


def _rule(random: Random, position: int, catalogue: Catalogue) -> Rule:
    for_each = random.choice((*[SubjectKind.MENTORSHIP] * 7, *[SubjectKind.PARTICIPANT] * 2, SubjectKind.PROGRAM))
    starts = random.choice(_STARTS[for_each])
    kind = random.choice((Kind.ALERT, Kind.ANSWER, Kind.SERVICE, *[Kind.NUDGE] * 4, Kind.REPORT))
    is_date, type_ = starts.startswith("date."), catalogue.types.get(starts)
    wait, total = random.choice(_WAITS), random.choice((1, 1, 2, 2, 3, 4))
    reaches = maybe(random, 0.3, random.choice((1, 2, 3)), None) if starts == "conversation.logged" else None
    depends_on, cases = _cases(random, for_each, kind, type_)
    each = StartsFrom.EACH if is_date or reaches else maybe(random, 0.4, StartsFrom.LATEST, StartsFrom.EACH)
    return Rule(
        id=f"rule-{position}",
        position=position,
        kind=kind,
        starts=starts,
        for_each=for_each,
        enabled=random.random() > 0.05,
        programs=maybe(random, 0.1, frozenset({"north"}), None),
        only_for=_only_for(random, for_each),
        starts_from=each,
        where=_where(random, type_),
        reaches=reaches,
        wait=0 if is_date else wait,
        before=maybe(random, 0.7, wait, None) if is_date else None,
        every=random.choice(_EVERY) if total > 1 else None,
        total=total,
        only_while=_gates(random, for_each, type_, catalogue),
        until=_untils(random, for_each, starts),
        counts=_counts(random),
        none_in_last=_quiet(random, for_each),
        send_within=random.choice(_WITHIN),
        sends=() if depends_on else _sends(random, for_each, kind, type_),
        depends_on=depends_on,
        cases=cases,
    )


def _only_for(random: Random, for_each: SubjectKind) -> Groups:
    if for_each is SubjectKind.PROGRAM or random.random() < 0.85:
        return Groups()
    chosen = frozenset({random.choice(GROUPS)})
    if for_each is SubjectKind.PARTICIPANT:
        return Groups(either=chosen)
    return random.choice((Groups(mentor=chosen), Groups(mentee=chosen), Groups(either=chosen)))


def _where(random: Random, type_: EventType | None) -> dict[str, frozenset[str]]:
    fields = [each for each in type_.fields.values() if each.values] if type_ else []
    if not fields or random.random() < 0.75:
        return {}
    field = random.choice(fields)
    return {field.name: frozenset(random.sample(field.values, random.randint(1, len(field.values) - 1)))}


def _gates(random: Random, for_each: SubjectKind, type_: EventType | None, catalogue: Catalogue) -> tuple[Gate, ...]:
    words = dict(catalogue.gate_words())
    usual = {
        SubjectKind.MENTORSHIP: (
            "mentorship", "mentorship.message_sent", "conversation.logged", "conversation.deleted", "flag", "help",
            "participant.signed_in", "program.updated", "flag.submitted",
        ),
        SubjectKind.PARTICIPANT: ("participant.signed_in", "mentorship.matched", "conversation.logged", "help"),
        SubjectKind.PROGRAM: ("program.updated", "resource.published"),
    }[for_each]  # fmt: skip
    this = f"this_{type_.thing}" if type_ and type_.thing else ""
    own = (this,) * 4 if this in words and for_each is SubjectKind.MENTORSHIP else ()
    names = [name for name in (*usual, *own) if name in words]
    chosen = dict.fromkeys(some(random, names, maybe(random, 0.5, 2, 0)))
    return tuple(Gate(word, _likely(random, words[word])) for word in chosen)


def _likely(random: Random, values: tuple[str, ...]) -> str:
    """Return a value of a gate: every second time its first, which mostly holds."""
    return maybe(random, 0.5, values[0], random.choice(values))


def _untils(random: Random, for_each: SubjectKind, starts: str) -> tuple[Until, ...]:
    if random.random() < 0.7:
        return ()
    if for_each is SubjectKind.PROGRAM:
        return (Until(event="program.updated"),)
    if for_each is SubjectKind.PARTICIPANT:
        return (Until(event=random.choice(("participant.signed_in", "mentorship.matched", "program.ended"))),)
    if starts == "survey.opened":
        return (Until(event="survey.completed", same="survey_id"),)
    by = random.choice((None, Actor.INITIATOR, Actor.COUNTERPART))
    name = random.choice(("mentorship.message_sent", "conversation.logged", "participant.left"))
    return (Until(event=name, by=None if name == "participant.left" else by),)


def _counts(random: Random) -> tuple[Count, ...]:
    low = random.choice((None, 0, 1, 2))
    high = random.choice((None, 1, 3)) if low is not None else 2
    return maybe(random, 0.15, (Count(event="conversation.logged", at_least=low, at_most=high),), ())


def _quiet(random: Random, for_each: SubjectKind) -> tuple[Quiet, ...]:
    if random.random() < 0.8 or for_each is SubjectKind.PROGRAM:
        return ()
    spans: tuple[Duration, ...] = (50 * MINUTE, QUARTER, DAY, 3 * DAY)
    return (Quiet(random.choice(("mentorship.message_sent", "participant.signed_in")), random.choice(spans)),)


def _cases(
    random: Random, for_each: SubjectKind, kind: Kind, type_: EventType | None
) -> tuple[str | None, dict[str, tuple[Send, ...]]]:
    fields = [each for each in type_.fields.values() if each.values] if type_ else []
    if not fields or random.random() < 0.7:
        return None, {}
    field = random.choice(fields)
    empty = random.choice((*field.values, "")) if len(field.values) > 1 else ""
    return field.name, {
        value: () if value == empty else _sends(random, for_each, kind, type_) for value in field.values
    }


def _sends(random: Random, for_each: SubjectKind, kind: Kind, type_: EventType | None) -> tuple[Send, ...]:
    staff = ("staff.primary", "staff.safeguarding")
    words = {
        SubjectKind.MENTORSHIP: ("both", "both", "mentor", "mentee", "initiator", "counterpart", "advisor", *staff),
        SubjectKind.PARTICIPANT: ("participant", "participant", "participant", "mentor", "mentee", "advisor", staff[0]),
        SubjectKind.PROGRAM: staff,
    }[for_each]
    if kind in (Kind.ALERT, Kind.REPORT):
        words = maybe(random, 0.9, staff, words)
    picks: list[str | None] = [None, None, None, random.choice(SLUGS), "by_stage"]
    if type_ and "topics" in type_.fields:
        picks += ["by_topic"] * 3
    if type_ and "resource" in type_.fields:
        picks += ["this"] * 2
    return tuple(
        Send(to=random.choice(words), message=random.choice(_MESSAGES), resource=random.choice(picks))
        for _ in range(random.choice((1, 1, 2, 3)))
    )
