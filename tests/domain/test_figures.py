"""Figures by week: the last of them is how pairs stand now, and each week's is how they stood at its end."""

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from service.domain.calendar import DAY, WEEK, parse_rfc3339
from service.domain.engagement import Footing, state_at
from service.domain.figures import (
    CONNECTED,
    CONVERSATIONS,
    MATCHED,
    STATE,
    PairCourse,
    Talk,
    figures_of,
    footing_at,
    week_of,
    weeks_until,
)
from service.domain.programs import Thresholds

NOW = parse_rfc3339("2026-04-01T17:00:00Z")
ZONE = "America/Chicago"
LIMITS = Thresholds()
AGES = st.integers(0, 120).map(lambda days: NOW - days * DAY)


@st.composite
def pairs(draw: st.DrawFn) -> PairCourse:
    """Return a pair whose footing is what its talks make of it."""
    talks = draw(st.lists(st.builds(Talk, AGES, st.integers(1, 3)), max_size=5))
    footing = Footing(
        matched_at=draw(st.none() | AGES),
        ended_at=draw(st.none() | AGES),
        conversations=sum(each.number for each in talks),
        last_logged_at=max((each.at for each in talks), default=None),
    )
    return PairCourse(footing=footing, groups=draw(st.frozensets(st.sampled_from("ab"))), talks=talks)


@given(st.lists(pairs(), max_size=6))
def test_the_last_week_is_how_pairs_stand_now(found: list[PairCourse]) -> None:
    weeks = weeks_until(NOW, 20, ZONE)
    told = {each[:2]: each.number for each in figures_of(found, weeks, LIMITS, NOW) if each.monday == weeks[-1].monday}
    for group in ("", "a", "b"):
        own = [each for each in found if group in ("", *each.groups)]
        matched = [each.footing for each in own if each.footing.matched_at is not None]
        states = Counter(state_at(each, LIMITS, NOW) for each in matched)
        assert told.get((group, MATCHED), 0) == len(matched)
        assert told.get((group, CONNECTED), 0) == sum(each.conversations > 0 for each in matched)
        standing = {what: n for (of, what), n in told.items() if of == group and what.startswith(STATE)}
        assert standing == {STATE + state.value: n for state, n in states.items() if state is not None}


@given(st.lists(pairs(), max_size=4), st.integers(1, 12))
def test_a_week_is_as_it_would_have_been_told_at_its_end(found: list[PairCourse], back: int) -> None:
    weeks = weeks_until(NOW, 20, ZONE)
    week = weeks[-1 - back]
    then = week.ends - 1
    before = [
        replace(
            each,
            talks=[talk for talk in each.talks if talk.at <= then],
            footing=replace(
                each.footing,
                matched_at=_until(each.footing.matched_at, then),
                ended_at=_until(each.footing.ended_at, then),
            ),
        )
        for each in found
    ]
    late = [each for each in figures_of(found, weeks, LIMITS, NOW) if each.monday == week.monday]
    assert late == [each for each in figures_of(before, weeks, LIMITS, then) if each.monday == week.monday]


def _until(at: int | None, then: int) -> int | None:
    return at if at is not None and at <= then else None


@given(st.integers(0, 21 * WEEK).map(lambda age: NOW - age))
def test_an_instant_is_in_one_week_or_in_none(at: int) -> None:
    weeks = weeks_until(NOW, 20, ZONE)
    holding = [each for each in weeks if each.begins <= at < each.ends]
    assert week_of(at, weeks) == (holding[0] if holding else None)


def test_weeks_begin_on_monday_by_the_program_s_clock_also_where_it_is_changed() -> None:
    weeks = weeks_until(NOW, 5, ZONE)
    assert [each.monday for each in weeks] == ["2026-03-02", "2026-03-09", "2026-03-16", "2026-03-23", "2026-03-30"]
    assert weeks[0].begins == parse_rfc3339("2026-03-02T06:00:00Z")
    assert weeks[0].ends == weeks[1].begins == parse_rfc3339("2026-03-09T05:00:00Z")


def test_conversations_count_in_the_week_in_which_they_were_logged() -> None:
    pair = PairCourse(footing=Footing(matched_at=NOW - 50 * DAY), talks=[Talk(NOW - 8 * DAY, 3), Talk(NOW, 1)])
    found = figures_of([pair], weeks_until(NOW, 3, ZONE), LIMITS, NOW)
    talks = {each.monday: each.number for each in found if each.what == CONVERSATIONS}
    assert talks == {"2026-03-23": 3, "2026-03-30": 1}


def test_every_instant_is_in_the_one_week_that_holds_it() -> None:
    """Over a spring and an autumn, when a week has an hour less or more; at its first and its last moment."""
    for now in ("2026-04-01T17:00:00Z", "2026-12-01T17:00:00Z"):
        weeks = weeks_until(parse_rfc3339(now), 30, ZONE)
        for week in weeks:
            inside = (week.begins, week.begins + 1, (week.begins + week.ends) // 2, week.ends - 1)
            assert {week_of(at, weeks) for at in inside} == {week}
        assert week_of(weeks[0].begins - 1, weeks) is None
        assert week_of(weeks[-1].ends, weeks) is None
        assert week_of(weeks[3].begins, weeks[3:4]) == weeks[3]
    assert week_of(0, ()) is None


def test_a_footing_of_then_counts_what_was_logged_by_then() -> None:
    talks = (Talk(NOW - DAY, 2), Talk(NOW - 3 * DAY, 1), Talk(NOW + 1, 4))
    pair = PairCourse(footing=Footing(matched_at=NOW - WEEK, conversations=9, last_logged_at=NOW + 1), talks=talks)
    then = footing_at(pair, NOW - DAY)
    assert (then.matched_at, then.conversations, then.last_logged_at) == (NOW - WEEK, 3, NOW - DAY)
    assert (footing_at(pair, NOW - 4 * DAY).conversations, footing_at(pair, NOW - 4 * DAY).last_logged_at) == (0, None)


def test_a_week_ends_before_the_next_one_begins() -> None:
    """What happens in the last moment of a week counts in it, and what happens in the first of the next does not."""
    weeks = weeks_until(NOW, 3, ZONE)
    for at, counted in ((weeks[0].ends - 1, weeks), (weeks[0].ends, weeks[1:])):
        pair = PairCourse(footing=Footing(matched_at=at))
        matched = [each.monday for each in figures_of([pair], weeks, LIMITS, NOW) if each.what == MATCHED]
        assert matched == [each.monday for each in counted]
