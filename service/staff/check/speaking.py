"""What messages say to whom: variables that they cannot have, and things that the other one must not see."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from service.domain.catalogue import EventType, Field
from service.domain.delivery import Role
from service.domain.engagement import Engagement
from service.domain.events import SubjectKind
from service.domain.rules import Rule, RuleSet, Send
from service.staff.check.acts import Fields
from service.staff.check.finding import Finding, Severity, Spot
from service.staff.check.spoken_of import Messages, Use
from service.staff.ways import acting, roles_named, sends_of

_PAIR = frozenset({Role.MENTOR, Role.MENTEE})
_PERSON = ("name", "first_name")
_ALWAYS = {
    "recipient": (*_PERSON, "role"),
    "program": ("id", "name", "email", "dashboard", "ends_on"),
    "rule": ("id", "title"),
    "slot": ("number", "total", "last"),
    "links": ("resource", "preferences", "console"),
}
_MENTORSHIP = {
    "mentorship": ("id", "conversations", "matched_on", "engagement"),
    "mentor": _PERSON,
    "mentee": _PERSON,
}
_OVERVIEW = (*Engagement, "matched", "going_on", "asking_for_help", "unreachable", "connection_rate")
_HELD = ("rule", "notices", "people", "more", "unnamed")
_MAIL_HELD = "program.mail_held"
_RESOURCE = ("slug", "title", "summary", "minutes", "url", "body")


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody of a role who gets a send in a case. `is_actor`: the start is surely their own act."""

    rule: Rule
    at: tuple[str | int, ...]
    case: str
    send: Send
    role: Role
    is_actor: bool
    takes_on: bool
    """Whether the start is about a thing that staff acknowledge."""

    @property
    def fields(self) -> Fields:
        """What is known of the starting event."""
        depending = {self.rule.depends_on: frozenset({self.case})} if self.rule.depends_on and self.case else {}
        return {**self.rule.where, **depending}


def speaking(rule_set: RuleSet, rule: Rule, messages: Messages | None) -> Iterator[Finding]:
    """Yield what is wrong with the rule's messages, for each of its readers."""
    start = rule_set.catalogue.types.get(rule.starts)
    found: list[Finding] = []
    for reader in _readers(rule_set, rule, start):
        is_known = messages is not None and reader.send.message in rule_set.messages
        if messages is not None and is_known and messages.fault(reader.send.message) is None:
            uses = messages.uses(reader.send.message, _has(reader, start), _known(reader))
            found += _missing(reader, start, uses)
            found += _shown(reader, start, uses)
            found += _private_words(rule_set, reader, messages)
        found += _guessed(rule_set, reader, start)
    # What is wrong for one reader is mostly wrong for the next one too, and is mended in one place.
    yield from {(each.code, each.at, each.spot): each for each in reversed(found)}.values()


def _readers(rule_set: RuleSet, rule: Rule, start: EventType | None) -> Iterator[Reader]:
    seen: set[tuple[object, ...]] = set()
    takes_on = rule_set.catalogue.can_be_acknowledged(rule.starts)
    for place, (case, send) in enumerate(sends_of(rule)):
        for role in roles_named(send.to, acting(rule_set, rule, case)):
            own = start is not None and (start.initiator is not None or start.subject is SubjectKind.PARTICIPANT)
            is_actor = own and (send.to in ("initiator", "participant") or _is_sure(rule, start, case, role))
            at = ("send", place) if rule.sends else ("cases", case)
            known = (case, send.message, send.resource, role, is_actor)
            if known not in seen:
                seen.add(known)
                yield Reader(rule, at, case, send, role, is_actor, takes_on)


def _is_sure(rule: Rule, start: EventType | None, case: str, role: Role) -> bool:
    """Return whether `where` or the case says that it was this reader's own act."""
    name = start.initiator if start else None
    asked = frozenset({case}) if name and rule.depends_on == name else rule.where.get(name or "", frozenset())
    return asked == {str(role)}


