"""Whom a slot's sends name, and with which list value."""

from collections.abc import Iterator
from typing import NamedTuple

from service.domain.delivery import ADVISOR_PREFIX, Role
from service.domain.facts import Start
from service.domain.lens import as_text
from service.domain.rules import STAFF_PREFIX, Rule, Send
from service.domain.view import Person, View


class Addressee(NamedTuple):
    """Who a send names: a recipient id, their role, and the participant that they are, if they are one."""

    recipient: str
    role: Role
    person: Person | None


def addressed(view: View, rule: Rule, start: Start) -> Iterator[tuple[Addressee, Send, str]]:
    """Yield recipient, send and list value; a recipient whom one slot names twice for one value gets the first."""
    if len(rule.sends) == 1 and rule.depends_on is None and rule.sends[0].resource != "by_topic":
        yield from _addressed_once(view, rule.sends[0], start)
        return
    seen: set[tuple[str, str]] = set()
    for send, value, topics in _sends(rule, start):
        for addressee in _addressees(view, send.to, start):
            for each_value in topics if send.resource == "by_topic" else (value,):
                if (addressee.recipient, each_value) not in seen:
                    seen.add((addressee.recipient, each_value))
                    yield addressee, send, each_value


def _addressed_once(view: View, send: Send, start: Start) -> Iterator[tuple[Addressee, Send, str]]:
    """Yield those of a single send without values, as most rules have it: only who is both can be named twice."""
    first = ""
    for addressee in _addressees(view, send.to, start):
        if addressee.recipient != first:
            first = addressee.recipient
            yield addressee, send, ""


def _sends(rule: Rule, start: Start) -> Iterator[tuple[Send, str, tuple[str, ...]]]:
    """Yield each send with its list value and the topics it would pick resources by."""
    flagged = start.data.get("topics")
    topics = tuple(dict.fromkeys(map(as_text, flagged))) if isinstance(flagged, list | tuple) else ()
    for send in rule.sends:
        yield send, "", topics
    if rule.depends_on is None or (value := start.data.get(rule.depends_on)) is None:
        return
    if isinstance(value, list | tuple):
        for each in dict.fromkeys(map(as_text, value)):
            for send in rule.cases.get(each, ()):
                yield send, each, (each,) if rule.depends_on == "topics" else topics
    else:
        for send in rule.cases.get(as_text(value), ()):
            yield send, "", topics


def _addressees(view: View, to: str, start: Start) -> Iterator[Addressee]:
    if to.startswith(STAFF_PREFIX):
        yield Addressee(to, Role.STAFF, None)
        return
    if to == "advisor":
        advised = view.person(Role.MENTEE) or next(iter(view.people), None)
        if advised is not None:
            yield Addressee(ADVISOR_PREFIX + advised.id, Role.ADVISOR, None)
        return
    for person in view.people:
        if _is_named(view, person, to, start):
            yield Addressee(person.id, person.role, person)


def _is_named(view: View, person: Person, to: str, start: Start) -> bool:
    if to in ("both", "participant") or person.role == to:
        return True
    if to == "initiator":
        return person.id == view.actor(start)
    if to == "counterpart":
        return person.id == view.counterpart(start)
    return False
