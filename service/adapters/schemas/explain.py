"""From the keywords that an event does not meet to faults in words: what to send instead."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.adapters.schemas.faults import Fault, JsonPath, did_you_mean, pointer_to, quoted


@dataclass(frozen=True, slots=True)
class Violation:
    """A keyword of the schema that an instance does not meet; both validators report these two paths."""

    schema_path: JsonPath
    instance_path: JsonPath


def explain(schema: Mapping[str, Any], event: object, violations: Iterable[Violation], index: int) -> Iterator[Fault]:
    """Return the faults behind the violations: one a place, where a wrong type says more than what follows from it."""
    told: dict[str, tuple[bool, str]] = {}
    for violation in violations:
        follows = violation.schema_path[-1] != "type"
        for path, message in _explain(schema, event, violation):
            pointer = pointer_to(path)
            if pointer not in told or (follows, message) < told[pointer]:
                told[pointer] = (follows, message)
    for pointer, (_, message) in told.items():
        yield Fault(index=index, pointer=pointer, message=message)


def _explain(schema: Mapping[str, Any], event: object, violation: Violation) -> Iterator[tuple[JsonPath, str]]:
    place = _place(schema, violation.schema_path)
    path, value = _found(event, violation.instance_path)
    if place.keyword == "required":
        for name in place.rule:
            if name not in value:
                yield (*path, name), _missing(name, place.parent)
    elif place.keyword == "additionalProperties":
        for name in value:
            if name not in place.parent["properties"]:
                yield (*path, name), _unknown(name, place.parent["properties"])
    elif place.keyword == "propertyNames":
        for name in value:
            if not re.fullmatch(place.rule["pattern"], name) or len(name) > place.rule["maxLength"]:
                yield (*path, name), f"Leave out {quoted(name)}: CloudEvents has {place.what}."
    else:
        yield path, _REPAIRS.get(place.keyword, _send_what)(place.rule, value, place.what)


@dataclass(frozen=True, slots=True)
class _Place:
    parent: Mapping[str, Any]
    keyword: str
    rule: Any
    what: str


def _place(schema: Mapping[str, Any], path: JsonPath) -> _Place:
    """Return the keyword at the path, its schema, and the nearest description of the instance it is about."""
    if "propertyNames" in path:
        path = path[: path.index("propertyNames") + 1]
    parent: Any = schema
    what = ""
    for depth, step in enumerate(path[:-1]):
        described = parent.get("description") if isinstance(parent, Mapping) else None
        what = described if isinstance(described, str) else what
        if step in ("properties", "items", "additionalProperties") and (depth == 0 or path[depth - 1] != "properties"):
            what = ""
        parent = parent[step]
    keyword = str(path[-1])
    rule = parent[keyword]
    described = (rule if keyword == "propertyNames" else parent).get("description", what)
    return _Place(parent, keyword, rule, described)


def _found(event: Any, path: JsonPath) -> tuple[JsonPath, Any]:
    """Return the path and what is there. jsonschema-rs reports a name such as "0" as the number; where that leaves
    no way on, the path ends early."""
    taken: list[str | int] = []
    for step in path:
        key = str(step) if isinstance(event, dict) else step
        if isinstance(event, dict) and key not in event:
            break
        taken.append(key)
        event = event[key]
    return tuple(taken), event


def _missing(name: str, parent: Mapping[str, Any]) -> str:
    described = parent.get("properties", {}).get(name, {}).get("description")
    return f'Add "{name}"' + (f", {described}." if described else ".")


def _unknown(name: str, fields: Mapping[str, Any]) -> str:
    guess = did_you_mean(name, fields)
    if guess:
        return f"{quoted(name)} is not a field of this event type.{guess}"
    known = f"its fields are {_listed(fields)}" if fields else "it has no fields"
    return f"Leave out {quoted(name)}: it is not a field of this event type ({known})."


_KINDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}


def _kind_of(value: object) -> str:
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    names = {str: "text", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return names.get(type(value), "something else")


def _other_type(rule: Any, value: Any, what: str) -> str:
    wanted = " or ".join(_KINDS[each] for each in ([rule] if isinstance(rule, str) else rule))
    return f"Send {wanted}, not {_kind_of(value)}" + (f": {what}." if what else ".")


def _one_of(rule: Sequence[Any], value: Any, _what: str) -> str:
    guess = did_you_mean(value, map(str, rule)) if isinstance(value, str) else ""
    return f"Send one of {_listed(rule)}.{guess}"


def _listed(values: Iterable[Any]) -> str:
    return ", ".join(map(str, values))


def _send_what(_rule: Any, _value: Any, what: str) -> str:
    return f"Send {what}." if what else "Send something else here; the event type's schema says what."


def _sized(least: str, unit: str) -> Callable[[Any, Any, str], str]:
    def message(rule: Any, _value: Any, what: str) -> str:
        units = unit if rule != 1 else unit.removesuffix("s")
        return f"Send {least} {rule} {units}" + (f": {what}." if what else ".")

    return message


_REPAIRS: Mapping[str, Callable[[Any, Any, str], str]] = {
    "type": _other_type,
    "enum": _one_of,
    "const": lambda rule, _value, _what: f'Send "{rule}".',
    "minLength": _sized("at least", "characters"),
    "maxLength": _sized("at most", "characters"),
    "minItems": _sized("at least", "values"),
    "maxItems": _sized("at most", "values"),
    "maxProperties": _sized("at most", "attributes"),
    "uniqueItems": lambda _rule, _value, _what: "Send each value once.",
}
