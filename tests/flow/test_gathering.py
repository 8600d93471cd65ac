"""News gathers for a moment while events keep coming, and is looked at at once when they stop."""

from hypothesis import given
from hypothesis import strategies as st

from service.flow.gathering import QUIET_S, SPAN_S, Gathering

STEPS = st.lists(st.tuples(st.floats(0.001, 1.0), st.integers(0, 3), st.integers(0, 50)), max_size=60)


@given(STEPS)
def test_it_looks_now_and_then_and_ends_with_the_stream(steps: list[tuple[float, int, int]]) -> None:
    """Whatever is news is looked at within the span and two looks, whichever clock it was stamped by."""
    now, end, end_at_look, streams, looked_s = [0.0], 0, 0, True, 0.0
    gathering = Gathering(SPAN_S, lambda: now[0])
    gathering.begin(lambda: 0)
    seen: list[tuple[float, int]] = []
    for after_s, events, newest in steps:
        now[0], end = now[0] + after_s, end + events
        is_time = not streams or now[0] - looked_s >= QUIET_S
        assert gathering.is_time(lambda: end) is is_time  # noqa: B023 - called at once
        if is_time and streams:
            streams, end_at_look, looked_s = end > end_at_look, end, now[0]
        if is_time:
            seen.append((now[0], newest))
            old = [each for at_s, each in seen if at_s <= now[0] - SPAN_S]
            assert gathering.until(newest) == (newest if not streams else old[-1] if old else 0)
        assert gathering.rest_s() == (max(0.0, looked_s + QUIET_S - now[0]) if streams else 0)


def test_a_stream_is_not_begun_twice() -> None:
    """A full look within one stream puts the next look off no further."""
    now = [0.0]
    gathering = Gathering(SPAN_S, lambda: now[0])
    gathering.begin(lambda: 1)
    now[0] = QUIET_S / 2
    gathering.begin(lambda: 9)
    assert gathering.rest_s() == QUIET_S / 2


def test_what_a_stream_before_left_behind_does_not_count() -> None:
    now = [0.0]
    gathering = Gathering(SPAN_S, lambda: now[0])
    for end in (1, 1, 5):
        gathering.begin(lambda: end)  # noqa: B023 - called at once
        now[0] += QUIET_S
        gathering.is_time(lambda: end)  # noqa: B023 - called at once
        gathering.until(99)
    now[0] += SPAN_S
    gathering.begin(lambda: 6)
    now[0] += QUIET_S
    assert gathering.is_time(lambda: 7)
    assert gathering.until(100) == 0


def test_where_one_writer_makes_way_by_itself_nothing_gathers() -> None:
    gathering = Gathering(seconds=lambda: 0.0)
    gathering.begin(lambda: 1)
    assert gathering.is_time(lambda: 2)
    assert gathering.until(7) == 7
