"""`intouch stop`, `resume`, `expect` and `held`, as staff type them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.commands import Ran, here
from tests.flow.braking import CHANGED, PAIRS, Braking


@pytest.fixture(name="braking")
def _braking(tmp_path: Path) -> Iterator[Braking]:
    yield from held_in(tmp_path)


@pytest.fixture(name="untouched", scope="module")
def _untouched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Braking]:
    """Return one for all tests that change nothing."""
    yield from held_in(tmp_path_factory.mktemp("untouched"))


def held_in(folder: Path) -> Iterator[Braking]:
    """Yield an installation with a changed rule, all of whose notices but three are held."""
    made = Braking(folder, first=3)
    made.change_the_rule()
    made.ask(range(PAIRS))
    yield made
    made.close()


def run(braking: Braking, *words: object) -> Ran:
    return here(*words, environment={**braking.environment, "INTOUCH_DATA_DIR": str(braking.folder)})


def test_what_is_held_is_listed_shown_released_and_dropped(braking: Braking) -> None:
    """One by its id, the next dropped, and then all the rest."""
    assert f"{CHANGED}: {PAIRS - 3} notices held since 2026-03-02T15:00:00Z" in run(braking, "held", "list").out
    shown = json.loads(run(braking, "held", "show", CHANGED, "--format", "json").out)
    assert len(shown) == PAIRS - 3
    first, second = shown[0], shown[1]
    assert first["message"] == "help-talk-to-institution"
    text = run(braking, "held", "show", CHANGED).out
    assert f"{first['id']}  “help-talk-to-institution” to {first['recipient']} about {first['subject']}" in text
    assert "Released: 1 notice" in run(braking, "held", "release", CHANGED, "--only", first["id"], "--by", "kim").out
    assert "Dropped: 1 notice" in run(braking, "held", "drop", CHANGED, "--only", second["id"]).out
    assert f"Released: {PAIRS - 5} notices" in run(braking, "held", "release", CHANGED).out
    assert run(braking, "held", "list").out == "Nothing is held, and nothing is stopped.\n"
    assert run(braking, "held", "show", CHANGED, "--format", "json").out == "[]\n"


def test_readiness_tells_what_is_held_and_stopped(braking: Braking) -> None:
    run(braking, "stop", "--program", "northfield", "--by", "kim")
    ready, detail = braking.stage.intouch.ready()
    assert ready
    assert detail["held"] == {CHANGED: PAIRS - 3}
    assert [each.partition(" at ")[0] for each in detail["stopped"]] == ["program northfield, by kim"]


@pytest.mark.parametrize("about", [("--all",), ("--program", "northfield"), ("--rule", CHANGED)], ids=" ".join)
def test_mail_is_stopped_and_resumed(braking: Braking, about: tuple[str, ...]) -> None:
    assert run(braking, "stop", *about).out.startswith("Stopped: ")
    assert run(braking, "stop", *about).out.startswith("It was stopped already: ")
    (listed,) = json.loads(run(braking, "held", "list", "--format", "json").out)["stopped"]
    assert listed["scope"] == about[0].removeprefix("--")
    assert run(braking, "resume", *about).out.startswith("It goes on: ")
    assert run(braking, "resume", *about).out.startswith("It was not stopped: ")


def test_what_else_is_stopped_is_told_when_something_goes_on(braking: Braking) -> None:
    run(braking, "stop", "--all")
    run(braking, "stop", "--rule", CHANGED)
    assert "Still stopped: all mail." in run(braking, "resume", "--rule", CHANGED).out


def test_a_launch_is_announced(braking: Braking) -> None:
    told = run(braking, "expect", "--rule", CHANGED, "--count", 40, "--until", "2999-03-03T15:00:00Z")
    assert told.out == f"Expected: 40 of “{CHANGED}” until 2999-03-03T15:00:00Z.\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("stop",), "Say one of --rule R, --program P or --all"),
        (("stop", "--all", "--rule", CHANGED), "Say one of"),
        (("stop", "--rule", "help-confirm"), f"Did you mean {CHANGED}?"),
        (("stop", "--program", "northfeild"), "Did you mean northfield?"),
        (("held", "show", "help-confirm"), f"Did you mean {CHANGED}?"),
        (("held", "release", "help-follow-up"), "Nothing of “help-follow-up” is held"),
        (("held", "drop", CHANGED, "--only", "0000000000"), "Not held: 0000000000"),
        (("expect", "--rule", CHANGED, "--count", 1, "--until", "2020-01-01"), "That instant has passed"),
        (("expect", "--rule", CHANGED, "--count", 0, "--until", "2999-01-01"), "--count"),
    ],
    ids=lambda each: " ".join(map(str, each)) if isinstance(each, tuple) else None,
)
def test_a_slip_is_told_and_changes_nothing(untouched: Braking, words: tuple[object, ...], said: str) -> None:
    ran = run(untouched, *words)
    assert ran.code != 0
    assert said in ran.err
    assert untouched.held() == {CHANGED: PAIRS - 3}
    assert untouched.stage.intouch.ready()[1].get("stopped") is None
