"""The reader of a program's `overrides`: words of rules that are different there.

A rule is read again as it would stand with the new words in it, so that an override is held to all that a
rule is held to; what then differs is what the program keeps.
"""

from collections.abc import Mapping

from service.adapters.rulebook.context import Known
from service.adapters.rulebook.findings import Findings
from service.adapters.rulebook.rule import WrittenRule, read_rule
from service.adapters.rulebook.tree import Entry, Node, Table
from service.adapters.rulebook.values import a_table
from service.adapters.rulebook.wording import nearest
from service.domain.rules import Rule

_SENDING = (("send", "send_depending_on", "cases"), ("sends", "depends_on", "cases"))
_SCHEDULE = (("wait", "before"), ("wait", "before"))
_CHANGES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "title": (("title",), ("title",)),
    "why": (("why",), ("why",)),
    "enabled": (("enabled",), ("enabled",)),
    "only_for": (("only_for",), ("only_for",)),
    "from": (("from",), ("starts_from",)),
    "where": (("where",), ("where",)),
    "reaches": (("reaches",), ("reaches",)),
    "wait": _SCHEDULE,
    "before": _SCHEDULE,
    "repeat": (("repeat",), ("every", "total")),
    "only_while": (("only_while",), ("only_while",)),
    "until": (("until",), ("until",)),
    "count": (("count",), ("counts",)),
    "none_in_last": (("none_in_last",), ("none_in_last",)),
    "send_within": (("send_within",), ("send_within",)),
    "send": _SENDING,
    "send_depending_on": _SENDING,
    "cases": _SENDING,
}
"""Word → the words of the rule that it takes the place of, and the fields of Rule that it sets."""

CHANGEABLE = tuple(_CHANGES)
"""Words of a rule that a program may change."""

_FIXED = ("id", "kind", "starts", "for_each", "programs", "formerly")


def read_overrides(
    node: Node, rules: Mapping[str, WrittenRule | None], findings: Findings, known: Known, *, complete: bool
) -> Mapping[str, Mapping[str, object]]:
    """Return rule id → fields of Rule → values.

    `rules` has None for a rule that is itself faulty; unless `complete`, there may be more rules than these.
    """
    table = a_table(node, findings)
    found: dict[str, Mapping[str, object]] = {}
    for key, value in table.entries.values() if table else ():
        written = rules.get(key.value)
        if key.value not in rules and complete:
            _unknown_rule(Entry(key, value), rules, findings)
        changes = a_table(value, findings)
        if written is not None and changes is not None:
            scope = findings.about_rule(key.value)
            found[key.value] = _read_changes(changes, written, scope, known)
    return found


def _unknown_rule(entry: Entry, rules: Mapping[str, WrittenRule | None], findings: Findings) -> None:
    word = entry.key.value
    renamed = [each.rule.id for each in rules.values() if each is not None and word in each.rule.formerly]
    near = nearest(word, tuple(rules))
    hint = f'It is called "{renamed[0]}" now.' if renamed else f'Did you mean "{near}"?' if near else ""
    findings.error("unknown-rule", entry.key.place, f'There is no rule "{word[:100]}".', hint)


def _read_changes(changes: Table, written: WrittenRule, findings: Findings, known: Known) -> Mapping[str, object]:
    allowed = {key: entry for key, entry in changes.entries.items() if key in _CHANGES}
    for key, entry in changes.entries.items():
        if key in _FIXED:
            message = f'A program cannot change "{key}" of a rule.'
            hint = 'To switch it off here, write "enabled: false".'
            findings.error("override-not-allowed", entry.key.place, message, hint)
        elif key not in _CHANGES:
            findings.unknown(entry.key, "a word of a rule", tuple(_CHANGES), "unknown-word")
    replaced = {word for key in allowed for word in _CHANGES[key][0]}
    kept = {key: entry for key, entry in written.table.entries.items() if key not in replaced}
    rule = read_rule(Table({**kept, **allowed}, changes.place), written.rule.position, findings, known)
    return {} if rule is None else _values(rule, allowed)


def _values(rule: Rule, allowed: Mapping[str, Entry]) -> Mapping[str, object]:
    fields = dict.fromkeys(field for key in allowed for field in _CHANGES[key][1])
    return {field: getattr(rule, field) for field in fields}
