"""`intouch console`, `sessions` and `audit`: a way in, who is in, and who saw whom."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.domain.calendar import DAY
from service.flow.ports import Action, AuditRow
from service.flow.session_port import Origin
from service.flow.sessions import Arrival
from service.wiring import machine_clock
from tests.cli.commands import Ran, here
from tests.flow.stage import Stage

LOGIN = {
    "INTOUCH_OIDC_ISSUER": "https://login.example.org",
    "INTOUCH_OIDC_CLIENT_ID": "intouch",
    "INTOUCH_OIDC_ROLES": "a = *:admin",
}


@pytest.fixture(name="stage")
def _stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path, machine_clock())
    yield made
    made.close()


def run(stage: Stage, *words: object, **more: str) -> Ran:
    return here(*words, environment={"INTOUCH_DATA_DIR": str(stage.folder), **more})


def test_a_link_that_is_printed_lets_somebody_in(stage: Stage) -> None:
    printed = run(stage, "console")
    assert printed.code == 0
    url, _, token = printed.out.strip().rpartition("/")
    assert url == "http://127.0.0.1:8080/console/enter"
    assert stage.intouch.sessions.enter_by_link(token)


def test_a_link_for_somebody_lets_them_in_under_their_name(stage: Stage) -> None:
    token = run(stage, "console", "--for", "kim").out.strip().rpartition("/")[2]
    entered = stage.intouch.sessions.enter_by_link(token)
    assert entered is not None
    session = stage.intouch.sessions.find(entered)
    assert session is not None
    assert session.person == "kim"
    for odd in ("", "kim lee", "kim@example.org", "<b>", "k" * 41):
        refused = run(stage, "console", "--for", odd)
        assert (refused.code, "Write a short name" in refused.err) == (2, True)


def test_where_a_provider_knows_staff_none_is_printed(stage: Stage) -> None:
    said = run(stage, "console", **LOGIN)
    assert said.code == 1
    assert "Staff sign in at http://127.0.0.1:8080/console" in said.err


def test_sessions_are_listed_and_ended(stage: Stage) -> None:
    token = stage.intouch.sessions.begin(Origin.LOGIN, Arrival(person="u-7", name="Sam Stone"))
    (listed,) = json.loads(run(stage, "sessions", "list", "--format", "json").out)
    assert (listed["person"], "name" in listed) == ("u-7", False)
    assert run(stage, "sessions", "end", "nobody").code == 1
    assert run(stage, "sessions", "end").code == 2
    assert run(stage, "sessions", "end", listed["id"], "--by", "kim").out == "Ended: 1 session.\n"
    assert stage.intouch.sessions.find(token) is None
    assert run(stage, "sessions", "list").out == "Nobody is signed in.\n"


def test_the_audit_is_told_by_whom_about_whom_and_where(stage: Stage) -> None:
    with stage.intouch.store.writing() as transaction:
        for n, (who, program) in enumerate((("u-1", "northfield"), ("u-2", "northfield"), ("u-1", "eastgate"))):
            row = AuditRow(
                at=stage.now + n * DAY, who=who, action=Action.PERSON_SEEN, about=f"mentorships/m-{n}", program=program
            )
            transaction.note(row)

    def told(*options: str) -> list[str]:
        lines = run(stage, "audit", "--format", "json", *options).out.splitlines()
        return [json.loads(each)["about"].removeprefix("mentorships/") for each in lines]

    assert told("--action", "person.seen") == ["m-2", "m-1", "m-0"]
    assert told("--program", "northfield") == ["m-1", "m-0"]
    assert told("--who", "u-1") == ["m-2", "m-0"]
    assert told("--about", "mentorships/m-1") == ["m-1"]
    assert told("--action", "person.seen", "--limit", "1") == ["m-2"]
    assert "u-2  person.seen  mentorships/m-1 in northfield" in run(stage, "audit").out
