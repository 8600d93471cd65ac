"""The incentive of a program's file: one sentence, in one language or several, and the messages that end with it."""

from collections.abc import Mapping
from functools import partial

from service.adapters.rulebook.findings import Findings
from service.adapters.rulebook.form import Form
from service.adapters.rulebook.pages import Pages
from service.adapters.rulebook.sends import message_name
from service.adapters.rulebook.tree import Node
from service.adapters.rulebook.values import a_table, language, line, set_of, table_of
from service.domain.languages import base
from service.domain.rules import Category, Incentive, Program


def read_incentive(node: Node, findings: Findings, pages: Pages) -> Incentive | None:
    """Return the incentive; messages that are not there, or that nobody can opt out of, are reported."""
    table = a_table(node, findings)
    if table is None:
        return None
    form = Form(table, findings, ("text", "translations", "shown_in"), 'a word of "incentive"')
    text = form.required("text", line, "Say in one sentence what people get.")
    name_one = "Name the messages that end with it: shown_in: [not-connecting-first]"
    shown_in = form.required("shown_in", set_of(partial(_shown_in, pages=pages)), name_one)
    translations: Mapping[str, str] = form.read("translations", table_of(language, line), {})
    return Incentive(text=text, translations=translations, shown_in=shown_in) if text and shown_in else None


def lacking_incentives(programs: Mapping[str, Program], language: str) -> tuple[str, ...]:
    """Return the ids of the programs that give something and do not say so in a language, sorted."""
    said = {id: {base(tag) for tag in each.incentive_texts} for id, each in programs.items() if each.incentive.text}
    return tuple(sorted(id for id, languages in said.items() if base(language) not in languages))


def _shown_in(node: Node, findings: Findings, pages: Pages) -> str | None:
    name = message_name(node, findings, pages.message_names)
    policy = pages.messages.get(name) if name else None
    if policy is None or policy.category is not Category.SERVICE:
        return name
    message = f'Nobody can opt out of "{name}", and an incentive is something that people can do without.'
    findings.error("incentive-does-not-fit", node.place, message, "Name a reminder in its place.")
    return None
