"""`intouch explain EVENT`: what became of one event, from a real store."""

from pathlib import Path
from typing import Any

import pytest

from tests.cli.commands import event, here, pair
from tests.cli.test_rules_explain import as_json, installed, lived, talked

TALKED = "2026-03-06T10:00:00Z"
LATER = "2026-03-20T12:00:00Z"


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A pair who was written to on the second day, talked on the fourth, and never raised a flag."""
    folder: Path = tmp_path_factory.mktemp("explained")
    settings = installed(folder)
    twin = {**talked(TALKED), "source": "/other", "id": "match-m-1"}
    lived(settings, [*pair(), talked(TALKED), {**twin, "data": {"conversation_id": "c-2", "by": "mentee"}}], LATER)
    return settings


def explained(environment: dict[str, str], *words: object) -> Any:
    return as_json(here("explain", *words, "--at", LATER, "--format", "json", environment=environment))


def test_an_event_tells_what_it_started_and_what_became_of_that(environment: dict[str, str]) -> None:
    told = explained(environment, "match-m-1", "--source", "/tests")
    assert told["sentence"] == (
        "“A mentor and a mentee were matched” about mentorships/m-1 came in on Mon 2 Mar 2026 15:00 (UTC), and started "
        "4 messages (2 went)."
    )
    assert [(each["rule"], each["k"], each["state"], each["verdict"]) for each in told["started"]] == [
        ("say-hello", 0, "sent", None),
        ("say-hello", 0, "sent", None),
        ("say-hello", 1, None, "gate"),
        ("say-hello", 1, None, "gate"),
    ]
    assert (told["stopped"], told["waiting"], told["event"]["recorded"]) == ([], False, "2026-03-02T15:00:00Z")


def test_an_event_that_another_says_too_stopped_nothing_by_itself(environment: dict[str, str]) -> None:
    told = explained(environment, "c")
    assert (told["started"], told["stopped"]) == ([], [])
    assert told["sentence"].endswith("and no message depends on it.")


def test_an_event_tells_what_it_stopped(tmp_path: Path) -> None:
    settings = installed(tmp_path)
    lived(settings, [*pair(), talked(TALKED)], LATER)
    told = explained(settings, "c")
    assert [(each["rule"], each["k"], each["recipient"], each["detail"]) for each in told["stopped"]] == [
        ("say-hello", 1, "mia", "conversation.logged: never"),
        ("say-hello", 1, "mo", "conversation.logged: never"),
    ]
    assert "stopped 2 messages." in told["sentence"]
    text = here("explain", "c", "--at", LATER, environment=settings).out
    assert text.startswith(told["sentence"])
    assert "Stopped\n  say-hello\n" in text
    assert "Not known here: how often it was sent again" in text


def test_it_is_told_by_the_clock_of_the_program(tmp_path: Path) -> None:
    settings, where = installed(tmp_path), {"name": "Northfield", "timezone": "America/Chicago"}
    launched = event("launch", "program.launched", "programs/northfield", "2026-03-02T14:00:00Z", where)
    lived(settings, [launched, *pair()], LATER)
    text = here("explain", "match-m-1", "--at", LATER, environment=settings).out
    assert "came in on Mon 2 Mar 2026 09:00 (America/Chicago), and started" in text
    assert "It happened on Mon 2 Mar 2026 09:00 (America/Chicago), 0 s before it came in." in text
    assert "Wed 4 Mar 2026 09:00  1 of 2   to mia" in text


def test_a_registration_tells_what_depends_on_it(environment: dict[str, str]) -> None:
    """Without it nobody knows her address, and nothing went to her."""
    told = explained(environment, "reg-mia")
    assert {(each["recipient"], each["state"]) for each in told["started"]} == {("mia", "sent")}


def test_an_id_that_two_sources_gave_asks_which(environment: dict[str, str]) -> None:
    ran = here("explain", "match-m-1", environment=environment)
    assert (ran.code, "--program northfield --source /other; --program northfield --source /tests" in ran.err) == (
        1,
        True,
    )


@pytest.mark.parametrize("words", [("nothing-here",), ("c", "--source", "/elsewhere"), ("c", "--program", "riverside")])
def test_an_event_that_is_not_there_says_what_may_have_become_of_it(
    environment: dict[str, str], words: tuple[str, ...]
) -> None:
    ran = here("explain", *words, environment=environment)
    assert (ran.code, "in the log" in ran.err, "dead letter" in ran.err) == (1, True, True)


def test_what_nearly_is_a_subject_is_taken_for_one(environment: dict[str, str]) -> None:
    ran = here("explain", "mentorship/m-1", environment=environment)
    assert (ran.code, "Did you mean mentorships/m-1?" in ran.err) == (1, True)


def test_an_event_that_nobody_looked_at_yet_says_so(tmp_path: Path) -> None:
    from service.settings import read_settings
    from service.wiring import Installation

    settings = installed(tmp_path)
    intouch = Installation(read_settings(settings))
    intouch.migrate()
    intouch.rules_folder.refresh()
    admitted, _ = intouch.schemas.admit(
        [event("new/1", "mentorship.matched", "mentorships/m-1", LATER, {"mentor_id": "a", "mentee_id": "b"})]
    )
    intouch.acceptor.accept(admitted)
    intouch.close()
    told = as_json(here("explain", "new/1", "--format", "json", environment=settings))
    assert (told["waiting"], told["started"]) == (True, [])
    assert told["sentence"].endswith("and waits to be looked at.")
