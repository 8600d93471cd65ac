"""The institution's own contacts: how a program's file names them, and whether its resources find theirs."""

import re
from collections.abc import Iterator, Mapping

from service.adapters.rulebook.findings import Findings
from service.adapters.rulebook.form import Form
from service.adapters.rulebook.tree import Node, Place
from service.adapters.rulebook.values import a_table, line, matching, url
from service.adapters.rulebook.wording import listed, nearest
from service.domain.rules import Audience, Contact, Program, Resource, Rule, RuleSet, Send

_PHONE = re.compile(r"[+(]{0,2}[0-9][0-9 ().-]{1,30}( ?(x|ext\.?) ?[0-9]{1,6})?")
_phone = matching(_PHONE, "bad-phone", "a telephone number", 'Write it as it is dialled, in quotes: "555-0142".')


def read_contact(node: Node, findings: Findings) -> Contact | None:
    """Return one contact of a program's file."""
    table = a_table(node, findings)
    if table is None:
        return None
    form = Form(table, findings, ("name", "phone", "url", "hours"), "a word of a contact")
    name = form.required("name", line, 'Say who answers: "name: Counselling Service".')
    phone = form.required("phone", _phone, 'Add the number to call, in quotes: phone: "555-0142".')
    page, hours = form.read("url", url, ""), form.read("hours", line, "")
    return Contact(name=name, phone=phone, url=page, hours=hours) if name and phone else None


def check_contacts(rule_set: RuleSet, places: Mapping[str, Place], findings: Findings) -> None:
    """Report contacts that a program lacks and that a resource needs which one of its rules can send.

    `places` is where each program's file begins.
    """
    for program_id, program in rule_set.programs.items():
        for contact, slugs in _missing(rule_set, program).items():
            files = listed([f"templates/resources/{slug}.md" for slug in slugs])
            message = f'The contact "{contact}" is missing. It is needed by {files}, which rules here can send.'
            near = nearest(contact, tuple(program.contacts))
            add = f'Add it below "contacts": {contact}: {{ name: …, phone: … }}'
            hint = f'Is it the one called "{near}"? Then call it "{contact}".' if near else add
            scope = findings.about(f'Program "{program_id}"')
            scope.warning("missing-contact", places[program_id], message, hint)


def _missing(rule_set: RuleSet, program: Program) -> dict[str, list[str]]:
    """Return contact → slugs of the resources that need it, as far as the program lacks it."""
    found: dict[str, list[str]] = {}
    sendable = set(_sendable(rule_set, program))
    for resource in rule_set.resources:
        lacks = resource.needs_contacts - set(program.contacts) if resource.slug in sendable else ()
        for contact in sorted(lacks):
            found.setdefault(contact, []).append(resource.slug)
    return found


def _sendable(rule_set: RuleSet, program: Program) -> Iterator[str]:
    for rule in rule_set.rules_of(program.id):
        for send in _sends(rule):
            yield from (each.slug for each in rule_set.resources if _may_carry(send, each, program))


def _sends(rule: Rule) -> Iterator[Send]:
    yield from rule.sends
    for sends in rule.cases.values():
        yield from sends


def _may_carry(send: Send, resource: Resource, program: Program) -> bool:
    if send.resource not in ("by_topic", "by_stage"):
        return send.resource in (resource.slug, "this")
    suits = send.to not in ("mentor", "mentee") or resource.audience in (send.to, Audience.BOTH)
    return suits and (send.resource == "by_stage" or bool(resource.topics - program.flags_hidden))
