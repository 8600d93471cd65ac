"""What the checker says of rules is so when they are played: what never sends does not, what meets does meet."""

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.adapters.schemas import load_schemas
from service.domain.calendar import DAY, HOUR, MINUTE
from service.domain.catalogue import Catalogue, Field
from service.domain.delivery import Role
from service.domain.events import Event
from service.domain.rules import Gate, Kind, Program, Rule, RuleSet, Send
from service.settings import ROOT
from service.staff.check.clocks import clock_findings
from service.staff.check.contradictions import contradictions
from service.staff.check.finding import Severity
from service.staff.check.nobody import nobody_hears
from service.staff.check.overlap import Meeting, meetings
from service.staff.story import MENTORSHIP, PEOPLE, registrations
from service.staff.world import World
from tests.naive.histories import Case, cases

_UNDOING = frozenset({"participant.registered", "mentorship.matched", "mentorship.resumed"})
_ENDING = frozenset({"participant.left", "mentorship.completed", "mentorship.unmatched", "mentorship.paused"})


def never(rule_set: RuleSet) -> frozenset[str]:
    """Return the rules, run as they are in every program, of which the checker says that they can never send."""
    changed = {rule for program in rule_set.programs.values() for rule in program.overrides}
    return frozenset(
        finding.rule
        for rule in rule_set.rules
        if rule.id not in changed
        for ask in (contradictions, nobody_hears, clock_findings)
        for finding in ask(rule_set, rule)
        if finding.severity is Severity.ERROR and finding.code != "case-never-comes"
    )


def undone_nothing(case: Case) -> list[Event]:
    """Return the events by arrival, without those that bring back what has ended: no rule counts on that."""
    ended = min((event.time for event in case.events if event.type in _ENDING), default=case.until)
    kept = (event for event in case.events if event.type not in _UNDOING or event.time < ended)
    return sorted(kept, key=lambda event: event.recorded)


@settings(max_examples=max(200, settings().max_examples))
@given(cases())
def test_a_rule_that_can_never_send_never_does(case: Case) -> None:
    silent = never(case.rule_set)
    if silent:
        sent = World(case.rule_set).run(undone_nothing(case), case.until + 30 * DAY)
        assert silent.isdisjoint({each.notice.candidate.key.rule for each in sent})


@cache
def catalogue() -> Catalogue:
    return load_schemas(ROOT / "schemas").catalogue


_STARTS = ("mentorship.matched", "mentorship.message_sent", "conversation.logged", "flag.submitted", "help.requested")
_GATES = (
    Gate("mentorship", "active"),
    Gate("conversation.logged", "never"),
    Gate("conversation.logged", "happened"),
    Gate("mentorship.message_sent", "never"),
    Gate("mentorship.message_sent", "none_since_start"),
    Gate("help", "open"),
    Gate("flag", "none_open"),
)
_RECIPIENTS = ("mentor", "mentee", "both", "initiator", "counterpart", "staff.primary")


@st.composite
def a_rule(draw: st.DrawFn, position: int) -> Rule:
    """Draw a rule of a few starts, short and long waits, gates and recipients."""
    starts = draw(st.sampled_from(_STARTS))
    people = _RECIPIENTS if starts != "mentorship.matched" else ("mentor", "mentee", "both", "staff.primary")
    repeats = draw(st.booleans())
    asked = draw(st.lists(st.sampled_from(_GATES), max_size=2, unique_by=lambda gate: gate.word))
    return Rule(
        id=f"rule-{position}",
        position=position,
        kind=draw(st.sampled_from((Kind.NUDGE, Kind.SERVICE, Kind.ANSWER, Kind.ALERT))),
        starts=starts,
        where=draw(st.sampled_from(({}, {"by": frozenset({"mentor"})}))) if starts != "mentorship.matched" else {},
        wait=draw(st.integers(0, 8)) * 12 * HOUR + draw(st.sampled_from((0, 0, 5 * MINUTE))),
        every=DAY if repeats else None,
        total=3 if repeats else 1,
        only_while=tuple(asked),
        sends=(Send(to=draw(st.sampled_from(people)), message="hello"),),
    )


def run_by(rules: tuple[Rule, ...]) -> RuleSet:
    """Return the rules in a program of which every role is filled and in which no limit keeps mail back."""
    program = Program(id="north", timezone="UTC", staff={"primary": ("primary@example.org",)})
    found = RuleSet(catalogue=catalogue(), rules=rules, programs={"north": program})
    return replace(found, delivery=replace(found.delivery, limits=()))


@settings(max_examples=max(300, settings().max_examples))
@given(st.tuples(a_rule(0), a_rule(1)))
def test_the_example_of_an_overlap_shows_it(rules: tuple[Rule, Rule]) -> None:
    rule_set = run_by(rules)
    if never(rule_set):
        return
    for meeting in meetings(rule_set, rule_set.rules):
        sent = list(World(rule_set).run(told(meeting), meeting.at + DAY))
        at = {(each.notice.candidate.key.rule, each.notice.candidate.key.recipient, each.notice.at) for each in sent}
        for person in meeting.people:
            recipient = PEOPLE[Role(person)].id if person in tuple(PEOPLE) else person
            both = {rule for rule, who, when in at if who == recipient and when == meeting.at}
            assert both >= {meeting.first.id, meeting.second.id}


def told(meeting: Meeting) -> list[Event]:
    """Return the example as events: who they are, their match, what came earlier, the start, what followed."""
    start = meeting.first.starts
    before = dict.fromkeys(
        ("mentorship.matched", *meeting.earlier) if start != "mentorship.matched" else meeting.earlier
    )
    types = [*before, start, *meeting.since]
    known = registrations("north", "UTC", meeting.starts_at - DAY)
    return [*known, *(happening(name, place - len(before), meeting) for place, name in enumerate(types))]


def happening(name: str, place: int, meeting: Meeting) -> Event:
    """Return one event of the example; the start is at place 0 and has its fields, the others are minutes around it."""
    kind = catalogue().types[name]
    data = {name: value(field) for name, field in kind.fields.items() if field.required}
    if kind.name == "mentorship.matched":
        data |= {f"{role}_id": who.id for role, who in PEOPLE.items()}
    if place == 0:
        data |= {name: [word] if kind.fields[name].is_list else word for name, word in meeting.fields.items()}
    at = meeting.starts_at + place * MINUTE
    id = f"e{place}"
    return Event(
        program="north", source="/tests", id=id, type=name, subject=MENTORSHIP, time=at, recorded=at, data=data
    )


def value(field: Field) -> object:
    word = field.values[0] if field.values else "x-1"
    return [word] if field.is_list else 1 if field.name == "count" else word


@pytest.mark.parametrize("wait", [0, 2, 3])
def test_two_rules_of_one_start_meet_after_a_weekend(wait: int) -> None:
    rules = tuple(
        Rule(
            id=f"rule-{place}",
            position=place,
            kind=Kind.NUDGE,
            starts="mentorship.matched",
            wait=days * DAY,
            sends=(Send(to="both", message="hello"),),
        )
        for place, days in enumerate((0, wait))
    )
    found = list(meetings(RuleSet(catalogue=catalogue(), rules=rules), rules))
    assert [(each.first.id, each.second.id) for each in found] == ([] if wait == 3 else [("rule-0", "rule-1")])
