"""Subjects: what was folded, which of their things are at hand, and when each is due."""

from service.adapters.store import SqlStore
from service.domain.events import Subject, SubjectKind
from service.flow.ports import DueRecipient, RuleSetRow, SubjectKey, SubjectRow
from tests.store.samples import (
    M1,
    M2,
    M3,
    MIRA,
    NOW,
    PROGRAM,
    candidate,
    closed_flag,
    facts_with,
    flag,
    incoming,
    mentorship,
    moment,
    pending,
    saved,
    start_of,
)


def due(store: SqlStore, now: int = NOW, rule_set: str = "r1", limit: int = 10) -> list[SubjectKey]:
    with store.writing() as transaction:
        return list(transaction.due_subjects(now, rule_set, limit))


def next_due(store: SqlStore) -> int | None:
    with store.reading() as snapshot:
        return snapshot.next_due()


def last_seq(store: SqlStore, key: SubjectKey) -> int:
    with store.reading() as snapshot:
        return snapshot.news(key, 0)[-1][0]


# What is kept.


def test_a_subject_comes_back_as_it_was_saved(store: SqlStore) -> None:
    row = saved(M1, facts=facts_with(M1, flag("f-1"), starts=(start_of("f-1"),)), folded_seq=7, next_check_at=NOW + 1)
    with store.writing() as transaction:
        assert transaction.subject(M1) is None
        transaction.save_subjects([row])
        assert transaction.subject(M1) == row
    with store.reading() as snapshot:
        assert snapshot.subject(M1) == row
        assert snapshot.subject(M2) is None


