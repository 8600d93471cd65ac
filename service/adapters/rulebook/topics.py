"""The reader of topics, which program files and resources share."""

from service.adapters.rulebook.findings import Findings
from service.adapters.rulebook.tree import Node, Text
from service.adapters.rulebook.values import a_word, choice


def read_topic(node: Node, findings: Findings) -> str | None:
    """Return a topic that flags may have; any word where the catalogue fixes none."""
    topics = findings.vocabulary.flag_topics
    if not topics:
        text: Text | None = a_word(node, findings)
        return text.value if text else None
    return choice(topics, "a topic of flags", "unknown-topic")(node, findings)
