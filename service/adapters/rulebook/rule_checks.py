"""What the words of one rule must be to each other. A new check is one function in RULE_CHECKS."""

from collections.abc import Callable
from typing import Final, TypeAlias

from service.adapters.rulebook.context import Context
from service.adapters.rulebook.findings import Findings
from service.adapters.rulebook.form import Form
from service.domain.events import SubjectKind

RuleCheck: TypeAlias = Callable[[Form, Context, Findings], None]


def _wait_or_before(form: Form, context: Context, findings: Findings) -> None:
    if form.has("wait") and form.has("before"):
        message = '"wait" and "before" exclude each other.'
        findings.error("words-exclude", form.place("before"), message, "Keep one of the two.")
    elif form.has("before") and context.starts and not context.is_date:
        message = f'"before" is for dates, and "{context.starts}" is known only when it has happened.'
        findings.error("does-not-fit-start", form.place("before"), message, 'Write "wait", or start from a date.')


def _dates_have_no_fields(form: Form, context: Context, findings: Findings) -> None:
    for key in ("where", "reaches", "send_depending_on"):
        if form.has(key) and context.is_date:
            message = f'"{key}" looks at an event, and "{context.starts}" is a date.'
            findings.error("does-not-fit-start", form.place(key), message, f'Take "{key}" out.')


def _groups_need_people(form: Form, context: Context, findings: Findings) -> None:
    if form.has("only_for") and context.for_each is SubjectKind.PROGRAM:
        message = '"only_for" chooses people, and this rule is for each program.'
        findings.error("does-not-fit-subject", form.place("only_for"), message, 'Use "programs" to choose programs.')


def _one_way_to_send(form: Form, _context: Context, findings: Findings) -> None:
    depending = [key for key in ("send_depending_on", "cases") if form.has(key)]
    if form.has("send") and depending:
        message = f'"send" and "{depending[0]}" exclude each other.'
        findings.error("words-exclude", form.place(depending[0]), message, "Keep one of the two.")
    elif len(depending) == 1:
        other = "cases" if depending[0] == "send_depending_on" else "send_depending_on"
        message = f'"{depending[0]}" needs "{other}" beside it.'
        findings.error("missing-word", form.place(depending[0]), message, f'Add "{other}".')
    elif form.misses("send") and not depending:
        hint = 'Say who gets what, as in "send: [ { to: both, message: first-message } ]".'
        findings.error("missing-word", form.table.place, '"send" is missing.', hint)


def _something_to_send(form: Form, _context: Context, findings: Findings) -> None:
    if form.holds_nothing("send"):
        message = '"send" is empty, so the rule would never send.'
        findings.error("empty-value", form.place("send"), message, 'To switch a rule off, write "enabled: false".')


RULE_CHECKS: Final[tuple[RuleCheck, ...]] = (
    _wait_or_before,
    _dates_have_no_fields,
    _groups_need_people,
    _one_way_to_send,
    _something_to_send,
)
