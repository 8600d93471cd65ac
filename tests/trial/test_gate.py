"""The gate: what passes is live for everybody at once; what is wrong, or too much for one person, does not pass."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.domain.calendar import DAY, HOUR
from service.flow.ports import Action, AuditRow
from service.trial.gate import Gate, GateRefusedError, Passage
from service.trial.past_sets import PastSets
from service.trial.trial import Tried
from service.wiring import Installation
from tests.flow.stage import Stage
from tests.trial.small import MONDAY, RULE, STORIES, WELCOME, WELCOMED, matched, sources

KIM = Passage(by="kim", origin="deploy rules/")
NEW = {"rules": RULE + WELCOME, "stories": WELCOMED}


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Stage]:
    """Three pairs, matched half a day ago, under the small rules."""
    made = matched(tmp_path, 3)
    yield made
    made.close()


def tried(live: Stage, **changed: str | None) -> Tried:
    return live.intouch.trials.whole(sources(**changed))


def gate(live: Stage, approve_above: int = 50) -> Gate:
    return Gate(store=live.intouch.store, clock=live.clock, approve_above=approve_above)


def active(live: Stage) -> str:
    with live.intouch.store.reading() as snapshot:
        row = snapshot.active_rule_set()
    assert row is not None
    return row.hash


def last_note(live: Stage) -> AuditRow:
    with live.intouch.store.reading() as snapshot:
        return snapshot.audit(Action.RULES_ACTIVATED)[0]


def refused(live: Stage, found: Tried, passage: Passage = KIM, approve_above: int = 50) -> str:
    """Return why it did not pass; what runs is as before."""
    before = active(live)
    with pytest.raises(GateRefusedError) as told:
        gate(live, approve_above).let_pass(found, passage)
    assert active(live) == before
    return str(told.value)


def test_what_passes_is_live_for_every_process_at_once(live: Stage) -> None:
    other = Installation(live.intouch.settings, live.clock)
    with other.store.reading() as snapshot:
        assert [rule.id for rule in other.rules.of(snapshot).rule_set.rules] == ["say-hello"]
    gate(live).let_pass(tried(live, **NEW), KIM)
    with other.store.reading() as snapshot:
        assert [rule.id for rule in other.rules.of(snapshot).rule_set.rules] == ["say-hello", "welcome"]
    other.close()
    live.work_until(MONDAY + DAY + HOUR)
    assert len(live.mailbox.page().mails) == 6


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"rules": RULE.replace("only_while", "only_whilst")}, "1 error must be mended first."),
        ({"stories": STORIES.replace("day: 2, rule", "day: 3, rule")}, "1 story did not come out as expected."),
        ({"stories": None}, "It has no stories."),
        ({"stories": STORIES.replace("rule: say-hello", "rule: say-hallo")}, "1 error must be mended first."),
        ({"stories": STORIES.replace("by: mentee", "by: mentee, held_on: soon")}, "Its stories cannot be read."),
        ({"rules": RULE.replace("id: say-hello", "id: say-hi")}, "2 errors must be mended first."),
    ],
)
def test_what_is_wrong_does_not_pass_whoever_approves(live: Stage, changed: dict[str, str | None], why: str) -> None:
    assert why in refused(live, tried(live, **changed), Passage(by="kim", origin="deploy", approved_by="robin"))


def test_many_new_messages_need_another_person(live: Stage) -> None:
    found = tried(live, **NEW)
    assert "It sends 6 messages within 24 hours that would not have gone; above 5" in refused(
        live, found, approve_above=5
    )
    same = Passage(by="kim", origin="deploy", approved_by=" KIM ")
    assert "must be another person" in refused(live, found, same, approve_above=5)
    gate(live, 5).let_pass(found, Passage(by="kim", origin="deploy", approved_by="robin"))
    assert active(live) == found.hash


def test_as_many_as_the_bar_need_nobody_else(live: Stage) -> None:
    found = tried(live, **NEW)
    gate(live, 6).let_pass(found, KIM)
    assert active(live) == found.hash


def test_stories_that_show_less_than_before_need_another_person(live: Stage) -> None:
    found = tried(live, rules=RULE + WELCOME, stories=WELCOMED.partition("\n\n")[0] + "\n")
    assert "% of the rules, not 100 % as of what runs" in refused(live, found)
    gate(live).let_pass(found, Passage(by="kim", origin="deploy", approved_by="robin"))
    assert active(live) == found.hash


@pytest.mark.parametrize("by", ["", "  ", "k" * 101, "kim\nrobin"])
def test_whoever_deploys_has_a_name(live: Stage, by: str) -> None:
    refused(live, tried(live, **NEW), Passage(by=by, origin="deploy"))


def test_what_changed_while_it_was_looked_at_is_looked_at_again(live: Stage) -> None:
    found = tried(live, **NEW)
    gate(live).let_pass(tried(live, rules=RULE.replace("Two days", "Some days")), Passage(by="robin", origin="deploy"))
    assert "What runs has changed meanwhile, by robin" in refused(live, found)


def test_the_audit_says_who_when_what_and_how_much(live: Stage) -> None:
    before, found = active(live), tried(live, **NEW)
    gate(live, 0).let_pass(found, Passage(by="kim", origin="deploy rules/", approved_by="robin"))
    note = last_note(live)
    assert (note.at, note.who, note.about) == (live.clock.now, "kim", found.hash)
    detail = dict(note.detail)
    assert (detail.pop("edits"), detail.pop("coverage")) == (
        {"added": ["welcome"], "removed": [], "edited": [], "other": []},
        100,
    )
    assert detail == {
        "from": "deploy rules/",
        "approved_by": "robin",
        "replaces": before,
        "stories": 2,
        "more": 6,
        "fewer": 0,
        "moved": 0,
        "new_in_24_hours": 6,
    }


def test_going_back_mails_nobody_again(live: Stage) -> None:
    before = active(live)
    live.work_until(MONDAY + 3 * DAY)
    assert len(live.mailbox.page().mails) == 6
    gate(live).let_pass(tried(live, rules=RULE.replace("wait: 2 days", "wait: 3 days"), stories=later()), KIM)
    live.work_until(MONDAY + 4 * DAY)
    with live.intouch.store.reading() as snapshot:
        past = PastSets(snapshot, lambda texts: live.intouch.trials.loaded(texts).rule_set)
        target = past.texts(past.named(None))
    assert target is not None
    gate(live).roll_back(target[0], KIM)
    live.work_until(MONDAY + 9 * DAY)
    assert active(live) == before
    assert len(live.mailbox.page().mails) == 6


def later() -> str:
    return STORIES.replace("{ day: 2,", "{ day: 3,")
