"""A real server on a free port, an intake in memory behind it, and a client."""

import http.client
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint

from service.adapters.http import HttpServer, Intake, create_app
from service.domain.events import Incoming
from service.flow.accept import Accepted
from service.flow.permit import Permits
from service.flow.ports import Appended
from tests.schemas.samples import SCHEMAS

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
PROBLEM = "application/problem+json"


@dataclass
class MemoryIntake:
    """An intake that keeps what it was given, or fails as told."""

    fails_with: Exception | None = None
    taken: list[Incoming] = field(default_factory=list)
    calls: int = 0

    def accept(self, events: Sequence[Incoming]) -> Accepted:
        self.calls += 1
        if self.fails_with is not None:
            raise self.fails_with
        known = {(each.program, each.source, each.id) for each in self.taken}
        new = [each for each in events if (each.program, each.source, each.id) not in known]
        self.taken += new
        return Accepted(accepted=len(new), duplicates=len(events) - len(new))

    def foresee(self, events: Sequence[Incoming]) -> Sequence[Appended]:
        known = {(each.program, each.source, each.id) for each in self.taken}
        return [Appended(0, (0,)) if (each.program, each.source, each.id) in known else Appended(1) for each in events]


@dataclass(frozen=True)
class Reply:
    """One answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def is_problem(self) -> bool:
        """Whether this is a problem of RFC 9457 that says what it should."""
        told = self.json
        return (
            self.headers["Content-Type"] == PROBLEM
            and told["status"] == self.status
            and told["type"].startswith("urn:intouch:problem:")
            and bool(told["title"] and told["detail"])
        )


@dataclass(frozen=True)
class Door:
    """A client of one server."""

    address: str

    def connect(self) -> http.client.HTTPConnection:
        host, _, port = self.address.rpartition(":")
        return http.client.HTTPConnection(host, int(port), timeout=20)

    def send(
        self,
        method: str,
        path: str,
        body: bytes | Iterable[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
        chunked: bool = False,
    ) -> Reply:
        connection = self.connect()
        try:
            connection.request(method, path, body, dict(headers or {}), encode_chunked=chunked)
            answer = connection.getresponse()
            return Reply(answer.status, dict(answer.getheaders()), answer.read())
        finally:
            connection.close()

    def post(self, body: bytes, content_type: str = STRUCTURED, **headers: str) -> Reply:
        return self.send("POST", "/events", body, {"Content-Type": content_type, **headers})

    def post_json(self, value: object, content_type: str = STRUCTURED) -> Reply:
        return self.post(json.dumps(value).encode(), content_type)


@contextmanager
def served(
    intake: Intake,
    *,
    ready: tuple[bool, dict[str, Any]] = (True, {}),
    blueprints: Sequence[Blueprint] = (),
    body_within_s: float = 20,
    permits: Permits | None = None,
) -> Iterator[Door]:
    """Run a server for as long as the block lasts."""
    app = create_app(intake, SCHEMAS, lambda: ready, blueprints, permits)
    server = HttpServer(app, "127.0.0.1:0", body_within_s=body_within_s)
    server.start()
    try:
        yield Door(server.address)
    finally:
        server.stop(within_s=5)
