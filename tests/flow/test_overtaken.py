"""Who checks holds nobody while they think; where somebody was quicker, they think again."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from service.adapters.store.transaction import SqlTransaction
from service.domain.calendar import HOUR, parse_rfc3339
from service.domain.events import Subject
from service.flow.ports import Store, SubjectKey
from service.flow.reconcile import check
from tests.flow.events import event, pair
from tests.flow.stage import Stage

pytestmark = pytest.mark.servers

MONDAY = parse_rfc3339("2026-03-02T15:00:00Z")
M1 = SubjectKey("northfield", Subject.parse("mentorships/m-1"))


class Beset:
    """A store to which something happens in the midst of the first check."""

    def __init__(self, store: Store, happens: Callable[[], None]) -> None:
        self.store = store
        self.reading = store.reading
        self.happens: list[Callable[[], None]] = [happens]

    @contextmanager
    def writing(self) -> Iterator[SqlTransaction]:
        with self.store.writing() as transaction:
            assert isinstance(transaction, SqlTransaction)
            _before(transaction, self.happens)
            yield transaction


def _before(transaction: SqlTransaction, happens: list[Callable[[], None]]) -> None:
    save = transaction.save_subjects

    def saved_late(rows: object) -> None:
        if rows and happens:
            happens.pop()()
        save(rows)  # type: ignore[arg-type]  # handed on as it came

    transaction.save_subjects = saved_late  # type: ignore[method-assign]  # the point of it


@pytest.fixture
def stage(tmp_path: Path, postgresql_store_url: str) -> Iterator[Stage]:
    staged = Stage(tmp_path, MONDAY, {"INTOUCH_DATABASE_URL": postgresql_store_url})
    staged.take(*pair(MONDAY, "m-1", "ada", "ben"))
    while staged.worker.turn():
        pass
    yield staged
    staged.close()


def conversation(id: str, at: int) -> dict[str, object]:
    return event("conversation.logged", "mentorships/m-1", at, conversation_id=id, by="mentor")


def conversations(stage: Stage) -> list[str]:
    """Return which conversations were folded."""
    with stage.intouch.store.reading() as snapshot:
        assert (row := snapshot.subject(M1)) is not None
        assert row.folded_seq == snapshot.news(M1, 0)[-1][0]
        assert row.facts is not None
        return sorted(
            ref for thing, ref in snapshot.things({M1: {("conversation", "c-1"), ("conversation", "c-2")}})[M1]
        )


def test_what_comes_in_meanwhile_is_checked_next(stage: Stage) -> None:
    now = stage.clock.now = MONDAY + HOUR
    stage.take(conversation("c-1", now))
    stage.worker.store = Beset(stage.intouch.store, lambda: stage.take(conversation("c-2", now)))
    stage.worker.turn()
    assert conversations(stage) == ["c-1", "c-2"]


def test_who_is_overtaken_checks_again(stage: Stage) -> None:
    now = stage.clock.now = MONDAY + HOUR

    def another() -> None:
        stage.take(conversation("c-2", now))
        with stage.intouch.store.writing() as transaction:
            check(transaction, stage.worker.rules.of(transaction).rule_set, [M1], now)

    stage.take(conversation("c-1", now))
    stage.worker.store = beset = Beset(stage.intouch.store, another)
    stage.worker.turn()
    assert not beset.happens
    assert conversations(stage) == ["c-1", "c-2"]
