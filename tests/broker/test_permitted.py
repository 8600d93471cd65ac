"""Who may publish to RabbitMQ: a user whom the broker checked, within their bounds."""

from pathlib import Path

import pika
import pytest

from service.adapters.broker import topology
from service.domain.publishers import CredentialKind, Publisher
from service.flow import by_hand
from service.flow.permit import shown_user
from service.flow.ports import KnownPublisher
from tests.broker.publisher import dead_letters, left_in, publish
from tests.broker.site import NOW, Site, conversation, until

pytestmark = pytest.mark.servers


def test_a_user_publishes_within_their_bounds_and_nobody_else_does(tmp_path: Path, rabbitmq_url: str) -> None:
    site = Site(tmp_path, rabbitmq_url)
    site.migrate()
    user = pika.URLParameters(rabbitmq_url).credentials.username
    let(site, user, sources=(conversation(0)["source"],))
    publish(site.broker, conversation(0), user_id=user)
    publish(site.broker, {**conversation(1), "source": "/elsewhere"}, user_id=user)
    publish(site.broker, conversation(2))
    with site.consuming():
        until(lambda: len(site.stored()) == 1, "what is allowed is stored")
        until(lambda: left_in(site.broker, topology.DEAD_LETTERS) == 2, "the others are refused")
    (_, beyond), (_, unnamed) = dead_letters(site.broker)
    assert "/source: This credential publishes from the source" in beyond
    assert "user_id" in unnamed


def let(site: Site, user: str, sources: tuple[str, ...]) -> None:
    publisher = Publisher(
        kind=CredentialKind.BROKER_USER, name=user, sources=sources, programs=("*",), created_at=NOW, created_by="kim"
    )
    with site.installed() as intouch, intouch.store.writing() as transaction:
        assert by_hand.let_publish(transaction, KnownPublisher(publisher, shown_user(user)))
