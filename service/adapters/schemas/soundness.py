"""Whether an event schema is strict enough to stand at the door, and its `x-intouch` words fit its fields."""

from collections.abc import Iterator, Mapping
from typing import Any

from service.adapters.schemas.formats import FORMATS

X = "x-intouch"
_BOUNDED_BY = {"string": ("maxLength", "enum", "const"), "array": ("maxItems",), "integer": ("maximum", "enum")}
_ROLES = frozenset({"mentor", "mentee", "participant", "staff"})


def flaws(schema: Mapping[str, Any]) -> Iterator[str]:
    """Return, in words, all that keeps this schema of an event's data from being used."""
    if schema.get("type") != "object" or schema.get("additionalProperties") is not False:
        yield 'write "type": "object" and "additionalProperties": false at the top, so that unknown fields are refused'
    if not isinstance(schema.get("title"), str):
        yield 'write a "title", one line that says what happened'
    fields: Mapping[str, Any] = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in fields:
            yield f'"{name}" is required but not among "properties"'
    for name, field in fields.items():
        yield from (f'field "{name}": {flaw}' for flaw in _field_flaws(field))
    yield from _word_flaws(schema, fields)


def _field_flaws(field: Mapping[str, Any]) -> Iterator[str]:
    kind = field.get("type")
    if kind not in ("string", "integer", "boolean", "array"):
        yield 'write "type": "string", "integer", "boolean" or "array"; rules understand no other'
        return
    bounds = _BOUNDED_BY.get(kind, ())
    if bounds and not any(bound in field for bound in bounds):
        yield f'write "{bounds[0]}", so that nobody can send without bound'
    if kind == "array":
        if isinstance(field.get("items"), Mapping):
            yield from _field_flaws(field["items"])
        else:
            yield 'write "items"'
    for each in (field, *field.get("anyOf", ()), *field.get("allOf", ())):
        if each.get("format", "date") not in FORMATS:
            yield f'"format": "{each["format"]}" is not checked here; known are {", ".join(sorted(FORMATS))}'


def _word_flaws(schema: Mapping[str, Any], fields: Mapping[str, Any]) -> Iterator[str]:
    words, required = schema[X], schema.get("required", ())
    thing = words.get("thing")
    if thing and thing["id"] not in required:
        yield f'{X}: the thing\'s id "{thing["id"]}" must be a required field'
    for gate, wanted in (thing or {}).get("open_gates", {}).items():
        for name, value in wanted.items():
            if value not in enumerated(fields.get(name, {})):
                yield f'{X}: gate "{gate}" asks for {name} {value}, which no event can have'
    initiator = words.get("initiator")
    if initiator and (initiator not in required or not set(enumerated(fields[initiator])) <= _ROLES):
        yield f'{X}: the initiator "{initiator}" must be a required field with an enum of {", ".join(sorted(_ROLES))}'
    counted_by = words.get("counted_by")
    if counted_by and fields.get(counted_by, {}).get("type") != "integer":
        yield f'{X}: "counted_by" must name a whole-number field'
    not_before = words.get("not_before")
    if not_before and (thing or fields.get(not_before, {}).get("format") != "date-time"):
        yield f'{X}: "not_before" must name a field with "format": "date-time", in a type without a thing'
    for name in words.get("distinct", ()):
        if name not in fields:
            yield f'{X}: "distinct" names "{name}", which is not a field'
    for name, field in fields.items():
        yield from (f'field "{name}": {flaw}' for flaw in _field_word_flaws(field, fields.get(initiator or "", {})))
        since = field.get(X, {}).get("since", 1)
        if since > words.get("version", 1) or (since > 1 and name in required):
            yield f'field "{name}": {X}: "since" is at most the type\'s version, and what came later is not required'


def _field_word_flaws(field: Mapping[str, Any], initiator: Mapping[str, Any]) -> Iterator[str]:
    words = field.get(X) or field.get("items", {}).get(X, {})
    sensitive = words.get("sensitive", ())
    for value in () if sensitive is True else sensitive:
        if value not in enumerated(field):
            yield f'{X}: sensitive value "{value}" is not in the enum'
    for value, roles in words.get("only_by", {}).items():
        if value not in enumerated(field) or not set(roles) <= set(enumerated(initiator)):
            yield f'{X}: "only_by" must name a value of the enum, and roles that the initiator can have'


def enumerated(field: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the values that a field, or each element of it, may have, as text; none where any will do."""
    if field.get("type") == "boolean":
        return ("true", "false")
    found = field.get("enum") or field.get("items", {}).get("enum", ())
    return tuple(map(str, found))
