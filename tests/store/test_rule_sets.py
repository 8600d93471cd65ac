"""Rule sets: one is active, every activation is remembered."""

from service.adapters.store import SqlStore, open_store
from service.flow.ports import ActivationRow, RuleSetRow
from tests.store.samples import NOW


def row(hash: str, at: int, by: str = "kim") -> RuleSetRow:
    return RuleSetRow(hash=hash, sources=f'{{"rules/{hash}.yaml": ""}}', activated_at=at, activated_by=by)


def test_an_empty_store_has_none(store: SqlStore) -> None:
    with store.reading() as snapshot:
        assert snapshot.active_rule_set() is None
        assert snapshot.activations() == []


def test_the_last_one_activated_is_active_and_the_others_are_remembered(store: SqlStore) -> None:
    history = [row("r1", NOW), row("r2", NOW + 1), row("r1", NOW + 1, by="robin")]
    for each in history:
        with store.writing() as transaction:
            transaction.activate(each, ())
            assert transaction.active_rule_set() == each
    with store.reading() as snapshot:
        assert snapshot.active_rule_set() == history[2]
        assert snapshot.activations() == [
            ActivationRow(hash=each.hash, at=each.activated_at, by=each.activated_by) for each in reversed(history)
        ]
        assert snapshot.sources_of("r2") == history[1].sources
        assert snapshot.sources_of("r3") is None


def test_what_another_process_activates_is_seen(store: SqlStore, url: str) -> None:
    other = open_store(url)
    for each in (row("r1", NOW), row("r2", NOW + 1), row("r1", NOW + 2)):
        with other.writing() as transaction:
            transaction.activate(each, ())
        with store.reading() as snapshot:
            assert snapshot.active_rule_set() == each
    other.close()


def test_what_is_only_kept_is_not_active(store: SqlStore) -> None:
    with store.writing() as transaction:
        transaction.keep_rule_set("r1", "{}")
        transaction.keep_rule_set("r1", "{}")
    with store.reading() as snapshot:
        assert snapshot.active_rule_set() is None
        assert snapshot.sources_of("r1") == "{}"
