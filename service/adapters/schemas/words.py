"""From event schemas to the catalogue: the words that rules may use."""

from collections.abc import Mapping
from typing import Any

from service.adapters.schemas.soundness import X, enumerated
from service.domain.catalogue import Catalogue, Does, EventType, Field
from service.domain.events import SubjectKind


def catalogue_of(schemas: Mapping[str, Mapping[str, Any]]) -> Catalogue:
    """Return the catalogue of sound schemas by type name, in their order."""
    return Catalogue(types={name: _event_type(name, schema) for name, schema in schemas.items()})


def _event_type(name: str, schema: Mapping[str, Any]) -> EventType:
    words: Mapping[str, Any] = schema[X]
    thing: Mapping[str, Any] = words.get("thing", {})
    required = schema.get("required", ())
    return EventType(
        name=name,
        title=schema["title"],
        subject=SubjectKind(words["subject"]),
        fields={each: _field(each, field, each in required) for each, field in schema.get("properties", {}).items()},
        thing=thing.get("name"),
        id_field=thing.get("id"),
        does=Does(thing["does"]) if thing else None,
        initiator=words.get("initiator"),
        counted_by=words.get("counted_by"),
        not_before=words.get("not_before"),
        open_gates=thing.get("open_gates", {}),
    )


def _field(name: str, schema: Mapping[str, Any], required: bool) -> Field:
    words = schema.get(X) or schema.get("items", {}).get(X, {})
    sensitive = words.get("sensitive", False)
    return Field(
        name=name,
        required=required,
        is_list=schema["type"] == "array",
        values=enumerated(schema),
        sensitive=sensitive if isinstance(sensitive, bool) else frozenset(sensitive),
        personal=words.get("personal", False),
        only_by={value: frozenset(roles) for value, roles in words.get("only_by", {}).items()},
    )
