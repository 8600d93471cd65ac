"""What single events make of the facts, where no decision would show it at once."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from service.domain.book import book_of
from service.domain.events import Event, Subject
from service.domain.facts import SubjectFacts
from service.domain.fold import Refold, leaving_status
from service.domain.rules import Rule
from tests.domain.days import corrected, flag, logged, wrote
from tests.naive.examples import at, event, rule, rule_set

PAIR = Subject.parse("mentorships/m")


def _whole(*events: Event, rules: Sequence[Rule] = ()) -> SubjectFacts:
    return book_of(rule_set(*rules), "north").folding.whole(PAIR, events)


def _grown(*events: Event, rules: Sequence[Rule] = ()) -> SubjectFacts:
    """Return the facts as the events make them in that order. Raises: Refold."""
    facts, folding = SubjectFacts(subject=PAIR), book_of(rule_set(*rules), "north").folding
    for each in events:
        folding.one(facts, each)
    return facts


def _flagged(what: str, when: str, **keys: Any) -> Event:
    return event(f"flag.{what}", "mentorships/m", when, flag_id="f", **keys)


def test_a_mentorship_leaves_a_status_by_whatever_gives_it_another() -> None:
    """A new match apart, which begins anew."""
    assert leaving_status("active") == ("mentorship.paused", "mentorship.completed", "mentorship.unmatched")
    assert leaving_status("paused") == ("mentorship.resumed", "mentorship.completed", "mentorship.unmatched")
    assert leaving_status("ended") == ("mentorship.resumed", "mentorship.paused")


@pytest.mark.parametrize("order", [1, -1])
def test_of_an_event_that_came_twice_the_first_arrival_stands(order: int) -> None:
    """An alert's clock runs from when it was first known, in whatever order the log is read."""
    twice = [wrote("mentor", "03-02 09:00"), wrote("mentor", "03-02 09:00", recorded="03-09 09:00")][::order]
    facts = _whole(*twice, rules=[rule(starts="mentorship.message_sent")])
    assert [start.recorded for start in facts.starts["mentorship.message_sent"]] == [at("03-02 09:00")]
    assert facts.count("mentorship.message_sent") == 1


def test_who_acted_is_known_where_the_event_says_so_and_nobody_else_is() -> None:
    """A message without `by` and a pause, which has no such field, are nobody's."""
    nobodys = event("mentorship.message_sent", "mentorships/m", "03-03 09:00")
    facts = _whole(wrote("mentor", "03-02 09:00"), nobodys, event("mentorship.paused", "mentorships/m", "03-04 09:00"))
    assert facts.tallies["mentorship.message_sent"].last_by == {"mentor": at("03-02 09:00")}
    assert facts.tallies["mentorship.paused"].last_by == {}


def test_a_thing_is_known_by_its_kind_and_id() -> None:
    facts = _whole(flag("03-02 09:00"))
    thing = facts.things["flag", "f"]
    assert (thing.kind, thing.id, thing.opened_by, thing.value("priority")) == ("flag", "f", "mentor", "routine")


def test_the_newest_of_each_deed_counts_in_any_order() -> None:
    """Resolved on the 4th and reopened on the 3rd and 5th is open, whichever of them is heard of last."""
    deeds = [
        _flagged("reopened", "03-03 09:00"),
        _flagged("acknowledged", "03-03 10:00"),
        _flagged("resolved", "03-04 09:00"),
        _flagged("reopened", "03-05 09:00"),
    ]
    for order in permutations(deeds):
        thing = _grown(flag("03-02 09:00"), *order).things["flag", "f"]
        assert (thing.is_open, thing.is_unacknowledged) == (True, True), order
    late = [*deeds, _flagged("acknowledged", "03-06 09:00"), _flagged("resolved", "03-06 09:00")]
    for events in (late, late[::-1]):
        thing = _grown(flag("03-02 09:00"), *events).things["flag", "f"]
        assert (thing.is_open, thing.is_unacknowledged) == (False, False)
