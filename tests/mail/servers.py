"""SMTP servers on this machine: a real one that keeps what it takes, and one that follows a script."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.ports import free_port


@dataclass(slots=True)
class Taken:
    """The envelopes that a server accepted, and how many connections carried them."""

    envelopes: list[Envelope] = field(default_factory=list)
    peers: set[object] = field(default_factory=set)
    logins: list[tuple[str, str, bool]] = field(default_factory=list)
    """User, password, and whether they came encrypted."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802
        self.envelopes.append(envelope)
        self.peers.add(session.peer)
        return "250 2.0.0 taken"


@contextmanager
def real_server() -> Iterator[tuple[int, Taken]]:
    """Run a real SMTP server; give its port and what it takes."""
    taken = Taken()
    controller = Controller(taken, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield controller.port, taken
    finally:
        controller.stop()


@contextmanager
def secure_server(certificate: Path, *, tls: bool) -> Iterator[tuple[int, Taken]]:
    """Run a real server that knows a login: with TLS from the first byte, or with STARTTLS."""
    taken = Taken()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)

    def log_in(_: SMTP, session: Session, __: Envelope, ___: str, login: object) -> AuthResult:
        assert isinstance(login, LoginPassword)
        encrypted = session.ssl is not None or tls
        taken.logins.append((login.login.decode(), login.password.decode(), encrypted))
        return AuthResult(success=login.password == b"s3cret", handled=False)

    controller = Controller(
        taken,
        hostname="localhost",
        port=free_port(),
        ssl_context=context if tls else None,
        tls_context=None if tls else context,
        require_starttls=not tls,
        auth_required=not tls,
        auth_require_tls=not tls,
        authenticator=log_in,
    )
    controller.start()
    try:
        yield controller.port, taken
    finally:
        controller.stop()


CLOSE = "<close>"
"""In a script: close the connection instead of answering."""
SILENCE = "<silence>"
"""In a script: answer nothing, and keep the connection open."""


@dataclass(slots=True)
class Heard:
    """What a scripted server heard: its connections, and every line that was not mail content."""

    connections: int = 0
    lines: list[str] = field(default_factory=list)


@contextmanager
def scripted_server(answer: Callable[[int, str], str], host: str = "127.0.0.1") -> Iterator[tuple[int, Heard]]:
    """Run a server that answers each line with `answer(connection number from 1, line)`.

    The line is "CONNECT" for the greeting and "." for the end of the data. The answer is what to say
    ("" for nothing yet), CLOSE or SILENCE.
    """
    heard = Heard()
    listener = socket.create_server((host, 0))
    done = threading.Event()
    thread = threading.Thread(target=_serve, args=(listener, answer, heard, done), daemon=True)
    thread.start()
    try:
        yield int(listener.getsockname()[1]), heard
    finally:
        done.set()
        listener.close()
        thread.join(timeout=5)


def _serve(listener: socket.socket, answer: Callable[[int, str], str], heard: Heard, done: threading.Event) -> None:
    listener.settimeout(0.05)
    while not done.is_set():
        with suppress(TimeoutError, OSError):
            connection, _ = listener.accept()
            heard.connections += 1
            with connection:
                _talk(connection, answer, heard, done)


def _talk(connection: socket.socket, answer: Callable[[int, str], str], heard: Heard, done: threading.Event) -> None:
    stream = connection.makefile("rwb")
    line = "CONNECT"
    while line:
        said = answer(heard.connections, line)
        if said == CLOSE:
            connection.shutdown(socket.SHUT_RDWR)
            return
        if said == SILENCE:
            done.wait()
            return
        stream.write(f"{said}\r\n".encode() if said else b"")
        stream.flush()
        line = _next_line(stream.readline, in_data=said.startswith("354"))
        heard.lines.append(line)


def _next_line(readline: Callable[[], bytes], *, in_data: bool) -> str:
    line = readline()
    while in_data and line not in (b"", b".\r\n"):
        line = readline()
    return line.decode().strip()


def in_order(answers: Sequence[tuple[str, str]]) -> Callable[[int, str], str]:
    """Return a script by the beginning of the line: the first pair that fits answers, else `250 ok`."""
    usual = (("CONNECT", "220 ready"), ("data", "354 go on"))

    def answer(_: int, line: str) -> str:
        return next((said for start, said in (*answers, *usual) if line.lower().startswith(start.lower())), "250 ok")

    return answer
