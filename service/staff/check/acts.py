"""By which acts a rule sends: who acted, which field values that takes, and who then gets mail."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from service.domain.catalogue import Catalogue, EventType
from service.domain.events import SubjectKind
from service.domain.rules import STAFF_PREFIX, Rule, Send

Fields = Mapping[str, frozenset[str]]
_PAIR = ("mentor", "mentee")
_OTHER = {"mentor": "mentee", "mentee": "mentor"}


@dataclass(frozen=True, slots=True)
class Act:
    """`actor` is "mentor", "mentee" or "" (staff, or nobody in particular); `to` says who gets it, likewise."""

    actor: str
    fields: Fields
    to: frozenset[str]

    def meets(self, other: "Act", start: EventType | None) -> bool:
        """Return whether one event can be both."""
        shared = self.fields.keys() & other.fields.keys()
        single = (name for name in shared if start is None or not start.fields[name].is_list)
        return self.actor == other.actor and all(
            not self.fields[name].isdisjoint(other.fields[name]) for name in single
        )

    def joined(self, other: "Act") -> dict[str, str]:
        """Return one value for each field such that the event is both."""
        names = {**self.fields, **other.fields}
        both = {name: self.fields.get(name, values) & other.fields.get(name, values) for name, values in names.items()}
        return {name: min(both[name] or names[name]) for name in names}


def acts_of(rule: Rule, catalogue: Catalogue) -> tuple[Act, ...]:
    """Return every kind of act by which the rule sends something to somebody."""
    start = catalogue.types.get(rule.starts)
    found = []
    for case, sends in ({"": rule.sends} if rule.depends_on is None else rule.cases).items():
        fields = dict(rule.where)
        if rule.depends_on and case:
            fields[rule.depends_on] = rule.where.get(rule.depends_on, frozenset({case})) & {case}
        if all(fields.values()):
            for actor, acts in _actors(start, fields):
                to = frozenset(person for send in sends for person in _named(send, actor, start))
                if to:
                    found.append(Act(actor, {**fields, **acts}, to))
    return tuple(found)


def _actors(start: EventType | None, fields: Fields) -> Iterator[tuple[str, Fields]]:
    """Yield who of the pair can have acted, "" for nobody of them, with what the event then says of it."""
    if start is None or start.initiator is None:
        by_person = start is not None and start.subject is SubjectKind.PARTICIPANT
        yield from ((actor, {}) for actor in (_PAIR if by_person else ("",)))
        return
    for value in start.fields[start.initiator].values:
        if value in fields.get(start.initiator, (value,)) and _may(start, value, fields):
            actors = (value,) if value in _PAIR else _PAIR if value == "participant" else ("",)
            yield from ((actor, {start.initiator: frozenset({value})}) for actor in actors)


def _may(start: EventType, role: str, fields: Fields) -> bool:
    """Return whether that role may send, for each field, one of the values."""
    asked = ((start.fields[name].only_by, values) for name, values in fields.items() if name in start.fields)
    return all(any(role in only_by.get(value, {role}) for value in values) for only_by, values in asked)


def _named(send: Send, actor: str, start: EventType | None) -> tuple[str, ...]:
    if send.to.startswith(STAFF_PREFIX) or send.to in (*_PAIR, "advisor"):
        return (send.to,)
    if send.to == "both":
        return _PAIR
    if send.to == "participant":
        own = start is not None and start.subject is SubjectKind.PARTICIPANT
        return (actor,) if own and actor else _PAIR
    if not actor:
        return ()
    return (actor,) if send.to == "initiator" else (_OTHER[actor],)
