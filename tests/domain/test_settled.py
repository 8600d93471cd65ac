"""What changes nothing that rules ask is known as such, so that nobody decides anew for it."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from service.domain.book import ProgramBook
from service.domain.calendar import DAY
from service.domain.events import Event, Subject, SubjectKind
from service.domain.facts import SubjectFacts
from service.domain.rules import Count, Gate, Kind, Quiet, Rule, RuleSet, StartsFrom, Until
from tests.naive.words import CATALOGUE

M1 = Subject(SubjectKind.MENTORSHIP, "m-1")
SENT = "mentorship.message_sent"
RULE = Rule(id="ask", position=0, kind=Kind.NUDGE, starts="mentorship.matched")


def message(n: int, data: Mapping[str, object] | None = None) -> Event:
    return Event(
        program="northfield",
        source="/test",
        id=f"e-{n}",
        type=SENT,
        subject=M1,
        time=n * DAY,
        recorded=n * DAY,
        data=data or {"by": "mentor"},
    )


def settled(rule: Rule, *before: Event, then: Event) -> bool:
    """Return whether the last event is settled, for a program that has one rule."""
    book = ProgramBook(RuleSet(catalogue=CATALOGUE, rules=(rule,)), "northfield")
    facts = SubjectFacts(subject=M1)
    for event in before:
        book.folding.one(facts, event)
    return book.is_settled(facts, then)


ASKED_ONCE = replace(RULE, only_while=(Gate(SENT, "never"),))
FIRST_OF_ALL = replace(RULE, starts=SENT, reaches=2)


def test_once_it_happened_one_more_changes_nothing_for_who_asks_whether_it_ever_did() -> None:
    assert not settled(ASKED_ONCE, then=message(1))
    assert settled(ASKED_ONCE, message(1), then=message(2))
    assert settled(ASKED_ONCE, message(2), then=message(1))
    assert settled(replace(RULE, only_while=(Gate(SENT, "happened"),)), message(1), then=message(2))


def test_once_a_total_is_reached_only_what_came_before_can_change_it() -> None:
    assert not settled(FIRST_OF_ALL, message(1), then=message(3))
    assert settled(FIRST_OF_ALL, message(1), message(3), then=message(4))
    assert not settled(FIRST_OF_ALL, message(1), message(3), then=message(2))


@pytest.mark.parametrize(
    "rule",
    [
        replace(RULE, starts=SENT),
        replace(RULE, starts=SENT, starts_from=StartsFrom.LATEST),
        replace(RULE, only_while=(Gate(SENT, "none_since_start"),)),
        replace(RULE, only_while=(Gate(SENT, "happened_since_start"),)),
        replace(RULE, until=(Until(event=SENT),)),
        replace(RULE, counts=(Count(event=SENT, at_least=3),)),
        replace(RULE, none_in_last=(Quiet(SENT, DAY),)),
    ],
)
def test_whoever_asks_for_more_has_every_event_looked_at(rule: Rule) -> None:
    assert not settled(rule, message(1), message(2), then=message(3))
