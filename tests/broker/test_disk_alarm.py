"""A broker whose disk is full reads nothing from publishers, and says nothing: own events wait, and nobody hangs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.domain.calendar import MINUTE
from tests.broker.site import NOW, Site, until
from tests.broker.test_relay import heard, keep, listen, stands
from tests.flow.stage import Stage
from tests.servers.rabbitmq import RabbitMq

pytestmark = pytest.mark.servers


@pytest.fixture
def node(tmp_path: Path) -> Iterator[RabbitMq]:
    (folder := tmp_path / "node").mkdir()
    started = RabbitMq(folder)
    started.start()
    yield started
    started.stop()


def test_own_events_wait_while_the_brokers_disk_is_full(tmp_path: Path, node: RabbitMq) -> None:
    stage = Stage(tmp_path / "var", NOW, Site(tmp_path, f"{node.url}1", heartbeat_s=2).own)
    relay = stage.intouch.relay()
    try:
        listen(stage)
        keep(stage, 1)
        node.control("set_disk_free_limit", "999999GB")
        assert not relay.turn()
        assert stands(stage).waiting == 1
        node.control("set_disk_free_limit", "50MB")
        stage.clock.now += MINUTE
        until(relay.turn, "it goes once there is room")
        assert (stands(stage).waiting, set(heard(stage))) == (0, {"s-1"})
    finally:
        relay.outlet.close()
        stage.close()
