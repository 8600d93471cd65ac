"""A rule's edition: the same as long as it would write the same to the same people."""

from dataclasses import replace

import pytest

from service.domain.brakes import edition_of
from service.domain.calendar import DAY
from service.domain.events import SubjectKind
from service.domain.rules import Actor, Count, Gate, Groups, Kind, Quiet, Rule, Send, StartsFrom, Until

RULE = Rule(
    id="log",
    position=3,
    kind=Kind.NUDGE,
    starts="mentorship.matched",
    title="Two weeks on",
    where={"topics": frozenset({"b", "a"}), "priority": frozenset({"routine"})},
    sends=(Send(to="both", message="log-it"),),
)


@pytest.mark.parametrize(
    "same",
    [
        replace(RULE, title="Another title"),
        replace(RULE, why="Because"),
        replace(RULE, position=17),
        replace(RULE, wait=0, total=1),
        replace(RULE, where={"priority": frozenset({"routine"}), "topics": frozenset(["a", "b"])}),
        replace(RULE, formerly=("old-log",)),
    ],
)
def test_what_people_read_or_where_it_stands_is_no_part_of_it(same: Rule) -> None:
    assert edition_of(same) == edition_of(RULE)


@pytest.mark.parametrize(
    "other",
    [
        replace(RULE, kind=Kind.SERVICE),
        replace(RULE, starts="mentorship.resumed"),
        replace(RULE, for_each=SubjectKind.PARTICIPANT),
        replace(RULE, programs=frozenset({"northfield"})),
        replace(RULE, only_for=Groups(either=frozenset({"fall"}))),
        replace(RULE, only_for=Groups(mentor=frozenset({"fall"}))),
        replace(RULE, starts_from=StartsFrom.LATEST),
        replace(RULE, where={}),
        replace(RULE, where={"topics": frozenset({"a"}), "priority": frozenset({"routine"})}),
        replace(RULE, reaches=3),
        replace(RULE, wait=DAY),
        replace(RULE, before=DAY),
        replace(RULE, every=DAY, total=2),
        replace(RULE, only_while=(Gate("mentorship", "active"),)),
        replace(RULE, until=(Until(event="conversation.logged"),)),
        replace(RULE, until=(Until(event="conversation.logged", by=Actor.COUNTERPART),)),
        replace(RULE, counts=(Count(event="conversation.logged", at_most=2),)),
        replace(RULE, counts=(Count(event="conversation.logged", at_least=2),)),
        replace(RULE, none_in_last=(Quiet("conversation.logged", DAY),)),
        replace(RULE, send_within=DAY),
        replace(RULE, sends=(Send(to="mentee", message="log-it"),)),
        replace(RULE, sends=(Send(to="both", message="log-it", resource="calm"),)),
        replace(RULE, depends_on="topics", cases={"a": (Send(to="both", message="log-it"),)}),
    ],
)
def test_whatever_changes_who_gets_what_and_when_changes_it(other: Rule) -> None:
    assert edition_of(other) != edition_of(RULE)


def test_it_is_the_same_in_every_process() -> None:
    """It is kept in the store, so nothing that differs from one start to the next may go into it."""
    assert edition_of(RULE) == "d8ee76ef5416dc35"
    assert edition_of(replace(RULE, sends=(*RULE.sends, Send(to="mentor", message="well-done")))) == "32b7d31caa7efe97"
