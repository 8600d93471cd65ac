"""The reader of one rule."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from service.adapters.rulebook.context import Context, Known
from service.adapters.rulebook.findings import Findings
from service.adapters.rulebook.form import Form
from service.adapters.rulebook.gates import read_counts, read_event, read_gates, read_quiet, read_until
from service.adapters.rulebook.rule_checks import RULE_CHECKS
from service.adapters.rulebook.sends import read_cases, read_depends_on, read_sends
from service.adapters.rulebook.times import duration
from service.adapters.rulebook.tree import Items, Node, Table, Text, holds_nothing
from service.adapters.rulebook.values import (
    a_list,
    a_table,
    a_word,
    boolean,
    choice,
    identifier,
    kebab,
    line,
    list_of,
    prose,
    set_of,
    truth_word,
    whole,
)
from service.adapters.rulebook.vocabulary import RULE_KEYS
from service.adapters.rulebook.wording import nearest, suggest
from service.domain.calendar import MINUTE, Duration
from service.domain.events import SubjectKind
from service.domain.rules import DATE_PREFIX, PICKS, RESOURCE, Groups, Kind, Rule, StartsFrom

_FOR_EACH = {
    "mentorship": SubjectKind.MENTORSHIP,
    "participant": SubjectKind.PARTICIPANT,
    "program": SubjectKind.PROGRAM,
}


@dataclass(frozen=True, slots=True)
class WrittenRule:
    """A rule beside the table that it was read from."""

    rule: Rule
    table: Table


def rule_id_of(table: Table) -> Text | None:
    """Return what is written as the rule's id, right or wrong, for problems to name; None when nothing is."""
    entry = table.entries.get("id")
    return entry.value if entry and isinstance(entry.value, Text) and entry.value.value else None


def read_rule(table: Table, position: int, findings: Findings, known: Known) -> Rule | None:
    """Return the rule; None when it has an error, all of which are then reported."""
    before = findings.errors
    form = Form(table, findings, RULE_KEYS, "a word of a rule")
    rule_id = form.required("id", kebab, 'Give the rule a name, as in "id: first-message".')
    kind = form.required("kind", choice(tuple(Kind), "a kind of rule"), 'Add "kind: nudge", or another kind.')
    context = _context(form, Kind(kind) if kind else None, known, findings)
    rule = _build(form, rule_id or "", position, context)
    for check in RULE_CHECKS:
        check(form, context, findings)
    _check_lines_name_one(rule, form, context, findings)
    return rule if findings.errors == before and rule_id and context.kind and context.starts else None


def _check_lines_name_one(rule: Rule, form: Form, context: Context, findings: Findings) -> None:
    """`same: resource` with a start that is about none means the one that a line sends, so one has to name it."""
    lines = (*rule.sends, *(each for case in rule.cases.values() for each in case))
    is_asked = context.starts and RESOURCE not in context.fields and any(each.same == RESOURCE for each in rule.until)
    if is_asked and all(each.resource in (None, *PICKS) for each in lines):
        message = f'"same: resource" means the resource that is sent, since "{context.starts}" is about none.'
        hint = 'Name the resource in "send", as in "resource: first-week", or take "same" out.'
        findings.error("unknown-field", form.place("until"), message, hint)


def _context(form: Form, kind: Kind | None, known: Known, findings: Findings) -> Context:
    """Return what the rule's own head says about the rest of it."""
    words = tuple(_FOR_EACH)
    for_each = _FOR_EACH[form.read("for_each", choice(words, 'a value of "for_each"'), "mentorship")]
    blank = Context(known=known, kind=kind, for_each=for_each, starts="", event=None)
    hint = 'Say what starts the rule, as in "starts: mentorship.matched".'
    starts = form.required("starts", partial(_start, context=blank), hint) or ""
    return Context(known=known, kind=kind, for_each=for_each, starts=starts, event=findings.vocabulary.event(starts))


def _start(node: Node, findings: Findings, *, context: Context) -> str | None:
    if isinstance(node, Items):
        message, hint = "A rule has one start.", "Write one rule for each of them."
        findings.error("not-a-word", node.place, message, hint)
        return None
    text = a_word(node, findings)
    if text is None or not text.value.startswith(DATE_PREFIX):
        return read_event(text, findings, context=context) if text else None
    dates = context.known.dates
    name = text.value.removeprefix(DATE_PREFIX)
    if name in dates:
        return text.value
    found = nearest(name, dates)
    hint = f'Did you mean "{DATE_PREFIX}{found}"?' if found else f'Add "{name}" under "dates" in a program\'s file.'
    message = f'No program has a date "{name}".'
    if context.known.programs:
        findings.error("unknown-date", text.place, message, hint)
        return None
    if context.known.programs is not None:
        findings.warning("unknown-date", text.place, message, hint)
    return text.value


