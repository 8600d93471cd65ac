"""The proxy before `serve`, as the chart configures it, with the real nginx: who may pass, and what is handed on."""

import json
import socket
import subprocess
import time
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from service.domain.grants import Purpose
from tests.helm.engine import rendered, values_named
from tests.ports import free_ports

pytestmark = pytest.mark.helm
PASSWORD = {"Authorization": "Basic " + b64encode(b"sam:open").decode()}


class _Behind(BaseHTTPRequestHandler):
    """Answers with what it was asked, so that a test sees what the proxy handed on."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        port = self.connection.getsockname()[1]
        seen = {"path": self.path, "headers": dict(self.headers), "port": port}
        body = json.dumps(seen).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@dataclass(frozen=True)
class Proxy:
    """A running nginx: its port for people, the one for probes, and behind it that of the console."""

    people: int
    probes: int
    console: int

    def ask(self, path: str, headers: dict[str, str] | None = None, *, port: int | None = None) -> tuple[int, bytes]:
        connection = HTTPConnection("127.0.0.1", port or self.people, timeout=10)
        try:
            connection.request("GET", path, headers={"Host": "mentoring.example.org", **(headers or {})})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp("proxy")
    (folder / "users").write_text("sam:{PLAIN}open\n", "utf-8")
    door, console = (ThreadingHTTPServer(("127.0.0.1", 0), _Behind) for _ in range(2))
    for each in (door, console):
        Thread(target=each.serve_forever, daemon=True).start()
    people, probes = free_ports(2)
    config = folder / "nginx.conf"
    config.write_text(_config(door.server_port, console.server_port, people, probes), "utf-8")
    nginx = subprocess.Popen(
        ["nginx", "-e", "stderr", "-p", str(folder), "-c", str(config), "-g", "daemon off; user root;"]
    )
    try:
        _await(people)
        yield Proxy(people, probes, console.server_port)
    finally:
        nginx.terminate()
        nginx.wait(10)
        for each in (door, console):
            each.shutdown()
            each.server_close()


def test_whoever_gives_no_password_is_asked_for_one(proxy: Proxy) -> None:
    assert [proxy.ask(path)[0] for path in ("/", "/console", "/console/mail", "/readyz", "/metrics")] == [401] * 5


@pytest.mark.parametrize("path", ["/resources/../console", "/resources/%2e%2e/console", "//console", "/resourcesx"])
def test_no_way_round_the_password_leads_through_what_is_open(proxy: Proxy, path: str) -> None:
    assert proxy.ask(path)[0] == 401


def test_whoever_has_a_password_is_let_in_and_keeps_it_from_what_is_behind(proxy: Proxy) -> None:
    status, body = proxy.ask("/console?page=2", PASSWORD)
    seen = json.loads(body)
    assert (status, seen["path"]) == (200, "/console?page=2")
    assert seen["headers"]["Host"] == "mentoring.example.org"
    assert "Authorization" not in seen["headers"]
    assert seen["port"] == proxy.console


def test_services_are_asked_for_their_key_behind_it_and_nowhere_else_is_one_handed_on(proxy: Proxy) -> None:
    key = {"Authorization": "Bearer intouch_x"}
    seen = {
        path: json.loads(proxy.ask(path, key)[1])
        for path in ("/events?validate=true", "/schemas", "/schemas/x", "/log/x")
    }
    assert {path for path, each in seen.items() if "Authorization" in each["headers"]} == {"/events?validate=true"}
    events = seen["/events?validate=true"]["headers"]
    assert (events["Authorization"], events["Host"]) == ("Bearer intouch_x", "mentoring.example.org")
    assert {each["port"] for each in seen.values()} != {proxy.console}
    assert [proxy.ask(path)[0] for path in ("/eventsx", "/events/x", "/schemasx")] == [401] * 3


def test_readers_of_mail_need_none_and_whoever_signs_neither(proxy: Proxy) -> None:
    for path in (
        *(f"/{purpose}/token" for purpose in Purpose),
        "/resources",
        "/resources/first-talk",
        "/webhooks/sendgrid",
    ):
        assert proxy.ask(path)[0] == 200, path
    assert proxy.ask("/healthz")[0] == 200


def test_probes_have_a_port_of_their_own_that_shows_nothing_else(proxy: Proxy) -> None:
    answers = [
        proxy.ask(path, port=proxy.probes)[0] for path in ("/proxy", "/healthz", "/readyz", "/console", "/events")
    ]
    assert answers == [204, 200, 200, 404, 404]


def _config(door: int, console: int, people: int, probes: int) -> str:
    """Return the chart's configuration, with ports of this test; its files lie in the folder that nginx is given."""
    maps = [each for each in rendered(values_named("minimal")) if each["kind"] == "ConfigMap"]
    text: str = maps[0]["data"]["nginx.conf"]
    places = {
        "/run/secrets/proxy/": "",
        "/run/proxy/": "",
        "/dev/stderr": "stderr",
        "127.0.0.1:8080": f"127.0.0.1:{door}",
        "127.0.0.1:8090": f"127.0.0.1:{console}",
        "listen 8081": f"listen 127.0.0.1:{people}",
        "listen 8082": f"listen 127.0.0.1:{probes}",
    }
    for old, new in places.items():
        assert old in text
        text = text.replace(old, new)
    return text


def _await(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with socket.socket() as knock:
            knock.settimeout(1)
            if knock.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("nginx does not listen")