def _has(reader: Reader, start: EventType | None) -> frozenset[str]:
    """Return every variable that the message has for the reader, as dotted paths and their beginnings."""
    groups: dict[str, Sequence[str]] = dict(_ALWAYS)
    groups["start"] = ("date", *(start.fields if start else ()))
    groups["links"] = (*groups["links"], *_links_to_act(reader))
    if reader.rule.for_each is SubjectKind.MENTORSHIP:
        groups.update(_MENTORSHIP)
        if reader.role in _PAIR:
            groups["counterpart"] = (*_PERSON, "role")
    elif reader.role is Role.STAFF:
        is_program = reader.rule.for_each is SubjectKind.PROGRAM
        groups.update({"overview": _OVERVIEW} if is_program else {"participant": _PERSON})
        groups.update({"held": _HELD} if reader.rule.starts == _MAIL_HELD else {})
    if reader.send.resource is not None:
        groups["resource"] = _RESOURCE
    if _has_topic(reader, start):
        groups["topic"] = ("key", "label")
    return frozenset(groups) | {f"{group}.{name}" for group, names in groups.items() for name in names}


def _links_to_act(reader: Reader) -> tuple[str, ...]:
    """Return the links on which this reader answers."""
    if reader.role is Role.STAFF:
        return ("acknowledge",) if reader.takes_on else ()
    if reader.role not in _PAIR:
        return ()
    return ("me", "help", "log") if reader.rule.for_each is SubjectKind.MENTORSHIP else ("me",)


def _has_topic(reader: Reader, start: EventType | None) -> bool:
    """Return whether a list field of the start was taken apart, one notice for each element."""
    field = start.fields.get(reader.rule.depends_on or "") if start else None
    return reader.send.resource == "by_topic" or (field is not None and field.is_list)


def _known(reader: Reader) -> Mapping[str, str]:
    """Return the variables whose value is the same for all such readers."""
    sure = {f"start.{name}": next(iter(values)) for name, values in reader.fields.items() if len(values) == 1}
    known = {path: value for path, value in sure.items() if value not in ("true", "false")}
    return {**known, "recipient.role": str(reader.role)}


def _missing(reader: Reader, start: EventType | None, uses: Sequence[Use]) -> Iterator[Finding]:
    has = _has(reader, start)
    for use in uses:
        if use.variable not in has:
            yield Finding(
                code="missing-variable",
                rule=reader.rule.id,
                spot=use.spot,
                message=f'The message has no "{use.variable}" {_when(reader)}.',
                suggestion=_instead(use.variable, has, reader),
            )


def _when(reader: Reader) -> str:
    case = f", in the case {reader.case}" if reader.case else ""
    return f'when it goes to {_reader(reader)} after "{reader.rule.starts}"{case}'


def _reader(reader: Reader) -> str:
    return "the staff" if reader.role is Role.STAFF else f"the {reader.role}"


_ONLY_WHERE = {
    "resource": 'Add "resource" to the line that sends it, or write it only {% if resource is defined %}.',
    "topic": 'Only a rule that sends "by_topic", or takes a list apart, has a topic. Take it out.',
}


def _instead(variable: str, has: frozenset[str], reader: Reader) -> str:
    """Return what to write: the nearest name of the same group, or what to do where there is no such group."""
    group, _, last = variable.partition(".")
    if group == "counterpart" and "mentor.name" in has and group not in has:
        return f'Write "mentor.{last}" or "mentee.{last}"; {_reader(reader)} has no counterpart.'
    if group in _ONLY_WHERE and group not in has:
        return _ONLY_WHERE[group]
    names = sorted(path for path in has if path.startswith(f"{group}."))
    near = get_close_matches(variable, names or sorted(path for path in has if "." in path), 1, 0.7)
    if near:
        return f'Did you mean "{near[0]}"?'
    return f"It has {', '.join(names)}." if names else f"It has {', '.join(sorted({p.split('.')[0] for p in has}))}."


