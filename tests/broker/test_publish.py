"""`intouch publish` to a broker: only what is valid, each confirmed; where no queue gets it, that is told."""

import re
from pathlib import Path
from typing import Any

import orjson
import pytest
from pika.exceptions import UnroutableError

from service.adapters.broker import topology
from service.settings import ROOT
from tests.broker.publisher import channel_to, left_in
from tests.broker.site import Site, conversation, until
from tests.cli.commands import here

pytestmark = pytest.mark.servers


def test_valid_events_reach_the_intake_and_faults_are_told_by_line(tmp_path: Path, rabbitmq_url: str) -> None:
    site = Site(tmp_path, rabbitmq_url)
    site.migrate()
    lines = [conversation(n) for n in range(450)]
    lines[7] = {**lines[7], "type": "conversation.loged"}
    file = tmp_path / "events.ndjson"
    file.write_bytes(b"\n".join(map(orjson.dumps, lines)))
    ended = here("publish", file, environment=site.own)
    assert (ended.code, ended.out) == (1, "449 published; 1 refused.\n")
    assert ended.err.startswith("Line 8: /type: ")
    with site.consuming():
        until(lambda: len(site.stored()) == 449, "all are stored")
    with channel_to(site.broker) as channel:
        channel.queue_unbind(topology.INTAKE, topology.EVENTS, "#")
    ended = here("publish", file, environment=site.own)
    assert ended.code == 1
    assert "run `intouch migrate`" in ended.err
    assert left_in(site.broker, topology.INTAKE) == 0


def test_the_publisher_of_the_docs_does_what_they_say(tmp_path: Path, rabbitmq_url: str) -> None:
    programs = re.findall(r"```python\n(.*?)```", (ROOT / "docs/publishing.md").read_text("utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(next(each for each in programs if "import pika" in each), "docs/publishing.md", "exec"), names)
    site = Site(tmp_path, rabbitmq_url)
    site.migrate()
    names["publish_to_broker"](site.broker, [conversation(n) for n in range(3)])
    assert left_in(site.broker, topology.INTAKE) == 3
    with channel_to(site.broker) as channel:
        channel.queue_unbind(topology.INTAKE, topology.EVENTS, "#")
    with pytest.raises(UnroutableError):
        names["publish_to_broker"](site.broker, [conversation(9)])
    with site.consuming():
        until(lambda: len(site.stored()) == 3, "all are stored")
