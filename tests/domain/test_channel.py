"""The pace of mail, held to what it promises over any run of asking and failing."""

from hypothesis import given
from hypothesis import strategies as st

from service.domain.calendar import MINUTE, NEVER, SECOND, Duration, Instant
from service.domain.channel import ALL_MAIL, Channel, domain_of, rest

START: Instant = 1_700_000_000 * SECOND
GAPS = st.integers(SECOND // 1_000, SECOND)
WAITS = st.lists(st.integers(0, 2 * SECOND), min_size=1, max_size=60)


def taken(gap: Duration, waits: list[Duration]) -> list[tuple[Instant, int]]:
    """Return when how many emails went, where as many as may go do, each time somebody asks."""
    channel, now, went = Channel(name=ALL_MAIL), START, []
    for wait in waits:
        now += wait
        room = channel.room(gap, now)
        channel = channel.used(room, gap, now)
        went.append((now, room))
    return went


@given(GAPS, WAITS)
def test_no_stretch_of_time_gets_more_than_its_rate_and_half_a_second_of_catching_up(
    gap: Duration, waits: list[Duration]
) -> None:
    went = taken(gap, waits)
    for first in range(len(went)):
        total = 0
        for now, emails in went[first:]:
            total += emails
            assert total <= (now - went[first][0] + SECOND // 2) // gap + 1


@given(GAPS)
def test_whoever_asks_often_enough_gets_the_whole_rate(gap: Duration) -> None:
    step = max(1, min(gap, SECOND // 4))
    steps = 200
    assert sum(emails for _, emails in taken(gap, [step] * steps)) >= step * (steps - 1) // gap


@given(st.integers(0, 20), st.floats(0, 1, exclude_max=True))
def test_a_rest_is_a_second_to_five_minutes_and_grows_with_the_failures(failures: int, chance: float) -> None:
    assert SECOND <= rest(failures, chance) <= max(SECOND, min(5 * MINUTE, 30 * SECOND * 2**failures))


def test_failures_on_their_way_together_count_once() -> None:
    channel = Channel(name=ALL_MAIL).failed("It is down.", None, 0.5, START)
    again = channel.failed("It is down.", None, 0.5, START + SECOND)
    assert (again.failures, again.free_at) == (1, START + 15 * SECOND)


def test_a_rest_that_was_asked_for_is_kept_whoever_else_fails_or_succeeds_meanwhile() -> None:
    channel = Channel(name=ALL_MAIL).failed("Too many.", 10 * MINUTE, 0.5, START)
    assert channel.free_at == START + 10 * MINUTE
    assert channel.failed("It is down.", None, 0.0, START + SECOND).free_at == START + 10 * MINUTE
    assert channel.rests(START + 10 * MINUTE - 1)
    assert not channel.rests(START + 10 * MINUTE)


def test_a_rest_grows_from_failure_to_failure_and_is_forgotten_when_mail_is_taken() -> None:
    channel, rests = Channel(name=ALL_MAIL), []
    now = START
    for _ in range(6):
        channel = channel.failed("It is down.", None, 0.5, now)
        rests.append((channel.free_at - now) // SECOND)
        now = channel.free_at
    assert rests == [15, 30, 60, 120, 150, 150]
    assert channel.recovered().failed("It is down.", None, 0.5, now).free_at == now + 15 * SECOND


def test_a_channel_tells_why_it_rests_and_since_when_it_fails_until_mail_is_taken() -> None:
    """The newest reason, the first instant; afterwards it is as if it had never failed."""
    first = Channel(name=ALL_MAIL).failed("It is down.", None, 0.5, START)
    for later in (START + SECOND, START + MINUTE):
        again = first.failed("It is full.", None, 0.5, later)
        assert (again.trouble, again.failing_since, again.name) == ("It is full.", START, ALL_MAIL)
    assert first.recovered() == Channel(name=ALL_MAIL, free_at=START + 15 * SECOND)
    assert first.recovered().failing_since == NEVER


def test_a_channel_that_is_well_and_busy_does_not_rest() -> None:
    busy = Channel(name=ALL_MAIL).used(9, SECOND, START)
    assert (busy.rests(START), busy.room(SECOND, START)) == (False, 0)
    assert [busy.room(SECOND, busy.free_at + by) for by in (-1, 0)] == [0, 1]


def test_a_rest_that_is_asked_for_counts_from_now_where_that_is_longer() -> None:
    """While it rests and afterwards; never less than what it rests already."""
    channel = Channel(name=ALL_MAIL).failed("Too many.", 10 * SECOND, 0.5, START)
    assert channel.failed("Too many.", MINUTE, 0.5, START + SECOND).free_at == START + SECOND + MINUTE
    assert channel.failed("Too many.", SECOND, 0.5, START + SECOND).free_at == START + 10 * SECOND
    booked = Channel(name=ALL_MAIL).used(100, SECOND, START)
    assert booked.failed("Too many.", SECOND, 0.5, START).free_at == booked.free_at


def test_the_domain_of_an_address_is_in_small_letters() -> None:
    """It is what comes after the last at sign, since a quoted name may have one too."""
    assert domain_of("Ada@Mail.Example.ORG") == "mail.example.org"
    assert domain_of('"ada@home"@example.org') == "example.org"
