"""The past is explained with the rules that were active then, and the events that Intouch had then."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.domain.calendar import DAY, HOUR, Instant
from service.domain.delivery import Word
from service.domain.events import Subject
from service.flow.neighbourhood import read_neighbourhood
from service.flow.ports import SubjectKey
from service.staff.explain import Explanation, SlotSeen, explain
from tests.flow.events import event, pair
from tests.flow.stage import Stage
from tests.flow.test_claim import MONDAY

RULE = """rules:
  - id: say-hello
    kind: nudge
    starts: mentorship.matched
    wait: {wait}
    repeat: {{ every: 7 days, total: {total} }}
    only_while: {{ conversation.logged: never }}
    send: [ {{ to: mentee, message: hello }} ]
"""
OTHER = """rules:
  - { id: other, kind: nudge, starts: mentorship.message_sent, send: [ { to: mentee, message: hello } ] }
"""


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """An installation whose only rule says hello two and nine days after the match."""
    messages = tmp_path / "templates" / "messages"
    messages.mkdir(parents=True)
    (messages / "hello.md").write_text("---\nsubject: S\npreheader: P\ncategory: reminders\n---\nText.\n", "utf-8")
    (tmp_path / "rules").mkdir()
    written(tmp_path, RULE.format(wait="2 days", total=2))
    folders = {
        "INTOUCH_RULES_DIR": str(tmp_path / "rules"),
        "INTOUCH_TEMPLATES_DIR": str(tmp_path / "templates"),
    }
    made = Stage(tmp_path, MONDAY, folders)
    yield made
    made.close()


def written(folder: Path, text: str) -> None:
    (folder / "rules" / "hello.yaml").write_text(text, "utf-8")


def edited(stage: Stage, text: str) -> None:
    written(stage.folder, text)
    assert stage.intouch.rules_folder.refresh()


def told(stage: Stage, at: Instant, rule: str = "say-hello") -> Explanation:
    with stage.intouch.store.reading() as snapshot:
        key = SubjectKey("northfield", Subject.parse("mentorships/m-1"))
        return explain(read_neighbourhood(snapshot, stage.intouch.rules, key, at), rule)


def talked(at: Instant) -> object:
    return event("conversation.logged", "mentorships/m-1", at, conversation_id="c-1", by="mentee")


def words(slots: tuple[SlotSeen, ...]) -> list[tuple[int, int, str]]:
    """Return each slot as (k, days after the match at which it was due, what became of it)."""
    return [
        (each.k, (each.due - MONDAY) // DAY, "sent" if each.went else str(each.verdict.word if each.verdict else ""))
        for each in slots
    ]


def test_before_an_edit_the_old_rules_explain_and_after_it_the_new_ones(stage: Stage) -> None:
    stage.take(*pair(MONDAY))
    stage.work_until(MONDAY + 1 * DAY)
    first = told(stage, stage.clock.now).rule_set
    edited(stage, RULE.format(wait="4 days", total=2))
    stage.work_until(MONDAY + 20 * DAY)
    before, after = told(stage, MONDAY + DAY // 2), told(stage, MONDAY + 5 * DAY)
    assert words(before.slots) == [(0, 2, "waiting"), (1, 9, "waiting")]
    assert words(after.slots) == [(0, 4, "sent"), (1, 11, "waiting")]
    assert (before.rule_set, after.active_since) == (first, MONDAY + 1 * DAY)
    assert after.rule_set != first


def test_what_the_old_rules_let_pass_keeps_their_verdict(stage: Stage) -> None:
    """The gate closed the first slot; the edit that takes the gate away comes when its time is over."""
    stage.take(*pair(MONDAY))
    stage.work_until(MONDAY + DAY)
    stage.take(talked(MONDAY + DAY))
    stage.work_until(MONDAY + 6 * DAY)
    old = told(stage, stage.clock.now).rule_set
    ungated = RULE.format(wait="2 days", total=2).replace("    only_while: { conversation.logged: never }\n", "")
    edited(stage, ungated)
    stage.work_until(MONDAY + 12 * DAY)
    found = told(stage, stage.clock.now)
    assert words(found.slots) == [(0, 2, "gate"), (1, 9, "sent")]
    assert found.slots[0].rule_set == old


def test_a_slot_that_an_edit_opens_again_is_told_twice(stage: Stage) -> None:
    stage.take(*pair(MONDAY))
    stage.work_until(MONDAY + DAY)
    stage.take(talked(MONDAY + DAY))
    stage.work_until(MONDAY + 6 * DAY)
    edited(stage, RULE.format(wait="21 days", total=1))
    stage.work_until(MONDAY + 7 * DAY)
    assert words(told(stage, stage.clock.now).slots) == [(0, 2, "gate"), (0, 21, "waiting")]
    stage.work_until(MONDAY + 30 * DAY)
    assert words(told(stage, stage.clock.now).slots) == [(0, 21, "gate")]


def test_a_rule_that_was_taken_away_is_explained_as_long_as_it_was_there(stage: Stage) -> None:
    stage.take(*pair(MONDAY))
    stage.work_until(MONDAY + DAY)
    stage.take(talked(MONDAY + DAY))
    stage.work_until(MONDAY + 3 * DAY)
    edited(stage, OTHER)
    stage.work_until(MONDAY + 4 * DAY)
    assert told(stage, MONDAY + 3 * DAY - 1).exists
    after = told(stage, MONDAY + 4 * DAY)
    assert not after.exists
    assert [(each.k, each.verdict.word, each.verdict.detail) for each in after.slots if each.verdict] == [
        (0, Word.ENDED, "rule")
    ]
    with pytest.raises(KeyError):
        told(stage, MONDAY + 2 * DAY, "other")


def test_an_event_that_came_late_was_unknown_before_it_came(stage: Stage) -> None:
    """The talk was on the second day, and heard of on the fifth: the third day's mail was right to go."""
    stage.take(*pair(MONDAY))
    stage.work_until(MONDAY + 5 * DAY)
    stage.take(talked(MONDAY + DAY))
    stage.work_until(MONDAY + 12 * DAY)
    earlier, later = told(stage, MONDAY + 2 * DAY + HOUR), told(stage, MONDAY + 12 * DAY)
    assert [each.holds for each in earlier.gates if each.asks == "conversation.logged: never"] == [True]
    assert words(earlier.slots) == [(0, 2, "sent"), (1, 9, "waiting")]
    assert earlier.slots[1].foreseen is None
    assert words(later.slots)[0] == (0, 2, "sent")
    assert words(later.slots)[1] == (1, 9, "gate")
