"""A thousand rules cost a mentorship little more than the twenty of them that concern it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from service.domain.book import book_of
from service.domain.calendar import DAY, Instant
from service.domain.decide import Decision, decide
from service.domain.events import Event
from service.domain.rules import Gate, Groups, Rule, RuleSet
from service.staff.program_world import ProgramWorld
from tests.domain.calls import counted_calls
from tests.naive.examples import NORTH, at, event, pair, person, rule, rule_set

OWN, ALL = 20, 1_000
NOW = at("03-04 12:00")
CALENDAR = replace(NORTH, dates={"checkpoints": (date(2026, 4, 1),)})

Others = Callable[[Rule, int], Rule]
"""Make of a rule that would concern the mentorship the number N of those that do not."""

DIFFERENT: dict[str, Others] = {
    "start type": lambda rule, _: replace(rule, starts="concern.raised"),
    "where value": lambda rule, n: replace(rule, where={"topics": frozenset({f"other-{n}"})}),
    "one of many where values": lambda rule, n: replace(rule, where={"topics": frozenset({f"a-{n}", f"b-{n}"})}),
    "group": lambda rule, n: replace(rule, where={}, only_for=Groups(either=frozenset({f"group-{n}"}))),
    "mentor's group": lambda rule, n: replace(rule, where={}, only_for=Groups(mentor=frozenset({f"group-{n}"}))),
    "group, not where": lambda rule, n: replace(rule, only_for=Groups(either=frozenset({f"group-{n}"}))),
    "program": lambda rule, _: replace(rule, programs=frozenset({"south"})),
    "disabled": lambda rule, _: replace(rule, enabled=False),
    "program's date": lambda rule, n: replace(rule, starts=f"date.day-{n}", where={}),
    "total reached": lambda rule, _: replace(rule, starts="concern.raised", where={}, reaches=3),
}


def _own(number: int) -> Rule:
    """Return a rule that concerns the mentorship: by its match, a flag on stress, a message, or a group."""
    gates = (Gate("conversation.logged", "never"), Gate("mentorship", "active"))
    common = rule(f"own-{number}", to="both", wait=DAY, every=DAY, total=3, only_while=gates, position=number)
    return (
        common,
        replace(common, starts="flag.submitted", where={"topics": frozenset({"stress"})}),
        replace(common, starts="mentorship.message_sent"),
        replace(common, only_for=Groups(either=frozenset({"fall"}))),
    )[number % 4]


def _history() -> list[Event]:
    mentor = person("ann", "mentor", groups=["fall", "spring"])
    flag = event("flag.submitted", "mentorships/m", "03-03 09:00", flag_id="f", by="mentor", topics=["stress"])
    wrote = [event("mentorship.message_sent", "mentorships/m", f"03-03 1{hour}:00", by="mentor") for hour in range(4)]
    return [mentor, *pair()[1:], flag, *wrote]


def _deciding(rules: RuleSet, now: Instant = NOW) -> tuple[int, Decision]:
    """Return the calls that deciding about the mentorship costs, and the decision."""
    book = book_of(rules, "north")
    world = ProgramWorld("north", book)
    for each in _history():
        world.fold(each)
    view = world.view(event("mentorship.matched", "mentorships/m", "03-02 09:00").subject)
    decide(book, view, (), now)  # what is worked out once for all mentorships is not what one of them costs
    return counted_calls(lambda: decide(book, view, (), now)), decide(book, view, (), now)


@pytest.mark.parametrize("by", DIFFERENT)
def test_rules_that_do_not_concern_a_mentorship_cost_it_next_to_nothing(by: str) -> None:
    """1,000 rules of which 20 concern it cost at most 1.5 times the calls of those 20 alone, and decide the same."""
    own = [_own(number) for number in range(OWN)]
    others = [replace(DIFFERENT[by](_own(n), n), id=f"other-{n}", position=n) for n in range(OWN, ALL)]
    alone, expected = _deciding(rule_set(*own, program=CALENDAR))
    among, decision = _deciding(rule_set(*others[:490], *own, *others[490:], program=CALENDAR))
    assert decision == expected
    assert len(decision.candidates) == 60
    assert among <= 1.5 * alone
