"""From a request to the use case: who sends it, what it holds, and whether they may."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, NamedTuple, Protocol

from service.adapters.http.bindings import Mode, read_events, read_head, too_large
from service.adapters.http.problems import Problem, RefusedError
from service.adapters.http.verdicts import Checked, checked
from service.domain.events import Incoming
from service.domain.publishers import Publisher
from service.flow.accept import Accepted
from service.flow.fault_port import FaultInEvent
from service.flow.permit import NotKnown, Permits, permit
from service.flow.ports import Appended
from service.flow.trace import on_the_trace

_CE_HEADER = "HTTP_CE_"


class Intake(Protocol):
    """The use case behind the door."""

    def accept(self, events: Sequence[Incoming]) -> Accepted:
        """Return what became of the events, after the commit: all of them, or none.

        Raises: IdConflict, StoreUnavailable.
        """
        ...

    def foresee(self, events: Sequence[Incoming]) -> Sequence[Appended]:
        """Return what would become of each of the events; nothing is stored. Raises: StoreUnavailable."""
        ...


class EventReader(Protocol):
    """Who knows what an event must look like."""

    def decode(self, body: bytes) -> object:
        """Return the value of a JSON text. Raises: EventSenderError, saying what is wrong with it."""
        ...

    def admit(self, events: Iterable[object]) -> tuple[Sequence[Incoming], Sequence[FaultInEvent]]:
        """Return the valid events as values, and the faults of the others."""
        ...


class Taken(NamedTuple):
    """What became of the events of a request, and how many fields of their data were left out."""

    accepted: Accepted
    dropped_fields: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Serves requests, each a WSGI environment. Without permits, anybody may publish."""

    intake: Intake
    reader: EventReader
    permits: Permits | None
    checker: EventReader

    def take(self, environ: Mapping[str, Any]) -> Taken:
        """Return what became of the events of the request.

        Raises: RefusedError, NotKnown, TooFast, NotPermitted, and those of `accept`.
        """
        publisher, sent = self._sent(environ)
        events, faults = self.reader.admit(sent)
        if faults:
            raise RefusedError(_invalid(faults))
        permit(publisher, events)
        accepted = self.intake.accept(events) if events else Accepted(accepted=0, duplicates=0)
        return Taken(accepted, sum(each.dropped_fields for each in events))

    def check(self, environ: Mapping[str, Any]) -> Checked:
        """Return what would become of each event of the request. Raises as `take`, but for what is wrong with one."""
        publisher, sent = self._sent(environ)
        return checked([self.checker.admit([each]) for each in sent], publisher, self.intake.foresee)

    def _sent(self, environ: Mapping[str, Any]) -> tuple[Publisher | None, list[object]]:
        """Return who sends what: None for nobody in particular, and events that nobody has checked yet."""
        publisher = self.permits.by_key(_key(environ)) if self.permits else None
        attributes = {
            name[len(_CE_HEADER) :].lower(): value for name, value in environ.items() if name.startswith(_CE_HEADER)
        }
        head = read_head(environ.get("CONTENT_TYPE", ""), environ.get("HTTP_CONTENT_ENCODING", ""), attributes)
        sent = read_events(head, _body(environ, head.mode), self.reader.decode)
        if self.permits and publisher:
            self.permits.pace.spend(publisher.name, max(1, len(sent)))
        carrier = environ.get("HTTP_TRACEPARENT")
        return publisher, [on_the_trace(each, carrier) for each in sent] if carrier else sent


def _key(environ: Mapping[str, Any]) -> str | None:
    """Return the key in the request's headers, or None. Raises: NotKnown for one that is sent in another way."""
    header: str = environ.get("HTTP_AUTHORIZATION", "").strip()
    scheme, _, key = header.partition(" ")
    if header and scheme.lower() != "bearer":
        raise NotKnown("Send the key of your service as the header “Authorization: Bearer KEY”.")
    return key.strip() or None


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