def test_a_subject_with_news_alone_has_no_facts_yet(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.append([incoming("e-1")], NOW)
        row = transaction.subject(M1)
    assert row is not None
    assert (row.facts, row.folded_seq, row.folded_with, row.checked_with) == (None, 0, "", "")


def test_only_live_things_are_at_hand_and_the_named(store: SqlStore) -> None:
    acknowledged = flag("f-ack", acknowledged=moment(2))
    things = [flag("f-open"), closed_flag("f-closed"), closed_flag("f-started"), closed_flag("f-other"), acknowledged]
    with store.writing() as transaction:
        transaction.save_subjects([saved(M1, facts=facts_with(M1, *things, starts=(start_of("f-started"),)))])
    with store.reading() as snapshot:
        row = snapshot.subject(M1)
        named = snapshot.things(
            {M1: {("flag", "f-closed"), ("flag", "f-open"), ("flag", "f-unknown")}, M2: {("flag", "f-open")}}
        )
        several = snapshot.subjects([M1, M2])
    assert row is not None
    assert row.facts is not None
    assert {id for _, id in row.facts.things} == {"f-open", "f-started", "f-ack"}
    assert several == {M1: row}
    assert named == {M1: {("flag", "f-closed"): closed_flag("f-closed"), ("flag", "f-open"): flag("f-open")}}


def test_a_thing_that_closes_leaves_the_live_and_keeps_its_state(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.save_subjects([saved(M1, facts=facts_with(M1, flag("f-1"), flag("f-2")))])
    with store.writing() as transaction:
        row = transaction.subject(M1)
        assert row is not None
        assert row.facts is not None
        row.facts.things["flag", "f-1"].closed = moment(2)
        transaction.save_subjects([row])
    with store.writing() as transaction:
        row = transaction.subject(M1)
        assert row is not None
        assert row.facts == facts_with(M1, flag("f-2"))
        row.facts.things.update(transaction.things({M1: [("flag", "f-1")]})[M1])
        assert row.facts == facts_with(M1, closed_flag("f-1"), flag("f-2"))
        # What was read closed may be opened again in the same transaction.
        row.facts.things["flag", "f-1"].reopened = moment(3)
        transaction.save_subjects([row])
        assert transaction.subject(M1) == row


def test_a_closed_thing_stays_at_hand_for_as_long_as_its_start(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.save_subjects([saved(M1, facts=facts_with(M1, closed_flag("f-1"), starts=(start_of("f-1"),)))])
        row = transaction.subject(M1)
        assert row is not None
        assert row.facts is not None
        assert row.facts.things
        row.facts.starts.clear()
        transaction.save_subjects([row])
        assert transaction.subject(M1) == saved(M1, facts=facts_with(M1))


def test_a_program_is_read_page_by_page_in_order_of_ids(store: SqlStore) -> None:
    keys = [mentorship(f"m-{n}") for n in (2, 10, 1)]
    with store.writing() as transaction:
        for key in (*keys, mentorship("m-0", "south"), SubjectKey(PROGRAM, Subject(SubjectKind.PARTICIPANT, "p-1"))):
            transaction.save_subjects([saved(key, facts=facts_with(key, flag("f-1")))])
    with store.reading() as snapshot:
        first = snapshot.all_subjects(PROGRAM, "mentorships", limit=2)
        rest = snapshot.all_subjects(PROGRAM, "mentorships", after="m-10", limit=2)
    assert [row.key.subject.id for row in (*first, *rest)] == ["m-1", "m-10", "m-2"]
    assert first[0] == saved(keys[2], facts=facts_with(keys[2], flag("f-1")))


def test_who_belongs_to_a_mentorship_is_kept_for_good(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.join(PROGRAM, "m-2", ["p-1", "p-2"])
        transaction.join(PROGRAM, "m-1", ["p-1"])
        transaction.join(PROGRAM, "m-2", ["p-3"])
        transaction.join(PROGRAM, "m-2", [])
    with store.reading() as snapshot:
        found = [snapshot.mentorships_of(PROGRAM, each) for each in ("p-1", "p-2", "p-3", "p-4")]
    assert found == [["m-1", "m-2"], ["m-2"], ["m-2"], []]


# What is due.


def test_an_append_makes_its_subjects_due_until_they_are_folded(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.append([incoming("e-1"), incoming("e-2", M2), incoming("e-3")], NOW)
    assert next_due(store) == 0
    assert due(store, rule_set="") == [M1, M2]
    with store.writing() as transaction:
        transaction.save_subjects([saved(M1, folded_seq=last_seq(store, M1))])
        transaction.save_subjects([saved(M2, folded_seq=last_seq(store, M2))])
    assert due(store) == []
    assert next_due(store) is None


def test_news_beyond_what_was_folded_stay_news(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.append([incoming("e-1"), incoming("e-2")], NOW)
        first = transaction.news(M1, 0)[0][0]
        transaction.save_subjects([saved(M1, folded_seq=first)])
    assert due(store) == [M1]
    assert next_due(store) == 0


def test_the_longest_due_comes_first_whether_by_news_or_by_the_clock(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.save_subjects([saved(M2, next_check_at=NOW - 5)])
        transaction.append([incoming("e-1")], NOW - 9)
        transaction.append([incoming("e-3", M3)], NOW - 1)
        transaction.append([incoming("e-4", M1)], NOW)
    assert due(store) == [M1, M2, M3]
    assert due(store, limit=2) == [M1, M2]


def test_the_clock_makes_due_at_its_very_instant(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.save_subjects([saved(M1, next_check_at=NOW)])
    assert due(store, NOW - 1) == []
    assert due(store, NOW) == [M1]
    assert next_due(store) == NOW


def test_another_rule_set_makes_everything_due_behind_what_is_due_anyway(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.save_subjects([saved(M1, checked_with="r2")])
        transaction.save_subjects([saved(M2, checked_with="r0")])
        transaction.save_subjects([saved(M3, checked_with="r1")])
        transaction.append([incoming("e-3", M3)], NOW)
    assert due(store, rule_set="r1")[0] == M3
    assert set(due(store, rule_set="r1")) == {M1, M2, M3}


def test_a_sweep_is_due_at_once_and_over_once_all_are_checked(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.save_subjects([saved(M1, checked_with="r0", next_check_at=NOW + 5)])
        transaction.activate(RuleSetRow(hash="r1", sources="{}", activated_at=NOW, activated_by="kim"), ())
    assert next_due(store) == 0
    with store.writing() as transaction:
        transaction.save_subjects([saved(M1, checked_with="r1", next_check_at=NOW + 5)])
    assert next_due(store) == NOW + 5


def test_a_check_that_is_asked_for_is_due_once(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.save_subjects([saved(M1, next_check_at=NOW - 5), saved(M2, next_check_at=NOW + 5), saved(M3)])
        transaction.check_soon([M1, M2])
        transaction.check_soon([M2])
    assert next_due(store) == 0
    assert due(store) == [M1, M2]
    assert due(store) == [M1], "it is due by the clock as before"


def test_a_subject_that_was_only_named_so_far_can_be_asked_for(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.check_soon([M1])
    with store.writing() as transaction:
        assert transaction.due_subjects(NOW, "", 10) == [M1]
        assert transaction.subjects([M1]) == {}
        transaction.save_subjects([SubjectRow(key=M1, facts=None)])
        assert transaction.subject(M1) == SubjectRow(key=M1, facts=None)
    assert due(store, rule_set="") == []


def test_a_whole_program_can_be_asked_for(store: SqlStore) -> None:
    other = mentorship("m-1", "south")
    with store.writing() as transaction:
        transaction.save_subjects([saved(M1), saved(M2), saved(other)])
        transaction.save_pending({M1: pending(candidate())})
        transaction.planned(MIRA, None)
        transaction.check_program(PROGRAM, NOW)
        assert transaction.due_recipients(NOW, 10) == [DueRecipient(MIRA, NOW)]
    assert due(store) == [M1, M2]


def test_what_is_left_is_news_since_it_came(store: SqlStore) -> None:
    """Else who looks at old news only would take the subject again and again while more comes in."""
    for n, at in enumerate((NOW, NOW + 5)):
        with store.writing() as transaction:
            transaction.append([incoming(f"e-{n}")], at)
    with store.writing() as transaction:
        transaction.save_subjects([saved(M1, folded_seq=transaction.news(M1, 0)[0][0])])
        assert transaction.due_subjects(NOW + 9, "r1", 9, NOW + 4) == []
        assert transaction.due_subjects(NOW + 9, "r1", 9, NOW + 5) == [M1]


def test_of_many_that_were_asked_for_none_is_forgotten(store: SqlStore) -> None:
    keys = [mentorship(f"m-{n}") for n in range(7)]
    with store.writing() as transaction:
        transaction.check_soon(keys)
    assert [each for _ in range(4) for each in due(store, rule_set="", limit=2)] == keys


def test_subjects_are_held_only_while_nothing_about_them_is_due(store: SqlStore) -> None:
    quiet, due_later = mentorship("m-4"), mentorship("m-5")
    with store.writing() as transaction:
        transaction.save_subjects([saved(M2, next_check_at=NOW), saved(quiet), saved(due_later, next_check_at=NOW + 1)])
        transaction.append([incoming("e-1"), incoming("e-3", M3)], NOW)
        assert transaction.keep_still([quiet, due_later, mentorship("m-6")], NOW, "r1")
        assert transaction.keep_still([], NOW, "r1")
        assert not transaction.keep_still([quiet, M1], NOW, "r1")
        assert not transaction.keep_still([M2], NOW, "r1")
        assert not transaction.keep_still([quiet], NOW, "r2")
        transaction.check_soon([quiet])
        assert not transaction.keep_still([quiet], NOW, "r1")


def test_recipients_are_due_by_the_least_instant_asked_for(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.plan_soon([MIRA], NOW)
        transaction.plan_soon([MIRA], NOW + 5)
        assert transaction.next_due() == NOW
        transaction.plan_soon([MIRA], NOW - 5)
        assert transaction.next_due() == NOW - 5
        assert transaction.due_recipients(NOW - 6, 10) == []
        assert transaction.due_recipients(NOW - 5, 10) == [DueRecipient(MIRA, NOW - 5)]
        transaction.planned(MIRA, NOW + 9)
        assert transaction.due_recipients(NOW, 10) == []
        assert transaction.next_due() == NOW + 9
        transaction.planned(MIRA, None)
        assert transaction.next_due() is None


def test_recipients_come_the_longest_due_first(store: SqlStore) -> None:
    others = [MIRA._replace(recipient=f"p-{n}") for n in range(3)]
    with store.writing() as transaction:
        for late, key in enumerate(others):
            transaction.plan_soon([key], NOW - late)
        assert transaction.due_recipients(NOW, 2) == [
            DueRecipient(others[2], NOW - 2),
            DueRecipient(others[1], NOW - 1),
        ]
