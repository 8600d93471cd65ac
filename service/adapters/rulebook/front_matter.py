"""The front matter of messages and resources: the lines between `---` at the top of a Markdown file."""

from service.adapters.rulebook.findings import Findings
from service.adapters.rulebook.form import Form
from service.adapters.rulebook.parse import parse
from service.adapters.rulebook.times import duration
from service.adapters.rulebook.tree import Node, Place, Table
from service.adapters.rulebook.values import a_table, choice, line, list_of
from service.domain.calendar import MINUTE
from service.domain.rules import Category, MessagePolicy

_MESSAGE_KEYS = (
    "subject", "preheader", "category", "not_again_within", "topic_not_again_within", "digest_title", "buttons",
)  # fmt: skip


def read_message(path: str, text: str, findings: Findings) -> MessagePolicy | None:
    """Return what the message says to the planner; its Jinja is the renderer's to judge."""
    table = front_matter(path, text, findings)
    if table is None:
        return None
    form = Form(table, findings, _MESSAGE_KEYS, "a word of a message's front matter")
    form.required("subject", line, 'Add the subject: subject: "…"')
    form.required("preheader", line, 'Add the line that mail programs show beside the subject: preheader: "…"')
    form.maybe("digest_title", line)
    form.maybe("buttons", list_of(read_button))
    categories = choice(tuple(Category), "a category of messages")
    category = form.required("category", categories, 'Say what it is, for opting out: "category: reminders".')
    again = form.maybe("not_again_within", duration(MINUTE))
    topic = form.maybe("topic_not_again_within", duration(MINUTE))
    if category is None:
        return None
    return MessagePolicy(category=Category(category), not_again_within=again, topic_not_again_within=topic)


def read_button(node: Node, findings: Findings) -> str | None:
    """Return the label of a button."""
    table = a_table(node, findings)
    if table is None:
        return None
    form = Form(table, findings, ("label", "url"), "a word of a button")
    form.required("url", line, 'Say where it leads: url: "…"')
    return form.required("label", line, 'Say what stands on it: label: "…"')


def front_matter(path: str, text: str, findings: Findings) -> Table | None:
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
