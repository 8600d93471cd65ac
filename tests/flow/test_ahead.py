"""Going on from the present of a live store: what it sends when nothing happens, and what an edit changes of that."""

import sqlite3
from contextlib import closing
from dataclasses import replace

from service.domain.calendar import DAY, Instant
from service.domain.delivery import LedgerKey, Word
from service.domain.rules import RuleSet
from service.flow.ahead import Ahead
from service.staff.ahead import compare_ahead
from service.staff.compare import Change, Comparison
from tests.flow.stage import Stage


def rules_of(stage: Stage) -> RuleSet:
    with stage.intouch.store.reading() as snapshot:
        return stage.intouch.rules.of(snapshot).rule_set


def ahead(stage: Stage, before: RuleSet, after: RuleSet, days: int = 40) -> Comparison:
    now = stage.clock.now
    with stage.intouch.store.reading() as snapshot:
        return compare_ahead(before, after, Ahead(snapshot, (before, after), now), now, now + days * DAY)


def ledger(stage: Stage) -> dict[LedgerKey, Instant]:
    with closing(sqlite3.connect(stage.folder / "intouch.db")) as database:
        rows = database.execute("SELECT rule, subject, start, k, recipient, value, at FROM ledger").fetchall()
    return {LedgerKey(*row[:6]): row[6] for row in rows}


def test_what_lies_ahead_is_what_the_live_service_then_sends(halfway: Stage) -> None:
    """The parts and the office of a resumed store send, to everybody, exactly what time brings."""
    active, before = rules_of(halfway), ledger(halfway)
    compared = ahead(halfway, active, replace(active, rules=()))
    halfway.work_until(halfway.clock.now + 40 * DAY)
    came = {key: at for key, at in ledger(halfway).items() if key not in before}
    assert len(came) > 10
    assert {each.key: each.before for each in compared.differences} == came


def test_the_same_rules_differ_in_nothing(halfway: Stage) -> None:
    active = rules_of(halfway)
    compared = ahead(halfway, active, replace(active))
    assert compared.total().before > 10
    assert compared.is_empty
    assert compared.before == compared.after


def _edited(rule_set: RuleSet, rule_id: str, **fields: object) -> RuleSet:
    rules = (
        replace(each, **fields) if each.id == rule_id else each  # type: ignore[arg-type]  # fields of a rule by name
        for each in rule_set.rules
    )
    return replace(rule_set, rules=tuple(rules))


def test_a_longer_wait_moves_what_waits_and_nothing_else(halfway: Stage) -> None:
    """Without limits, through which one message can make another wait, only the edited rule's own messages move."""
    active = rules_of(halfway)
    before = replace(active, delivery=replace(active.delivery, limits=()))
    own = {each.key: each for each in ahead(halfway, before, replace(before, rules=()), 90).differences}
    after = _edited(before, "drifting", wait=52 * DAY)
    compared = ahead(halfway, before, after, 90)
    moved = [each for each in compared.differences if each.change is Change.MOVED]
    assert {each.key for each in compared.differences} == {key for key in own if key.rule == "drifting"}
    assert moved
    assert all(each.before == own[each.key].before for each in moved)
    # To the hour they need not be: hours may open otherwise after a clock change.
    assert {round(((each.after or 0) - (each.before or 0)) / DAY) for each in moved} == {7}
    assert {each.why.word for each in compared.differences if each.change is not Change.MOVED} <= {Word.ENDED}
