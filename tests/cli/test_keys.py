"""`intouch keys`, as operators type it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from service.domain.errors import OperatorError
from service.flow.permit import shown_key
from service.flow.ports import Action
from service.settings import read_settings, refuse_open_door
from tests.cli.commands import Ran, here
from tests.flow.braking import MONDAY
from tests.flow.events import pair
from tests.flow.stage import Stage

BOUNDS = ("--source", "/matching", "--program", "northfield")


@pytest.fixture(name="stage")
def _stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path, MONDAY)
    yield made
    made.close()


def run(stage: Stage, *words: object) -> Ran:
    return here("keys", *words, environment={"INTOUCH_DATA_DIR": str(stage.folder)})


def test_a_key_is_shown_once_and_only_its_hash_is_kept(stage: Stage) -> None:
    made = run(stage, "create", "matching", *BOUNDS, "--by", "kim")
    key = made.out.strip()
    assert (made.code, key.startswith("intouch_"), len(key) > 48) == (0, True, True)
    assert "shown once" in made.err
    with stage.intouch.store.reading() as snapshot:
        (known,) = snapshot.publishers()
        (deed,) = snapshot.audit(Action.KEY_CREATED)
    assert known.shown == shown_key(key)
    assert (deed.who, deed.about) == ("kim", "key matching")
    assert deed.detail == {"sources": ["/matching"], "programs": ["northfield"]}
    assert key not in run(stage, "list").out + run(stage, "list", "--format", "json").out


def test_a_program_that_nobody_knows_is_told_and_its_key_is_made(stage: Stage) -> None:
    stage.take(*pair(MONDAY, "m-1", "ada", "ben"))
    known = run(stage, "create", "matching", *BOUNDS, "--program", "north*")
    slip = run(stage, "create", "another", "--source", "/matching", "--program", "northfeld", "--program", "south")
    assert (known.code, slip.code) == (0, 0)
    assert "Note" not in known.err
    assert "nothing is known here of a program “northfeld” yet. Did you mean northfield?\n" in slip.err
    assert "nothing is known here of a program “south” yet.\n" in slip.err


def test_a_taken_name_is_refused_and_says_what_to_do(stage: Stage) -> None:
    run(stage, "create", "matching", *BOUNDS)
    again = run(stage, "create", "matching", *BOUNDS)
    assert (again.code, "matching-2" in again.err, again.out) == (1, True, "")


def test_revoking_is_kept_with_who_did_it(stage: Stage) -> None:
    run(stage, "create", "matching", *BOUNDS)
    assert run(stage, "revoke", "matching", "--by", "sam").out.startswith("Revoked: key matching.")
    assert "by sam" in run(stage, "list").out
    again = run(stage, "revoke", "matching")
    assert (again.code, "intouch keys list" in again.err) == (1, True)
    with stage.intouch.store.reading() as snapshot:
        assert [(each.who, each.about) for each in snapshot.audit(Action.KEY_REVOKED)] == [("sam", "key matching")]


def test_a_user_of_the_broker_gets_no_key_and_is_another_kind(stage: Stage) -> None:
    made = run(stage, "create", "matching", *BOUNDS, "--broker-user", "--format", "json")
    assert json.loads(made.out) == {"name": "matching"}
    assert run(stage, "revoke", "matching").code == 1
    assert run(stage, "revoke", "matching", "--broker-user").code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("matching",), "--source /matching --program northfield"),
        (("matching", "--source", "/matching"), "--program northfield"),
        ((" ", *BOUNDS), "a name that people can read"),
        (("matching", "--source", "/intouch/pages", "--program", "*"), "Intouch's own"),
    ],
)
def test_what_binds_to_nothing_or_to_too_much_is_refused(stage: Stage, words: tuple[str, ...], said: str) -> None:
    ran = run(stage, "create", *words)
    assert (ran.code != 0, said in ran.err) == (True, True)


def test_the_list_is_the_same_for_programs(stage: Stage) -> None:
    assert "intouch keys create" in run(stage, "list").out
    run(stage, "create", "matching", *BOUNDS)
    (listed,) = json.loads(run(stage, "list", "--format", "json").out)
    assert (listed["kind"], listed["sources"], listed["revoked_at"]) == ("key", ["/matching"], None)


def test_an_open_address_without_anybody_to_let_in_does_not_start(stage: Stage) -> None:
    settings = read_settings({"INTOUCH_HTTP": "0.0.0.0:8080", "INTOUCH_CONSOLE_HTTP": "127.0.0.1:8082"})
    with pytest.raises(OperatorError, match=r"INTOUCH_HTTP is 0\.0\.0\.0:8080, .*intouch keys create"):
        refuse_open_door(settings, has_publishers=False)
    refuse_open_door(replace(settings, public_url="https://mentoring.example.org"), has_publishers=True)
    with pytest.raises(OperatorError, match=r"PUBLIC_URL is not set, and links in mail would lead to 0\.0\.0\.0"):
        refuse_open_door(settings, has_publishers=True)
    environment = {"INTOUCH_DATA_DIR": str(stage.folder), "INTOUCH_HTTP": "0.0.0.0:0"}
    ran = here("serve", environment=environment)
    assert (ran.code, "intouch keys create" in ran.err) == (1, True)


GIVEN = json.dumps({"name": "matching", "sources": ["/matching"], "programs": ["northfield"]})
MADE_ELSEWHERE = "intouch_0123456789abcdef0123456789abcdef"


def give(stage: Stage, key: str, publisher: str = GIVEN) -> Ran:
    secrets = stage.folder / "secrets"
    secrets.mkdir(exist_ok=True)
    (secrets / "matching").write_text(f"{key}\n", "utf-8")
    return run(stage, "given", secrets, publisher, "--by", "helm")


def test_a_key_that_was_made_elsewhere_opens_the_door_and_giving_it_again_changes_nothing(stage: Stage) -> None:
    assert give(stage, MADE_ELSEWHERE).out == "The key matching opens the door from now on.\n"
    assert give(stage, MADE_ELSEWHERE).out == "The key matching is there already.\n"
    with stage.intouch.store.reading() as snapshot:
        (known,) = snapshot.publishers()
        (deed,) = snapshot.audit(Action.KEY_CREATED)
    assert known.shown == shown_key(MADE_ELSEWHERE)
    assert deed.who == "helm"


def test_another_key_or_other_bounds_take_the_place_of_those_before(stage: Stage) -> None:
    give(stage, MADE_ELSEWHERE)
    give(stage, MADE_ELSEWHERE[::-1])
    give(stage, MADE_ELSEWHERE[::-1], GIVEN.replace("northfield", "eastgate"))
    with stage.intouch.store.reading() as snapshot:
        found = snapshot.publishers()
        revoked = snapshot.audit(Action.KEY_REVOKED)
    live = [each for each in found if each.publisher.revoked_at is None]
    assert [(each.shown, each.publisher.programs) for each in live] == [
        (shown_key(MADE_ELSEWHERE[::-1]), ("eastgate",))
    ]
    assert len(revoked) == 2


@pytest.mark.parametrize(
    ("key", "publisher", "told"),
    [
        ("short", GIVEN, "openssl rand"),
        ("a key with spaces in it, however long it may be", GIVEN, "without spaces"),
        (MADE_ELSEWHERE, "matching", "is no PUBLISHER"),
        (MADE_ELSEWHERE, '{"name": "matching"}', "is no PUBLISHER"),
        (MADE_ELSEWHERE, GIVEN.replace('"matching"', '"../matching"'), "letters, digits and hyphens"),
        (MADE_ELSEWHERE, GIVEN.replace('"matching"', '"another"'), "cannot be read"),
    ],
)
def test_a_key_that_anybody_could_guess_or_nobody_wrote_down_is_refused(
    stage: Stage, key: str, publisher: str, told: str
) -> None:
    refused = give(stage, key, publisher)
    assert refused.code != 0
    assert told in refused.err
    assert key not in refused.err
    with stage.intouch.store.reading() as snapshot:
        assert snapshot.publishers() == []
