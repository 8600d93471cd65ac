"""Events to try: for every event type those that its schema gives as examples, in a valid envelope."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from service.adapters.schemas import load_schemas

FOLDER = Path(__file__).parents[2] / "schemas"
SCHEMAS = load_schemas(FOLDER)
TYPES = SCHEMAS.catalogue.types
SOURCES: Mapping[str, Mapping[str, Any]] = {
    path.stem: json.loads(path.read_text("utf-8")) for path in (FOLDER / "events").glob("*.json")
}
_SUBJECTS = {"mentorships": "mentorships/m-812", "participants": "participants/p-44", "programs": "programs/northfield"}


def cloudevent(name: str, data: object = None, /, **attributes: object) -> dict[str, Any]:
    """Return a CloudEvent of the type, valid but for what is given; without data, with the type's first example."""
    return {
        "specversion": "1.0",
        "id": "e-1",
        "source": "/matching",
        "type": name,
        "subject": _SUBJECTS[TYPES[name].subject],
        "program": "northfield",
        "time": "2026-03-02T15:00:00Z",
        "data": SOURCES[name]["examples"][0] if data is None else data,
        **attributes,
    }


def examples() -> Iterator[tuple[str, dict[str, Any]]]:
    """Return every type with each of its examples."""
    for name, schema in SOURCES.items():
        for data in schema["examples"]:
            yield name, data


def pointers(event: object) -> list[str]:
    return [fault.pointer for fault in SCHEMAS.validate(event)]


def messages(event: object) -> dict[str, str]:
    return {fault.pointer: fault.message for fault in SCHEMAS.validate(event)}
