"""News gathers for as long as it keeps coming, and never for longer than it may."""

from hypothesis import given
from hypothesis import strategies as st

from service.flow.gathering import QUIET_S, Gathering

LONGEST_S = 2.0


@given(st.lists(st.tuples(st.floats(0.001, 1.0), st.integers(0, 3)), max_size=60))
def test_it_ends_with_the_stream_or_when_it_has_gathered_long_enough(steps: list[tuple[float, int]]) -> None:
    now, end, came_at, went_on, just_asked = [0.0], 0, 0.0, True, False
    gathering = Gathering(LONGEST_S, lambda: now[0])
    gathering.begin(lambda: 0)
    for after_s, events in steps:
        now[0], end = now[0] + after_s, end + events
        came_at = now[0] if events else came_at
        goes_on = gathering.goes_on(lambda: end)  # noqa: B023 - called at once
        assert went_on or not goes_on, "it begins only when told"
        assert now[0] < LONGEST_S or not goes_on
        assert goes_on or not went_on or now[0] >= LONGEST_S or now[0] - came_at >= QUIET_S
        asks = after_s >= QUIET_S
        assert not (goes_on and just_asked and asks and not events), "nothing came since it asked last"
        went_on, just_asked = goes_on, asks


def test_it_asks_seldom_and_rests_until_then() -> None:
    now, asked = [0.0], [0]

    def log_end() -> int:
        asked[0] += 1
        return asked[0]

    gathering = Gathering(LONGEST_S, lambda: now[0])
    gathering.begin(lambda: 0)
    assert gathering.rest_s() == QUIET_S
    while gathering.goes_on(log_end):
        now[0] += 0.01
    assert 0 < asked[0] <= LONGEST_S / QUIET_S
    assert gathering.rest_s() == 0


def test_where_one_writer_makes_way_by_itself_nothing_gathers() -> None:
    gathering = Gathering(seconds=lambda: 0.0)
    gathering.begin(lambda: 0)
    assert not gathering.goes_on(lambda: 1)