def _shown(reader: Reader, start: EventType | None, uses: Sequence[Use]) -> Iterator[Finding]:
    """Yield sensitive fields, groups and topics that the message shows to somebody whose own they are not."""
    if reader.role not in _PAIR or reader.is_actor or start is None:
        return
    for use in uses:
        group, _, name = use.variable.partition(".")
        field = start.fields.get("topics") if group == "topic" else start.fields.get(name) if group == "start" else None
        if field is not None and (_is_sensitive(field, reader.fields) or field.name == "groups"):
            what = "private groups" if field.name == "groups" else f'"{field.name}"'
            yield Finding(
                code="private-group-shown" if field.name == "groups" else "sensitive-shown",
                rule=reader.rule.id,
                spot=use.spot,
                message=f"{_reader(reader).capitalize()} would read {what} here, which is private to the other one.",
                suggestion=f'Take "{use.variable}" out, or send this to the initiator or to staff only.',
            )


def _is_sensitive(field: Field, asked: Fields) -> bool:
    if isinstance(field.sensitive, bool):
        return field.sensitive
    values = asked.get(field.name) or frozenset(field.values)
    return not values.isdisjoint(field.sensitive)


def _private_words(rule_set: RuleSet, reader: Reader, messages: Messages) -> Iterator[Finding]:
    """Yield private groups that a message for the counterpart names in its text."""
    theirs = _groups_of_other(rule_set, reader)
    for group in sorted(theirs):
        pattern = re.compile(
            rf"(?<!\w){re.escape(group).replace('-', '[- ]')}(?!\w)".replace("\\[", "["), re.IGNORECASE
        )
        for line, spot in messages.words(reader.send.message):
            found = pattern.search(line)
            if found:
                yield Finding(
                    code="private-group-shown",
                    rule=reader.rule.id,
                    spot=Spot(spot.path, spot.line, found.start() + 1, len(found[0])),
                    message=f'{_reader(reader).capitalize()} would read of the private group "{group}" here.',
                    suggestion="Say it without the group's name.",
                )


def _guessed(rule_set: RuleSet, reader: Reader, start: EventType | None) -> Iterator[Finding]:
    """Yield what getting the message at all gives away, whatever its words."""
    groups = sorted(_groups_of_other(rule_set, reader))
    if groups:
        other = Role.MENTEE if reader.role is Role.MENTOR else Role.MENTOR
        what = f'only {reader.role}s whose {other} is in the private group "{groups[0]}" get it'
        yield _told(reader, ("only_for",), what, 'Write "either", or send it to staff only.')
    if reader.role not in _PAIR or reader.is_actor or start is None:
        return
    if reader.send.resource == "by_topic" and _is_sensitive(start.fields["topics"], reader.fields):
        yield _topic_shown(reader)
    for name, values in reader.fields.items():
        field = start.fields.get(name)
        if field is None or name == start.initiator or not _is_sensitive(field, {name: values}):
            continue
        if len(values) < len(field.values):
            at = ("where", name) if name in reader.rule.where else reader.at
            what = f'it comes only when "{name}" is {" or ".join(sorted(values))}, which the other one said'
            yield _told(reader, at, what, "Send it to the initiator or to staff only.")


def _topic_shown(reader: Reader) -> Finding:
    return Finding(
        code="sensitive-shown",
        rule=reader.rule.id,
        at=(*reader.at, "resource"),
        message=f"{_reader(reader).capitalize()} would learn which topics the other one flagged.",
        suggestion='Write "to: initiator", or name one resource that suits everybody.',
    )


def _told(reader: Reader, at: tuple[str | int, ...], what: str, hint: str) -> Finding:
    return Finding(
        code="reader-can-guess",
        severity=Severity.WARNING,
        rule=reader.rule.id,
        at=at,
        message=f"Whoever gets this can tell something private: {what}.",
        suggestion=hint,
    )


def _groups_of_other(rule_set: RuleSet, reader: Reader) -> frozenset[str]:
    """Return the private groups by which the rule chooses the reader's counterpart."""
    if reader.role not in _PAIR:
        return frozenset()
    chosen = reader.rule.only_for
    other = chosen.mentee if reader.role is Role.MENTOR else chosen.mentor
    private = {name for each in rule_set.programs.values() for name, is_private in each.groups.items() if is_private}
    return (other | (chosen.either if other else frozenset())) & private
