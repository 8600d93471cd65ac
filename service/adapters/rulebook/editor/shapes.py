"""The few shapes that all schemas are made of. Draft-07, without unions: editors say misleading things about those."""

from collections.abc import Iterable, Mapping
from typing import Final

from service.adapters.rulebook.editor.explained import Schema, Word, explained

TEXT: Final[Schema] = {"type": "string", "minLength": 1}
DURATION: Final[Schema] = {
    "type": "string",
    "pattern": r"^\d{1,7} +(minute|hour|day|week)s?$",
    "patternErrorMessage": 'Write a whole number and minutes, hours, days or weeks: "14 days".',
}
CLOCK: Final[Schema] = {
    "type": "string",
    "pattern": r"^(([01]?\d|2[0-3]):[0-5]\d|24:00)$",
    "patternErrorMessage": 'Write hours and minutes, in quotes: "09:00".',
}
DAY: Final[Schema] = {
    "type": "string",
    "pattern": r"^\d{4}-\d{2}-\d{2}$",
    "patternErrorMessage": "Write year, month and day in digits: 2026-12-18.",
}
NAME: Final[Schema] = {
    "type": "string",
    "pattern": r"^[a-z0-9]+(-[a-z0-9]+)*$",
    "patternErrorMessage": "Use small letters, digits and single dashes: first-message.",
}
TRUTH: Final[Schema] = {"enum": [True, False, "yes", "no", "on", "off"]}
STORY_DAY: Final[Schema] = {
    "type": ["integer", "string"],
    "pattern": r"^(day +)?\d{1,4}( +\d{1,2}:\d{2})?$",
    "patternErrorMessage": 'Write a number of days: 14, or "day 14".',
}


def whole(least: int, most: int | None = None) -> Schema:
    return {"type": "integer", "minimum": least} | ({} if most is None else {"maximum": most})


def one_of(values: Iterable[str]) -> Schema:
    """Return the schema of one of the words, in their order; of any text where there is none to name."""
    words = [str(each) for each in values]
    return TRUTH if "true" in words else {"enum": words} if words else TEXT


def list_of(part: Schema) -> Schema:
    return {"type": "array", "items": part}


def table(words: Mapping[str, Schema], needed: Iterable[str] = ()) -> Schema:
    """Return the schema of a table that may have these words and no others."""
    required = {"required": sorted(needed)} if needed else {}
    return {"type": "object", "additionalProperties": False, "properties": dict(words), **required}


def table_of(value: Schema, names: str | None = None) -> Schema:
    """Return the schema of a table whose words are the writer's own; `names` is a pattern for them."""
    pattern = {"propertyNames": {"pattern": names}} if names else {}
    return {"type": "object", "additionalProperties": value, **pattern}


def worded(shapes: Mapping[str, Schema], words: Mapping[str, Word]) -> dict[str, Schema]:
    """Return each shape with the explanation of the word of the same name. Raises: KeyError when a word has none."""
    return {name: explained(shape, words[name]) for name, shape in shapes.items()}


def document(title: str, body: Schema, definitions: Mapping[str, Schema] | None = None) -> Schema:
    """Return a whole schema file."""
    head = {"$schema": "http://json-schema.org/draft-07/schema#", "title": title}
    return {**head, **body, **({"definitions": dict(definitions)} if definitions else {})}


def ref(name: str) -> Schema:
    return {"$ref": f"#/definitions/{name}"}
