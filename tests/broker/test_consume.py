"""Events through a real broker: stored once, or a dead letter with a reason."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from service.adapters.broker import topology
from service.adapters.store.transaction import SqlTransaction
from service.domain.errors import OperatorError
from service.settings import ROOT
from tests.broker.publisher import channel_to, dead_letters, left_in, publish
from tests.broker.site import Site, conversation, until

pytestmark = pytest.mark.servers


@pytest.fixture
def site(tmp_path: Path, rabbitmq_url: str) -> Site:
    made = Site(tmp_path, rabbitmq_url)
    made.migrate()
    return made


def test_events_of_either_mode_are_stored_once_and_acknowledged(site: Site) -> None:
    events = [conversation(n) for n in range(1_200)]
    attributes = {f"cloudEvents:{name}": value for name, value in events[0].items() if name != "data"}
    publish(site.broker, events[0]["data"], content_type="application/json", headers=attributes)
    publish(site.broker, *events[1:], *events[1:20])
    with site.consuming():
        until(lambda: len(site.stored()) >= len(events), "every event is stored")
        until(lambda: left_in(site.broker, topology.INTAKE) == 0, "nothing is left")
    assert sorted(site.stored()) == sorted(each["id"] for each in events)
    assert left_in(site.broker, topology.INTAKE) == 0, "all of it was acknowledged"
    assert dead_letters(site.broker) == []


def test_the_command_takes_events_in_and_ends_clean(site: Site) -> None:
    with site.process() as running:
        publish(site.broker, *(conversation(n) for n in range(20)))
        until(lambda: len(site.stored()) == 20, "all are stored")
        running.terminate()
        assert running.wait(60) == 0
    assert left_in(site.broker, topology.INTAKE) == 0


def test_what_is_not_valid_is_a_dead_letter_with_a_reason_and_costs_nobody_else(site: Site) -> None:
    wrong = {**conversation(1), "type": "conversation.loged"}
    other = {**conversation(2), "data": {"conversation_id": "c-other", "by": "mentor"}}
    publish(site.broker, conversation(0), b"{", wrong, conversation(2), other, conversation(3))
    with site.consuming():
        until(lambda: left_in(site.broker, topology.DEAD_LETTERS) == 3, "three are refused")
        until(lambda: len(site.stored()) == 3, "three are stored")
    malformed, mistaken, taken = dead_letters(site.broker)
    assert malformed[0] == b"{"
    assert "JSON" in malformed[1]
    assert 'Did you mean "conversation.logged"?' in mistaken[1]
    assert "used before for another event" in taken[1]
    assert site.stored() == ["n-0", "n-2", "n-3"]
    assert sorted(site.told()) == [("intake.rejected", ""), ("intake.rejected", "n-1"), ("intake.rejected", "n-2")]
    assert left_in(site.broker, topology.INTAKE) == 0


def test_a_message_that_nobody_thought_of_costs_only_itself(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Storing fails for any batch that holds it, for a reason that is neither its sender's fault nor the store's."""
    append_each = SqlTransaction.append_each

    def breaking(self: SqlTransaction, batches: object, recorded: int) -> object:
        if any(event.id == "n-3" for batch in batches for event in batch):  # type: ignore[attr-defined]  # any batches
            raise ZeroDivisionError
        return append_each(self, batches, recorded)  # type: ignore[arg-type]  # as above

    monkeypatch.setattr(SqlTransaction, "append_each", breaking)
    publish(site.broker, *(conversation(n) for n in range(6)))
    with site.consuming():
        until(lambda: left_in(site.broker, topology.DEAD_LETTERS) == 1, "it is a dead letter")
        until(lambda: len(site.stored()) == 5, "the others are stored")
    ((_, reason),) = dead_letters(site.broker)
    assert "defect of its own" in reason


def test_what_is_at_the_broker_otherwise_is_told_with_both_values(rabbitmq_url: str, tmp_path: Path) -> None:
    with channel_to(rabbitmq_url) as channel:
        channel.queue_declare(
            topology.INTAKE,
            durable=True,
            arguments={**topology.QUEUES[1].arguments, "x-delivery-limit": 3},
        )
    with pytest.raises(OperatorError) as told:
        Site(tmp_path, rabbitmq_url).migrate()
    for word in (topology.INTAKE, "x-delivery-limit 3", "needs 5"):
        assert word in str(told.value)
    assert "406" not in str(told.value)


def test_so_is_what_dead_letters_and_own_events_go_through(rabbitmq_url: str, tmp_path: Path) -> None:
    with channel_to(rabbitmq_url) as channel:
        channel.queue_declare(topology.DEAD_LETTERS, durable=True, arguments={"x-queue-type": "classic"})
        channel.exchange_declare(topology.OUTBOUND, "direct", durable=True)
    with pytest.raises(OperatorError, match=r"intouch.outbound at the broker has type direct, and Intouch needs topic"):
        Site(tmp_path, rabbitmq_url).migrate()
    with channel_to(rabbitmq_url) as channel:
        channel.exchange_delete(topology.OUTBOUND)
    with pytest.raises(
        OperatorError, match=r"dead-letters at the broker has x-queue-type classic, and .* needs quorum"
    ):
        Site(tmp_path, rabbitmq_url).migrate()


def test_a_broker_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="cannot be reached"):
        Site(tmp_path, "amqp://127.0.0.1:1/").migrate()


def test_the_command_tells_that_in_one_line(tmp_path: Path) -> None:
    Site(tmp_path, "").migrate()
    own = Site(tmp_path, "amqp://127.0.0.1:1/").own
    command = [sys.executable, "-m", "service", "consume"]
    ended = subprocess.run(command, env={**os.environ, **own}, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr.splitlines() == [
        "Error: The broker cannot be reached. Check that it runs, and the address and password in INTOUCH_BROKER_URL."
    ]


def test_migrating_again_changes_nothing(site: Site) -> None:
    publish(site.broker, conversation(1))
    site.migrate()
    until(lambda: left_in(site.broker, topology.INTAKE) == 1, "the message is still there")
