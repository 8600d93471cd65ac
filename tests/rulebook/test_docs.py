"""What docs/rule-language.md shows in YAML is accepted as it stands."""

import re

import pytest

from service.adapters.rulebook.load import load
from service.adapters.rulebook.sources import Sources
from service.adapters.rulebook.stories import EVENT_KEYS, EXPECT_KEYS, STORY_KEYS, VARIANT_KEYS
from service.adapters.rulebook.translations import fingerprint_of
from service.adapters.rulebook.vocabulary import (
    DELIVERY_KEYS,
    PAUSE_KEYS,
    PROGRAM_KEYS,
    RECIPIENTS,
    RULE_FILE_KEYS,
    RULE_KEYS,
    Vocabulary,
)
from tests.rulebook.sets import HERE, catalogue

PAGE = (HERE.parents[1] / "docs/rule-language.md").read_text("utf-8")
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
FIRST_WORDS = "rules:\n  - id: example\n    kind: answer\n    starts: help.requested\n"
RULES_FOR_OVERRIDES = """rules:
  - { id: log-first-conversation, kind: nudge, starts: mentorship.matched, send: [ { to: both, message: a } ] }
  - { id: celebrate-three, kind: nudge, starts: conversation.logged, send: [ { to: both, message: a } ] }
"""


ORIGINAL = """---
category: reminders
subject: "{{ counterpart.first_name }} waits to hear from you"
preheader: "Hello is enough."
buttons: [ { label: Write now, url: "{{ program.dashboard }}" } ]
---
Text.
"""
"""The message whose translation the page shows, under a fingerprint that is made up."""


def as_sources(example: str) -> Sources:
    """Return the example as a file of its kind; a part of a file is given what stands above it."""
    if "translates:" in example:
        original = {"templates/messages/example.md": ORIGINAL}
        translation = f"{example}Text.\n".replace("3f9a1c2b", fingerprint_of(ORIGINAL))
        return Sources({**original, "templates/messages/es/example.md": translation})
    if example.startswith("---"):
        folder = "messages" if "category:" in example else "resources"
        return Sources({f"templates/{folder}/example.md": f"{example}Text.\n"})
    if example.startswith("program:"):
        return Sources({"rules/a.yaml": RULES_FOR_OVERRIDES, "rules/b.yaml": example})
    above = "rules:\n" if example.startswith("  - id") else FIRST_WORDS if example.startswith("    ") else ""
    return Sources({"rules/a.yaml": above + example})


def test_there_are_examples_of_everything() -> None:
    assert len(EXAMPLES) == 13


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.split("\n")[0].strip(" -"))
def test_an_example_loads_without_a_problem(example: str) -> None:
    assert load(as_sources(example), catalogue()).problems == ()


def test_every_word_of_the_language_is_on_the_page() -> None:
    things = {word for word in Vocabulary(catalogue()).gates if "." not in word}
    words = {
        *STORY_KEYS,
        *EVENT_KEYS,
        *EXPECT_KEYS,
        *VARIANT_KEYS,
        *things,
        *RULE_FILE_KEYS,
        *RULE_KEYS,
        *DELIVERY_KEYS,
        *PAUSE_KEYS,
        *PROGRAM_KEYS,
        *RECIPIENTS,
    }
    assert {word for word in words if f"`{word}`" not in PAGE and f"{word}:" not in PAGE} == set()
