"""`intouch deploy`, `rollback` and `rule-sets`, as a pipeline and people run them."""

import json
from pathlib import Path

import pytest

from tests.cli.commands import intouch
from tests.trial.small import RULE, STORIES, texts, write


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    given = {"INTOUCH_DATA_DIR": str(tmp_path / "var")}
    assert intouch("migrate", environment=given).code == 0
    return given


def folder(tmp_path: Path, **changed: str | None) -> Path:
    write(tmp_path, texts(**changed))
    return tmp_path / "rules"


def test_the_way_to_live_and_back(tmp_path: Path, environment: dict[str, str]) -> None:
    first, second = folder(tmp_path / "one"), folder(tmp_path / "two", rules=RULE.replace("Two days", "Some days"))
    assert intouch("deploy", first, "--by", "kim", environment=environment).out.rstrip().endswith("is live.")
    dry = intouch("deploy", second, "--dry-run", "--format", "json", environment=environment)
    told = json.loads(dry.out)
    assert (dry.code, told["passes"], told["live"]) == (0, True, False)
    assert told["edits"] == {"added": [], "removed": [], "edited": ["say-hello"], "other": []}
    assert told["coverage"] == {"percent": 100, "before": 100}
    words = ("deploy", second, "--by", "kim", "--approved-by", "robin")
    assert intouch(*words, environment=environment).code == 0
    assert intouch("rollback", "--by", "lee", environment=environment).out.startswith("Rule set ")
    listed = json.loads(intouch("rule-sets", "--format", "json", environment=environment).out)
    assert [(each["by"], each["approved_by"], each["from"], each["live"]) for each in listed] == [
        ("lee", None, "rollback", True),
        ("kim", "robin", "deploy rules/", False),
        ("kim", None, "deploy rules/", False),
    ]
    assert listed[0]["hash"] == listed[2]["hash"]
    assert "edited say-hello" in intouch("rule-sets", "--last", 1, environment=environment).out


def test_what_does_not_pass_fails_the_pipeline_and_says_why(tmp_path: Path, environment: dict[str, str]) -> None:
    failing = folder(tmp_path, stories=STORIES.replace("{ day: 2,", "{ day: 3,"))
    ran = intouch("deploy", failing, "--dry-run", "--by", "kim", environment=environment)
    assert ran.code == 1
    assert "FAILED  hello comes two days after the match   rules/tests/hello.yaml:1" in ran.out
    assert "does not pass.\n  1 story did not come out as expected.\n" in ran.out
    assert intouch("rule-sets", environment=environment).out == "No rule set was live yet.\n"


def test_rules_without_messages_are_not_deployed(tmp_path: Path, environment: dict[str, str]) -> None:
    ran = intouch("deploy", folder(tmp_path, message=None), "--by", "kim", environment=environment)
    assert ran.code == 1
    assert "There is no templates folder beside" in ran.err


@pytest.mark.parametrize("name", ["ffff", "f", "nonsense"])
def test_a_rule_set_that_was_never_live_is_none_to_go_back_to(environment: dict[str, str], name: str) -> None:
    ran = intouch("rollback", name, environment=environment)
    assert (ran.code, ran.out) == (1, "")
    assert "No rule set that was ever active begins" in ran.err
