"""News gathers for a moment while events keep coming, and is looked at at once when they stop."""

from hypothesis import given
from hypothesis import strategies as st

from service.domain.calendar import SECOND
from service.flow.gathering import QUIET_S, SPAN, Gathering
from service.flow.ports import LogEnd

START = 1_000 * SECOND


@given(st.lists(st.tuples(st.floats(0.001, 1.0), st.integers(0, 3)), max_size=60))
def test_it_looks_now_and_then_and_ends_with_the_stream(steps: list[tuple[float, int]]) -> None:
    now, end, at_look, streams = [0.0], LogEnd(0, START), LogEnd(0, START), True
    looked_s = 0.0
    gathering = Gathering(SPAN, lambda: now[0])
    gathering.begin(lambda: end)
    for after_s, events in steps:
        now[0] += after_s
        if events:
            end = LogEnd(end.seq + events, START + int(now[0] * SECOND))
        assert gathering.is_time(lambda: end) is (not streams or now[0] - looked_s >= QUIET_S)  # noqa: B023 - called at once
        if streams and now[0] - looked_s >= QUIET_S:
            streams, at_look, looked_s = end.seq > at_look.seq, end, now[0]
        newest = end.recorded
        assert gathering.until(newest) == (at_look.recorded - SPAN if streams else newest)
        assert gathering.rest_s() == (max(0.0, looked_s + QUIET_S - now[0]) if streams else 0)


def test_what_is_old_is_looked_at_while_the_stream_goes_on() -> None:
    """Also where a worker's clock, or that of another consumer, is behind."""
    now, end = [0.0], [LogEnd(0, START)]
    gathering = Gathering(SPAN, lambda: now[0])
    gathering.begin(lambda: end[0])
    for recorded in (START + 3 * SECOND, START - 60 * SECOND):
        now[0] += QUIET_S
        end[0] = LogEnd(end[0].seq + 1, recorded)
        assert gathering.is_time(lambda: end[0])
        assert gathering.until(START + 9 * SECOND) == START + 3 * SECOND - SPAN


def test_a_stream_is_not_begun_twice() -> None:
    """A full look within one stream puts the next look off no further."""
    now = [0.0]
    gathering = Gathering(SPAN, lambda: now[0])
    gathering.begin(lambda: LogEnd(1, START))
    now[0] = QUIET_S / 2
    gathering.begin(lambda: LogEnd(9, START))
    assert gathering.rest_s() == QUIET_S / 2


def test_where_one_writer_makes_way_by_itself_nothing_gathers() -> None:
    gathering = Gathering(seconds=lambda: 0.0)
    gathering.begin(lambda: LogEnd(1, START))
    assert gathering.is_time(lambda: LogEnd(2, START))
    assert gathering.until(START) == START
