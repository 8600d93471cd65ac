"""The words that event schemas give to rules: types, fields, things, and which event closes which.

Derived from `schemas/events/*.json`, so that a new event type is one schema file and no code.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from service.domain.events import SubjectKind


class Does(StrEnum):
    """What an event does to the thing that its business id names."""

    OPENS = "opens"
    UPDATES = "updates"
    ACKNOWLEDGES = "acknowledges"
    CLOSES = "closes"
    REOPENS = "reopens"
    CORRECTS = "corrects"
    DELETES = "deletes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of an event's data. `values` are those its schema enumerates, in order, booleans as text."""

    name: str
    required: bool
    is_list: bool = False
    values: tuple[str, ...] = ()
    sensitive: frozenset[str] | bool = False
    """False, True (every value), or the values that a counterpart must never see."""
    personal: bool = False
    """Whether it says who a participant is or how to reach them, and goes when they are erased."""
    only_by: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Value → the roles that may send it; a value that is not named is anybody's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventType:
    """One event type. `thing` and `id_field` go together; `initiator` is the field naming who acted."""

    name: str
    title: str
    subject: SubjectKind
    fields: Mapping[str, Field]
    thing: str | None = None
    id_field: str | None = None
    does: Does | None = None
    initiator: str | None = None
    counted_by: str | None = None
    """The field that says how many this one event stands for."""
    not_before: str | None = None
    """The field that says from when on the event counts, where that is later than its time. A thing has none."""
    open_gates: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Extra gate values of the thing → field values such that no open thing may have them."""


@dataclass(frozen=True)
class Catalogue:
    """All event types by name."""

    types: Mapping[str, EventType]

    things: Mapping[str, tuple[EventType, ...]] = field(init=False, repr=False, compare=False)
    """The thing's name → the event types about it."""
    sensitive: frozenset[str] = field(init=False, repr=False, compare=False)
    """The values that a counterpart must never see, of whatever field."""
    personal: frozenset[str] = field(init=False, repr=False, compare=False)
    """The fields of events about participants that go when a participant is erased."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "things", _by_thing(self.types.values()))
        said = (field.sensitive for each in self.types.values() for field in each.fields.values())
        sensitive = frozenset(value for each in said if isinstance(each, frozenset) for value in each)
        object.__setattr__(self, "sensitive", sensitive)
        own = (each for each in self.types.values() if each.subject is SubjectKind.PARTICIPANT)
        personal = frozenset(each.name for kind in own for each in kind.fields.values() if each.personal)
        object.__setattr__(self, "personal", personal)

    def can_be_acknowledged(self, type_name: str) -> bool:
        """Return whether such an event is about a thing that staff take on."""
        found = self.types.get(type_name)
        kin = self.things.get(found.thing or "", ()) if found else ()
        return any(each.does is Does.ACKNOWLEDGES for each in kin)

    def gate_words(self) -> Mapping[str, tuple[str, ...]]:
        """Return every word that `only_while` knows, each with its values."""
        words: dict[str, tuple[str, ...]] = {"mentorship": ("active", "paused", "ended")}
        for name in self.types:
            words[name] = ("never", "happened", "none_since_start", "happened_since_start")
        for thing, types in self.things.items():
            done = {each.does for each in types}
            extra = tuple(gate for each in types for gate in each.open_gates)
            if Does.CLOSES in done:
                words[thing] = ("none_open", "open", *extra)
            states = (("open",) if Does.CLOSES in done else ()) + (
                ("unacknowledged",) if Does.ACKNOWLEDGES in done else ()
            )
            if states:
                words[f"this_{thing}"] = states
        return words


def _by_thing(types: Iterable[EventType]) -> Mapping[str, tuple[EventType, ...]]:
    found: dict[str, list[EventType]] = {}
    for each in types:
        if each.thing:
            found.setdefault(each.thing, []).append(each)
    return {name: tuple(several) for name, several in found.items()}
