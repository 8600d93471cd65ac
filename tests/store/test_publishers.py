"""Who may publish: kept, taken away, and never two under one name at once."""

from dataclasses import replace

from service.adapters.store import SqlStore
from service.domain.publishers import CredentialKind, Publisher
from service.flow.ports import Appended, KnownPublisher
from tests.store.samples import NOW, incoming, mentorship

MATCHING = Publisher(
    kind=CredentialKind.KEY,
    name="matching",
    sources=("/matching", "/matching/*"),
    programs=("northfield",),
    created_at=NOW,
    created_by="kim",
)
KEY = KnownPublisher(MATCHING, b"\x00\xff hash")
USER = KnownPublisher(replace(MATCHING, kind=CredentialKind.BROKER_USER), b"matching")


def known(store: SqlStore) -> list[KnownPublisher]:
    with store.reading() as snapshot:
        return list(snapshot.publishers())


def test_publishers_are_read_as_they_were_added(store: SqlStore) -> None:
    with store.writing() as transaction:
        assert [transaction.add_publisher(each) for each in (KEY, USER)] == [True, True]
    assert known(store) == [USER, KEY]


def test_a_live_name_is_not_given_twice_and_a_revoked_one_is(store: SqlStore) -> None:
    again = KnownPublisher(replace(MATCHING, created_by="sam"), b"other")
    with store.writing() as transaction:
        assert transaction.add_publisher(KEY)
        assert not transaction.add_publisher(again)
        assert transaction.revoke_publisher(CredentialKind.KEY, "matching", "kim", NOW + 1)
        assert transaction.add_publisher(again)
    revoked = replace(MATCHING, revoked_at=NOW + 1, revoked_by="kim")
    assert known(store) == [KnownPublisher(revoked, KEY.shown), again]


def test_revoking_takes_one_kind_of_one_name_once(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.add_publisher(KEY)
        transaction.add_publisher(USER)
        assert not transaction.revoke_publisher(CredentialKind.KEY, "other", "kim", NOW)
        assert transaction.revoke_publisher(CredentialKind.KEY, "matching", "kim", NOW)
        assert not transaction.revoke_publisher(CredentialKind.KEY, "matching", "sam", NOW + 1)
    assert [each.publisher.is_live for each in known(store)] == [True, False]


def test_what_would_become_of_events_is_told_and_none_is_kept(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.append([incoming("e-1")], NOW)
    batches = [[incoming("e-1")], [incoming("e-1", topics=["x"])], [incoming("e-2")], [incoming("e-2")]]
    with store.reading() as snapshot:
        found = snapshot.foresee_each(batches)
        assert found == [Appended(0, (0,)), Appended(0, (), (0,)), Appended(1), Appended(0, (0,))]
        assert snapshot.event("northfield", "/matching", "e-2") is None


def test_events_of_one_id_are_found_in_every_program_and_source(store: SqlStore) -> None:
    there = mentorship("m-1", "riverside")
    events = [incoming("e-1"), incoming("e-1", source="/surveys"), incoming("e-1", there), incoming("e-2", there)]
    with store.writing() as transaction:
        transaction.append(events, NOW)
    with store.reading() as snapshot:
        found = [(each.program, each.source) for each in snapshot.events_called("e-1")]
        assert found == [("northfield", "/matching"), ("northfield", "/surveys"), ("riverside", "/matching")]
        assert snapshot.events_called("e-3") == []
