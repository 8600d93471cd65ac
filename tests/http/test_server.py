"""The server itself: where it listens, what it bears, how it stops."""

import http.client
import json
import select
import socket
import threading
from collections.abc import Sequence

import pytest

from service.adapters.http import HttpServer, create_app
from service.adapters.http.server import parse_address
from service.domain.errors import OperatorError
from service.domain.events import Incoming
from service.flow.accept import Accepted
from tests.http.door import STRUCTURED, Door, MemoryIntake, Reply, served
from tests.schemas.samples import SCHEMAS, cloudevent

EVENT = json.dumps(cloudevent("mentorship.matched")).encode()


@pytest.mark.parametrize(
    ("text", "address"),
    [("127.0.0.1:8080", ("127.0.0.1", 8080)), ("[::1]:0", ("::1", 0)), ("localhost:80", ("localhost", 80))],
)
def test_an_address_is_read(text: str, address: tuple[str, int]) -> None:
    assert parse_address(text) == address


@pytest.mark.parametrize(
    "text", ["", "8080", ":8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:http", "127.0.0.1:70000", "x:²"]
)
def test_what_is_no_address_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(OperatorError, match=r"127\.0\.0\.1:8080"):
        parse_address(text)


def server(listen: str) -> HttpServer:
    return HttpServer(create_app(MemoryIntake(), SCHEMAS, lambda: (True, {})), listen)


def test_a_taken_port_is_an_operator_s_error_that_says_what_to_do() -> None:
    with served(MemoryIntake()) as door, pytest.raises(OperatorError, match=r"in use: stop the other .* INTOUCH_HTTP"):
        server(door.address)


@pytest.mark.parametrize("listen", ["192.0.2.1:8080", "nowhere.invalid:8080"])
def test_an_address_of_another_machine_is_an_operator_s_error(listen: str) -> None:
    with pytest.raises(OperatorError, match="cannot listen on"):
        server(listen)


def test_a_server_that_never_began_gives_its_port_back() -> None:
    first = server("127.0.0.1:0")
    first.stop()
    server(first.address).stop()


