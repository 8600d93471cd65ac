"""Instants, wall clocks, opening hours: across clock changes, odd offsets, and midnights that do not exist."""

from datetime import UTC, date, datetime, timedelta

import pytest

from service.domain.calendar import (
    DAY,
    HOUR,
    MINUTE,
    NEVER,
    QUARTER,
    SECOND,
    Duration,
    Hours,
    Instant,
    Span,
    end_of_day,
    format_rfc3339,
    instant,
    instant_span,
    is_zone,
    local_date,
    local_instant,
    merge_spans,
    parse_rfc3339,
    quarter_down,
    quarter_up,
    span,
    start_of_day,
)
from service.domain.rules import Break, Program
from tests.naive import zones

CHANGES = {
    "America/Chicago": (date(2026, 3, 8), date(2026, 11, 1)),
    "America/Santiago": (date(2026, 4, 5), date(2026, 9, 6)),
    "Asia/Kathmandu": (date(2026, 3, 29),),
    "Australia/Lord_Howe": (date(2026, 4, 5), date(2026, 10, 4)),
    "Europe/London": (date(2026, 3, 29), date(2026, 10, 25)),
    "UTC": (date(2026, 3, 29),),
}
"""The days on which the clock changes, or any day where it never does."""
NOON = parse_rfc3339("2026-03-02T12:00:00Z")


