"""Whatever the log holds, the engine goes on: nothing raises, and what is sound is still sent."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import count
from random import Random
from typing import Any

import pytest

from service.domain.book import book_of
from service.domain.calendar import DAY, format_rfc3339, parse_rfc3339
from service.domain.decide import judge_all
from service.domain.events import Event, Subject, SubjectKind
from service.domain.rules import Break, Kind, Program, RuleSet, Send
from service.staff.world import Sent, World
from tests.domain.days import corrected, flag, logged, matched, sent, wrote
from tests.domain.tangled import all_sorts_of_rules, tangled
from tests.naive.examples import NORTH, event, pair, person, rule, rule_set

RULES = all_sorts_of_rules()
_ALWAYS_SENT = "03-02 09:00 witness ann"


def _witnessed(*others: Any, **keys: Any) -> RuleSet:
    """Return rules with one more that sends ann something at the match, whatever else happens."""
    return rule_set(*others, rule("witness", kind=Kind.SERVICE, position=99), always=True, **keys)


def _lived(rules: RuleSet, events: Sequence[Event]) -> list[Sent]:
    """Run the events to the end of all that can change, judging everything on the way, and return what was sent."""
    world, found = World(rules), list[Sent]()
    for arriving in sorted(events, key=lambda each: each.recorded):
        found += world.run((arriving,), arriving.recorded)
        for program in world.programs.values():
            for subject in program.subjects:
                judge_all(program.book, program.view(subject), program.ledger[subject], world.now)
    return [*found, *world.run((), None)]


@pytest.mark.parametrize("number", [0, -1, -(2**70), 2**70])
def test_counts_of_nothing_or_less_are_only_numbers(number: int) -> None:
    """A count that no schema would let in neither raises nor reaches a mark that it should not."""
    events = [
        *pair(),
        logged("03-03 10:00", "a", count=number),
        logged("03-04 10:00", "b"),
        corrected("03-05 10:00", "b", number),
    ]
    rules = _witnessed(rule("three", starts="conversation.logged", reaches=3))
    lines = sent(rules, events)
    assert _ALWAYS_SENT in lines
    assert ("03-03 10:00 three ann" in lines) is (number > 3)


def test_event_types_that_nobody_knows_are_kept_and_mean_nothing() -> None:
    """A type that a later version published does not stop its subject, nor does it start one."""
    subjects = ("mentorships/m", "participants/ann", "programs/north", "mentorships/x")
    unknown = [event("future.thing", each, "03-01 12:00", id_=each, any=[1, {"b": None}]) for each in subjects]
    assert sent(_witnessed(), [*unknown, *pair()]) == [_ALWAYS_SENT]


def test_deeds_about_things_and_subjects_that_never_were_mean_nothing() -> None:
    """Nothing is sent for corrections and answers to what nobody opened, or another program's end."""
    loose = [
        corrected("03-03 10:00", "none", 9),
        event("conversation.deleted", "mentorships/m", "03-03 10:00", conversation_id="none"),
        event("flag.reopened", "mentorships/m", "03-03 10:00", flag_id="none"),
        event("flag.resolved", "mentorships/unheard-of", "03-03 10:00", flag_id="none"),
        event("survey.completed", "mentorships/m", "03-03 10:00", survey_id="none"),
        event("program.ended", "programs/elsewhere", "03-01 10:00"),
        event("participant.resumed", "participants/nobody", "03-03 10:00"),
    ]
    rules = _witnessed(rule("f", starts="flag.submitted"), rule("n", wait=DAY, position=1))
    assert sent(rules, [*pair(), *loose]) == [_ALWAYS_SENT, "03-03 09:00 n ann"]


def test_one_event_id_from_two_subjects_is_one_event() -> None:
    """The door refuses a second body under one id; should one be in the log, only what was recorded first counts."""
    twice = [wrote("mentor", "03-03 10:00", id_="same"), flag("03-03 11:00", id_="same")]
    rules = _witnessed(rule("w", starts="mentorship.message_sent"), rule("f", starts="flag.submitted", position=1))
    assert sent(rules, [*pair(), *twice]) == [_ALWAYS_SENT, "03-03 10:00 w ann"]


@pytest.mark.parametrize("ahead", ["2027-01-01T00:00:00Z", "2099-12-31T23:59:59Z", "9999-12-31T23:59:59.999999Z"])
def test_events_from_the_future_wait_for_it(ahead: str) -> None:
    """A clock that runs ahead starts its rules then, and everybody else's go on."""
    future = wrote("mentor", "03-03 10:00")._replace(time=parse_rfc3339(ahead))
    rules = _witnessed(rule("w", starts="mentorship.message_sent", wait=DAY))
    assert sent(rules, [*pair(), future]) == [_ALWAYS_SENT]


