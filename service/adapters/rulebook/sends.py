"""Readers of `send`, and of `send_depending_on` with its `cases`: who gets what."""

import re
from collections.abc import Collection, Mapping
from functools import partial

from service.adapters.rulebook.context import Context
from service.adapters.rulebook.findings import Findings
from service.adapters.rulebook.form import Form
from service.adapters.rulebook.tree import Items, Node, Text
from service.adapters.rulebook.values import a_list, a_table, a_word, kebab, truth_word
from service.adapters.rulebook.wording import listed, nearest, shorten, suggest
from service.domain.events import SubjectKind
from service.domain.rules import PICKS, STAFF_PREFIX, Send

_SEND_KEYS = ("to", "message", "resource")
_PEOPLE = {
    SubjectKind.MENTORSHIP: ("mentor", "mentee", "both", "initiator", "counterpart", "advisor"),
    SubjectKind.PARTICIPANT: ("participant", "mentor", "mentee", "initiator", "advisor"),
    SubjectKind.PROGRAM: (),
}
_ABOUT = {
    SubjectKind.MENTORSHIP: "a mentorship",
    SubjectKind.PARTICIPANT: "one participant",
    SubjectKind.PROGRAM: "a program",
}
_NEEDED_FIELD = {"this": "resource", "by_topic": "topics"}


def read_sends(node: Node, findings: Findings, *, context: Context) -> tuple[Send, ...] | None:
    """Return the lines of one `send`; those with problems are left out."""
    if isinstance(node, Text) and not node.is_empty:
        message, hint = "This does not say who gets what.", "Write [ { to: both, message: NAME-OF-THE-MESSAGE } ]."
        findings.error("not-a-list", node.place, message, hint)
        return None
    parts = a_list(node, findings)
    if parts is None:
        return None
    found = (_read_send(part, findings, context) for part in parts)
    return tuple(send for send in found if send is not None)


def _read_send(node: Node, findings: Findings, context: Context) -> Send | None:
    table = a_table(node, findings)
    if table is None:
        return None
    form = Form(table, findings, _SEND_KEYS, 'a word of "send"')
    to = form.required("to", partial(_recipient, context=context), 'Say who gets it, as in "to: both".')
    message = form.required("message", partial(_message, context=context), "Say what is sent: a message's name.")
    resource = form.maybe("resource", partial(_resource, context=context))
    return Send(to=to, message=message, resource=resource) if to and message else None


def _recipient(node: Node, findings: Findings, *, context: Context) -> str | None:
    if isinstance(node, Items):
        hint = 'Write "both", or a line of "send" for each of them.'
        findings.error("not-a-word", node.place, '"to" names one.', hint)
        return None
    text = a_word(node, findings)
    if text is None:
        return None
    if text.value.startswith(STAFF_PREFIX):
        return _staff(text, findings, context)
    people = _PEOPLE[context.for_each]
    if text.value in people:
        return _with_initiator(text, findings, context)
    if any(text.value in each for each in _PEOPLE.values()):
        about = _ABOUT[context.for_each]
        message = f'"{text.value}" is nobody in a rule about {about}.'
        hint = f"Write {', '.join((*people, 'staff.<role>'))}." if people else 'Write a staff role: "staff.primary".'
        findings.error("recipient-does-not-fit", text.place, message, hint)
    elif text.value in ("staff", *context.known.roles):
        role = "primary" if text.value == "staff" else text.value
        message = f'"{text.value}" is not somebody to send to.'
        findings.error("unknown-recipient", text.place, message, f'Write "{STAFF_PREFIX}{role}".')
    elif text.value in (context.known.messages or ()):
        message = f'"{text.value}" is a message, not somebody to send to.'
        findings.error("unknown-recipient", text.place, message, 'Write it behind "message".')
    else:
        findings.unknown(text, "somebody to send to", (*people, "staff.<role>"), "unknown-recipient")
    return None


def _with_initiator(text: Text, findings: Findings, context: Context) -> str | None:
    if text.value not in ("initiator", "counterpart") or context.has_initiator or not context.starts:
        return text.value
    message = f'"{context.starts}" does not say whose act it was, so "{text.value}" is nobody.'
    findings.error("no-initiator", text.place, message, "Name mentor, mentee or both.")
    return None


