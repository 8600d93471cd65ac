"""The throw-away servers work, and are gone when the run that started them is gone, however it ended."""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import redis

from tests.servers.process import ServerError, program
from tests.servers.rabbitmq import connect
from tests.servers.shared import ROOT

pytestmark = pytest.mark.servers

_RUN = """
import os, sys
from tests.servers.shared import server_url
from pathlib import Path
print(server_url("redis", Path(sys.argv[1]), os.getpid()), flush=True)
sys.stdin.read()
"""


def test_a_database_is_empty_and_speaks_unicode(postgresql_url: str) -> None:
    with psycopg.connect(postgresql_url) as connection:
        assert connection.execute("SELECT count(*) FROM pg_stat_user_tables").fetchone() == (0,)
        assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)


def test_a_virtual_host_takes_and_gives_a_message(rabbitmq_url: str) -> None:
    connection = connect(rabbitmq_url)
    channel = connection.channel()
    channel.queue_declare("q", arguments={"x-queue-type": "quorum"}, durable=True)
    channel.confirm_delivery()
    channel.basic_publish("", "q", b"hello")
    assert channel.basic_get("q", auto_ack=True)[2] == b"hello"
    connection.close()


def test_a_numbered_database_is_empty(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
        client.set("a", "b")
        assert client.get("a") == b"b"


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_server_is_gone_when_its_run_was_killed(tmp_path: Path, how: signal.Signals) -> None:
    run = subprocess.Popen(
        [sys.executable, "-c", _RUN, str(tmp_path)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert run.stdout is not None
    client = redis.Redis.from_url(run.stdout.readline().strip())
    process = os.pidfd_open(client.info("server")["process_id"])
    run.send_signal(how)
    run.communicate()
    assert _ends(process)
    client.close()
    os.close(process)


def _ends(process: int) -> bool:
    """Return whether the process ends within half a minute."""
    return bool(select.select([process], [], [], 30)[0])


def test_a_program_that_is_missing_is_told_with_what_to_do() -> None:
    with pytest.raises(ServerError, match="make test-embedded"):
        program("a-server-that-nobody-has")
