"""The reader of one program's file, all but its overrides, which need the rules."""

from collections.abc import Mapping
from datetime import date
from functools import partial

from service.adapters.rulebook.contacts import read_contact
from service.adapters.rulebook.findings import Findings
from service.adapters.rulebook.form import Form
from service.adapters.rulebook.incentive import read_incentive
from service.adapters.rulebook.pages import Pages
from service.adapters.rulebook.times import day, duration, time_zone
from service.adapters.rulebook.topics import read_topic
from service.adapters.rulebook.tree import Items, Node, Table, holds_nothing
from service.adapters.rulebook.values import (
    a_table,
    address,
    boolean,
    color,
    identifier,
    kebab,
    language,
    line,
    list_of,
    name,
    set_of,
    table_of,
    url,
    whole,
)
from service.adapters.rulebook.vocabulary import ENGAGEMENT_KEYS, PROGRAM_ENDS, PROGRAM_KEYS
from service.domain.calendar import DAY
from service.domain.rules import Break, Incentive, Program, Thresholds

_MOST_DATES = 100
_MOST_CONVERSATIONS = 100
_NO_FLAGS: tuple[Mapping[str, str], frozenset[str]] = ({}, frozenset())


def read_program(table: Table, findings: Findings, pages: Pages) -> Program:
    """Return the program without its overrides; its id is "" when that cannot be read."""
    form = Form(table, findings, PROGRAM_KEYS, "a word of a program file")
    program_id = form.required("program", identifier, 'Write the program\'s id, as in "program: northfield".')
    sender = form.read("from", _sender, ("", ""))
    brand = form.read("brand", _brand, (None, None))
    labels, hidden = form.read("flags", _flags, _NO_FLAGS)
    return Program(
        id=program_id or "",
        name=form.read("name", line, ""),
        timezone=form.maybe("timezone", time_zone()),
        locale=form.read("locale", language, ""),
        dashboard=form.read("dashboard", url, ""),
        from_name=sender[0],
        from_email=sender[1],
        color=brand[0],
        logo=brand[1],
        staff=form.read("staff", table_of(name, _addresses), {}),
        dates=form.read("dates", _dates, {}),
        breaks=form.read("breaks", list_of(_break), ()),
        groups=form.read("groups", table_of(kebab, _is_private), {}),
        flag_labels=labels,
        flags_hidden=hidden,
        engagement=form.read("engagement", _engagement, Thresholds()),
        incentive=form.read("incentive", partial(read_incentive, pages=pages), Incentive()),
        contacts=form.read("contacts", table_of(name, read_contact), {}),
    )


def _sender(node: Node, findings: Findings) -> tuple[str, str] | None:
    table = a_table(node, findings)
    if table is None:
        return None
    form = Form(table, findings, ("name", "email"), 'a word of "from"')
    email = form.required("email", address, 'Add the address that mail comes from: "email: mentoring@example.org".')
    return form.read("name", line, ""), email or ""


def _brand(node: Node, findings: Findings) -> tuple[str | None, str | None] | None:
    table = a_table(node, findings)
    if table is None:
        return None
    form = Form(table, findings, ("color", "logo"), 'a word of "brand"')
    return form.maybe("color", color), form.maybe("logo", url)


def _addresses(node: Node, findings: Findings) -> tuple[str, ...] | None:
    found = list_of(address)(node, findings)
    if holds_nothing(node):
        findings.error("empty-value", node.place, "Nobody is named here.", "Name at least one address, or no role.")
    return found


def _dates(node: Node, findings: Findings) -> Mapping[str, tuple[date, ...]] | None:
    table = a_table(node, findings)
    found = None if table is None else table_of(name, _one_or_more_days)(table, findings)
    if table is not None and found is not None and len(found.get(PROGRAM_ENDS, ())) > 1:
        place = table.entries[PROGRAM_ENDS].value.place
        findings.error("bad-date", place, "A program ends once.", "Write one date.")
    return found


def _one_or_more_days(node: Node, findings: Findings) -> tuple[date, ...] | None:
    if not isinstance(node, Items):
        single = day(node, findings)
        return None if single is None else (single,)
    found = list_of(day)(node, findings) or ()
    if not node.items or len(node.items) > _MOST_DATES:
        findings.error("out-of-bounds", node.place, f"A list of dates has 1 to {_MOST_DATES} of them.")
    return found


def _break(node: Node, findings: Findings) -> Break | None:
    table = a_table(node, findings)
    if table is None:
        return None
    form = Form(table, findings, ("name", "from", "to"), "a word of a break")
    title = form.read("name", line, "")
    first = form.required("from", day, 'Say its first day, as in "from: 2026-12-07".')
    last = form.required("to", day, 'Say its last day, as in "to: 2026-12-12".')
    if first is None or last is None:
        return None
    if last < first:
        message = f"This break ends on {last}, before it begins on {first}."
        findings.error("bad-date", form.place("to"), message, "Exchange the two, or mend the year.")
    return Break(name=title, first=first, last=last)


def _is_private(node: Node, findings: Findings) -> bool | None:
    table = a_table(node, findings)
    if table is None:
        return None
    return Form(table, findings, ("private",), "a word of a group").read("private", boolean, False)


def _flags(node: Node, findings: Findings) -> tuple[Mapping[str, str], frozenset[str]] | None:
    table = a_table(node, findings)
    if table is None:
        return None
    form = Form(table, findings, ("labels", "hidden"), 'a word of "flags"')
    return form.read("labels", table_of(read_topic, line), {}), form.read("hidden", set_of(read_topic), frozenset())


def _engagement(node: Node, findings: Findings) -> Thresholds | None:
    table = a_table(node, findings)
    if table is None:
        return None
    form, usual = Form(table, findings, ENGAGEMENT_KEYS, 'a word of "engagement"'), Thresholds()
    found = Thresholds(
        new_for=form.read("new_for", duration(DAY), usual.new_for),
        not_connected_after=form.read("not_connected_after", duration(DAY), usual.not_connected_after),
        highly_engaged_from=form.read("highly_engaged_from", whole(2, _MOST_CONVERSATIONS), usual.highly_engaged_from),
        drifting_after=form.read("drifting_after", duration(DAY), usual.drifting_after),
    )
    if found.not_connected_after <= found.new_for:
        message = "A pair would be not connected while it still counts as new."
        place = form.place("not_connected_after")
        findings.error("out-of-bounds", place, message, 'Let "not_connected_after" be longer than "new_for".')
        return None
    return found