def _staff(text: Text, findings: Findings, context: Context) -> str | None:
    role = text.value.removeprefix(STAFF_PREFIX)
    if not role.replace("_", "-").replace("-", "").isalnum() or not role.isascii() or role != role.lower():
        message = f'"{shorten(text.value)}" names no staff role.'
        findings.error("unknown-recipient", text.place, message, 'Write a role in small letters: "staff.primary".')
        return None
    if context.known.programs and role not in context.known.roles:
        found = nearest(role, context.known.roles)
        add = f'Add "{role}" under "staff" in a program\'s file.'
        hint = f'Did you mean "{STAFF_PREFIX}{found}"?' if found else add
        findings.warning("unfilled-role", text.place, f'No program has anybody in the role "{role}".', hint)
    return text.value


def _message(node: Node, findings: Findings, *, context: Context) -> str | None:
    return message_name(node, findings, context.known.messages)


def message_name(node: Node, findings: Findings, known: Collection[str] | None) -> str | None:
    """Return the name of a message; one that is not among those that are known, where any are given, is reported."""
    if isinstance(node, Text) and (meant := _other_name(node.value, known or (), findings)):
        findings.error("unknown-message", node.place, *meant)
        return None
    name = kebab(node, findings)
    if name is not None and known is not None and name not in known:
        message = f'There is no message "{name}".'
        hint = suggest(name, known) if nearest(name, tuple(known)) else f"Write it as templates/messages/{name}.md."
        findings.error("unknown-message", node.place, message, hint)
    return name


def _other_name(word: str, known: Collection[str], findings: Findings) -> tuple[str, str] | None:
    """Return what to say of a message's name that is something else, or its file's written otherwise; else None."""
    if (meaning := findings.vocabulary.meaning(word)) and word not in known:
        return f'"{word}" is {meaning}, not a message.', "Write the name of a file in templates/messages/."
    name = re.sub(r"[^a-z0-9]+", "-", word.lower().removesuffix(".md")).strip("-")
    if name != word and name in known:
        return f'There is no message "{shorten(word)}".', f'Write "{name}", as its file is called.'
    return None


def _resource(node: Node, findings: Findings, *, context: Context) -> str | None:
    text = a_word(node, findings)
    if text is None:
        return None
    if text.value in PICKS:
        return _pick(text, findings, context)
    name = kebab(node, findings)
    known = context.known.resources
    if name is not None and known is not None and name not in known:
        found = nearest(name, (*known, *PICKS))
        hint = f'Did you mean "{found}"?' if found else f"Write it as templates/resources/{name}.md."
        findings.error("unknown-resource", node.place, f'There is no resource "{name}".', hint)
    return name


def _pick(text: Text, findings: Findings, context: Context) -> str | None:
    field = _NEEDED_FIELD.get(text.value)
    if field is None or field in context.fields or not context.starts:
        return text.value
    message = f'"{context.starts}" has no "{field}", so "resource: {text.value}" names nothing.'
    findings.error("resource-does-not-fit", text.place, message, "Name one resource.")
    return None


def read_depends_on(node: Node, findings: Findings, *, context: Context) -> str | None:
    """Return the field of the starting event on whose value the sends depend."""
    text = a_word(node, findings)
    if text is None or not context.starts:
        return text.value if text else None
    choices = tuple(name for name, field in context.fields.items() if field.values)
    if text.value in choices:
        return text.value
    what = f'a field of "{context.starts}" with a fixed choice of values'
    findings.unknown(text, what, choices, "unknown-field")
    return None


def read_cases(
    node: Node, findings: Findings, *, context: Context, field: str | None
) -> Mapping[str, tuple[Send, ...]] | None:
    """Return the sends for each value of the field; values without a case are reported."""
    table = a_table(node, findings)
    if table is None:
        return None
    values = context.fields[field].values if field in context.fields and field is not None else ()
    cases: dict[str, tuple[Send, ...]] = {}
    for key, value in table.entries.values():
        word = truth_word(key.value) if "true" in values else key.value
        if values and word not in values:
            findings.unknown(key, f'a value of "{field}"', values, "unknown-case")
        elif isinstance(value, Text) and value.is_empty:
            message = f'Nothing is written behind "{key.value}".'
            findings.error("empty-value", key.place, message, f'To send nothing, write "{key.value}: []".')
        else:
            cases[word] = read_sends(value, findings, context=context) or ()
    missing = [each for each in values if each not in cases and each not in table.entries]
    if missing:
        message = f'"cases" has no line for {listed(missing)}.'
        findings.error("missing-case", table.place, message, f'To send nothing, write "{missing[0]}: []".')
    return cases
