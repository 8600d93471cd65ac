"""What mentorships stand on, as the store keeps it: SQL tells the state that the domain tells."""

from collections import Counter
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.adapters.store import SqlStore, open_store
from service.domain.calendar import DAY
from service.domain.engagement import Engagement, Footing, state_at
from service.domain.programs import Thresholds
from service.flow.footing_port import START, FootingRow, Order, Wanted
from tests.store.samples import M1, M2, NOW, incoming, saved

LIMITS = st.builds(
    lambda new, more, many, quiet: Thresholds(
        new_for=new * DAY, not_connected_after=(new + more) * DAY, highly_engaged_from=many, drifting_after=quiet * DAY
    ),
    st.integers(1, 9),
    st.integers(1, 9),
    st.integers(1, 5),
    st.integers(1, 20),
)
DAYS_AGO = st.none() | st.integers(0, 30).map(lambda days: NOW - days * DAY)
FOOTINGS = st.builds(
    lambda matched_at, ended_at, last, number, flags, asked_at: Footing(
        matched_at=matched_at,
        ended_at=ended_at,
        last_logged_at=last,
        last_contact_at=last,
        conversations=number if last is not None else 0,
        open_flags=flags,
        asked_at=asked_at,
    ),
    DAYS_AGO,
    st.none() | DAYS_AGO,
    DAYS_AGO,
    st.integers(1, 6),
    st.integers(0, 2),
    DAYS_AGO,
)
WANTED = st.builds(
    Wanted,
    state=st.none() | st.sampled_from(Engagement),
    at_least=st.none() | st.integers(0, 4),
    at_most=st.none() | st.integers(0, 4),
    quiet_before=DAYS_AGO,
    flagged=st.booleans(),
    asking=st.booleans(),
    order=st.sampled_from(Order),
)
PROGRAMS = count()


def kept(store: SqlStore, footings: list[Footing]) -> str:
    """Return a new program with these mentorships."""
    program = f"p{next(PROGRAMS)}"
    with store.writing() as transaction:
        rows = [FootingRow(program=program, id=f"m-{n}", footing=each) for n, each in enumerate(footings)]
        transaction.save_footings(rows)
    return program


def is_wanted(footing: Footing, wanted: Wanted, limits: Thresholds) -> bool:
    since = footing.matched_at if footing.last_contact_at is None else footing.last_contact_at
    state = state_at(footing, limits, NOW)
    return (
        wanted.state in (None, state)
        and (wanted.at_least is None or footing.conversations >= wanted.at_least)
        and (wanted.at_most is None or footing.conversations <= wanted.at_most)
        and (wanted.quiet_before is None or (state is not None and (since or 0) <= wanted.quiet_before))
        and (not wanted.flagged or footing.open_flags > 0)
        and (not wanted.asking or footing.asked_at is not None)
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(FOOTINGS, max_size=12), LIMITS, WANTED)
def test_the_store_finds_what_the_domain_would(
    store: SqlStore, footings: list[Footing], limits: Thresholds, wanted: Wanted
) -> None:
    program = kept(store, footings)
    found: list[FootingRow] = []
    with store.reading() as snapshot:
        states = snapshot.states(program, limits, NOW)
        number = snapshot.number_going_on(program, wanted, limits, NOW)
        page = snapshot.footings(program, wanted, limits, NOW, START, 3)
        while page:
            found += [row for _, row in page]
            page = snapshot.footings(program, wanted, limits, NOW, page[-1][0], 3)
    assert states == Counter(state_at(each, limits, NOW) for each in footings)
    named = {f"m-{n}": each for n, each in enumerate(footings) if is_wanted(each, wanted, limits)}
    assert {row.id: row.footing for row in found} == named
    assert len(found) == len(named)
    assert number == sum(state_at(each, limits, NOW) is not None for each in named.values())


def test_the_text_is_found_in_names_and_ids_and_means_itself(store: SqlStore) -> None:
    rows = (
        FootingRow(program="p", id="m-1", footing=Footing(), mentor="Zoë Öz", mentee="Kim"),
        FootingRow(program="p", id="m_2", footing=Footing(), mentor="100 %", mentee="Wow!"),
    )
    with store.writing() as transaction:
        transaction.save_footings(rows)

    def ids(text: str) -> list[str]:
        with store.reading() as snapshot:
            found = snapshot.footings("p", Wanted(text=text), Thresholds(), NOW, START, 9)
        return [row.id for _, row in found]

    assert [ids(each) for each in ("ZOË ö", "m_", "%", "!", "kim zoë")] == [["m-1"], ["m_2"], ["m_2"], ["m_2"], []]


def test_what_was_checked_without_a_footing_is_checked_again(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.append([incoming("e-1"), incoming("e-2", M2)], NOW)
        transaction.save_subjects([saved(M1, folded_seq=1), saved(M2, folded_seq=2)])
        footings = ((M1, 1), (M2, 1))
        transaction.save_footings(
            [
                FootingRow(program=key.program, id=key.subject.id, footing=Footing(), folded_seq=seq)
                for key, seq in footings
            ]
        )
    with store.writing() as transaction:
        assert transaction.due_subjects(NOW, "r1", 9) == []
        transaction.check_unkept()
    with store.writing() as transaction:
        assert transaction.due_subjects(NOW, "r1", 9) == [M2]


def test_a_caseload_is_whose_advisor_somebody_is_and_no_list_tells_their_address(url: str) -> None:
    store = open_store(url, b"a secret of this store")
    advised = {
        "m-1": ("Ines@example.org",),
        "m-2": ("ines@example.org", "kai@example.org"),
        "m-3": (),
        "m-4": ("kai@x",),
    }
    with store.writing() as transaction:
        transaction.save_footings(
            [FootingRow(program="advised", id=id, footing=Footing(), advisors=each) for id, each in advised.items()]
        )
        transaction.save_footings([FootingRow(program="other", id="m-1", footing=Footing(), advisors=("kai@x",))])
    with store.reading() as snapshot:
        ines, kai = (snapshot.advisor_key(f"{name}@example.org") for name in ("ines", "kai"))

        def ids(advisor: str | None, text: str = "") -> list[str]:
            wanted = Wanted(advisor=advisor, text=text, by_id=True)
            return [row.id for _, row in snapshot.footings("advised", wanted, Thresholds(), NOW, START, 9)]

        assert [ids(None), ids(ines), ids(kai), ids("")] == [["m-1", "m-2", "m-3", "m-4"], ["m-1", "m-2"], ["m-2"], []]
        assert ids(ines, "m-2") == ["m-2"]
        assert snapshot.advised("advised", ["m-1", "m-3", "m-9"], ines) == {"m-1"}
        assert snapshot.advised("advised", ["m-1"], "") == set()
        assert sum(snapshot.states("advised", Thresholds(), NOW, ines).values()) == 2
        assert "@" not in ines
        assert snapshot.advisor_key(" ") == ""
    store.close()


def test_a_masked_search_finds_ids_and_no_names(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.save_footings(
            [FootingRow(program="masked", id="m-1", footing=Footing(), mentor="Zoe", mentee="Kim")]
        )
    with store.reading() as snapshot:
        found = [
            len(snapshot.footings("masked", Wanted(text=text, by_id=True), Thresholds(), NOW, START, 9))
            for text in ("zoe", "m-1", "kim", "1")
        ]
    assert found == [0, 1, 0, 1]
