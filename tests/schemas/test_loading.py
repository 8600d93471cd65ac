"""A schema that cannot be trusted at the door is refused when it is loaded, with its file and its fault."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from service.adapters.schemas import load_schemas
from service.domain.errors import OperatorError
from tests.schemas.samples import FOLDER

Schema = dict[str, Any]


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "schemas"))


def fault_of(folder: Path) -> str:
    with pytest.raises(OperatorError) as caught:
        load_schemas(folder)
    return str(caught.value)


def topics(schema: Schema) -> Schema:
    found: Schema = schema["properties"]["topics"]
    return found


def at(*path: str, value: object) -> Callable[[Schema], object]:
    """Return the edit that puts the value where the path leads."""

    def edit(schema: Schema) -> None:
        for step in path[:-1]:
            schema = schema.setdefault(step, {})
        schema[path[-1]] = value

    return edit


FLAWS: dict[str, tuple[Callable[[Schema], object], str]] = {
    "another dialect": (at("$schema", value="http://json-schema.org/draft-07/schema#"), "2020-12"),
    "not a schema": (at("properties", "by", value={"type": "sting"}), "$.properties.by.type"),
    "open to anything": (at("additionalProperties", value=True), "additionalProperties"),
    "no title": (lambda schema: schema.pop("title"), "title"),
    "no examples": (lambda schema: schema.pop("examples"), "examples"),
    "an example that is wrong": (at("examples", value=[{"by": "mentor"}]), "examples[0]"),
    "no x-intouch": (lambda schema: schema.pop("x-intouch"), "x-intouch"),
    "an unknown word in x-intouch": (at("x-intouch", "closes", value="flag"), "closes"),
    "a field of a version that is not yet": (
        at("properties", "by", "x-intouch", value={"since": 2}),
        "the type's version",
    ),
    "an unknown subject": (at("x-intouch", "subject", value="people"), "people"),
    "an unknown deed": (at("x-intouch", "thing", "does", value="shuts"), "shuts"),
    "an unknown word beside a field": (at("properties", "by", "x-intouch", value={"secret": True}), "by.x-intouch"),
    "an id that may be missing": (at("x-intouch", "thing", "id", value="source"), '"source" must be a required field'),
    "an initiator that is no field": (at("x-intouch", "initiator", value="who"), '"who" must be a required field'),
    "an initiator that is no role": (at("x-intouch", "initiator", value="priority"), "initiator"),
    "a count that is no number": (at("x-intouch", "counted_by", value="by"), "counted_by"),
    "a thing that counts from later on": (at("x-intouch", "not_before", value="by"), "not_before"),
    "a gate that cannot close": (
        at("x-intouch", "thing", "open_gates", value={"no_high_open": {"priority": "high"}}),
        "no_high_open",
    ),
    "fields to differ that are not there": (
        at("x-intouch", "distinct", value=["by", "to"]),
        '"to", which is not a field',
    ),
    "a sensitive value that is no value": (
        at("properties", "source", "x-intouch", value={"sensitive": ["phone"]}),
        '"phone" is not in the enum',
    ),
    "a privilege for nobody": (
        at("properties", "source", "x-intouch", value={"only_by": {"survey": ["staff"]}}),
        "only_by",
    ),
    "text without bound": (at("properties", "source", value={"type": "string"}), "maxLength"),
    "a list without bound": (
        at("properties", "topics", value={"type": "array", "items": {"$ref": "../words.json#/$defs/topic"}}),
        "maxItems",
    ),
    "list elements without bound": (
        at("properties", "topics", value={"type": "array", "maxItems": 3, "items": {"type": "string"}}),
        "maxLength",
    ),
    "a number without bound": (at("properties", "source", value={"type": "integer"}), "maximum"),
    "a nested object": (at("properties", "source", value={"type": "object"}), "rules understand no other"),
    "a required field that is unknown": (at("required", value=["flag_id", "who"]), '"who" is required'),
    "a format nobody checks": (
        at("properties", "source", value={"type": "string", "maxLength": 9, "format": "phone"}),
        '"phone" is not checked here',
    ),
    "a pattern that may run for ever": (
        at("properties", "source", value={"type": "string", "maxLength": 9, "pattern": "^(?=a)\\1"}),
        "regex",
    ),
    "a reference to the net": (at("properties", "source", value={"$ref": "https://x.example/y"}), "leads nowhere"),
    "a reference to a file": (at("properties", "source", value={"$ref": "../../secret.json"}), "leads nowhere"),
    "an unknown shared word": (at("properties", "source", value={"$ref": "../words.json#/$defs/idd"}), "leads nowhere"),
    "a word with a second opinion": (
        at("properties", "by", value={"$ref": "../words.json#/$defs/side", "enum": ["mentor"]}),
        '"enum" stands beside',
    ),
}


@pytest.mark.parametrize(("edit", "words"), FLAWS.values(), ids=FLAWS.keys())
def test_a_flaw_is_named_with_its_file(folder: Path, edit: Callable[[Schema], object], words: str) -> None:
    path = folder / "events" / "flag.submitted.json"
    schema = json.loads(path.read_text())
    edit(schema)
    path.write_text(json.dumps(schema))
    fault = fault_of(folder)
    assert fault.startswith(f"{path}: ")
    assert words in fault


@pytest.mark.parametrize("text", ["", "{", "[]", '{"a": 1, "a": 2}', '{"a": NaN}', "\ufeff{}"])
def test_a_file_that_is_not_strict_json_is_named(folder: Path, text: str) -> None:
    path = folder / "events" / "flag.submitted.json"
    path.write_text(text, "utf-8")
    assert fault_of(folder).startswith(f"{path}: ")


@pytest.mark.parametrize(
    "name", ["Flag.json", "flag.json", "flag..json", "flag submitted.json", "flag.submitted copy.json"]
)
def test_a_file_is_named_after_its_type(folder: Path, name: str) -> None:
    shutil.copy(folder / "events" / "flag.submitted.json", folder / "events" / name)
    assert fault_of(folder).startswith(f"{folder / 'events' / name}: name the file after the event type")


@pytest.mark.parametrize("name", ["words.json", "cloudevent.json", "x-intouch.schema.json"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert fault_of(folder).startswith(f"{folder / name}: cannot be read")


def test_a_folder_without_schemas_is_named(tmp_path: Path, folder: Path) -> None:
    shutil.rmtree(folder / "events")
    assert str(folder / "events") in fault_of(folder)
    assert str(tmp_path) in fault_of(tmp_path)


def test_a_word_that_refers_to_itself_is_named(folder: Path) -> None:
    words = json.loads((folder / "words.json").read_text())
    words["$defs"]["id"] = {"$ref": "#/$defs/slug"}
    words["$defs"]["slug"] = {"$ref": "#/$defs/id"}
    (folder / "words.json").write_text(json.dumps(words))
    assert "refers to itself" in fault_of(folder)


def test_a_thing_that_nothing_opens_is_named(folder: Path) -> None:
    (folder / "events" / "survey.opened.json").unlink()
    assert 'no event type opens the thing "survey"' in fault_of(folder)
