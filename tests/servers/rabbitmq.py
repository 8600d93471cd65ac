"""A RabbitMQ node of its own: ports, names, port mapper and folder that no other node shares.

Virtual hosts cost little when they are there from the start, and a second each when `rabbitmqctl` makes them: a node
brings VHOSTS of them, one for each test.
"""

import os
import signal
import subprocess
from pathlib import Path

import orjson
import pika
from pika.exceptions import AMQPError

from tests.ports import free_ports
from tests.servers.process import Process, program

VHOSTS = 96

_PLACE = "usr/lib/rabbitmq/bin"
_CONFIGURATION = """
loopback_users = none
log.console = true
log.console.level = warning
log.file = false
disk_free_limit.absolute = 50MB
vm_memory_high_watermark.absolute = 512MB
load_definitions = {definitions}
listeners.ssl.default = 127.0.0.1:{tls_port}
ssl_options.certfile = {certificate}
ssl_options.keyfile = {certificate}
ssl_options.cacertfile = {certificate}
"""
CERTIFICATE = Path(__file__).parents[1] / "mail/localhost.pem"
"""Names localhost, is signed by itself, and holds its key."""


class RabbitMq:
    """One node over one folder; started again it has what it had."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port, self.tls_port, self.distribution, self.mapper = free_ports(4)
        self.url = f"amqp://guest:guest@127.0.0.1:{self.port}/"
        self._write_configuration()
        (folder / "plugins").write_text("[].")

    def _write_configuration(self) -> None:
        definitions = self.folder / "definitions.json"
        names = ["/", *(str(n) for n in range(VHOSTS))]
        rights = {"user": "guest", "configure": ".*", "write": ".*", "read": ".*"}
        content = {
            "vhosts": [{"name": name} for name in names],
            "users": [{"name": "guest", "password": "guest", "tags": "administrator"}],
            "permissions": [{**rights, "vhost": name} for name in names],
        }
        definitions.write_bytes(orjson.dumps(content))
        given = {"definitions": definitions, "tls_port": self.tls_port, "certificate": CERTIFICATE}
        (self.folder / "rabbitmq.conf").write_text(_CONFIGURATION.format(**given))

    @property
    def environment(self) -> dict[str, str]:
        folder = self.folder
        return {
            **os.environ,
            "HOME": str(folder),
            "RUNNING_UNDER_SYSTEMD": "1",  # no shell stays between us and the node, to be killed in its place
            "RABBITMQ_NODENAME": f"test{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self.distribution),
            "ERL_EPMD_PORT": str(self.mapper),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
            "RABBITMQ_PID_FILE": str(folder / "pid"),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+sbwt none +S 2:2 -kernel inet_dist_use_interface {127,0,0,1}",
        }

    def start(self) -> None:
        mapper = (program("epmd"), "-port", str(self.mapper), "-address", "127.0.0.1")
        self.port_mapper = Process(self.folder, *mapper, environment=self.environment)
        self.process = Process(self.folder, program("rabbitmq-server", _PLACE), environment=self.environment)
        self.process.wait_until(self._answers)

    def _answers(self) -> bool:
        try:
            connect(self.url, connection_attempts=1, socket_timeout=2).close()
        except (AMQPError, OSError):
            return False
        return True

    def control(self, *arguments: str) -> str:
        """Run `rabbitmqctl`, and return what it says."""
        command = [str(program("rabbitmqctl", _PLACE)), *arguments]
        return subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=True, timeout=60
        ).stdout

    def flush(self) -> None:
        """Have on the disk what the node would write within seconds: a queue younger than that is lost with a kill.

        RabbitMQ keeps the names of its quorum queues in tables that are written out every now and then.
        """
        self.control("eval", "[ok = dets:sync(Table) || Table <- dets:all()], mnesia:dump_log().")

    def kill(self) -> None:
        """End the node as a power cut would."""
        self.process.stop(signal.SIGKILL)
        self.port_mapper.stop(signal.SIGKILL)

    def stop(self) -> None:
        self.process.stop()
        self.port_mapper.stop(signal.SIGKILL)


def connect(url: str, **options: object) -> pika.BlockingConnection:
    """Return a connection to the virtual host that the URL names."""
    parameters = pika.URLParameters(url)
    for name, value in options.items():
        setattr(parameters, name, value)
    return pika.BlockingConnection(parameters)
