"""The door: `POST /events`, on a site with the probes and whatever pages others bring."""

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Protocol

from flask import Blueprint, Flask, Response, request

from service.adapters.http.bindings import Mode, read_events, read_head, too_large
from service.adapters.http.problems import Problem, RefusedError
from service.adapters.http.site import Readiness, create_site, json_response
from service.domain.events import Incoming
from service.flow.accept import Accepted

_CE_HEADER = "HTTP_CE_"


class Intake(Protocol):
    """The use case behind the door."""

    def accept(self, events: Sequence[Incoming]) -> Accepted:
        """Return what became of the events, after the commit: all of them, or none.

        Raises: IdConflict, StoreUnavailable.
        """
        ...


class FaultInEvent(Protocol):
    """One fault of one event, for its sender."""

    @property
    def index(self) -> int: ...

    @property
    def pointer(self) -> str: ...

    @property
    def message(self) -> str: ...


class EventReader(Protocol):
    """Who knows what an event must look like."""

    def decode(self, body: bytes) -> object:
        """Return the value of a JSON text. Raises: EventSenderError, saying what is wrong with it."""
        ...

    def admit(self, events: Iterable[object]) -> tuple[Sequence[Incoming], Sequence[FaultInEvent]]:
        """Return the valid events as values, and the faults of the others."""
        ...


def create_app(intake: Intake, reader: EventReader, ready: Readiness, blueprints: Iterable[Blueprint] = ()) -> Flask:
    """Return the WSGI application; the blueprints answer failures in their own words."""
    app = create_site(ready, blueprints)

    @app.post("/events")
    def post_events() -> Response:
        accepted = _take(intake, reader)
        return json_response({"accepted": accepted.accepted, "duplicates": accepted.duplicates}, HTTPStatus.ACCEPTED)

    return app


def _take(intake: Intake, reader: EventReader) -> Accepted:
    """Return what became of the events of the current request. Raises: RefusedError and those of `accept`."""
    environ = request.environ
    attributes = {
        name[len(_CE_HEADER) :].lower(): value for name, value in environ.items() if name.startswith(_CE_HEADER)
    }
    head = read_head(environ.get("CONTENT_TYPE", ""), environ.get("HTTP_CONTENT_ENCODING", ""), attributes)
    events, faults = reader.admit(read_events(head, _body(environ, head.mode), reader.decode))
    if faults:
        raise RefusedError(_invalid(faults))
    return intake.accept(events) if events else Accepted(accepted=0, duplicates=0)


def _body(environ: Mapping[str, Any], mode: Mode) -> bytes:
    """Return the body, read from WSGI itself: Flask's layers over it take as long as all our checks together."""
    length = environ.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > mode.max_bytes:
        raise too_large(mode)
    body: bytes = environ["wsgi.input"].read(int(length))
    return body


def _invalid(faults: Sequence[FaultInEvent]) -> Problem:
    number = "One thing is" if len(faults) == 1 else f"{len(faults)} things are"
    return Problem(
        status=HTTPStatus.UNPROCESSABLE_ENTITY,
        name="invalid-event",
        detail=f"{number} to be changed; see errors. Nothing of this request was stored.",
        errors=[{"index": each.index, "pointer": each.pointer, "message": each.message} for each in faults],
    )
