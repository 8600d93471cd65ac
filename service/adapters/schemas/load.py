"""Reads `schemas/`: the envelope, the shared words, and one file per event type."""

import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, best_match

from service.adapters.schemas import strict_json
from service.adapters.schemas.inline import inlined
from service.adapters.schemas.schemas import Schemas, UnknownFields
from service.adapters.schemas.soundness import X, flaws
from service.adapters.schemas.validators import Compiled
from service.adapters.schemas.words import catalogue_of
from service.domain.calendar import Instant
from service.domain.catalogue import Catalogue, Does
from service.domain.errors import EventSenderError, OperatorError

_TYPE_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


class SchemaFileError(OperatorError):
    """A file of `schemas/` cannot be used."""

    def __init__(self, path: Path, fault: str) -> None:
        super().__init__(f"{path}: {fault}")


def load_schemas(
    folder: Path, clock: Callable[[], Instant] | None = None, unknown: UnknownFields = UnknownFields.REFUSE
) -> Schemas:
    """Return the schemas of the folder, checked and compiled. Without a clock, no event is too far ahead.

    Raises: OperatorError naming file and fault.
    """
    words = _schema(folder / "words.json").get("$defs", {})
    meta = _schema(folder / "x-intouch.schema.json")
    envelope = _inlined(folder / "cloudevent.json", words)
    paths = sorted((folder / "events").glob("*.json"))
    if not paths:
        raise SchemaFileError(folder / "events", "no event schemas here; one file TYPE.json for each event type")
    events = {path.stem: _event_schema(path, words, meta) for path in paths}
    catalogue = catalogue_of(events)
    _check_things(folder / "events", catalogue)
    return Schemas(
        catalogue=catalogue,
        envelope=_compiled(folder / "cloudevent.json", envelope),
        by_type={path.stem: _with_envelope(path, events[path.stem], envelope) for path in paths},
        published={"cloudevent": envelope, **events},
        clock=clock,
        unknown=unknown,
        distinct={name: schema[X]["distinct"] for name, schema in events.items() if "distinct" in schema[X]},
    )


def _schema(path: Path) -> dict[str, Any]:
    try:
        schema = strict_json.decode(path.read_bytes())
    except OSError as error:
        raise SchemaFileError(path, f"cannot be read ({error.strerror}); put the schemas back as released") from error
    except EventSenderError as error:
        raise SchemaFileError(path, str(error)) from error
    if not isinstance(schema, dict) or schema.get("$schema") != _DIALECT:
        raise SchemaFileError(path, f'write an object that begins with "$schema": "{_DIALECT}"')
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        raise SchemaFileError(path, f"{error.json_path}: {error.message}") from error
    return schema


def _inlined(path: Path, words: Mapping[str, Any]) -> dict[str, Any]:
    try:
        schema: dict[str, Any] = inlined(_schema(path), words)
    except ValueError as error:
        raise SchemaFileError(path, str(error)) from error
    return schema


def _event_schema(path: Path, words: Mapping[str, Any], meta: Mapping[str, Any]) -> dict[str, Any]:
    if not _TYPE_NAME.fullmatch(path.stem):
        raise SchemaFileError(path, "name the file after the event type: small letters, as in flag.submitted.json")
    schema = _inlined(path, words)
    _check_blocks(path, schema, meta)
    for flaw in flaws(schema):
        raise SchemaFileError(path, flaw)
    _check_examples(path, schema)
    return schema


def _check_blocks(path: Path, schema: Mapping[str, Any], meta: Mapping[str, Any]) -> None:
    """Hold every x-intouch block against its meta-schema. Raises: SchemaFileError."""
    if X not in schema:
        raise SchemaFileError(path, f'write an "{X}" block that says at least the "subject"')
    field_meta = {**meta, "$ref": "#/$defs/field"}
    blocks = [(X, schema[X], meta)]
    for name, field in schema.get("properties", {}).items():
        for where, holder in ((name, field), (f"{name}.items", field.get("items", {}))):
            if X in holder:
                blocks.append((f"{where}.{X}", holder[X], field_meta))
    for where, block, block_meta in blocks:
        error = best_match(Draft202012Validator(block_meta).iter_errors(block))
        if error is not None:
            raise SchemaFileError(path, f"{where}{error.json_path.removeprefix('$')}: {error.message}")


def _check_examples(path: Path, schema: dict[str, Any]) -> None:
    compiled = _compiled(path, schema)
    examples = schema.get("examples")
    if not examples:
        raise SchemaFileError(path, 'write at least one of "examples": an object that could be an event\'s data')
    for place, example in enumerate(examples):
        if not compiled.is_valid(example):
            raise SchemaFileError(path, f"examples[{place}] does not meet the schema")


def _check_things(folder: Path, catalogue: Catalogue) -> None:
    for thing, types in catalogue.things.items():
        if not any(each.does is Does.OPENS for each in types):
            raise SchemaFileError(folder / f"{types[0].name}.json", f'no event type opens the thing "{thing}"')
        if len({each.subject for each in types}) > 1:
            raise SchemaFileError(folder / f"{types[0].name}.json", f'all event types of "{thing}" need one subject')


def _with_envelope(path: Path, schema: Mapping[str, Any], envelope: Mapping[str, Any]) -> Compiled:
    """Return the schema of a whole event of one type: the envelope with its own `subject` and `data`."""
    whole = deepcopy(dict(envelope))
    kind = schema[X]["subject"]
    described = f"{kind}/ID: an event {path.stem} is about one of the {kind}"
    whole["properties"]["subject"]["allOf"] = [{"pattern": f"^{kind}/", "description": described}]
    # A "$schema" within would make jsonschema go on with its own validator instead of ours.
    data = {key: value for key, value in schema.items() if key not in ("$schema", "title", "examples")}
    whole["properties"]["data"] |= data
    return _compiled(path, whole)


def _compiled(path: Path, schema: dict[str, Any]) -> Compiled:
    try:
        return Compiled(schema)
    except ValueError as error:
        raise SchemaFileError(path, " ".join(str(error).split())) from error
