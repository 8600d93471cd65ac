"""The front matter of messages and resources: the lines between `---` at the top of a Markdown file."""

from collections.abc import Mapping
from enum import StrEnum

from service.adapters.rulebook.findings import Findings
from service.adapters.rulebook.form import Form
from service.adapters.rulebook.parse import parse
from service.adapters.rulebook.program import read_topic
from service.adapters.rulebook.times import day, duration
from service.adapters.rulebook.tree import Node, Place, Table
from service.adapters.rulebook.values import a_table, choice, line, list_of, set_of, whole
from service.domain.calendar import MINUTE
from service.domain.rules import Audience, Category, MessagePolicy, Resource

_MESSAGE_KEYS = ("subject", "preheader", "category", "not_again_within", "digest_title", "buttons")
_RESOURCE_KEYS = ("title", "summary", "order", "audience", "stage", "topics", "minutes", "reviewed")
ALL_TOPICS = "all"
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


def read_message(path: str, text: str, findings: Findings) -> MessagePolicy | None:
    """Return what the message says to the planner; its Jinja is the renderer's to judge."""
    table = _front_matter(path, text, findings)
    if table is None:
        return None
    form = Form(table, findings, _MESSAGE_KEYS, "a word of a message's front matter")
    form.required("subject", line, 'Add the subject: subject: "…"')
    form.required("preheader", line, 'Add the line that mail programs show beside the subject: preheader: "…"')
    form.maybe("digest_title", line)
    form.maybe("buttons", list_of(_button))
    categories = choice(tuple(Category), "a category of messages")
    category = form.required("category", categories, 'Say what it is, for opting out: "category: reminders".')
    again = form.maybe("not_again_within", duration(MINUTE))
    return MessagePolicy(category=Category(category), not_again_within=again) if category else None


def _button(node: Node, findings: Findings) -> str | None:
    table = a_table(node, findings)
    if table is None:
        return None
    form = Form(table, findings, ("label", "url"), "a word of a button")
    form.required("url", line, 'Say where it leads: url: "…"')
    return form.required("label", line, 'Say what stands on it: label: "…"')


def read_resource(path: str, text: str, slug: str, findings: Findings) -> Resource | None:
    """Return what the resource says to the planner; `all` stands for every topic of flags."""
    table = _front_matter(path, text, findings)
    if table is None:
        return None
    form = Form(table, findings, _RESOURCE_KEYS, "a word of a resource's front matter")
    title = form.required("title", line, 'Add its title: title: "…"')
    form.required("summary", line, 'Add one sentence about it: summary: "…"')
    order = form.required("order", whole(0), "Add its place among all resources: order: 12")
    audience = form.required("audience", _AUDIENCES, 'Say whom it is for: "audience: both".')
    stage = form.required("stage", choice(tuple(Stage), "a stage"), 'Say what it is for: "stage: start".')
    topics = form.read("topics", set_of(_topic), frozenset())
    form.maybe("minutes", whole(1, 600))
    form.maybe("reviewed", day)
    if title is None or order is None or audience is None or stage is None:
        return None
    every = frozenset(findings.vocabulary.flag_topics) | {ALL_TOPICS}
    return Resource(
        slug=slug,
        order=order,
        title=title,
        audience=Audience(audience),
        topics=every if ALL_TOPICS in topics else topics,
        stage=stage,
    )


def _topic(node: Node, findings: Findings) -> str | None:
    if getattr(node, "value", None) == ALL_TOPICS:
        return ALL_TOPICS
    return read_topic(node, findings)


def check_orders(resources: Mapping[str, tuple[Resource, Place]], findings: Findings) -> None:
    """Report resources that claim one place among all resources."""
    taken: dict[int, str] = {}
    for slug, (resource, place) in resources.items():
        first = taken.setdefault(resource.order, slug)
        if first != slug:
            message = f'Order {resource.order} is already that of "{first}".'
            findings.about(f'Resource "{slug}"').error("duplicate-order", place, message, "Take another number.")


def _front_matter(path: str, text: str, findings: Findings) -> Table | None:
    """Return the front matter as a table, its places those in the whole file."""
    lines = text.split("\n")
    ends = [number for number, each in enumerate(lines) if number and each.rstrip() == "---"]
    if lines[0].rstrip() != "---" or not ends:
        message = "The front matter is missing: lines between two lines of three dashes, at the top of the file."
        findings.error("no-front-matter", Place(path, 1, 1, 3), message, 'Begin the file with "---".')
        return None
    before = findings.errors
    node = parse(path, "\n".join(["", *lines[1 : ends[0]]]), findings)
    if node is None:
        return Table({}, Place(path, 1, 1, 3)) if findings.errors == before else None
    return a_table(node, findings)
