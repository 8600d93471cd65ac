"""The reader of `delivery`: hours, limits, digest, safety."""

from collections.abc import Mapping

from service.adapters.rulebook.findings import Findings
from service.adapters.rulebook.form import Form
from service.adapters.rulebook.times import clock_time, duration, time_zone, weekday
from service.adapters.rulebook.tree import Node
from service.adapters.rulebook.values import a_table, choice, list_of, set_of, whole
from service.adapters.rulebook.vocabulary import DELIVERY_KEYS
from service.domain.calendar import MINUTE, Hours
from service.domain.rules import Delivery, Kind, Limit, OnUnknown, Safety

_HOURS_KEYS = ("from", "to", "days", "timezone", "timezone_if_unknown")
_NOON = 12 * 60
_DEFAULT = Delivery()


def read_delivery(node: Node, findings: Findings) -> Delivery | None:
    """Return how mail reaches people; what is not written keeps its default."""
    table = a_table(node, findings)
    if table is None:
        return None
    form = Form(table, findings, DELIVERY_KEYS, 'a word of "delivery"')
    hours, zone, zone_if_unknown = form.read("hours", _hours, (_DEFAULT.hours, None, None))
    return Delivery(
        hours=hours,
        timezone=zone,
        timezone_if_unknown=zone_if_unknown,
        limits=form.read("limits", list_of(_limit, "[ { at_most: 1, in: 1 day } ]"), _DEFAULT.limits),
        send_within=form.read("send_within", duration(MINUTE), _DEFAULT.send_within),
        digest_at_most=form.read("digest", _digest, _DEFAULT.digest_at_most),
        safety=form.read("safety", _safety, _DEFAULT.safety),
        on_unknown={**_DEFAULT.on_unknown, **form.read("on_unknown", _on_unknown, {})},
    )


def _hours(node: Node, findings: Findings) -> tuple[Hours, str | None, str | None] | None:
    table = a_table(node, findings)
    if table is None:
        return None
    form = Form(table, findings, _HOURS_KEYS, 'a word of "hours"')
    opens = form.read("from", clock_time, _DEFAULT.hours.opens)
    closes = form.read("to", clock_time, _DEFAULT.hours.closes)
    days = form.read("days", set_of(weekday, "[mon, tue, wed, thu, fri]"), _DEFAULT.hours.days)
    zone = form.read("timezone", time_zone("recipient"), "recipient")
    otherwise = form.read("timezone_if_unknown", time_zone("program"), "program")
    _check_open(form, opens, closes, findings)
    hours = Hours(opens=opens, closes=closes, days=days)
    return hours, None if zone == "recipient" else zone, None if otherwise == "program" else otherwise


def _check_open(form: Form, opens: int, closes: int, findings: Findings) -> None:
    if opens >= closes:
        at = form.place("to" if form.has("to") else "from")
        message = f"Hours from {_clock(opens)} to {_clock(closes)} are never open."
        hint = f'Perhaps "{_clock(closes + _NOON)}"?' if opens - _NOON < closes <= _NOON else "Exchange the two."
        findings.error("hours-never-open", at, message, hint)
    if form.holds_nothing("days"):
        message = '"days" names no day, so no mail would ever go.'
        findings.error("hours-never-open", form.place("days"), message, "Write [mon, tue, wed, thu, fri].")


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _limit(node: Node, findings: Findings) -> Limit | None:
    table = a_table(node, findings)
    if table is None:
        return None
    form = Form(table, findings, ("at_most", "in"), "a word of a limit")
    at_most = form.required("at_most", whole(1), 'Say how many, as in "at_most: 3".')
    window = form.required("in", duration(MINUTE), 'Say in what time, as in "in: 7 days".')
    return Limit(at_most, window) if at_most and window else None


def _digest(node: Node, findings: Findings) -> int | None:
    table = a_table(node, findings)
    if table is None:
        return None
    form = Form(table, findings, ("at_most",), 'a word of "digest"')
    return form.required("at_most", whole(1, 50), 'Say how many go into one email, as in "at_most: 5".')


def _safety(node: Node, findings: Findings) -> Safety | None:
    table = a_table(node, findings)
    if table is None:
        return None
    form = Form(table, findings, ("per_rule_per_hour", "first_after_change"), 'a word of "safety"')
    usual = _DEFAULT.safety
    return Safety(
        per_rule_per_hour=form.read("per_rule_per_hour", whole(1), usual.per_rule_per_hour),
        first_after_change=form.read("first_after_change", whole(0), usual.first_after_change),
    )


def _on_unknown(node: Node, findings: Findings) -> Mapping[Kind, OnUnknown] | None:
    table = a_table(node, findings)
    if table is None:
        return None
    form = Form(table, findings, tuple(Kind), "a kind of rule")
    answers = {kind: form.maybe(kind, choice(tuple(OnUnknown), 'a value of "on_unknown"')) for kind in Kind}
    return {kind: OnUnknown(answer) for kind, answer in answers.items() if answer}
