"""What the door asks of every event, by type."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Any

from service.adapters.schemas import strict_json
from service.adapters.schemas.explain import Violation, explain
from service.adapters.schemas.faults import Fault, did_you_mean, quoted
from service.adapters.schemas.incoming import incoming, known_event
from service.adapters.schemas.validators import Compiled
from service.domain.calendar import HOUR, NEVER, Instant
from service.domain.catalogue import Catalogue
from service.domain.errors import FaultyEventError
from service.domain.events import Event, Incoming, SubjectKind

MAX_FAULTS_OF_ONE = 100
"""Faults told of one event; a sender who is that wrong will not read more, and must not cost more."""

MAX_FAULTS = 5_000
"""Faults told of a batch: every event of the largest can have five."""

MAX_VALUES = 500
MAX_CHARACTERS = 64 * 1024
"""What an event may hold to have its faults told: each report of a validator carries the value that it is about,
so that an event of 20,000 wrong names would cost gigabytes to explain. Valid events are not measured."""

_TOO_MUCH = (
    f"This event is not valid, and too big to say why: more than {MAX_VALUES} values or {MAX_CHARACTERS // 1024} KiB "
    "of text. Send only the fields of its type."
)

MOST_AHEAD = 24 * HOUR
"""How far the time of an event may lie ahead of our clock: more is a mistake, and would hold up what rules wait for."""

_AHEAD = (
    "Send the time at which it happened, with its offset, as in 2026-03-02T15:00:00Z. This one is more than 24 hours "
    "ahead of Intouch's clock."
)


_PROGRAM = f"{SubjectKind.PROGRAM}/"


class UnknownFields(StrEnum):
    """What becomes of fields of `data` that the event's type does not know."""

    REFUSE = "refuse"
    DROP = "drop"


