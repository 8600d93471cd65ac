"""A SendGrid of our own: it checks requests against SendGrid's published description, keeps what it takes, and
misbehaves as it is told. Its list of what it accepted alone says what was sent."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

_DESCRIPTION = json.loads(Path(__file__).with_name("sendgrid_mail_v3.openapi.json").read_text("utf-8"))
"""SendGrid's own, from github.com/twilio/sendgrid-oai (MIT licence), at commit dbe0e0d."""
_REQUEST = {"$ref": "#/components/requestBodies/PostMailSend/content/application~1json/schema", **_DESCRIPTION}
CHECK = Draft202012Validator(_REQUEST)

KEY = "SG.the-key-of-these-tests"
CUT, SILENCE, TRICKLE = "cut", "silence", "trickle"
TRICKLE_S = 0.02
"""Between two bytes of a reply that never ends."""


@dataclass
class Reply:
    """What to do with the next request: a status, or CUT, SILENCE or a TRICKLE once it was `taken` or not.

    It waits until it may `go`, where it has to; then whether the request was `taken` is judged.
    """

    what: int | str
    taken: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    go: threading.Event | None = None
    came: threading.Event = field(default_factory=threading.Event)
    """Set once the request is here."""


@dataclass
class FakeSendGrid:
    """`replies` are used up in order; then everything that is right is accepted."""

    replies: list[Reply] = field(default_factory=list)
    accepted: list[dict[str, Any]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    connections: int = 0
    key: str = KEY
    url: str = ""
    done: threading.Event = field(default_factory=threading.Event)
    scopes: list[str] | None = None
    """What the key may do, for whoever asks; None: the key is not known."""

    def answer(self, authorization: str, body: bytes) -> Reply:
        if authorization != f"Bearer {self.key}":
            return Reply(401)
        mail = json.loads(body)
        faults = [error.json_path for error in CHECK.iter_errors(mail)]
        if faults:
            self.wrong += faults
            return Reply(
                400, body=json.dumps({"errors": [{"message": "no", "field": each} for each in faults]}).encode()
            )
        reply = self.replies.pop(0) if self.replies else Reply(202, taken=True)
        if reply.taken:
            self.accepted.append(mail)
        return reply


@contextmanager
def fake_sendgrid() -> Iterator[FakeSendGrid]:
    """Run one; its `url` says where."""
    fake = FakeSendGrid()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            fake.connections += 1
            super().setup()

        def do_GET(self) -> None:
            body = json.dumps({"scopes": fake.scopes}).encode()
            is_known = fake.scopes is not None and self.headers.get("Authorization") == f"Bearer {fake.key}"
            self.send_response(200 if is_known else 401)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            reply = fake.answer(self.headers.get("Authorization", ""), body)
            reply.came.set()
            if reply.go is not None:
                reply.go.wait(60)
            if reply.what == SILENCE:
                fake.done.wait()
            with suppress(OSError):
                self.say(reply)

        def say(self, reply: Reply) -> None:
            while reply.what == TRICKLE and not fake.done.wait(TRICKLE_S):
                self.wfile.write(b"H")
            if not isinstance(reply.what, int):
                self.close_connection = True
                with suppress(OSError):
                    self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.send_response(reply.what)
            for name, value in {"X-Message-Id": f"sg-{len(fake.accepted)}", **reply.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    fake.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        fake.done.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
