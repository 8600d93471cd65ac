"""What single events make of the facts, where no decision would show it at once."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from service.domain.book import book_of
from service.domain.calendar import DAY
from service.domain.catalogue import Catalogue
from service.domain.events import Event, Moment, Subject
from service.domain.facts import Start, Step, SubjectFacts
from service.domain.fold import Refold, leaving_status, reached_at
from service.domain.rules import Rule, Until
from tests.domain.days import corrected, flag, logged, wrote
from tests.naive.examples import at, event, rule, rule_set
from tests.naive.words import CATALOGUE

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


def test_what_happened_before_1970_happened_then() -> None:
    """Instants before the first one that computers count are instants all the same."""
    facts = _whole(wrote("mentor", "03-02 09:00")._replace(time=-DAY))
    assert (facts.first("mentorship.message_sent"), facts.last("mentorship.message_sent")) == (-DAY, -DAY)


def test_a_thing_is_known_by_its_kind_and_id() -> None:
    facts = _whole(flag("03-02 09:00"))
    thing = facts.things["flag", "f"]
    assert (thing.kind, thing.id, thing.opened_by, thing.value("priority")) == ("flag", "f", "mentor", "routine")


def test_every_deed_about_a_thing_counts_once() -> None:
    facts = _whole(flag("03-02 09:00"), _flagged("updated", "03-03 09:00"), _flagged("resolved", "03-04 09:00"))
    assert [facts.count(f"flag.{what}") for what in ("submitted", "updated", "resolved")] == [1, 1, 1]


def test_things_that_no_event_type_opens_are_corrected_and_deleted_in_vain() -> None:
    """A catalogue may name what nobody ever publishes the beginning of; nothing raises, and deeds count as told."""
    known = {name: kind for name, kind in CATALOGUE.types.items() if name != "conversation.logged"}
    book = book_of(replace(rule_set(), catalogue=Catalogue(known)), "north")
    gone = event("conversation.deleted", "mentorships/m", "03-04 09:00", conversation_id="c")
    for events in ([corrected("03-03 09:00", "c", 2), gone], [gone, corrected("03-05 09:00", "c", 2)]):
        facts = SubjectFacts(subject=PAIR)
        for each in events:
            book.folding.one(facts, each)
        assert (facts.count("conversation.corrected"), facts.count("conversation.deleted")) == (1, 1)


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
    taken_on = _flagged("acknowledged", "03-06 09:00")
    for events in ([*deeds, taken_on], [taken_on, *deeds]):
        thing = _grown(flag("03-02 09:00"), *events).things["flag", "f"]
        assert (thing.is_open, thing.is_unacknowledged) == (True, False)
    late = [*deeds, taken_on, _flagged("resolved", "03-06 09:00")]
    for events in (late, late[::-1]):
        thing = _grown(flag("03-02 09:00"), *events).things["flag", "f"]
        assert (thing.is_open, thing.is_unacknowledged) == (False, False)


def _three(middle: str = "mentee") -> list[Event]:
    """Return conversations on three days, of which the one in the middle counts three times and is then deleted."""
    gone = event("conversation.deleted", "mentorships/m", "03-05 09:00", conversation_id="b")
    return [
        logged("03-02 09:00", "a"),
        logged("03-03 09:00", "b", count=3, by=middle),
        logged("03-04 09:00", "c"),
        gone,
    ]


def test_a_deletion_that_moves_no_edge_only_takes_its_count_away() -> None:
    """Neither the first nor the last of its kind, nobody's last, and no rule's start or step."""
    facts = _grown(*_three())
    assert (facts.count("conversation.logged"), facts.count("conversation.deleted")) == (2, 1)
    assert (facts.first("conversation.logged"), facts.last("conversation.logged")) == (
        at("03-02 09:00"),
        at("03-04 09:00"),
    )
    again = event("conversation.deleted", "mentorships/m", "03-06 09:00", conversation_id="b", id_="again")
    assert _grown(*_three(), again).count("conversation.logged") == 2


@pytest.mark.parametrize("name", ["a", "c"])
def test_a_deletion_of_the_first_or_the_last_is_told_by_the_whole_log(name: str) -> None:
    gone = event("conversation.deleted", "mentorships/m", "03-05 09:00", conversation_id=name)
    with pytest.raises(Refold):
        _grown(*_three()[:3], gone)


@pytest.mark.parametrize(
    "asking",
    [
        rule(starts="conversation.logged"),
        rule(starts="conversation.logged", reaches=9),
        rule(starts="survey.opened", until=(Until(event="conversation.logged", same="count"),)),
    ],
    ids=["a start", "a step", "a value that is compared"],
)
def test_a_deletion_of_what_a_rule_asks_for_is_told_by_the_whole_log(asking: Rule) -> None:
    """And so is that of somebody's last, where nobody asks."""
    with pytest.raises(Refold):
        _grown(*_three(), rules=[asking])
    with pytest.raises(Refold):
        _grown(*_three("mentor"))


def test_a_deletion_of_what_no_total_took_moves_none() -> None:
    """Of a total of talks on careers: one on nothing is none of its steps; the only one on careers is."""
    careers = rule(starts="conversation.logged", reaches=9, where={"topics": frozenset({"career"})})
    first, middle, last, gone = _three()
    on_careers = {"topics": ["career"]}
    others = [each._replace(data={**each.data, **on_careers}) for each in (first, last)]
    assert _grown(others[0], middle, others[1], gone, rules=[careers]).count("conversation.logged") == 2
    with pytest.raises(Refold):
        _grown(first, middle._replace(data={**middle.data, **on_careers}), last, gone, rules=[careers])