def _clock(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


@pytest.mark.parametrize(
    ("zone", "wall", "expected"),
    [
        ("Europe/London", "2026-03-29 01:30", "2026-03-29T01:00:00Z"),
        ("Europe/London", "2026-10-25 01:30", "2026-10-25T00:30:00Z"),
        ("America/Chicago", "2026-03-08 02:30", "2026-03-08T08:00:00Z"),
        ("America/Chicago", "2026-11-01 01:30", "2026-11-01T06:30:00Z"),
        ("Australia/Lord_Howe", "2026-10-04 02:15", "2026-10-03T15:30:00Z"),
        ("Australia/Lord_Howe", "2026-04-05 01:45", "2026-04-04T14:45:00Z"),
        ("America/Santiago", "2026-09-06 00:00", "2026-09-06T04:00:00Z"),
        ("America/Santiago", "2026-04-04 23:30", "2026-04-05T02:30:00Z"),
        ("America/Santiago", "2026-04-05 00:00", "2026-04-05T04:00:00Z"),
        ("Asia/Kathmandu", "2026-03-02 09:00", "2026-03-02T03:15:00Z"),
        ("UTC", "2026-03-02 24:00", "2026-03-03T00:00:00Z"),
    ],
)
def test_a_wall_time_is_its_first_showing_or_the_end_of_the_gap(zone: str, wall: str, expected: str) -> None:
    """A wall time shown twice is the first one, and a skipped one is where the gap ends."""
    day, _, clock = wall.partition(" ")
    assert format_rfc3339(local_instant(date.fromisoformat(day), _clock(clock), zone)) == expected


@pytest.mark.parametrize("zone", CHANGES)
def test_wall_times_around_clock_changes_are_those_of_a_search_minute_by_minute(zone: str) -> None:
    """On and around every change, each quarter hour of the wall is where a search of every minute finds it."""
    for day in (change + timedelta(days=ahead) for change in CHANGES[zone] for ahead in (-1, 0, 1)):
        for minute in range(0, 1441, 15):
            assert local_instant(day, minute, zone) == zones.first_showing(day, minute, zone), (day, minute)


def test_the_end_of_a_gap_is_a_whole_microsecond_whatever_was_skipped() -> None:
    """Each of the sixty minutes that London skips in March is the same integer, at which the clock shows 02:00."""
    ends = [local_instant(date(2026, 3, 29), minute, "Europe/London") for minute in range(60, 120)]
    assert set(ends) == {parse_rfc3339("2026-03-29T01:00:00Z")}
    assert set(map(type, ends)) == {int}


@pytest.mark.parametrize(("day", "zone", "expected"), [
    (date.max, "UTC", NEVER),
    (date.max, "America/Chicago", NEVER),
    (date.min, "Asia/Tokyo", -NEVER),
])  # fmt: skip
def test_a_day_beyond_the_calendar_is_before_or_after_everything(day: date, zone: str, expected: Instant) -> None:
    """24:00 of the last day there is never comes, and where the first day begins too early, it always has."""
    assert (start_of_day if day is date.min else end_of_day)(day, zone) == expected


def test_instants_beyond_the_calendar_are_on_its_last_or_first_day() -> None:
    """What never comes is put on the last day, and what always was on the first."""
    assert local_date(NEVER, "UTC") == date.max
    assert local_date(-NEVER, "UTC") == date.min


def test_a_span_of_any_length_counts_its_days_seconds_and_microseconds() -> None:
    """Each part of a timedelta counts, in microseconds."""
    assert instant_span(timedelta(days=2, seconds=3, microseconds=4)) == 2 * DAY + 3 * SECOND + 4
    assert instant_span(timedelta(minutes=-1)) == -MINUTE


@pytest.mark.parametrize(
    ("duration", "said"),
    [
        (0, "1 minute"), (MINUTE, "1 minute"), (2 * MINUTE, "2 minutes"), (HOUR - MINUTE, "59 minutes"),
        (HOUR, "1 hour"), (35 * HOUR, "35 hours"), (36 * HOUR, "2 days"), (20 * DAY, "20 days"), (21 * DAY, "3 weeks"),
        (60 * DAY, "9 weeks"),
    ],
)  # fmt: skip
def test_a_span_is_said_in_its_largest_fitting_unit(duration: Duration, said: str) -> None:
    """Minutes up to an hour, hours up to a day and a half, days up to three weeks, then weeks; one stands alone."""
    assert span(duration) == said


def test_a_zone_is_what_the_world_has_one_by_that_name() -> None:
    """Names that staff or publishers got wrong are no zones, and neither are paths into the machine."""
    assert is_zone("Asia/Kathmandu")
    assert not any(map(is_zone, ("Asia/Atlantis", "", "../etc/passwd", "America")))


OPENINGS = [
    ("09:00", "18:00", range(5)),
    ("00:00", "24:00", range(7)),
    ("23:15", "24:00", (5, 6)),
    ("01:30", "02:30", (6,)),
]


@pytest.mark.parametrize("zone", CHANGES)
@pytest.mark.parametrize(("opens", "closes", "days"), OPENINGS)
def test_hours_are_open_when_the_wall_says_so(zone: str, opens: str, closes: str, days: range) -> None:
    """At every quarter hour around each change the spell holds the instant exactly when the wall clock is within."""
    hours = Hours(opens=_clock(opens), closes=_clock(closes), days=frozenset(days))
    for change in CHANGES[zone]:
        first = instant(datetime(change.year, change.month, change.day, tzinfo=UTC)) - DAY
        for at in range(first, first + 3 * DAY, QUARTER):
            spell = hours.spell(at, zone)
            assert spell.holds(at) == zones.is_open(hours, at, zone), format_rfc3339(at)
            assert spell.end > at
            assert not spell.holds(spell.end)


def test_the_next_spell_is_the_first_to_come() -> None:
    """On a Friday evening, office hours open on Monday; hours that never open are never."""
    office = Hours(opens=_clock("09:00"), closes=_clock("18:00"), days=frozenset(range(5)))
    friday = parse_rfc3339("2026-03-06T23:30:00Z")
    assert office.spell(friday, "Asia/Kathmandu") == Span(
        parse_rfc3339("2026-03-09T03:15:00Z"), parse_rfc3339("2026-03-09T12:15:00Z")
    )
    assert Hours(opens=600, closes=600, days=frozenset(range(7))).spell(friday, "UTC") == Span(NEVER, NEVER)
    assert Hours(opens=0, closes=60, days=frozenset()).spell(friday, "UTC") == Span(NEVER, NEVER)


def test_hours_that_a_change_of_the_clock_swallows_open_again_a_week_later() -> None:
    """On 8 March 2026 Chicago has no 02:15; from Friday, the Sunday after it is the tenth day ahead."""
    friday, sundays = parse_rfc3339("2026-03-06T20:00:00Z"), Hours(opens=135, closes=165, days=frozenset({6}))
    assert format_rfc3339(sundays.spell(friday, "America/Chicago").start) == "2026-03-15T07:15:00Z"


def test_hours_within_a_skipped_hour_do_not_open_that_day() -> None:
    """Hours from 02:00 to 02:30 on Lord Howe's spring Sunday are skipped whole; the next week they open."""
    night = Hours(opens=_clock("02:00"), closes=_clock("02:30"), days=frozenset({6}))
    before = parse_rfc3339("2026-10-03T12:00:00Z")
    assert format_rfc3339(night.spell(before, "Australia/Lord_Howe").start) == "2026-10-10T15:00:00Z"


@pytest.mark.parametrize("beyond", [-1, 0, 1, SECOND, QUARTER - 1])
def test_quarter_hours_round_up_and_down(beyond: int) -> None:
    """Rounding up gives the quarter hour at or after, rounding down the one at or before, also before 1970."""
    for quarter in (NOON, 0, -QUARTER, -5 * DAY):
        assert quarter_up(quarter + beyond) == quarter + (QUARTER if beyond > 0 else 0)
        assert quarter_down(quarter + beyond) == quarter - (QUARTER if beyond < 0 else 0)


@pytest.mark.parametrize(
    ("zone", "first", "last"),
    [
        ("Europe/London", "2026-03-28T00:00:00Z", "2026-03-29T23:00:00Z"),
        ("Asia/Kathmandu", "2026-03-27T18:15:00Z", "2026-03-29T18:15:00Z"),
        ("UTC", "2026-03-28T00:00:00Z", "2026-03-30T00:00:00Z"),
    ],
)
def test_a_break_lasts_whole_days_of_the_zone(zone: str, first: str, last: str) -> None:
    """A break goes from 00:00 of its first day to 24:00 of its last, and the change of clocks shortens it."""
    rest = Break(name="spring", first=date(2026, 3, 28), last=date(2026, 3, 29))
    assert Program(id="north", breaks=(rest,)).break_spans(zone) == (Span(parse_rfc3339(first), parse_rfc3339(last)),)


def test_spans_that_touch_or_overlap_become_one() -> None:
    """Merging keeps the same time in as few spans as there can be."""
    spans = [Span(50, 60), Span(0, 10), Span(10, 20), Span(15, 30), Span(52, 55)]
    assert merge_spans(spans) == (Span(0, 30), Span(50, 60))
    assert merge_spans([]) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-02T15:00:00Z", "2026-03-02T15:00:00Z"),
        ("2026-03-02t15:00:00z", "2026-03-02T15:00:00Z"),
        ("2026-03-02T15:00:00.5+05:45", "2026-03-02T09:15:00.500000Z"),
        ("2026-12-31T23:59:60Z", "2027-01-01T00:00:00Z"),
        ("2026-03-02T00:00:00-23:59", "2026-03-02T23:59:00Z"),
    ],
)
def test_an_instant_reads_and_writes_rfc_3339(text: str, expected: str) -> None:
    """Offsets, fractions, small letters and leap seconds are understood, and written in UTC."""
    assert format_rfc3339(parse_rfc3339(text)) == expected


def test_the_local_date_turns_at_local_midnight() -> None:
    """Santiago's short Sunday begins at 01:00, one instant after Saturday's 23:59:59."""
    begins: Instant = start_of_day(date(2026, 9, 6), "America/Santiago")
    assert local_date(begins - SECOND, "America/Santiago") == date(2026, 9, 5)
    assert local_date(begins, "America/Santiago") == date(2026, 9, 6)
    assert start_of_day(date(2026, 9, 7), "America/Santiago") - begins == 23 * HOUR


def test_a_naive_datetime_is_no_instant() -> None:
    """A datetime without a zone is refused."""
    with pytest.raises(ValueError, match=r"^a datetime without a zone is not an instant$"):
        instant(datetime(2026, 3, 2))  # noqa: DTZ001 - a naive one is what is tried here
    assert instant(datetime(1970, 1, 1, 0, 1, tzinfo=UTC)) == MINUTE
