"""The reader of one pause."""

from service.adapters.rulebook.findings import Findings
from service.adapters.rulebook.form import Form
from service.adapters.rulebook.gates import THIS, gate_of, unknown_gate
from service.adapters.rulebook.tree import Entry, Node
from service.adapters.rulebook.values import a_table, choice, kebab, set_of
from service.adapters.rulebook.vocabulary import PAUSE_KEYS
from service.domain.rules import Gate, Kind, Pause


def read_pause(node: Node, findings: Findings) -> Pause | None:
    """Return one pause: gates without a start, and the kinds of rule that wait meanwhile."""
    table = a_table(node, findings)
    if table is None:
        return None
    form = Form(table, findings, PAUSE_KEYS, "a word of a pause")
    pause_id = form.required("id", kebab, 'Give it a name, as in "id: help-is-on-the-way".')
    gates = form.required("while", _pause_gates, 'Say while what, as in "while: { help: open }".')
    stops = form.required("stops", set_of(choice(tuple(Kind), "a kind of rule")), 'Say what waits: "stops: [nudge]".')
    for key in ("while", "stops"):
        if form.holds_nothing(key):
            findings.error("empty-value", form.place(key), f'"{key}" names nothing.', "Name at least one.")
    if not pause_id or not gates or not stops:
        return None
    return Pause(id=pause_id, gates=gates, stops=frozenset(Kind(each) for each in stops))


def _pause_gates(node: Node, findings: Findings) -> tuple[Gate, ...] | None:
    table = a_table(node, findings)
    if table is None:
        return None
    found = (_pause_gate(entry, findings) for entry in table.entries.values())
    return tuple(gate for gate in found if gate is not None)


def _pause_gate(entry: Entry, findings: Findings) -> Gate | None:
    word = entry.key.value
    values = findings.vocabulary.gates.get(word)
    if values is None:
        unknown_gate(entry, findings)
    elif word.startswith(THIS):
        message = f'"{word}" is about a rule\'s start, and a pause has none.'
        findings.error("gate-does-not-fit", entry.key.place, message, f'Write "{word.removeprefix(THIS)}".')
    else:
        return gate_of(entry, tuple(each for each in values if not each.endswith("_since_start")), findings)
    return None
