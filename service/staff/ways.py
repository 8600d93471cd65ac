"""Every way in which a message can come to be sent: by which rule, in which case, to a reader of which role."""

from collections.abc import Iterator
from dataclasses import dataclass

from service.domain.delivery import Role
from service.domain.events import SubjectKind
from service.domain.rules import STAFF_PREFIX, Rule, RuleSet, Send

_BOTH = (Role.MENTOR, Role.MENTEE)


@dataclass(frozen=True, slots=True)
class Way:
    """One way. `case` is the value of the field on which the rule's sends depend, or ""."""

    rule: Rule
    case: str
    send: Send
    role: Role

    @property
    def is_about_mentorship(self) -> bool:
        return self.rule.for_each is SubjectKind.MENTORSHIP

    @property
    def acting(self) -> Role | None:
        """Whose act started the rule, where the reader's role tells it."""
        if self.send.to == "initiator":
            return self.role
        return _other(self.role) if self.send.to == "counterpart" and self.role in _BOTH else None

    @property
    def has_topic(self) -> bool:
        """Whether one notice goes out for each element of a list."""
        return self.send.resource == "by_topic" or self.rule.depends_on == "topics"


def ways_of(rule_set: RuleSet, message: str) -> Iterator[Way]:
    """Yield the ways in which the rules send the message; the same words for the same reader once a rule and case."""
    for rule in rule_set.rules:
        seen: set[tuple[str, Role, bool]] = set()
        for case, send in sends_of(rule):
            for role in roles_named(send.to, acting(rule_set, rule, case)) if send.message == message else ():
                if (case, role, send.resource is not None) not in seen:
                    seen.add((case, role, send.resource is not None))
                    yield Way(rule, case, send, role)


def sends_of(rule: Rule) -> Iterator[tuple[str, Send]]:
    for send in rule.sends:
        yield "", send
    for case, sends in rule.cases.items():
        for send in sends:
            yield case, send


def acting(rule_set: RuleSet, rule: Rule, case: str) -> tuple[Role, ...]:
    """Return who of the two may have started the rule in that case."""
    kind = rule_set.catalogue.types.get(rule.starts)
    asked = {**rule.where, **({rule.depends_on: frozenset({case})} if rule.depends_on and case else {})}
    allowed = frozenset(map(str, _BOTH)) & asked.get("by", frozenset(map(str, _BOTH)))
    for name, values in asked.items():
        field = kind.fields.get(name) if kind else None
        if field and len(values) == 1:
            allowed &= field.only_by.get(next(iter(values)), allowed)
    return tuple(role for role in _BOTH if role in allowed) or _BOTH


def roles_named(to: str, acting: tuple[Role, ...]) -> tuple[Role, ...]:
    if to.startswith(STAFF_PREFIX):
        return (Role.STAFF,)
    if to in tuple(Role):
        return (Role(to),)
    if to == "initiator":
        return acting
    return tuple(map(_other, acting)) if to == "counterpart" else _BOTH


def _other(role: Role) -> Role:
    return Role.MENTEE if role is Role.MENTOR else Role.MENTOR
