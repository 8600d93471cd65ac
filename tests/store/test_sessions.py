"""Who is signed in, what lets somebody in once, and the audit page by page; on each database."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from service.adapters.store import SqlStore
from service.domain.calendar import DAY, MINUTE
from service.flow.ports import Action, AuditRow
from service.flow.session_port import Origin, Session
from tests.store.samples import NOW

SAM = Session(
    id="s-1",
    origin=Origin.LOGIN,
    person="u-7",
    name="Sam Stone",
    values=("staff", "chess"),
    advisor="",
    began_at=NOW,
    seen_at=NOW,
)


def test_a_session_is_known_by_its_hash_until_it_ends(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.begin_session(b"one", SAM)
        transaction.begin_session(b"two", replace(SAM, id="s-2", began_at=NOW + 1))
        transaction.see_session("s-1", NOW + MINUTE)
        transaction.unmask_session("s-1", NOW + DAY)
    with store.reading() as snapshot:
        assert snapshot.session(b"one") == replace(SAM, seen_at=NOW + MINUTE, unmasked_until=NOW + DAY)
        assert snapshot.session(b"three") is None
        assert [each.id for each in snapshot.sessions()] == ["s-2", "s-1"]
    with store.writing() as transaction:
        assert [transaction.end_session("s-1") for _ in range(2)] == [True, False]
        assert transaction.forget_sessions(NOW + 1, 9) == 0
        assert transaction.forget_sessions(NOW + 2, 9) == 1
        assert transaction.sessions() == []


def test_what_lets_in_once_does_so_once_however_many_ask_at_once(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.add_ticket(b"link", Origin.LINK, NOW + MINUTE, {"then": "/console/"})

    def take(_: int) -> object:
        with store.writing() as transaction:
            return transaction.take_ticket(b"link", Origin.LINK, NOW)

    with ThreadPoolExecutor(4) as pool:
        taken = [each for each in pool.map(take, range(4)) if each is not None]
    assert taken == [{"then": "/console/"}]


def test_what_lets_in_once_does_so_in_its_time_and_its_way(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.add_ticket(b"link", Origin.LINK, NOW, {})
        assert transaction.take_ticket(b"link", Origin.LOGIN, NOW) is None
        assert transaction.take_ticket(b"link", Origin.LINK, NOW + 1) is None
        assert transaction.take_ticket(b"link", Origin.LINK, NOW) is None


def test_the_audit_is_read_page_by_page_of_all_or_of_some_programs(store: SqlStore) -> None:
    rows = [
        AuditRow(at=NOW, who="u", action=Action.PERSON_SEEN, about=f"m-{n}", program=("north", "east", "")[n % 3])
        for n in range(6)
    ]
    with store.writing() as transaction:
        for each in rows:
            transaction.note(each)
    with store.reading() as snapshot:
        first = snapshot.audit_page(None, 2**62, 4)
        assert [row for _, row in first] == rows[:1:-1]
        assert [row for _, row in snapshot.audit_page(None, first[-1][0], 4)] == rows[1::-1]
        assert [row.about for _, row in snapshot.audit_page(["north", "east"], 2**62, 3)] == ["m-4", "m-3", "m-1"]
        assert snapshot.audit_page([], 2**62, 3) == []


def test_looks_at_people_go_sooner_than_deeds(store: SqlStore) -> None:
    with store.writing() as transaction:
        for action in (Action.PERSON_SEEN, Action.MAIL_READ, Action.MAIL_STOPPED):
            transaction.note(AuditRow(at=NOW - DAY, who="u", action=action, about="x"))
        transaction.note(AuditRow(at=NOW, who="u", action=Action.PERSON_SEEN, about="young"))
        assert transaction.forget_views(NOW, 9) == 2
        left = [(row.action, row.about) for _, row in transaction.audit_page(None, 2**62, 9)]
    assert left == [(Action.PERSON_SEEN, "young"), (Action.MAIL_STOPPED, "x")]