@pytest.mark.parametrize("day", ["0001-01-01", "1970-01-01", "9999-12-31"])
@pytest.mark.parametrize("zone", ["America/Chicago", "Asia/Kathmandu", "UTC"])
def test_the_first_and_the_last_day_of_all_are_days(day: str, zone: str) -> None:
    """Dates at the ends of the calendar in a program's file, its events, or a person's rest raise nothing."""
    extreme = date.fromisoformat(day)
    rest = Break(name="rest", first=extreme, last=extreme)
    files = [
        replace(NORTH, timezone=zone, dates={"program_ends": (extreme,), "checkpoints": (extreme, extreme)}),
        replace(NORTH, timezone=zone, breaks=(rest,)),
        replace(NORTH, timezone=zone),
    ]
    told_of = event("program.updated", "programs/north", "03-01 01:00", ends_on=day)
    resting = event("participant.paused", "participants/ben", "03-01 01:00", until=day)
    ever = event("participant.paused", "participants/ben", "03-01 02:00", until=f"{day}T12:00:00Z")
    marks = rule("mark", to="both", starts="date.checkpoints", before=DAY)
    for program in files:
        for more in ((), (told_of,), (resting,), (ever,)):
            assert _ALWAYS_SENT in sent(_witnessed(rule("n"), marks, program=program), [*pair(), *more])


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_events_at_the_ends_of_time_raise_nothing(moment: str) -> None:
    """An event whose time is the first or the last instant there is counts as happened then."""
    events = [
        *pair(),
        *(each._replace(time=parse_rfc3339(moment), id=f"{number}") for number, each in enumerate(tangled(3))),
    ]
    assert [each for each in _lived(_witnessed(*RULES.rules), events) if each.notice.candidate.key.rule == "witness"]


def test_a_flag_on_fifty_topics_is_fifty_answers() -> None:
    """Each of fifty topics takes its case once, although each stands there twice."""
    topics = [f"topic-{number}" for number in range(50)]
    cases = {topic: (Send(to="mentor", message=topic), Send(to="both", message="all")) for topic in topics}
    rules = rule_set(
        rule(to=[], kind=Kind.SERVICE, starts="flag.submitted", depends_on="topics", cases=cases), always=True
    )
    lines = sent(rules, [*pair(), flag("03-03 10:00", topics=topics * 2)], "message")
    assert len(lines) == 100
    assert lines[:2] == ["03-03 10:00 r ann topic-0", "03-03 10:00 r ben all"]


def test_a_business_id_is_its_mentorships_own() -> None:
    """Two mentorships that use the same ids keep their flags and conversations apart, also when one is deleted."""
    events = [*pair(), person("cy", "mentee"), matched("03-02 09:00", "ann", "cy", "n", id_="n")]
    events += [logged("03-03 10:00", "c", id_="1"), logged("03-03 11:00", "c", "n", id_="2")]
    events += [event("conversation.deleted", "mentorships/n", "03-03 12:00", conversation_id="c")]
    rules = rule_set(rule(starts="conversation.logged", wait=DAY), always=True)
    assert sent(rules, events, "subject") == ["03-04 10:00 r ann mentorships/m"]


@pytest.mark.parametrize("seed", range(60))
def test_tangled_histories_with_anything_in_them_are_lived_to_the_end(seed: int) -> None:
    """Random histories, matched anew and mixed with foreign types, ids and subjects, raise nothing and send once."""
    random, numbers = Random(seed), count()
    events = [
        each._replace(
            program=random.choice(("north", "north", "south")),
            type=random.choice((each.type, each.type, each.type, "future.thing")),
            id=random.choice((each.id, f"x-{next(numbers)}", "same")),
            subject=random.choice((each.subject, each.subject, Subject(each.subject.kind, "x"))),
        )
        for each in tangled(seed)
    ]
    people = ("ann", "ben", "cy", "m", "north")
    events += [
        matched(f"03-{day:02} 09:00", random.choice(people), random.choice(people), random.choice(("m", "x")))
        for day in range(2, 30, 5)
    ]
    lines = _lived(RULES, events)
    keys = [(each.program, each.notice.candidate.key) for each in lines]
    assert len(set(keys)) == len(keys)


def test_a_rule_set_without_rules_or_programs_is_quiet() -> None:
    """Nothing to ask means nothing to do, now and later."""
    world = World(rule_set(program=Program(id="other")))
    assert list(world.run(sorted(tangled(1), key=lambda each: each.recorded))) == []
    assert book_of(world.rule_set, "north").rules == ()
    assert world.program("north").facts.subject == Subject(SubjectKind.PROGRAM, "north")
    assert format_rfc3339(world.now) > "2026-03-02"
