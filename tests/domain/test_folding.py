"""Facts depend on the set of events alone, and folding one more costs the same however many there were."""

from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from functools import partial
from random import Random
from typing import Any

import pytest

from service.domain.book import ProgramBook, book_of
from service.domain.calendar import DAY, HOUR, Instant
from service.domain.decide import decide, judge_all
from service.domain.delivery import Candidate
from service.domain.events import Event, Subject, SubjectKind
from service.domain.facts import SubjectFacts
from service.domain.fold import Refold
from service.domain.view import View, mentorship_view, participant_view, program_view
from service.staff.program_world import ProgramWorld
from tests.domain.calls import counted_calls
from tests.domain.tangled import BEGINS, all_sorts_of_rules, shuffled, tangled
from tests.naive.examples import event, pair

RULES = all_sorts_of_rules()
ENDS = BEGINS + 110 * DAY


def _book() -> ProgramBook:
    return book_of(RULES, "north")


def one_by_one(subject: Subject, events: Iterable[Event]) -> SubjectFacts:
    """Return the facts as they grow in that order, the whole log folded only where `one` asks for it."""
    facts, seen, log = SubjectFacts(subject=subject), set[tuple[str, str]](), list[Event]()
    for each in events:
        if (each.source, each.id) in seen:
            continue
        seen.add((each.source, each.id))
        log.append(each)
        try:
            _book().folding.one(facts, each)
        except Refold:
            facts = _book().folding.whole(subject, log)
    return facts


def by_subject(events: Iterable[Event]) -> dict[Subject, list[Event]]:
    found: dict[Subject, list[Event]] = {}
    for each in events:
        found.setdefault(each.subject, []).append(each)
    return found


def canonical(facts: SubjectFacts) -> SubjectFacts:
    """Return the facts without what no rule can ask for at the end, and without what counts for nothing."""
    _book().lens.prune(facts, ENDS, crowded=0)
    for reach in facts.reached.values():
        logged = {step.ref for step in reach.steps if step.opens}
        reach.steps = [step for step in reach.steps if step.ref in logged]  # a correction of what is no log here
    facts.reached = {rule: reach for rule, reach in facts.reached.items() if reach.steps}
    facts.starts = {name: starts for name, starts in facts.starts.items() if starts}
    for tally in facts.tallies.values():
        tally.last_with = {name: values for name, values in tally.last_with.items() if values}
    return facts


def views(facts: dict[Subject, SubjectFacts]) -> list[View]:
    """Return the views of the mentorship, its people and the program."""
    north = Subject(SubjectKind.PROGRAM, "north")
    program = facts.get(north, SubjectFacts(subject=north))
    people = {subject.id: each for subject, each in facts.items() if subject.kind is SubjectKind.PARTICIPANT}
    pairs = [each for subject, each in facts.items() if subject.kind is SubjectKind.MENTORSHIP]
    return [
        *(mentorship_view(each, people, program) for each in pairs),
        *(participant_view(each, pairs, program) for _, each in sorted(people.items())),
        program_view(program),
    ]


@pytest.mark.parametrize("seed", range(300))
def test_order_and_repetition_change_no_fact(seed: int) -> None:
    """Whatever the order and however often they come, the same events give the facts that the whole log gives."""
    random = Random(seed)
    for subject, events in by_subject(tangled(seed)).items():
        whole = canonical(_book().folding.whole(subject, events))
        assert canonical(_book().folding.whole(subject, shuffled(events, random))) == whole
        assert canonical(one_by_one(subject, shuffled(events, random))) == whole


