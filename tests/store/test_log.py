"""The log: every event once, in order, as a whole batch or not at all."""

import pytest

from service.adapters.store import SqlStore
from service.domain.events import Event, Incoming, Subject, SubjectKind
from service.flow.ports import Appended, SubjectKey
from tests.store.samples import M1, M2, NOW, incoming, mentorship, saved


def append(store: SqlStore, *events: Incoming, at: int = NOW) -> Appended:
    with store.writing() as transaction:
        return transaction.append(events, at)


def log_of(store: SqlStore, key: SubjectKey) -> list[Event]:
    with store.reading() as snapshot:
        return list(snapshot.history(key))


def test_an_event_comes_back_as_it_was_stamped(store: SqlStore) -> None:
    event = incoming("e-1", note="Grüße \U0001f33b", count=2, share=0.1, topics=["stress"], nothing=None, ok=True)
    assert append(store, event) == Appended(1)
    assert log_of(store, M1) == [event.recorded_at(NOW)]
    with store.reading() as snapshot:
        assert snapshot.event("northfield", "/matching", "e-1") == event.recorded_at(NOW)
        assert snapshot.event("northfield", "/matching", "e-2") is None
        assert snapshot.event("northfield", "/other", "e-1") is None


def test_the_same_event_is_kept_once_with_its_first_stamp(store: SqlStore) -> None:
    append(store, incoming("e-1"))
    assert append(store, incoming("e-1"), incoming("e-2"), incoming("e-2"), at=NOW + 5) == Appended(1, (0, 2))
    assert [(each.id, each.recorded) for each in log_of(store, M1)] == [("e-1", NOW), ("e-2", NOW + 5)]


def test_one_duplicate_alone_is_told(store: SqlStore) -> None:
    append(store, incoming("e-1"))
    assert append(store, incoming("e-1")) == Appended(0, (0,))


def test_what_is_in_the_log_already_is_no_news_of_its_subject(store: SqlStore) -> None:
    append(store, incoming("e-1"))
    with store.writing() as transaction:
        transaction.save_subjects([saved(M1, folded_seq=transaction.log_end())])
    assert append(store, incoming("e-1"), incoming("e-2", M2), at=NOW + 5) == Appended(1, (0,))
    with store.writing() as transaction:
        assert transaction.due_subjects(NOW + 5, "r1", 10) == [M2]


def test_of_many_at_once_what_is_known_is_told_and_the_rest_is_added(store: SqlStore) -> None:
    """Many are poured in as if all were new; nothing may come of it where one is not."""
    append(store, incoming("e-7"), incoming("e-9", note="Grüße\t\\N\n", nothing=None))
    many = [incoming(f"e-{n}", mentorship(f"m-{n % 3}"), n=n) for n in range(200) if n not in (7, 9)]
    known = [incoming("e-9", note="Grüße\t\\N\n", nothing=None), incoming("e-7")]
    assert append(store, *many, *known, at=NOW + 5) == Appended(198, (198, 199))
    assert append(store, *many, incoming("e-7", note="other")) == Appended(0, conflicts=(198,))
    found = [each for n in range(3) for each in log_of(store, mentorship(f"m-{n}"))]
    assert sorted(found) == sorted(
        [each.recorded_at(NOW + 5) for each in many] + [each.recorded_at(NOW) for each in known]
    )


def test_many_at_once_come_back_as_they_were_stamped(store: SqlStore) -> None:
    said = ["Grüße\t\\N\n", "\\.", "", "\U0001f33b", "a\x7fb"]
    many = [incoming(f"e-{n}", note=said[n % 5])._replace(traceparent="00-1" if n % 2 else None) for n in range(60)]
    assert append(store, *many) == Appended(60)
    assert log_of(store, M1) == [each.recorded_at(NOW) for each in many]
    with store.reading() as snapshot:
        rows = snapshot._session.all("SELECT traceparent FROM events ORDER BY seq", {})
    assert [each for (each,) in rows] == [each.traceparent for each in many]


def test_an_id_belongs_to_its_program_and_source(store: SqlStore) -> None:
    others = [incoming("e-1", source="/b", n=1), incoming("e-1", mentorship("m-1", "south"), n=2)]
    assert append(store, incoming("e-1"), *others) == Appended(3)


