"""Matters, figures and interventions in the store, for each database."""

from service.adapters.store import SqlStore, open_store
from service.domain.calendar import HOUR
from service.domain.engagement import Footing
from service.domain.figures import Figure
from service.domain.matters import Matter, Weight
from service.flow.figure_port import Figuring
from service.flow.footing_port import FootingRow
from service.flow.intervention_port import Intervention, Stage
from service.flow.matter_port import FRONT, MattersWanted
from tests.store.samples import NOW


def matter(ref: str, weight: Weight, since: int, *about: str, kind: str = "flag") -> Matter:
    return Matter(kind=kind, ref=ref, weight=weight, about=about, by="mentor", since=since)


FIRST = matter("a", Weight.IMMEDIATE, 9, "stress", "family")
SECOND = matter("b", Weight.ASKS_A_PERSON, 3, "remove_me", kind="help")
THIRD, FOURTH = matter("c", Weight.ROUTINE, 4, "family_x"), matter("d", Weight.ROUTINE, 5, "family")


def queue(store: SqlStore, **asked: object) -> list[str]:
    with store.reading() as snapshot:
        return [each.matter.ref for each in snapshot.matters("p", MattersWanted(**asked))]  # type: ignore[arg-type] # as in each test


def test_the_queue_has_weight_before_age_and_pages_of_it_have_each_once(url: str) -> None:
    store = open_store(url, b"secret")
    with store.writing() as transaction:
        transaction.save_footings(
            [FootingRow(program="p", id="m-1", footing=Footing(), mentor="Ada", advisors=("a@example.org",))]
        )
        transaction.save_matters({("p", "m-1"): [FOURTH, THIRD], ("p", "m-2"): [SECOND, FIRST], ("q", "m-1"): [FIRST]})
        advisor = transaction.advisor_key("A@example.org")
    assert queue(store) == ["a", "b", "c", "d"]
    with store.reading() as snapshot:
        place, refs = FRONT, []
        while page := snapshot.matters("p", MattersWanted(), place, 1):
            refs += [each.matter.ref for each in page]
            place = page[-1].place
        assert refs == ["a", "b", "c", "d"]
        (row, *_) = snapshot.matters("p", MattersWanted(topic="family_x"))
        assert (row.mentor, row.matter) == ("Ada", THIRD)
    assert queue(store, topic="family") == ["a", "d"]
    assert queue(store, topic="%") == []
    assert queue(store, kind="help") == ["b"]
    assert queue(store, weight=5) == ["c", "d"]
    assert queue(store, advisor=advisor) == ["c", "d"]
    assert queue(store, advisor="") == []
    store.close()


def test_what_is_open_of_a_mentorship_replaces_what_was(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.save_matters({("p", "m-1"): [FIRST, THIRD], ("p", "m-2"): [SECOND]})
        transaction.save_matters({("p", "m-1"): [THIRD], ("p", "m-2"): []})
        assert transaction.matters_of("p", "m-1") == [THIRD]
    assert queue(store) == ["c"]


def test_figures_of_a_week_are_replaced_and_those_counted_on_stay(store: SqlStore) -> None:
    old, new = Figure("", "matched", "2026-03-02", 3), Figure("", "matched", "2026-03-02", 4)
    other, counted = Figure("", "matched", "2026-02-23", 2), Figure("", "event:opted_out", "2026-03-02", 1)
    with store.writing() as transaction:
        transaction.replace_figures("p", ["2026-03-02", "2026-02-23"], [old, other])
        transaction.count_on("p", [counted])
        transaction.count_on("p", [counted])
        transaction.replace_figures("p", ["2026-03-02"], [new])
    with store.reading() as snapshot:
        assert list(snapshot.figures("p", "2026-03-02")) == [counted._replace(number=2), new]
        assert list(snapshot.figures("p", "", ("a",))) == []


def test_one_process_makes_figures_at_a_time(store: SqlStore) -> None:
    with store.writing() as transaction:
        assert transaction.begin_figuring(NOW, NOW + HOUR)
        assert not transaction.begin_figuring(NOW + 1, NOW + HOUR)
        transaction.end_figuring(Figuring(made_at=NOW, seq=7), NOW + 5)
        assert transaction.figuring() == Figuring(made_at=NOW, seq=7)
        assert not transaction.begin_figuring(NOW + 4, NOW + HOUR)
        assert transaction.begin_figuring(NOW + 5, NOW + HOUR)


def test_how_far_the_log_is_counted_is_kept_whoever_counts_first(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.end_figuring(Figuring(made_at=0, seq=7), NOW)
        assert transaction.figuring().seq == 7


def test_an_intervention_goes_from_stage_to_stage_once(store: SqlStore) -> None:
    draft = Intervention(
        program="p",
        id="w-1",
        made_at=NOW,
        author="kim",
        message="word-from-staff",
        paragraphs=("a", "b"),
        chosen=("m-1",),
    )
    approved = Intervention(
        program="p",
        id="w-1",
        made_at=NOW,
        author="kim",
        stage=Stage.APPROVED,
        approvals=("kim", "lee"),
        approved_at=NOW,
    )
    with store.writing() as transaction:
        assert transaction.save_intervention(draft, None)
        assert not transaction.save_intervention(draft, None)
        assert transaction.intervention("p", "w-1") == draft
        assert transaction.save_intervention(approved, Stage.DRAFT)
        assert not transaction.save_intervention(draft, Stage.DRAFT)
    with store.reading() as snapshot:
        assert snapshot.interventions("p") == [approved]
        assert snapshot.intervention("q", "w-1") is None