Judge = Callable[[Compiled, Any], Iterator[Violation]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Schemas:
    """All event schemas, compiled. `envelope` judges events of unknown types; `distinct` are pairs by type.

    `published` are the schemas as publishers read them: of each type's data, and the envelope as `cloudevent`.
    """

    catalogue: Catalogue
    envelope: Compiled
    by_type: Mapping[str, Compiled]
    distinct: Mapping[str, Sequence[str]]
    published: Mapping[str, Mapping[str, Any]]
    clock: Callable[[], Instant] | None = None
    unknown: UnknownFields = UnknownFields.REFUSE

    def decode(self, body: bytes) -> object:
        """Return the value of a JSON text. Raises: MalformedJsonError, an EventSenderError."""
        return strict_json.decode(body)

    def admit(self, events: Iterable[object]) -> tuple[list[Incoming], list[Fault]]:
        """Return the valid events as values, and the first MAX_FAULTS faults of the others."""
        admitted: list[Incoming] = []
        faults: list[Fault] = []
        latest = self._latest()
        for index, event in enumerate(events):
            read = self._timely(event, index, latest)
            if isinstance(read, Incoming):
                admitted.append(read)
            else:
                faults += read
            if len(faults) >= MAX_FAULTS:
                break
        return admitted, faults[:MAX_FAULTS]

    def _latest(self) -> Instant:
        """Return which time an event may have at most."""
        return NEVER if self.clock is None else self.clock() + MOST_AHEAD

    def _timely(self, event: object, index: int, latest: Instant) -> Incoming | list[Fault]:
        """Return the valid event as a value, or what is wrong with it, its time included."""
        read = self._read(event, index)
        if isinstance(read, Incoming) and read.time > latest:
            return [Fault(index=index, pointer="/time", message=_AHEAD)]
        return read

    def _read(self, event: object, index: int) -> Incoming | list[Fault]:
        """Return the valid event as a value, or what is wrong with it."""
        complete = _complete(event)
        faults = self._faults(complete, index, Compiled.violations)
        if not faults:
            return incoming(complete)
        known, dropped = self._with_known_fields(complete) if self.unknown is UnknownFields.DROP else (complete, 0)
        if not dropped:
            return faults
        return self._faults(known, index, Compiled.violations) or incoming(known)._replace(dropped_fields=dropped)

    def _with_known_fields(self, event: Any) -> tuple[Any, int]:
        """Return the event without the fields of data that its type does not know, and how many those were."""
        known = self.catalogue.types.get(str(event.get("type"))) if isinstance(event, dict) else None
        data = event["data"] if known else None
        if known is None or not isinstance(data, dict):
            return event, 0
        kept = {name: value for name, value in data.items() if name in known.fields}
        return {**event, "data": kept}, len(data) - len(kept)

    def replayed(self, event: object) -> tuple[Event | None, list[Fault]]:
        """Return the event as a replay knows it, or what is wrong with it."""
        complete = _complete(event)
        faults = self._faults(complete, 0, Compiled.violations)
        return (None if faults else known_event(complete)), faults

    def admit_one(self, event: object) -> Incoming:
        """Return the valid event as a value. Raises: FaultyEventError."""
        read = self._timely(event, 0, self._latest())
        if isinstance(read, Incoming):
            return read
        raise FaultyEventError([(each.pointer, each.message) for each in read])

    def validate(self, event: object, index: int = 0) -> list[Fault]:
        """Return what is wrong with a CloudEvent, nothing if it is valid. An absent `data` reads as {}."""
        return self._faults(_complete(event), index, Compiled.violations)

    def read(self, event: object, index: int = 0) -> list[Fault]:
        """Return the same as `validate`, found by jsonschema: slow, for single events that people look at."""
        return self._faults(_complete(event), index, Compiled.read_violations)

    def _faults(self, event: Any, index: int, judge: Judge) -> list[Fault]:
        if not isinstance(event, dict):
            return [Fault(index=index, pointer="", message="Send an event as a JSON object.")]
        name = event.get("type")
        compiled = self.by_type.get(name) if isinstance(name, str) else None
        if compiled is None:
            faults = self._judged(self.envelope, event, index, judge)
            return (
                faults
                if any(each.pointer == "/type" for each in faults)
                else [*faults, self._unknown_type(name, index)]
            )
        if judge is Compiled.violations and compiled.is_valid(event):
            return self._mismatches(event, index)
        return self._judged(compiled, event, index, judge) or self._mismatches(event, index)

    def _judged(self, compiled: Compiled, event: Any, index: int, judge: Judge) -> list[Fault]:
        if not _is_explainable(event):
            return [Fault(index=index, pointer="", message=_TOO_MUCH)]
        violations = islice(judge(compiled, event), MAX_FAULTS_OF_ONE)
        return list(islice(explain(compiled.schema, event, violations, index), MAX_FAULTS_OF_ONE))

    def _unknown_type(self, name: object, index: int) -> Fault:
        guess = did_you_mean(str(name), self.catalogue.types)
        message = f"{quoted(str(name))} is not an event type that Intouch knows.{guess}"
        return Fault(index=index, pointer="/type", message=message)

    def _mismatches(self, event: Mapping[str, Any], index: int) -> list[Fault]:
        """Return where fields, each valid, do not fit one another; JSON Schema cannot compare them."""
        faults = []
        if event["subject"].startswith(_PROGRAM) and event["subject"] != _PROGRAM + event["program"]:
            message = f'Send "{_PROGRAM}{event["program"]}": the subject of a program\'s event is the program itself.'
            faults.append(Fault(index=index, pointer="/subject", message=message))
        one, other = self.distinct.get(event["type"], ("", ""))
        if one in event["data"] and event["data"][one] == event["data"].get(other):
            message = f'Send another id here: "{one}" and "{other}" cannot be the same.'
            faults.append(Fault(index=index, pointer=f"/data/{other}", message=message))
        return faults


def _complete(event: object) -> Any:
    """Return the event without the attributes that are null, which CloudEvents reads as unset, and with data."""
    if not isinstance(event, dict) or ("data" in event and None not in event.values()):
        return event
    return {"data": {}, **{name: value for name, value in event.items() if value is not None}}


def _is_explainable(event: Mapping[str, Any]) -> bool:
    values = characters = 0
    waiting: list[Any] = [event]
    while waiting and values <= MAX_VALUES and characters <= MAX_CHARACTERS:
        each = waiting.pop()
        values += 1
        if isinstance(each, str):
            characters += len(each)
        elif isinstance(each, dict):
            characters += sum(map(len, each))
            waiting.extend(islice(each.values(), MAX_VALUES))
        elif isinstance(each, list):
            waiting.extend(islice(each, MAX_VALUES))
    return values <= MAX_VALUES and characters <= MAX_CHARACTERS