def _build(form: Form, rule_id: str, position: int, context: Context) -> Rule:
    every, total = form.read("repeat", partial(_repeat, kind=context.kind), (None, 1))
    field = form.maybe("send_depending_on", partial(read_depends_on, context=context))
    cases = partial(read_cases, context=context, field=field)
    return Rule(
        id=rule_id,
        position=position,
        kind=context.kind or Kind.NUDGE,
        starts=context.starts,
        title=form.read("title", line, ""),
        why=form.read("why", prose, ""),
        for_each=context.for_each,
        enabled=form.read("enabled", boolean, True),
        programs=form.maybe("programs", set_of(partial(_program, known=context.known))),
        only_for=form.read("only_for", partial(_groups, known=context.known), Groups()),
        starts_from=StartsFrom(form.read("from", choice(tuple(StartsFrom), 'a value of "from"'), "each")),
        where=form.read("where", partial(_where, context=context), {}),
        reaches=form.maybe("reaches", whole(1, 100_000)),
        wait=form.read("wait", duration(), 0),
        before=form.maybe("before", duration()),
        every=every,
        total=total,
        only_while=form.read("only_while", partial(read_gates, context=context), ()),
        until=form.read("until", partial(read_until, context=context), ()),
        counts=form.read("count", partial(read_counts, context=context), ()),
        none_in_last=form.read("none_in_last", partial(read_quiet, context=context), ()),
        send_within=form.maybe("send_within", duration(MINUTE)),
        sends=form.read("send", partial(read_sends, context=context), ()),
        depends_on=field,
        cases=form.read("cases", cases, {}),
        formerly=form.read("formerly", list_of(kebab), ()),
    )


def _repeat(node: Node, findings: Findings, *, kind: Kind | None) -> tuple[Duration | None, int] | None:
    table = a_table(node, findings)
    if table is None:
        return None
    form = Form(table, findings, ("every", "total"), 'a word of "repeat"')
    every = form.required("every", duration(MINUTE), 'Say how far apart, as in "every: 7 days".')
    most = 60 if kind is Kind.REPORT else 12
    total = form.required("total", whole(1, most), 'Say how many in all, the first included, as in "total: 3".')
    return (every, total) if every and total else None


def _program(node: Node, findings: Findings, *, known: Known) -> str | None:
    program_id = identifier(node, findings)
    if program_id is not None and known.programs and program_id not in known.programs:
        hint = suggest(program_id, tuple(known.programs))
        findings.warning("unknown-program", node.place, f'No file is about a program "{program_id}".', hint)
    return program_id


def _groups(node: Node, findings: Findings, *, known: Known) -> Groups | None:
    table = a_table(node, findings)
    if table is None:
        return None
    sides = ("mentor", "mentee", "either")
    form = Form(table, findings, sides, 'a word of "only_for"')
    read = set_of(partial(_group, known=known))
    return Groups(**{side: form.read(side, read, frozenset()) for side in sides})


def _group(node: Node, findings: Findings, *, known: Known) -> str | None:
    group = kebab(node, findings)
    if group is not None and known.programs and group not in known.groups:
        found = nearest(group, known.groups)
        hint = f'Did you mean "{found}"?' if found else f'Add "{group}" under "groups" in a program\'s file.'
        findings.warning("unknown-group", node.place, f'No program has a group "{group}".', hint)
    return group


def _where(node: Node, findings: Findings, *, context: Context) -> Mapping[str, frozenset[str]] | None:
    table = a_table(node, findings)
    if table is None:
        return None
    found: dict[str, frozenset[str]] = {}
    for key, value in table.entries.values():
        if context.event is not None and key.value not in context.fields:
            findings.unknown(key, f'a field of "{context.starts}"', tuple(context.fields), "unknown-field")
            continue
        parts = a_list(value, findings) or ()
        words = (_field_value(part, key.value, context, findings) for part in parts)
        found[key.value] = frozenset(word for word in words if word is not None)
        if holds_nothing(value):
            message = f'"{key.value}" names no value, so nothing would start the rule.'
            findings.error("empty-value", key.place, message, "Name at least one value.")
    return found


def _field_value(node: Node, field: str, context: Context, findings: Findings) -> str | None:
    text = a_word(node, findings)
    values = context.fields[field].values if field in context.fields else ()
    if text is None:
        return None
    word = truth_word(text.value) if "true" in values else text.value
    if not values or word in values:
        return word
    findings.unknown(text, f'a value of "{field}"', values)
    return None
