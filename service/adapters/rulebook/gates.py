"""Readers of everything that can stop a rule: `only_while`, `until`, `count`, `none_in_last`."""

from functools import partial

from service.adapters.rulebook.context import Context
from service.adapters.rulebook.findings import Findings
from service.adapters.rulebook.form import Form
from service.adapters.rulebook.times import duration
from service.adapters.rulebook.tree import Entry, Node, Table, Text
from service.adapters.rulebook.values import a_list, a_table, a_word, choice, whole
from service.adapters.rulebook.wording import nearest, one_of, shorten
from service.domain.calendar import MINUTE
from service.domain.catalogue import EventType
from service.domain.events import SubjectKind
from service.domain.rules import RESOURCE, Actor, Count, Gate, Quiet, Until

THIS = "this_"


def read_event(node: Node, findings: Findings, *, context: Context | None = None) -> str | None:
    """Return the name of an event type that a rule in this context sees."""
    text = a_word(node, findings)
    if text is None:
        return None
    event = findings.vocabulary.event(text.value)
    if event is None:
        findings.unknown(text, "an event", tuple(findings.vocabulary.catalogue.types), "unknown-event")
        return None
    return text.value if context is None or _visible(event, text, findings, context) else None


def _visible(event: EventType, text: Text, findings: Findings, context: Context) -> bool:
    if context.sees(event):
        return True
    message = f'A rule for each program does not see "{event.name}".'
    findings.error("not-seen", text.place, message, 'Take "for_each: mentorship" or "for_each: participant".')
    return False


def read_gates(node: Node, findings: Findings, *, context: Context) -> tuple[Gate, ...] | None:
    """Return the gates of `only_while`, in the order of the file."""
    table = a_table(node, findings)
    if table is None:
        return None
    found = (_read_gate(entry, findings, context) for entry in table.entries.values())
    return tuple(gate for gate in found if gate is not None)


def _read_gate(entry: Entry, findings: Findings, context: Context) -> Gate | None:
    word = entry.key
    values = findings.vocabulary.gates.get(word.value)
    if values is None:
        if word.value in context.fields:
            message = f'"{word.value}" is a field of "{context.starts}", not a gate.'
            hint = f'Write "where: {{ {word.value}: […] }}" beside "only_while".'
            findings.error("unknown-gate", word.place, message, hint)
        else:
            unknown_gate(entry, findings)
        return None
    if not _gate_fits(word, findings, context):
        return None
    return gate_of(entry, values, findings)


def gate_of(entry: Entry, values: tuple[str, ...], findings: Findings) -> Gate | None:
    """Return the gate of a known word, whose values are given."""
    word = entry.key.value
    if isinstance(entry.value, Text) and entry.value.is_empty:
        message = f'Nothing is written behind "{word}".'
        findings.error("empty-value", entry.key.place, message, f"Write {one_of(values)}.")
        return None
    if isinstance(entry.value, Text) and " or " in entry.value.value:
        hint = "Write one rule for each; all gates of a rule must hold."
        findings.error("unknown-value", entry.value.place, 'There is no "or" in a gate.', hint)
        return None
    value = choice(values, f'a value of "{word}"')(entry.value, findings)
    return Gate(word, value) if value else None


def unknown_gate(entry: Entry, findings: Findings) -> None:
    """Report a word that is no gate; `flag.acknowledge` is led to the events about flags."""
    word = entry.key.value
    things = [each for each in findings.vocabulary.catalogue.things if word.split(".")[0].rstrip("s") == each]
    if things and "." in word and not nearest(word, tuple(findings.vocabulary.gates)):
        message = f'"{shorten(word)}" is not a gate.'
        events = [each.name for each in findings.vocabulary.catalogue.things[things[0]]]
        findings.error("unknown-gate", entry.key.place, message, f"Write {one_of(events)}.")
        return
    findings.unknown(entry.key, "a gate", tuple(findings.vocabulary.gates), "unknown-gate")


def _is_of_programs(word: str, findings: Findings) -> bool:
    """Return whether the gate asks for a thing that happens to a program, such as a backlog."""
    things = findings.vocabulary.catalogue.things.get(word.removeprefix(THIS), ())
    return any(each.subject is SubjectKind.PROGRAM for each in things)


