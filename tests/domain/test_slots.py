"""When slots are due and close, in examples by hand, and that the newest one due is found without counting them all."""

from random import Random
from typing import Any

import pytest

from service.domain.calendar import DAY, HOUR, MINUTE, NEVER, QUARTER, Duration, Span
from service.domain.events import Moment, Subject
from service.domain.facts import Start
from service.domain.rules import Delivery, Kind
from service.domain.slots import Slot, Timetable, break_at
from tests.naive.examples import rule

PAIR = Subject.parse("mentorships/m")


def _start(time: int, recorded: int | None = None) -> Start:
    arrived = time if recorded is None else recorded
    return Start("mentorship.matched", Moment(time, "/test", "e"), arrived, PAIR, "", {}, None)


def _times(kind: Kind = Kind.NUDGE, within: Duration = DAY, **keys: Any) -> Timetable:
    return Timetable.of(rule(kind=kind, send_within=within, **keys), Delivery())


def test_the_newest_slot_that_is_due_is_the_last_of_all_that_are() -> None:
    """For ladders of any step, with breaks that put several slots off to one instant, at any moment."""
    for seed in range(300):
        random = Random(seed)
        times = _times(
            kind=random.choice(list(Kind)), within=random.choice((HOUR, DAY, 9 * DAY)),
            wait=random.choice((0, MINUTE, 7 * HOUR)), every=random.choice((20 * MINUTE, 5 * HOUR, 2 * DAY)),
            total=random.randint(1, 6),
        )  # fmt: skip
        start = _start(random.randint(0, DAY), random.randint(0, 2 * DAY))
        first = random.randint(0, 3 * DAY)
        breaks = (Span(first, first + random.randint(1, 5 * DAY)),) if random.random() < 0.6 else ()
        slots = list(times.slots(start, breaks))
        moments = [random.randint(0, 9 * DAY) for _ in range(20)]
        for now in [*moments, *(each.due + by for each in slots for by in (-1, 0, 1))]:
            due = [each for each in slots if each.due <= now]
            coming = next((each.due for each in slots if each.due > now), NEVER)
            expected = (due[-1].k, due[-1].due, due[-1].closes, coming) if due else (-1, coming, coming, coming)
            assert times.standing(start, breaks, now) == expected, (seed, now)


def test_a_ladders_slots_close_when_they_are_too_late_or_the_next_is_due() -> None:
    """Three slots two days apart, each open for a day and a half, from the first quarter hour after the wait."""
    slots = _times(within=36 * HOUR, wait=HOUR + MINUTE, every=2 * DAY, total=3).slots(_start(0), ())
    first = HOUR + QUARTER
    assert list(slots) == [
        Slot(k=0, due=first, closes=first + 36 * HOUR, ends=first + 2 * DAY),
        Slot(k=1, due=first + 2 * DAY, closes=first + 2 * DAY + 36 * HOUR, ends=first + 4 * DAY),
        Slot(k=2, due=first + 4 * DAY, closes=first + 4 * DAY + 36 * HOUR, ends=NEVER),
    ]
    slots = _times(within=9 * DAY, every=2 * DAY, total=2).slots(_start(0), ())
    assert [(each.due, each.closes) for each in slots] == [(0, 2 * DAY), (2 * DAY, 11 * DAY)]


@pytest.mark.parametrize("kind", [Kind.ALERT, Kind.ANSWER])
def test_alerts_and_answers_go_from_their_arrival_to_the_microsecond_break_or_not(kind: Kind) -> None:
    """They keep neither quarter hours nor breaks, and a start that came late counts from when it came."""
    slots = _times(kind=kind, wait=MINUTE).slots(_start(0, DAY + 7), (Span(0, 9 * DAY),))
    assert [each.due for each in slots] == [DAY + 7 + MINUTE]


@pytest.mark.parametrize(("kind", "due"), [(Kind.NUDGE, 2 * DAY), (Kind.SERVICE, 2 * DAY), (Kind.REPORT, DAY)])
def test_only_nudges_and_services_are_put_off_to_the_end_of_a_break(kind: Kind, due: int) -> None:
    """A slot due within a break is due when it ends; a report is due all the same."""
    assert [each.due for each in _times(kind=kind, wait=DAY).slots(_start(0), (Span(DAY, 2 * DAY),))] == [due]


def test_a_break_holds_from_its_first_instant_to_before_its_last() -> None:
    breaks = (Span(DAY, 2 * DAY), Span(5 * DAY, 6 * DAY))
    assert [break_at(breaks, at) for at in (DAY - 1, DAY, 2 * DAY - 1, 2 * DAY)] == [None, breaks[0], breaks[0], None]
    assert break_at(breaks, 5 * DAY) == breaks[1]
    assert break_at((), DAY) is None


def test_a_slot_stays_open_as_the_rule_says_else_an_alert_a_month_and_the_rest_as_delivery_says() -> None:
    delivery = Delivery(send_within=2 * DAY)
    rules = (rule(send_within=HOUR, kind=Kind.ALERT), rule(kind=Kind.ALERT), rule())
    assert [delivery.slot_stays_open(each) for each in rules] == [HOUR, 30 * DAY, 2 * DAY]