@pytest.mark.parametrize("seed", range(300, 400))
def test_order_and_repetition_change_no_decision(seed: int) -> None:
    """Whatever the order, the same events allow the same messages, with the same verdicts and next instants."""
    logs, random = by_subject(tangled(seed)), Random(seed)
    whole = views({subject: _book().folding.whole(subject, events) for subject, events in logs.items()})
    grown = views({subject: one_by_one(subject, shuffled(events, random)) for subject, events in logs.items()})
    for now in (BEGINS + random.randint(0, 100 * 24) * HOUR for _ in range(6)):
        for one, other in zip(whole, grown, strict=True):
            assert _decided(one, now) == _decided(other, now)
            assert _judged(one, now) == _judged(other, now)


def _decided(view: View, now: Instant) -> tuple[list[Candidate], Instant]:
    decision = decide(_book(), view, (), now)
    return sorted(decision.candidates, key=lambda each: (each.order, each.key)), decision.next_at


def _judged(view: View, now: Instant) -> list[str]:
    return sorted(map(repr, judge_all(_book(), view, (), now)))


@pytest.mark.parametrize("seed", range(400, 460))
def test_what_is_forgotten_on_the_way_is_never_missed(seed: int) -> None:
    """Facts kept small while events arrive allow what the whole log allows, at every arrival."""
    world, log = ProgramWorld("north", _book()), list[Event]()
    world.facts_of(Subject(SubjectKind.PROGRAM, "north"))
    for arriving in sorted(tangled(seed, most=160), key=lambda each: each.recorded):
        log.append(arriving)
        world.fold(arriving)
        whole = {subject: _book().folding.whole(subject, events) for subject, events in by_subject(log).items()}
        for view in views(whole):
            if view.subject.kind is not SubjectKind.PARTICIPANT:
                kept = world.view(view.subject)
                assert _decided(kept, arriving.recorded) == _decided(view, arriving.recorded), arriving.id


def _busy(most: int) -> list[Event]:
    """Return a mentorship's four events a day: messages, conversations, and flags that are soon resolved."""
    events = []
    for number in range(most):
        name = ("mentorship.message_sent", "conversation.logged")[number % 2]
        if number % 20 == 19:
            name = ("flag.submitted", "flag.resolved")[number // 20 % 2]
        ref = {"conversation_id": f"c-{number}", "flag_id": f"f-{number // 40}"}
        data: dict[str, Any] = {"by": "mentor", "topics": ["career"], "priority": "routine", **ref}
        when = BEGINS + number * DAY // 4
        happened = event(name, "mentorships/m", "03-01 00:00", id_=f"b-{number}", **data)
        events.append(happened._replace(time=when, recorded=when))
    return events


def _objects(value: object) -> int:
    """Return how many objects hang on a value, itself included."""
    if isinstance(value, dict):
        return 1 + sum(_objects(key) + _objects(each) for key, each in value.items())
    if isinstance(value, list | tuple | set | frozenset):
        return 1 + sum(map(_objects, value))
    if is_dataclass(value):
        return 1 + sum(_objects(getattr(value, each.name)) for each in fields(value))
    return 1


def test_the_head_stays_small_and_an_event_costs_the_same_after_ten_thousand() -> None:
    """After 10,000 events on one mentorship, an event costs what it did after 1,000, and as little is kept."""
    world = ProgramWorld("north", _book())
    for arriving in pair():
        world.fold(arriving)

    def take(arriving: Event) -> None:
        world.fold(arriving)
        decide(_book(), world.view(arriving.subject), (), arriving.recorded)

    def costs(events: list[Event]) -> tuple[int, int]:
        """Return the calls that the events cost together, and the most objects there were."""
        calls = [(counted_calls(partial(take, each)), _objects(world.subjects[each.subject])) for each in events]
        return sum(cost for cost, _ in calls), max(size for _, size in calls)

    busy = _busy(10_000)
    for arriving in busy[:1_000]:
        world.fold(arriving)
    early_calls, early_size = costs(busy[1_000:1_400])
    for arriving in busy[1_400:-400]:
        world.fold(arriving)
    late_calls, late_size = costs(busy[-400:])
    assert late_calls <= 1.01 * early_calls
    assert late_size <= early_size < 3_000
