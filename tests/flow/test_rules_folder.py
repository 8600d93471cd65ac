"""Editing the rules while Intouch runs: a good edit counts at once, a bad one changes nothing and is told."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.adapters.rulebook.folder import BY_FOLDER, RulesFolder
from service.adapters.rulebook.sources import Sources
from service.domain.calendar import DAY, HOUR, parse_rfc3339
from service.flow.ports import Action, RuleSetRow
from service.settings import ROOT
from tests.flow.events import event, pair
from tests.flow.stage import Stage

MONDAY = parse_rfc3339("2026-03-02T15:00:00Z")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    for folder in ("rules", "templates"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    folders = {"INTOUCH_RULES_DIR": str(tmp_path / "rules"), "INTOUCH_TEMPLATES_DIR": str(tmp_path / "templates")}
    staged = Stage(tmp_path / "var", MONDAY, folders)
    yield staged
    staged.close()


def _active(stage: Stage) -> str:
    with stage.intouch.store.reading() as snapshot:
        row = snapshot.active_rule_set()
    assert row is not None
    return row.hash


def test_a_bad_edit_keeps_the_last_good_rules_and_says_where_it_is(stage: Stage, tmp_path: Path) -> None:
    """The faulty file and line are named in readiness, and what ran goes on running."""
    before = _active(stage)
    faulty = tmp_path / "rules" / "extra.yaml"
    faulty.write_text("rules:\n  - id: oops\n    kind: nudge\n    only_whilst: { mentorship: active }\n")
    assert stage.intouch.rules_folder.refresh() is False
    ready, detail = stage.intouch.ready()
    assert ready
    assert "rules/extra.yaml:" in detail["rules"]
    assert _active(stage) == before
    faulty.unlink()
    stage.intouch.rules_folder.refresh()
    assert stage.intouch.ready()[1]["rules"] == "ok"


def test_an_edit_that_loads_but_is_an_error_to_the_checker_keeps_the_last_good_rules(
    stage: Stage, tmp_path: Path
) -> None:
    """A word that the message cannot have would fail every email when it is due: the edit must not get so far."""
    before, message = _active(stage), tmp_path / "templates" / "messages" / "you-are-matched.md"
    text = message.read_text()
    assert "recipient.first_name" in text
    message.write_text(text.replace("recipient.first_name", "recipient.first_nam"))
    assert stage.intouch.rules_folder.refresh() is False
    assert "templates/messages/you-are-matched.md:" in stage.intouch.ready()[1]["rules"]
    assert _active(stage) == before


def test_a_good_edit_applies_to_mentorships_that_were_there_before(stage: Stage, tmp_path: Path) -> None:
    """A new wait moves a reminder of a pair matched before the edit; every earlier rule set is kept."""
    stage.take(*pair(MONDAY))
    stage.work_until(MONDAY + DAY)
    before, sent = _active(stage), stage.mailbox.count()
    path = tmp_path / "rules" / "getting-connected.yaml"
    text = path.read_text()
    assert "wait: 2 days" in text
    path.write_text(text.replace("wait: 2 days", "wait: 3 days", 1))
    assert stage.intouch.rules_folder.refresh() is True
    stage.work_until(MONDAY + 2 * DAY)
    assert stage.mailbox.count() == sent
    stage.work_until(MONDAY + 3 * DAY)
    assert stage.mailbox.count() == sent + 2
    with stage.intouch.store.reading() as snapshot:
        assert [row.hash for row in snapshot.activations()] == [_active(stage), before]


def test_a_rule_switched_off_just_before_the_claim_sends_nothing(stage: Stage, tmp_path: Path) -> None:
    """What the old rules had left pending is judged by the active ones inside the claim."""
    stage.take(*pair(MONDAY))
    stage.work_until(MONDAY + 2 * DAY - 1)
    sent = stage.mailbox.count()
    stage.clock.now = MONDAY + 2 * DAY
    while stage.worker._check(stage.clock.now, None):
        pass
    path = tmp_path / "rules" / "getting-connected.yaml"
    path.write_text(path.read_text().replace("wait: 2 days", "wait: 2 days\n    enabled: false", 1))
    assert stage.intouch.rules_folder.refresh() is True
    stage.worker._dispatch(None)
    assert stage.mailbox.count() == sent


def test_an_address_given_to_a_role_lets_what_waited_for_it_go(stage: Stage, tmp_path: Path) -> None:
    """A waiting alert goes as soon as the edited program file fills its role, without any new event."""
    program = tmp_path / "rules" / "programs" / "northfield.yaml"
    text = program.read_text()
    program.write_text(text.replace("  primary: [mentoring@northfield.example.org]\n", ""))
    stage.intouch.rules_folder.refresh()
    stage.take(*pair(MONDAY))
    flag = {"flag_id": "f-1", "by": "mentor", "topics": ["career"], "priority": "immediate"}
    stage.take(event("flag.submitted", "mentorships/m-1", MONDAY, **flag))
    stage.work_until(MONDAY + HOUR)
    assert not _to_staff(stage)
    program.write_text(text)
    stage.intouch.rules_folder.refresh()
    stage.work_until(MONDAY + HOUR + 1)
    assert _to_staff(stage)


def _to_staff(stage: Stage) -> bool:
    return bool(stage.mailbox.page(search="mentoring@northfield").mails)


# The folder and what was deployed.


def _deployed(stage: Stage, by: str = "kim") -> str:
    """Make another rule set than the folder's active, as `intouch deploy` does, and return its hash."""
    with stage.intouch.store.writing() as transaction:
        active = transaction.active_rule_set()
        assert active is not None
        files = {**json.loads(active.sources), "rules/more.yaml": "rules: []\n"}
        row = RuleSetRow(
            hash=Sources(files).content_hash, sources=json.dumps(files), activated_at=stage.clock(), activated_by=by
        )
        transaction.activate(row, ())
    return row.hash


def _restarted(stage: Stage) -> RulesFolder:
    """Return the folder as another process finds it that starts now."""
    folder = stage.intouch.rules_folder
    return RulesFolder(read=folder.read, catalogue=folder.catalogue, store=folder.store, clock=folder.clock)


def test_what_was_deployed_stays_when_a_process_starts_beside_another_folder(stage: Stage) -> None:
    deployed = _deployed(stage)
    folder = _restarted(stage)
    assert folder.refresh() is False
    assert (_active(stage), folder.problems) == (deployed, None)


def test_an_edit_of_a_folder_that_does_not_hold_what_runs_is_told_and_not_made_active(
    stage: Stage, tmp_path: Path
) -> None:
    deployed = _deployed(stage)
    (tmp_path / "rules" / "extra.yaml").write_text("rules: []\n")
    assert stage.intouch.rules_folder.refresh() is False
    assert _active(stage) == deployed
    assert "deployed by kim" in stage.intouch.ready()[1]["rules"]


def test_a_folder_that_holds_what_was_deployed_leads_again(stage: Stage, tmp_path: Path) -> None:
    _deployed(stage)
    (tmp_path / "rules" / "more.yaml").write_text("rules: []\n")
    assert stage.intouch.rules_folder.refresh() is False
    assert stage.intouch.ready()[1]["rules"] == "ok"
    (tmp_path / "rules" / "extra.yaml").write_text("rules: []\n")
    assert stage.intouch.rules_folder.refresh() is True


def test_an_edit_of_the_folder_is_in_the_audit(stage: Stage) -> None:
    with stage.intouch.store.reading() as snapshot:
        (row,) = snapshot.audit(Action.RULES_ACTIVATED)
    assert (row.about, row.who) == (_active(stage), BY_FOLDER)
