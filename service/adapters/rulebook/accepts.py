"""The reader of `accept`: warnings that somebody has looked at and lets stand, why, and until when."""

from dataclasses import dataclass, replace
from datetime import date

from service.adapters.rulebook.codes import CODES, WARNINGS
from service.adapters.rulebook.findings import Findings
from service.adapters.rulebook.form import Form
from service.adapters.rulebook.times import day
from service.adapters.rulebook.tree import Node, Place, Table, Text
from service.adapters.rulebook.values import a_list, a_table, choice, kebab, line

_KEYS = ("warning", "with", "because", "until")
_SELF = ("accept-expired", "accept-unused")
MAY_BE_ACCEPTED = tuple(name for name in WARNINGS if name not in _SELF)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """One line of `accept`. `rule` is "" under `delivery`; `beside` is the other rule it is about, or "" for any.

    `page` is the path of the resource whose front matter has it, and "" elsewhere.
    """

    rule: str
    warning: str
    beside: str
    until: date
    place: Place
    page: str = ""


def accepted_in(table: Table, rule: str, findings: Findings, page: str = "") -> tuple[Accepted, ...]:
    """Return what a rule, `delivery` or a page accepts; lines with problems are reported and left out."""
    entry = table.entries.get("accept")
    parts = a_list(entry.value, findings) if entry else None
    found = (_accepted(part, rule, findings) for part in parts or ())
    return tuple(replace(each, page=page) for each in found if each is not None)


def _accepted(node: Node, rule: str, findings: Findings) -> Accepted | None:
    table = a_table(node, findings)
    if table is None:
        return None
    form = Form(table, findings, _KEYS, 'a word of "accept"')
    warning = form.required("warning", _warning, 'Name it, as in "warning: overlap".')
    because = form.required("because", line, 'Say why it may stand: because: "…"')
    until = form.required("until", day, 'Say when to look at it again, as in "until: 2027-06-30".')
    beside = form.read("with", kebab, "")
    if warning is None or because is None or until is None:
        return None
    return Accepted(rule=rule, warning=warning, beside=beside, until=until, place=form.place("warning"))


def _warning(node: Node, findings: Findings) -> str | None:
    if isinstance(node, Text) and node.value in CODES and not CODES[node.value].warns:
        message = f'"{node.value}" is an error, and errors cannot be accepted.'
        findings.error("unknown-value", node.place, message, "Mend what it says.")
        return None
    return choice(MAY_BE_ACCEPTED, "a warning that can be accepted")(node, findings)
