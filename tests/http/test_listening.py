"""Where Intouch listens: the door, the console and monitoring, each at an address of its own, and what is at each."""

from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest

from service.adapters.http import HttpServer, Listening
from service.domain.errors import OperatorError
from service.settings import beside, read_settings, refuse_open_door
from service.wiring import Installation
from tests.http.door import Door, MemoryIntake, served

ALWAYS = {"/healthz", "/readyz"}
AT_THE_DOOR = {"/events", "/help/x", "/resources/x", "/webhooks/sendgrid"}
FOR_STAFF = {"/console", "/console/mail"}
FOR_MONITORING = {"/metrics"}
ASKED = ALWAYS | AT_THE_DOOR | FOR_STAFF | FOR_MONITORING


@pytest.fixture(name="installation")
def _installation(tmp_path: Path) -> Iterator[Installation]:
    settings = {
        "INTOUCH_HTTP": "127.0.0.1:0",
        "INTOUCH_CONSOLE_HTTP": "localhost:0",
        "INTOUCH_MAIL_URL": "sendgrid:",
        "INTOUCH_SENDGRID_KEY": "SG.none",
        "INTOUCH_DATA_DIR": str(tmp_path),
    }
    installation = Installation(read_settings(settings))
    installation.migrate()
    installation.rules_folder.refresh()
    yield installation
    installation.close()


def known(server: HttpServer | None) -> set[str]:
    """Return which of the addresses that are asked for lead anywhere at a running server."""
    assert server is not None
    matcher = server.app.url_map.bind("127.0.0.1")
    return {path for path in ASKED if any(matcher.allowed_methods(path))}


def test_each_address_leads_to_what_it_is_for_and_to_nothing_else(installation: Installation) -> None:
    servers = installation.listening("127.0.0.1:0")
    assert known(servers.door) == ALWAYS | AT_THE_DOOR
    assert known(servers.console) == ALWAYS | FOR_STAFF
    assert known(servers.metrics) == ALWAYS | FOR_MONITORING
    servers.stop()


def test_all_of_them_answer_and_all_of_them_stop(installation: Installation) -> None:
    servers = installation.listening("127.0.0.1:0")
    servers.start()
    doors = [Door(each.address) for each in servers.servers]
    assert [door.send("GET", "/readyz").status for door in doors] == [200, 200, 200]
    servers.stop()
    for door in doors:
        with pytest.raises(ConnectionRefusedError):
            door.connect().connect()


def test_a_console_without_an_address_of_its_own_is_at_the_door(tmp_path: Path) -> None:
    installation = Installation(read_settings({"INTOUCH_HTTP": "127.0.0.1:0", "INTOUCH_DATA_DIR": str(tmp_path)}))
    installation.migrate()
    servers = installation.listening("127.0.0.1:0")
    assert (servers.console, known(servers.door) >= FOR_STAFF) == (None, True)
    servers.stop()
    installation.close()


def test_whoever_has_no_door_listens_only_where_told(installation: Installation) -> None:
    assert installation.metrics("") == Listening()


def test_a_taken_address_names_the_setting_that_chose_it(installation: Installation) -> None:
    with served(MemoryIntake()) as door, pytest.raises(OperatorError, match=r"in use.* INTOUCH_METRICS_HTTP to"):
        installation.metrics(door.address)


@pytest.mark.parametrize(
    ("listen", "metrics"),
    [
        ("127.0.0.1:8080", "127.0.0.1:8081"),
        ("0.0.0.0:80", "127.0.0.1:81"),  # not shown to others without being told
        ("[::1]:65535", "127.0.0.1:1"),
        ("127.0.0.1:0", "127.0.0.1:0"),
    ],
)
def test_metrics_are_at_the_port_beside_the_door_and_for_this_machine(listen: str, metrics: str) -> None:
    assert beside(listen) == metrics


@pytest.mark.parametrize("listen", ["0.0.0.0:8081", "[::]:8081", "192.0.2.1:80", "staff.example.org:80"])
def test_a_console_that_other_machines_reach_is_refused(listen: str) -> None:
    with pytest.raises(OperatorError, match=r"INTOUCH_CONSOLE_HTTP is .* Set INTOUCH_OIDC_ISSUER"):
        refuse_open_door(read_settings({"INTOUCH_CONSOLE_HTTP": listen}), has_publishers=True)


def test_a_stuck_process_says_so_at_each_of_its_addresses(installation: Installation) -> None:
    servers = installation.listening("127.0.0.1:0")
    servers.start()
    doors = [Door(each.address) for each in servers.servers]
    assert {door.send("GET", "/healthz").status for door in doors} == {200}
    installation.pulse.beat("work")
    installation.pulse.now_s = lambda: monotonic() + 3_600
    replies = [door.send("GET", "/healthz") for door in doors]
    servers.stop()
    assert {(each.status, each.json["status"]) for each in replies} == {(503, "stuck")}
