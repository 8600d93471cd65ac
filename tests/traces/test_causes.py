"""For whose events a step is done, and on which trace each of them is."""

import pytest

from service.adapters.store import SqlStore
from service.flow.ports import Appended
from service.flow.trace import arrivals_of, causes_of, news_of, on_the_trace
from service.flow.trace_port import Untraced
from tests.store.samples import M1, NOW, candidate, email, incoming, mentorship, moment, saved
from tests.traces.keeping import Keeping, traced

ONE, TWO = (f"00-{n:032x}-{n:016x}-01" for n in (1, 2))


@pytest.mark.parametrize("header", [None, "", "00-7-7-01", ONE.upper() + "X", f"{ONE} ", b"7", 7])
def test_a_carriers_header_that_names_no_trace_is_passed_over(header: object) -> None:
    assert on_the_trace({"id": "e-1"}, header) == {"id": "e-1"}


def test_an_event_is_on_its_carriers_trace_unless_it_names_its_own() -> None:
    assert on_the_trace({"id": "e-1"}, ONE) == {"id": "e-1", "traceparent": ONE}
    assert on_the_trace({"id": "e-1", "traceparent": None}, ONE) == {"id": "e-1", "traceparent": ONE}
    assert on_the_trace({"id": "e-1", "traceparent": TWO}, ONE) == {"id": "e-1", "traceparent": TWO}
    assert on_the_trace("no event", ONE) == "no event"


def test_a_batch_tells_what_became_of_each_event_that_is_traced() -> None:
    events = [traced(incoming("e-1"), ONE), incoming("e-2"), traced(incoming("e-3"), TWO)]
    told = [(each.traceparent, each.about["outcome"]) for each in arrivals_of(events, Appended(2, repeated=(2,)))]
    assert told == [(ONE, "accepted"), (TWO, "duplicate")]
    told = [(each.traceparent, each.about["outcome"]) for each in arrivals_of(events, Appended(0, conflicts=(0,)))]
    assert told == [(ONE, "conflict")]


def test_news_is_what_is_not_folded_yet(store: SqlStore) -> None:
    other = mentorship("m-2")
    with store.writing() as transaction:
        transaction.append([traced(incoming("e-1"), ONE)], NOW)
        transaction.save_subjects([saved(M1, folded_seq=1)])
        transaction.append([traced(incoming("e-2"), TWO), incoming("e-3"), traced(incoming("e-4", other), ONE)], NOW)
    with store.reading() as snapshot:
        assert [each.traceparent for each in news_of(Keeping(), snapshot, [M1])] == [TWO]
        assert [each.traceparent for each in news_of(Keeping(), snapshot, [M1, other])] == [TWO, ONE]
        assert news_of(Untraced(), snapshot, [M1]) == []


def test_an_email_for_two_events_is_on_the_traces_of_both_each_with_its_own_rules(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.append([traced(incoming("e-1"), ONE), traced(incoming("e-2"), TWO), incoming("e-3")], NOW)
    first, again = candidate(rule="a"), candidate(rule="b")
    second, untraced = (candidate(rule="b")._replace(start_moment=moment(n)) for n in (2, 3))
    with store.reading() as snapshot:
        causes = causes_of(Keeping(), snapshot, [email("E", first, again, second, untraced), email("F", untraced)])
        assert causes_of(Untraced(), snapshot, [email("E", first)]) == {}
    assert {tuple(each) for each in [(c.traceparent, c.about["rules"]) for c in causes["E"]]} == {
        (ONE, ("a", "b")),
        (TWO, ("b",)),
    }
    assert causes["F"] == []
