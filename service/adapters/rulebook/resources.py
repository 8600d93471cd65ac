"""Resources: what their front matter says, and what they must be to each other."""

from collections.abc import Collection, Mapping
from enum import StrEnum

from service.adapters.rulebook.findings import Findings
from service.adapters.rulebook.form import Form
from service.adapters.rulebook.front_matter import front_matter
from service.adapters.rulebook.times import day
from service.adapters.rulebook.topics import read_topic
from service.adapters.rulebook.tree import Node, Place, Text
from service.adapters.rulebook.values import (
    Reader,
    a_table,
    choice,
    kebab,
    language,
    line,
    list_of,
    name,
    set_of,
    url,
    whole,
)
from service.adapters.rulebook.wording import suggest
from service.domain.rules import ALL_TOPICS, Audience, Resource

_RESOURCE_KEYS = (
    "title", "summary", "order", "audience", "stage", "topics", "minutes", "reviewed", "needs_contacts", "related",
    "sources", "language", "accept",
)  # fmt: skip
LAST = 1_000
"""The place of a resource that names none: after the standard ones, by slug."""
_AUDIENCES = choice(tuple(Audience), "an audience")


class Stage(StrEnum):
    """The part of a mentorship that a resource is for."""

    START = "start"
    RECOVER = "recover"
    CRAFT = "craft"
    ACADEMIC = "academic"
    ENROLMENT = "enrolment"
    MONEY = "money"
    WELLBEING = "wellbeing"
    CAREER = "career"
    CLOSE = "close"


def read_resource(path: str, text: str, slug: str, findings: Findings, others: Collection[str] = ()) -> Resource | None:
    """Return what the resource says to the planner; `all` stands for every topic of flags.

    `others` are the slugs that it may be related to.
    """
    table = front_matter(path, text, findings)
    if table is None:
        return None
    form = Form(table, findings, _RESOURCE_KEYS, "a word of a resource's front matter")
    title = form.required("title", line, 'Add its title: title: "…"')
    form.wanted("summary", line, 'Add one sentence about it: summary: "…"')
    order = form.read("order", whole(0), LAST)
    audience = form.required("audience", _AUDIENCES, 'Say whom it is for: "audience: both".')
    stage = form.required("stage", choice(tuple(Stage), "a stage"), 'Say what it is for: "stage: start".')
    topics = form.read("topics", set_of(_topic), frozenset())
    form.wanted("minutes", whole(1, 600), 'Say how long it takes to read: "minutes: 3".')
    form.wanted("reviewed", day, 'Add the day on which somebody last checked it: "reviewed: 2026-08-01".')
    form.maybe("related", list_of(_one_of(others, slug)))
    form.maybe("sources", list_of(_source))
    form.maybe("language", language)
    contacts = form.read("needs_contacts", set_of(name), frozenset())
    if title is None or audience is None or stage is None:
        return None
    every = frozenset(findings.vocabulary.flag_topics) | {ALL_TOPICS}
    return Resource(
        slug=slug,
        order=order,
        title=title,
        audience=Audience(audience),
        topics=every if ALL_TOPICS in topics else topics,
        stage=stage,
        needs_contacts=contacts,
    )


def _one_of(others: Collection[str], itself: str) -> Reader[str]:
    def read(node: Node, findings: Findings) -> str | None:
        slug = kebab(node, findings)
        if slug == itself:
            findings.error("bad-link", node.place, "This leads from the page to itself.", "Name another one.")
        elif slug is not None and slug not in others and isinstance(node, Text):
            hint = suggest(slug, others) or f"Write it as templates/resources/{slug}.md."
            findings.error("unknown-resource", node.place, f'There is no resource "{slug}".', hint)
        return slug

    return read


def _source(node: Node, findings: Findings) -> str | None:
    table = a_table(node, findings)
    if table is None:
        return None
    form = Form(table, findings, ("title", "url"), "a word of a source")
    form.required("title", line, 'Say what it is called: title: "…"')
    return form.required("url", url, 'Say where it can be read: url: "https://…"')


def _topic(node: Node, findings: Findings) -> str | None:
    if getattr(node, "value", None) == ALL_TOPICS:
        return ALL_TOPICS
    return read_topic(node, findings)


def check_orders(resources: Mapping[str, tuple[Resource, Place]], findings: Findings) -> None:
    """Report resources that claim one place among all resources; those that claim none come last together."""
    taken: dict[int, str] = {}
    for slug, (resource, place) in resources.items():
        if resource.order == LAST:
            continue
        first = taken.setdefault(resource.order, slug)
        if first != slug:
            message = f'Order {resource.order} is already that of "{first}".'
            findings.about(f'Resource "{slug}"').error("duplicate-order", place, message, "Take another number.")