def test_a_deletion_before_its_log_makes_it_never_logged() -> None:
    """Whenever the log arrives, it counts for nothing, and neither do its corrections."""
    first, middle, last, gone = _three()
    facts = _grown(gone, first, middle, last, corrected("03-04 10:00", "b", 5))
    assert facts.count("conversation.logged") == 2
    assert _whole(first, middle, last, gone).count("conversation.logged") == 2


def test_a_correction_counts_from_its_log_on_and_the_newest_one_stands() -> None:
    """Two becomes five, then one: in any order of arrival, beside a log of one."""
    events = [
        logged("03-02 09:00", "a"), logged("03-03 09:00", "b", count=2), corrected("03-04 09:00", "b", 5),
        corrected("03-05 09:00", "b", 1),
        event("conversation.corrected", "mentorships/m", "03-06 09:00", conversation_id="b"),
    ]  # fmt: skip
    for order in permutations(events):
        assert _grown(*order).count("conversation.logged") == 2, order
    assert _grown(*events[:3]).count("conversation.logged") == 6
    assert _grown(events[2]).count("conversation.logged") == 0


def test_each_total_takes_only_the_logs_that_it_lets_in() -> None:
    """A log on nothing and its correction step towards the second total alone, also beside a log on careers."""
    careers = rule("careers", starts="conversation.logged", reaches=9, where={"topics": frozenset({"career"})})
    rules = [careers, rule("all", starts="conversation.logged", reaches=9, position=1)]
    on_nothing = [logged("03-02 10:00", "a"), corrected("03-03 09:00", "a", 2)]
    on_careers = logged("03-02 09:00", "b", topics=["career"])
    assert _steps(_grown(*on_nothing, rules=rules)) == {"careers": [], "all": [(1, True), (2, False)]}
    assert _steps(_grown(on_careers, *on_nothing, rules=rules)) == {
        "careers": [(1, True)], "all": [(1, True), (1, True), (2, False)],
    }  # fmt: skip


def test_corrections_of_what_was_not_logged_reach_nothing() -> None:
    """Five talks that nobody logged are none; with their log they are five, and corrected to two they are two."""
    start = Start("c", Moment(1, "/test", "e"), 1, PAIR, "", {}, "a")
    five, two, log = (Step(start, "a", count, opens) for count, opens in ((5, False), (2, False), (1, True)))
    other = Step(start, "b", 1, opens=True)
    assert [reached_at(steps, 3) for steps in ([five], [five] * 4, [five, log], [log, five], [log, two, other])] == [
        None, None, 1, 1, 2,
    ]  # fmt: skip
    assert reached_at([log, five, two, other], 6) is None


def _steps(facts: SubjectFacts) -> dict[str, list[tuple[int, bool]]]:
    return {name: [(step.count, step.opens) for step in reach.steps] for name, reach in facts.reached.items()}


def test_a_start_keeps_what_the_event_said() -> None:
    """Its type, who acted or nobody, and its id, or none where it was left out."""
    types = ("mentorship.message_sent", "mentorship.paused", "flag.submitted")
    events = [
        wrote("mentor", "03-02 09:00"),
        event("mentorship.message_sent", "mentorships/m", "03-03 09:00"),
        event("mentorship.paused", "mentorships/m", "03-04 09:00"),
        flag("03-05 09:00"),
        event("flag.submitted", "mentorships/m", "03-06 09:00", by="mentee"),
    ]
    facts = _whole(*events, rules=[rule(str(number), starts=name) for number, name in enumerate(types)])
    starts = {name: [(start.type, start.by, start.ref) for start in facts.starts[name]] for name in types}
    assert starts == {
        types[0]: [(types[0], "mentor", None), (types[0], "", None)],
        types[1]: [(types[1], "", None)],
        types[2]: [(types[2], "mentor", "f"), (types[2], "mentee", None)],
    }


def test_an_update_outranks_what_opened_the_thing_even_where_its_clock_lags() -> None:
    """Staff made it immediate; that their clock was a day behind does not undo it."""
    changed = _flagged("updated", "03-02 09:00", priority="immediate")
    for events in ([flag("03-03 09:00"), changed], [changed, flag("03-03 09:00")]):
        assert _grown(*events).things["flag", "f"].value("priority") == "immediate"


@pytest.mark.parametrize(
    ("told", "counts"),
    [({}, "03-02 09:00"), ({"send_at": "2026-03-05T09:00:00Z"}, "03-05 09:00"),
     ({"send_at": "2026-03-01T09:00:00Z"}, "03-02 09:00")],
)  # fmt: skip
def test_what_names_its_instant_starts_rules_then_and_never_before_it_came(told: dict[str, str], counts: str) -> None:
    (name,) = (each for each, kind in CATALOGUE.types.items() if kind.not_before)
    facts = _whole(event(name, "mentorships/m", "03-02 09:00", **told), rules=[rule(starts=name)])
    (start,) = facts.starts[name]
    assert (start.type, start.moment.time, start.recorded) == (name, at(counts), at(counts))