class SlowIntake(MemoryIntake):
    """An intake that is at work until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.at_work = threading.Event()
        self.go_on = threading.Event()

    def accept(self, events: Sequence[Incoming]) -> Accepted:
        self.at_work.set()
        assert self.go_on.wait(20)
        return Accepted(accepted=len(events), duplicates=0)


def test_stopping_finishes_the_request_in_flight_and_takes_no_other() -> None:
    intake, replies = SlowIntake(), list[Reply]()
    running = HttpServer(create_app(intake, SCHEMAS, lambda: (True, {})), "127.0.0.1:0")
    running.start()
    door = Door(running.address)
    sending = threading.Thread(target=lambda: replies.append(door.post(EVENT)))
    sending.start()
    assert intake.at_work.wait(20)
    stopping = threading.Thread(target=running.stop)
    stopping.start()
    while not is_refused(door):
        assert stopping.is_alive()
    intake.go_on.set()
    stopping.join(20)
    sending.join(20)
    assert [reply.status for reply in replies] == [202]
    assert not stopping.is_alive()


def test_stopping_lets_a_request_that_has_begun_arrive() -> None:
    running = HttpServer(create_app(MemoryIntake(), SCHEMAS, lambda: (True, {})), "127.0.0.1:0")
    running.start()
    door = Door(running.address)
    with raw(door) as connection:
        head = f"POST /events HTTP/1.1\r\nContent-Type: {STRUCTURED}\r\nContent-Length: {len(EVENT)}\r\n"
        connection.sendall(f"{head}Expect: 100-continue\r\nConnection: close\r\n\r\n".encode())
        assert connection.recv(1_000).startswith(b"HTTP/1.1 100 ")
        stopping = threading.Thread(target=running.stop)
        stopping.start()
        while not is_refused(door):
            assert stopping.is_alive()
        connection.sendall(EVENT)
        assert b"HTTP/1.1 202 " in everything(connection)
    stopping.join(20)
    assert not stopping.is_alive()


def is_refused(door: Door) -> bool:
    """Return whether nobody listens any more."""
    try:
        raw(door).close()
    except (ConnectionRefusedError, ConnectionResetError):
        return True
    return False


def test_stopping_waits_no_longer_than_it_is_told() -> None:
    intake = SlowIntake()
    running = HttpServer(create_app(intake, SCHEMAS, lambda: (True, {})), "127.0.0.1:0")
    running.start()
    sending = threading.Thread(target=send_in_vain, args=(Door(running.address),))
    sending.start()
    assert intake.at_work.wait(20)
    running.stop(within_s=0.1)
    sending.join(20)
    assert not sending.is_alive()
    intake.go_on.set()


def send_in_vain(door: Door) -> None:
    with pytest.raises((OSError, http.client.HTTPException)):
        door.post(EVENT)


def raw(door: Door) -> socket.socket:
    host, _, port = door.address.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=20)


def everything(connection: socket.socket) -> bytes:
    received = b""
    try:
        while piece := connection.recv(65_536):
            received += piece
    except ConnectionResetError:
        pass
    return received


def test_a_body_that_trickles_is_answered_and_cut_off() -> None:
    with served(MemoryIntake(), body_within_s=1) as door, raw(door) as connection:
        connection.sendall(b"POST /events HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n")
        while not select.select([connection], [], [], 0.02)[0]:
            connection.sendall(b" ")
        answer = everything(connection)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"problem+json" in answer


def test_headers_that_trickle_are_cut_off() -> None:
    with served(MemoryIntake(), body_within_s=1) as door, raw(door) as connection:
        connection.sendall(b"POST /events HTTP/1.1\r\nX: ")
        while not select.select([connection], [], [], 0.02)[0]:
            connection.sendall(b"x")
        assert b" 408 " in everything(connection)


def test_a_sender_that_falls_silent_is_cut_off() -> None:
    with served(MemoryIntake(), body_within_s=1) as door, raw(door) as connection:
        connection.sendall(b"POST /events HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{")
        assert b"HTTP/1.1 2" not in everything(connection)


def test_a_body_without_end_is_cut_off() -> None:
    with served(MemoryIntake()) as door, raw(door) as connection:
        connection.sendall(b"POST /events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        chunk = b"10000\r\n" + b" " * 65_536 + b"\r\n"
        with pytest.raises(OSError, match=r"(?i)broken pipe|reset"):
            connection.sendall(chunk * 10_000)
        assert door.post(EVENT).status == 202


def test_a_length_beyond_all_bounds_is_refused_before_it_is_sent() -> None:
    with served(MemoryIntake()) as door, raw(door) as connection:
        connection.sendall(b"POST /events HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999999\r\n\r\n")
        answer = everything(connection)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"problem+json" in answer


NOT_HTTP = {
    "garbage": b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
    "a bare line feed in a header": b"POST /events HTTP/1.1\r\nHost: x\nX: y\r\n\r\n",
    "a length that is no number": b"POST /events HTTP/1.1\r\nHost: x\r\nContent-Length: ten\r\n\r\n",
    "two lengths": b"POST /events HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "a chunk that is none": b"POST /events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "a header without a name": b"POST /events HTTP/1.1\r\n: x\r\n\r\n",
    "an encoding nobody knows": b"POST /events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n",
    "endless headers": b"POST /events HTTP/1.1\r\nX: " + b"x" * 300_000 + b"\r\n\r\n",
}


@pytest.mark.parametrize("sent", NOT_HTTP.values(), ids=NOT_HTTP.keys())
def test_what_is_no_http_is_refused_in_the_same_shape_and_bothers_nobody(sent: bytes) -> None:
    intake = MemoryIntake()
    with served(intake) as door, raw(door) as connection:
        connection.sendall(sent)
        answer = everything(connection)
        assert intake.calls == 0
        assert door.post(EVENT).status == 202
    assert answer.split(b" ")[1] in (b"400", b"431", b"501")
    assert b"application/problem+json" in answer
    assert b"Traceback" not in answer


def test_many_senders_at_once_are_all_answered() -> None:
    intake, statuses = MemoryIntake(), list[int]()
    with served(intake) as door:

        def send(place: int) -> None:
            event = json.dumps(cloudevent("mentorship.message_sent", id=f"e-{place}")).encode()
            statuses.append(door.post(event, STRUCTURED).status)

        senders = [threading.Thread(target=send, args=(place,)) for place in range(50)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join(30)
    assert statuses == [202] * 50
    assert {each.id for each in intake.taken} == {f"e-{place}" for place in range(50)}