def _gate_fits(word: Text, findings: Findings, context: Context) -> bool:
    """Return whether the gate means something for this rule; when it does not, that is reported."""
    event = findings.vocabulary.event(word.value)
    if event is not None:
        return _visible(event, word, findings, context)
    if word.value.startswith(THIS) and context.starts:
        thing = word.value.removeprefix(THIS)
        if context.event is None or context.event.thing != thing:
            message = f'"{word.value}" needs a start that is about a {thing}, and "{context.starts}" is not.'
            hint = f'Write "{thing}" for any of them.' if thing in findings.vocabulary.gates else "Take the line out."
            findings.error("gate-does-not-fit", word.place, message, hint)
            return False
    if context.for_each is SubjectKind.PROGRAM and not _is_of_programs(word.value, findings):
        message = f'"{word.value}" is about a mentorship, and this rule is for each program.'
        findings.error("gate-does-not-fit", word.place, message, 'Take the line out, or "for_each: program".')
        return False
    return True


def read_until(node: Node, findings: Findings, *, context: Context) -> tuple[Until, ...] | None:
    """Return the events that stop the rule. One without a list around it is a list of one."""
    example = f"[ {{ event: {shorten(node.value)} }} ]" if isinstance(node, Text) else ""
    parts = (node,) if isinstance(node, Table) else a_list(node, findings, example)
    if parts is None:
        return None
    found = (_read_stop(part, findings, context) for part in parts)
    return tuple(until for until in found if until is not None)


def _read_stop(node: Node, findings: Findings, context: Context) -> Until | None:
    table = a_table(node, findings)
    if table is None:
        return None
    form = Form(table, findings, ("event", "by", "same"), 'a word of "until"')
    hint = 'Say what stops the rule, as in "event: conversation.logged".'
    name = form.required("event", partial(read_event, context=context), hint)
    event = findings.vocabulary.event(name) if name else None
    by = form.maybe("by", choice(tuple(Actor), 'a value of "by"'))
    same = form.maybe("same", partial(_shared_field, context=context, event=event))
    if event is None:
        return None
    if by:
        _check_by(form, event, findings, context)
    return Until(event=event.name, by=Actor(by) if by else None, same=same)


def _check_by(form: Form, event: EventType, findings: Findings, context: Context) -> None:
    anonymous = event.initiator is None and event.subject is not SubjectKind.PARTICIPANT
    silent = event.name if anonymous else "" if context.has_initiator else context.starts
    if silent:
        message = f'"{silent}" does not say whose act it was, so "by" has no meaning here.'
        findings.error("no-initiator", form.place("by"), message, 'Take "by" out.')


def _shared_field(node: Node, findings: Findings, *, context: Context, event: EventType | None) -> str | None:
    text = a_word(node, findings)
    if text is None or event is None or not context.starts:
        return text.value if text else None
    shared = tuple(name for name in event.fields if name in context.fields)
    if event.subject is SubjectKind.PARTICIPANT and RESOURCE in event.fields and RESOURCE not in shared:
        shared = (*shared, RESOURCE)  # the one that a line sends
    if text.value in shared:
        return text.value
    what = f'a field that "{context.starts}" and "{event.name}" both have'
    findings.unknown(text, what, shared, "unknown-field")
    return None


def read_counts(node: Node, findings: Findings, *, context: Context) -> tuple[Count, ...] | None:
    """Return how many of which event types there must be."""
    table = a_table(node, findings)
    if table is None:
        return None
    found = (_read_count(entry, findings, context) for entry in table.entries.values())
    return tuple(count for count in found if count is not None)


def _read_count(entry: Entry, findings: Findings, context: Context) -> Count | None:
    event = read_event(entry.key, findings, context=context)
    if isinstance(entry.value, Text) and not entry.value.is_empty:
        hint = f"Write {{ at_least: {entry.value.value[:20]} }}."
        findings.error("not-a-table", entry.value.place, "A count needs bounds: at_least, at_most, or both.", hint)
        return None
    bounds = a_table(entry.value, findings)
    if bounds is None:
        return None
    form = Form(bounds, findings, ("at_least", "at_most"), 'a word of "count"')
    least, most = form.maybe("at_least", whole(0)), form.maybe("at_most", whole(0))
    if not bounds.entries:
        hint = f'Write "{entry.key.value}: {{ at_least: 1 }}".'
        findings.error("missing-word", entry.key.place, "A count needs a bound.", hint)
    elif least is not None and most is not None and least > most:
        message = f"No number is at least {least} and at most {most}."
        findings.error("out-of-bounds", form.place("at_least"), message, "Exchange the two.")
    return Count(event=event, at_least=least, at_most=most) if event else None


def read_quiet(node: Node, findings: Findings, *, context: Context) -> tuple[Quiet, ...] | None:
    """Return the events that must not have happened lately, each with how long ago is long enough."""
    table = a_table(node, findings)
    if table is None:
        return None
    found = []
    for key, value in table.entries.values():
        event = read_event(key, findings, context=context)
        span = duration(MINUTE)(value, findings)
        if event and span:
            found.append(Quiet(event, span))
    return tuple(found)
