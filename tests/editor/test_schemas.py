"""The schemas for editors are those of today's words, and explain every one of them."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from service.adapters.rulebook.editor import editor_schemas
from service.adapters.rulebook.load import load
from service.adapters.rulebook.sources import read_sources
from service.adapters.rulebook.vocabulary import (
    DELIVERY_KEYS,
    PAUSE_KEYS,
    PROGRAM_KEYS,
    RULE_FILE_KEYS,
    RULE_KEYS,
    Vocabulary,
)
from service.adapters.schemas import load_schemas

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("rules.schema.json", "program.schema.json", "stories.schema.json")


@cache
def made() -> dict[str, Any]:
    """Return the schemas as made of the standard pack, by file name, as JSON has them."""
    draft = load(read_sources(ROOT / "rules", ROOT / "templates"), load_schemas(ROOT / "schemas").catalogue).draft
    found: dict[str, Any] = json.loads(json.dumps(dict(editor_schemas(draft))))
    return found


def inside(node: Any) -> Iterator[dict[str, Any]]:
    """Yield every object within the node, itself included."""
    for each in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from inside(each)
    if isinstance(node, dict):
        yield node


def test_there_is_one_for_each_kind_of_file() -> None:
    assert tuple(made()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_committed_schema_is_the_one_of_today(name: str) -> None:
    committed = json.loads((ROOT / "schemas" / name).read_text("utf-8"))
    assert committed == made()[name], "The schemas for editors are stale: run `intouch schema`."


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_draft_07_without_unions(name: str) -> None:
    schema = made()[name]
    Draft7Validator.check_schema(schema)
    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert [part for part in inside(schema) if "oneOf" in part or "anyOf" in part] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_word_that_stands_in_a_file_is_explained_with_an_example(name: str) -> None:
    tables = [part["properties"] for part in inside(made()[name]) if part.get("additionalProperties") is False]
    words = {word: shape for table in tables for word, shape in table.items() if isinstance(shape, dict)}
    bare = {word for word, shape in words.items() if "```yaml" not in shape.get("markdownDescription", "")}
    assert bare <= OWN_NAMES | set(topics())


OWN_NAMES = {"alert", "answer", "service", "nudge", "report"}
"""Kinds under `on_unknown`, which `kind` explains."""


def topics() -> set[str]:
    """Return names that rules, topics and cases have of their own, and that stand in a table as its words."""
    catalogue = load_schemas(ROOT / "schemas").catalogue
    values = {value for event in catalogue.types.values() for field in event.fields.values() for value in field.values}
    return values | set(made()["program.schema.json"]["properties"]["overrides"]["properties"])


def test_the_schemas_have_the_words_of_the_language() -> None:
    rules, program = made()["rules.schema.json"], made()["program.schema.json"]
    rule = rules["definitions"]["rule"]["properties"]
    assert set(rules["properties"]) == set(RULE_FILE_KEYS)
    assert set(rule) == set(RULE_KEYS)
    assert set(rules["properties"]["delivery"]["properties"]) == set(DELIVERY_KEYS)
    assert set(rules["properties"]["pauses"]["items"]["properties"]) == set(PAUSE_KEYS)
    assert set(program["properties"]) == set(PROGRAM_KEYS)
    gates = {word: tuple(shape["enum"]) for word, shape in rule["only_while"]["properties"].items()}
    assert gates == Vocabulary(load_schemas(ROOT / "schemas").catalogue).gates