def test_a_conflict_keeps_the_whole_batch_out(store: SqlStore) -> None:
    append(store, incoming("e-1"))
    batch = [incoming("e-2"), incoming("e-1", note="other"), incoming("e-3"), incoming("e-3", note="other")]
    assert append(store, *batch) == Appended(0, conflicts=(1, 3))
    assert [each.id for each in log_of(store, M1)] == ["e-1"]


def test_one_conflict_alone_is_told(store: SqlStore) -> None:
    append(store, incoming("e-1"))
    assert append(store, incoming("e-1", note="other")) == Appended(0, conflicts=(0,))


def test_what_is_not_canonical_makes_no_other_event(store: SqlStore) -> None:
    append(store, incoming("e-1"))
    assert append(store, incoming("e-1")._replace(traceparent="00-1", recordedtime=NOW)) == Appended(0, (0,))


def test_of_several_batches_only_the_one_in_conflict_is_kept_out(store: SqlStore) -> None:
    append(store, incoming("e-1"))
    batches = (
        [incoming("e-2"), incoming("e-1")],
        [incoming("e-3"), incoming("e-2", note="other")],
        [incoming("e-3"), incoming("e-2")],
    )
    with store.writing() as transaction:
        assert transaction.append_each(batches, NOW) == [
            Appended(1, (1,)),
            Appended(0, conflicts=(1,)),
            Appended(1, (1,)),
        ]
    assert [each.id for each in log_of(store, M1)] == ["e-1", "e-2", "e-3"]


def test_nothing_to_append_is_no_fault(store: SqlStore) -> None:
    assert append(store) == Appended(0)


@pytest.mark.parametrize("size", [1, 2, 500, 1_001])
def test_any_number_goes_in_at_once_and_comes_out_in_order(store: SqlStore, size: int) -> None:
    events = [incoming(f"e-{n}") for n in range(size)]
    assert append(store, *events) == Appended(size)
    assert [each.id for each in log_of(store, M1)] == [each.id for each in events]
    assert append(store, *events) == Appended(0, tuple(range(size)))


def test_news_follow_a_position_of_the_log(store: SqlStore) -> None:
    append(store, incoming("e-1"), incoming("e-2", M2), incoming("e-3"), incoming("e-4"))
    with store.reading() as snapshot:
        news = snapshot.news(M1, 0)
        assert [event.id for _, event in news] == ["e-1", "e-3", "e-4"]
        assert [event.id for _, event in snapshot.news(M1, news[0][0])] == ["e-3", "e-4"]
        assert [event.id for _, event in snapshot.news(M1, 0, limit=2)] == ["e-1", "e-3"]


def test_news_of_several_subjects_follow_the_position_of_each(store: SqlStore) -> None:
    append(
        store,
        incoming("e-1"),
        incoming("e-2", M2),
        incoming("e-3"),
        incoming("e-4", M2),
        incoming("e-5", mentorship("m-8")),
    )
    with store.reading() as snapshot:
        first = snapshot.news(M1, 0)[0][0]
        after = {M1: first, M2: 0, mentorship("m-9"): 0}
        news = {key: [event.id for _, event in found] for key, found in snapshot.news_of(after).items()}
        assert news == {M1: ["e-3"], M2: ["e-2", "e-4"]}
        assert snapshot.news_of(after)[M1] == snapshot.news(M1, first)
        assert snapshot.news_of(after, limit=2).keys() == {M1, M2}
        assert snapshot.news_of({}) == {}


def test_subjects_of_one_name_have_logs_of_their_own(store: SqlStore) -> None:
    participant = SubjectKey("northfield", Subject(SubjectKind.PARTICIPANT, "m-1"))
    append(store, incoming("e-1"), incoming("e-2", participant), incoming("e-3", mentorship("m-1", "south")))
    assert [each.id for each in log_of(store, M1)] == ["e-1"]
    assert [each.id for each in log_of(store, participant)] == ["e-2"]


def test_every_program_with_events_is_listed_by_name(store: SqlStore) -> None:
    for program in ("south", "Åkern", "North", "north"):
        append(store, *(incoming(f"e-{n}", mentorship(f"m-{n}", program)) for n in range(3)))
    with store.reading() as snapshot:
        assert snapshot.programs() == ["North", "north", "south", "Åkern"]


def test_an_empty_store_lists_no_program(store: SqlStore) -> None:
    with store.reading() as snapshot:
        assert snapshot.programs() == []
