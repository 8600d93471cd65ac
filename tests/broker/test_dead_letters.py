"""`intouch dead-letters`: what is wrong is told, what is put right is replayed, and nothing is lost on the way."""

import os
import signal
from pathlib import Path

import orjson
import pytest

from service.adapters.broker import topology
from service.adapters.broker.rabbit_letters import LOOKS, HeldRabbitLetters
from service.flow.ports import Action
from service.wiring import Installation
from tests.broker.publisher import channel_to, dead_letters, left_in, publish
from tests.broker.site import Site, conversation, until
from tests.broker.test_faults import FORK
from tests.cli.commands import Ran, here

pytestmark = pytest.mark.servers

WRONG = {**conversation(1), "type": "conversation.loged"}
TAKEN = {**conversation(2), "data": {"conversation_id": "c-other", "by": "mentor"}}


@pytest.fixture
def site(tmp_path: Path, rabbitmq_url: str) -> Site:
    """An installation that refused a malformed message, an unknown type, and an id that was used before."""
    made = Site(tmp_path, rabbitmq_url)
    made.migrate()
    publish(made.broker, conversation(2), b"{", WRONG, TAKEN)
    with made.consuming():
        until(lambda: left_in(made.broker, topology.DEAD_LETTERS) == 3, "three are refused")
    return made


def run(site: Site, *arguments: str) -> Ran:
    return here("dead-letters", *arguments, environment=site.own)


def ids(site: Site) -> list[str]:
    return [each["id"] for each in orjson.loads(run(site, "list", "--format", "json").out)]


def test_each_is_listed_with_its_event_and_its_reason_and_stays(site: Site) -> None:
    for _ in range(2):
        told = run(site, "list").out
        assert "a message that cannot be read" in told
        assert 'conversation.loged, n-1 from /test\n            /type: "conversation.loged" is not' in told
        assert "used before for another event" in told
        assert "3 dead letters." in told
    assert left_in(site.broker, topology.DEAD_LETTERS) == 3


def test_one_is_shown_with_what_the_intake_would_say_now(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    id = ids(site)[1]
    shown = run(site, "show", id).out
    assert shown.count('Did you mean "conversation.logged"?') == 2
    assert "c-1" not in shown, "nothing of what it carries"
    assert '"c-1"' in run(site, "show", id, "--body").out
    monkeypatch.setattr(Installation, "foresee", lambda *_: "It would be taken in.")
    assert "Now:     It would be taken in." in run(site, "show", id).out


def test_looking_at_them_often_does_not_cost_them(site: Site) -> None:
    """RabbitMQ 4 drops what came back twenty times; nothing here ever comes near."""
    before = ids(site)
    with site.installed() as own:
        for _ in range(LOOKS + 2):
            with own.dead_letters().held(9) as held:
                assert [each.id for each in held] == before
    with channel_to(site.broker) as channel:
        _, properties, _ = channel.basic_get(topology.DEAD_LETTERS)
    assert properties.headers.get("x-delivery-count", 0) < LOOKS


def test_those_of_a_reason_are_replayed_and_no_other(site: Site) -> None:
    replayed = run(site, "replay", "--refused-for", "not an event type")
    assert (replayed.code, "Replayed: 1 dead letter." in replayed.out) == (0, True)
    assert left_in(site.broker, topology.INTAKE) == 1
    assert [reason.partition(" ")[0] for _, reason in dead_letters(site.broker)] == ["The", "An"]


def test_a_range_is_replayed_and_what_is_still_wrong_comes_back_with_its_reason(site: Site) -> None:
    first, second, third = ids(site)
    assert run(site, "replay", f"{second}..{third}").code == 0
    assert ids(site) == [first]
    with site.consuming():
        until(lambda: left_in(site.broker, topology.DEAD_LETTERS) == 3, "both are refused again")
    assert ids(site) == [first, second, third]


def test_who_published_what_is_replayed_is_not_forgotten(site: Site) -> None:
    publish(site.broker, b"mine", user_id="guest")
    with site.consuming():
        until(lambda: left_in(site.broker, topology.DEAD_LETTERS) == 4, "it is refused")
        assert run(site, "replay", "--all").code == 0
        until(lambda: left_in(site.broker, topology.DEAD_LETTERS) == 4, "all are refused again")
    with site.installed() as own, own.dead_letters().held(9) as held:
        assert sorted((each.message.body == b"mine", each.message.user_id) for each in held)[-2:] == [
            (False, ""),
            (True, "guest"),
        ]


def test_what_was_put_right_is_taken_in(site: Site) -> None:
    other = Site(site.folder / "other", site.broker)
    other.migrate()
    assert run(site, "replay", "--all").code == 0
    with other.consuming():
        until(lambda: other.stored() == ["n-2"], "an id that nobody used there is taken in")


def test_one_is_discarded_with_a_reason_in_the_audit(site: Site) -> None:
    first, second, third = ids(site)
    assert run(site, "discard", second).code == 2, "no reason, no discarding"
    done = run(site, "discard", second, "--reason", "sent again by hand", "--by", "kim")
    assert (done.code, done.out) == (0, "Discarded: 1 dead letter. They are gone.\n")
    assert ids(site) == [first, third]
    with site.installed() as own, own.store.reading() as snapshot:
        (noted,) = snapshot.audit(Action.LETTERS_DISCARDED)
    assert (noted.who, noted.about) == ("kim", "1 dead letter")
    assert noted.detail == {
        "why": "sent again by hand",
        "letters": [{"source": "/test", "id": "n-1", "type": "conversation.loged"}],
    }


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("replay",), "Say which"),
        (("replay", "0123456789", "--all"), "Say which"),
        (("replay", "0123456789"), "There is no dead letter 0123456789"),
        (("replay", "--refused-for", "a reason that none has"), "There is no such dead letter"),
        (("show", "0123456789"), "There is no dead letter 0123456789"),
    ],
)
def test_a_slip_is_told_and_changes_nothing(site: Site, arguments: tuple[str, ...], told: str) -> None:
    ended = run(site, *arguments)
    assert ended.code != 0
    assert told in ended.err
    assert left_in(site.broker, topology.DEAD_LETTERS) == 3


@pytest.mark.parametrize("step", ["_publish", "discard"])
def test_a_replay_that_is_killed_loses_nothing(site: Site, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """Killed before the intake has it, or before the dead letters are rid of it: it is there, or in both."""

    def killed() -> None:
        monkeypatch.setattr(HeldRabbitLetters, step, lambda *_: os.kill(os.getpid(), signal.SIGKILL))
        run(site, "replay", "--all")

    before = ids(site)
    process = FORK.Process(target=killed)
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    until(lambda: left_in(site.broker, topology.DEAD_LETTERS) == 3, "all are dead letters still")
    assert ids(site) == before
    assert left_in(site.broker, topology.INTAKE) == (0 if step == "_publish" else 1)
    assert run(site, "replay", "--all").code == 0
    assert left_in(site.broker, topology.DEAD_LETTERS) == 0
