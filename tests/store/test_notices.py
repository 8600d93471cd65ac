"""Notices: pending until claimed, in the ledger once, and what becomes of their email."""

from dataclasses import replace
from typing import Any

import pytest

from service.adapters.store import SqlStore
from service.domain.calendar import HOUR
from service.domain.errors import IntouchError
from service.domain.plan import Past
from service.flow.ports import DueRecipient, EmailState
from tests.store.samples import M1, M2, MIRA, NOW, candidate, email, pending

ONE, TWO = candidate(), candidate(k=2)
OTHER = candidate(M2)


# Pending.


def test_pending_notices_come_back_as_they_were_saved(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.save_pending({M1: pending(ONE, TWO, ready_at=NOW + 3)})
        transaction.save_pending({M2: pending(OTHER)})
    with store.reading() as snapshot:
        assert snapshot.pending_of([M1])[M1] == pending(ONE, TWO, ready_at=NOW + 3)
        expected = [*pending(ONE, TWO, ready_at=NOW + 3).values(), *pending(OTHER).values()]
        assert snapshot.pending_for(MIRA) == expected
        assert snapshot.pending_for(MIRA._replace(program="south")) == []


def test_saving_pending_notices_replaces_those_of_the_subject_alone(store: SqlStore) -> None:
    changed = TWO._replace(message="another")
    with store.writing() as transaction:
        transaction.save_pending({M1: pending(ONE, TWO)})
        transaction.save_pending({M2: pending(OTHER)})
        transaction.save_pending({M1: pending(changed, candidate(k=3))})
        assert transaction.pending_of([M1])[M1] == pending(changed, candidate(k=3))
        transaction.save_pending({M1: {}})
        assert transaction.pending_of([M1])[M1] == {}
        assert transaction.pending_of([M2])[M2] == pending(OTHER)


def test_what_is_newly_pending_makes_its_recipients_plan_due(store: SqlStore) -> None:
    staff = candidate(recipient="staff.lead")
    with store.writing() as transaction:
        transaction.save_pending({M1: {**pending(ONE, ready_at=NOW + 7), **pending(TWO, ready_at=NOW + 3)}})
        assert transaction.next_due() == NOW + 3
        transaction.planned(MIRA, NOW + 50)
        transaction.save_pending({M1: {**pending(ONE, ready_at=NOW + 7), **pending(staff, ready_at=NOW + 9)}})
        assert transaction.next_due() == NOW + 9  # the one that was there is not new
        assert transaction.due_recipients(NOW + 9, 10) == [DueRecipient(MIRA._replace(recipient="staff.lead"), NOW + 9)]


# Claims.


def test_a_claim_moves_notices_from_pending_to_the_ledger(store: SqlStore) -> None:
    claimed = email("s-1", ONE, OTHER, resource="calm")
    with store.writing() as transaction:
        transaction.save_pending({M1: pending(ONE, TWO)})
        transaction.save_pending({M2: pending(OTHER)})
        transaction.claim(claimed)
    with store.reading() as snapshot:
        assert snapshot.pending_of([M1])[M1] == pending(TWO)
        assert snapshot.pending_of([M2])[M2] == {}
        assert set(snapshot.sent([M1])[M1]) == {ONE.key}
        assert set(snapshot.sent([M2])[M2]) == {OTHER.key}
        assert snapshot.email("s-1") == claimed
        assert snapshot.email("s-2") is None
        assert snapshot.emails_about(M1) == snapshot.emails_about(M2) == [claimed]


def test_a_decision_is_claimed_once(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.claim(email("s-1", ONE))
    with pytest.raises(IntouchError, match="went out before"), store.writing() as transaction:
        transaction.claim(email("s-2", OTHER, ONE))
    with store.reading() as snapshot:
        assert snapshot.email("s-2") is None
        assert set(snapshot.sent([M2])[M2]) == set()


def test_a_failed_claim_is_not_committed_even_when_its_error_is_swallowed(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.claim(email("s-1", ONE))

    def swallow() -> None:
        with store.writing() as transaction:
            try:
                transaction.claim(email("s-2", OTHER, ONE))
            except IntouchError:
                transaction.plan_soon([MIRA], NOW)

    with pytest.raises(IntouchError, match="nothing of it was kept"):
        swallow()
    with store.reading() as snapshot:
        assert snapshot.email("s-2") is None
        assert snapshot.next_due() is None


@pytest.mark.parametrize("field", ["rule", "subject", "start", "k", "recipient", "value"])
def test_each_part_of_the_key_makes_another_decision(store: SqlStore, field: str) -> None:
    change: dict[str, Any] = {field: 2 if field == "k" else "another"}
    other = ONE._replace(key=ONE.key._replace(**change))
    with store.writing() as transaction:
        transaction.claim(email("s-1", ONE))
        transaction.claim(email("s-2", other))
        assert transaction.email("s-2") is not None


# Fates.


def test_an_email_is_settled_once(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.claim(email("s-1", ONE))
        assert transaction.settle("s-1", EmailState.SENT, NOW + 1, reference="r-1")
        assert not transaction.settle("s-1", EmailState.FAILED, NOW + 2, error="late")
        assert not transaction.settle("s-unknown", EmailState.SENT, NOW)
        settled = transaction.email("s-1")
    assert settled == replace(email("s-1", ONE), state=EmailState.SENT, settled_at=NOW + 1, reference="r-1")


@pytest.mark.parametrize("state", [EmailState.SENT, EmailState.FAILED, EmailState.UNKNOWN])
def test_a_decision_stays_made_whatever_became_of_it(store: SqlStore, state: EmailState) -> None:
    with store.writing() as transaction:
        transaction.claim(email("s-1", ONE))
        transaction.settle("s-1", state, NOW)
        assert set(transaction.sent([M1])[M1]) == {ONE.key}


def test_an_unknown_email_can_still_be_settled(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.claim(email("s-1", ONE))
        transaction.settle("s-1", EmailState.UNKNOWN, NOW)
        assert transaction.settle("s-1", EmailState.SENT, NOW + 1)
        assert not transaction.settle("s-1", EmailState.RELEASED, NOW + 2)
        assert set(transaction.sent([M1])[M1]) == {ONE.key}


def test_a_released_email_is_kept_and_its_decisions_are_open_again(store: SqlStore) -> None:
    first = email("s-1", ONE, OTHER)
    with store.writing() as transaction:
        transaction.claim(first)
        assert transaction.settle("s-1", EmailState.RELEASED, NOW + 1, error="refused for now")
        assert set(transaction.sent([M1])[M1]) == set()
        assert transaction.past(MIRA, 0) == []
        transaction.claim(email("s-2", ONE, at=NOW + 2))
        released, again = transaction.emails_about(M1)
        assert set(transaction.sent([M1])[M1]) == {ONE.key}
    assert released == replace(first, state=EmailState.RELEASED, settled_at=NOW + 1, error="refused for now")
    assert again.id == "s-2"


def test_leases_that_ran_out_are_found_the_longest_first(store: SqlStore) -> None:
    emails = [email(f"s-{n}", candidate(k=n), at=NOW - n) for n in range(4)]
    with store.writing() as transaction:
        for each in emails:
            transaction.claim(each)
        transaction.settle("s-3", EmailState.SENT, NOW)
        assert transaction.expired(NOW + HOUR - 3, 10) == []
        assert transaction.expired(NOW + HOUR - 1, 10) == [emails[2], emails[1]]
        assert transaction.expired(NOW + HOUR, 2) == [emails[2], emails[1]]


# The past.


def test_the_past_holds_what_went_lately_and_every_resource(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.claim(email("s-1", candidate(k=1), at=NOW - 9, resource="calm"))
        transaction.claim(email("s-2", candidate(k=2), at=NOW - 8))
        transaction.claim(email("s-3", candidate(k=3), at=NOW))
        transaction.claim(email("s-4", candidate(k=4), at=NOW + 1, resource="talk"))
        transaction.claim(email("s-5", candidate(k=5, recipient="p-1"), at=NOW + 1, resource="talk"))
    with store.reading() as snapshot:
        past = snapshot.past(MIRA, NOW)
        assert [each.email for each in past] == ["s-1", "s-4"]
        assert [each.email for each in snapshot.past(MIRA, NOW - 1)] == ["s-1", "s-3", "s-4"]
        assert snapshot.past(MIRA._replace(program="south"), 0) == []
    assert past[1] == Past.of(email("s-4", candidate(k=4), at=NOW + 1, resource="talk").notices[0], "s-4")


def test_emails_about_a_subject_come_oldest_first(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.claim(email("s-1", candidate(k=1), at=NOW + 2))
        transaction.claim(email("s-2", candidate(k=2), candidate(k=3), at=NOW))
        transaction.claim(email("s-3", OTHER, at=NOW + 1))
        assert [each.id for each in transaction.emails_about(M1)] == ["s-2", "s-1"]
        assert transaction.emails_about(M1._replace(program="south")) == []
