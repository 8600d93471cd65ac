"""Gates, and what depends on the starting event: its fields under `where`, their values as cases."""

from collections.abc import Iterator, Mapping
from typing import Final

from service.adapters.rulebook.editor.explained import Schema, Word, explained
from service.adapters.rulebook.editor.shapes import list_of, one_of, ref, table
from service.domain.catalogue import Catalogue, EventType, Field

_MEANING: Final = {
    "never": "it has not happened",
    "happened": "it has happened",
    "none_since_start": "not since the start",
    "happened_since_start": "since the start",
    "none_open": "none is open",
    "open": "at least one is open",
    "unacknowledged": "nobody has taken it up",
    "no_immediate_open": "no open one is immediate",
    "active": "it goes on",
    "paused": "it rests",
    "ended": "it is over",
}


def gates(catalogue: Catalogue, *, of_start: bool = True) -> Schema:
    """Return the schema of `only_while`; without what is about a start, that of a pause's `while`."""
    return table(
        {
            word: _gate(word, fitting, catalogue)
            for word, values in catalogue.gate_words().items()
            if of_start or not word.startswith("this_")
            for fitting in [tuple(each for each in values if of_start or not each.endswith("_since_start"))]
        }
    )


def _gate(word: str, values: tuple[str, ...], catalogue: Catalogue) -> Schema:
    event = catalogue.types.get(word)
    title = f"{event.title.rstrip('.')}." if event else f"The state of the {word.removeprefix('this_')}."
    told = "; ".join(f"`{value}`: {_MEANING.get(value, value)}" for value in values)
    return explained(one_of(values), Word(f"{title} {told}.", f"{word}: {values[0]}"))


def by_event_name(catalogue: Catalogue, shape: Schema, words: str, example: str) -> Schema:
    """Return the schema of a table that has events for words. `words` says what stands behind one."""
    return table(
        {
            name: explained(shape, Word(f"{event.title.rstrip('.')}. {words}", f"{name}: {example}"))
            for name, event in catalogue.types.items()
        }
    )


def conditions(catalogue: Catalogue) -> list[Schema]:
    """Return what follows from a rule's start: `if` it starts so, `then` these fields and cases are there."""
    return [
        {
            "if": _is("starts", event.name),
            "then": {
                "properties": {
                    "where": table(dict(_where(event))),
                    "send_depending_on": _depends_on(event),
                },
                **({"allOf": cases} if cases else {}),
            },
        }
        for event in catalogue.types.values()
        for cases in [list(_cases(event))]
    ]


def _is(word: str, value: str) -> Schema:
    """Return the schema of a table in which the word has the value.

    Not by `required` and `const`, which editors offer as something to write; and not where the word is missing.
    """
    return {"not": {"properties": {word: {"not": {"const": value}}}}}


def _where(event: EventType) -> Iterator[tuple[str, Schema]]:
    for name, field in event.fields.items():
        example = field.values[0] if field.values else "…"
        words = Word(f'The field "{name}" of {event.name}.', f"{name}: [{example}]")
        yield name, explained(list_of(field_value(field)), words)


def _depends_on(event: EventType) -> Schema | bool:
    """Return the schema of `send_depending_on`, which has no place where the event has no fixed choice of values."""
    names = [name for name, field in event.fields.items() if field.values]
    return one_of(names) if names else False


def _cases(event: EventType) -> Iterator[Schema]:
    for name, field in event.fields.items():
        if field.values:
            yield {
                "if": _is("send_depending_on", name),
                "then": {
                    "properties": {"cases": table(dict.fromkeys(field.values, ref("sends")), field.values)},
                },
            }


def field_value(field: Field) -> Schema:
    """Return the schema of one value of the field."""
    return one_of(field.values) if field.values else {"type": ["string", "number", "boolean"]}


def happening(catalogue: Catalogue, own: Mapping[str, Schema]) -> Schema:
    """Return the schema of one event in a story: its own words, and the fields of its type."""
    return {
        "type": "object",
        "required": ["day", "event"],
        "properties": dict(own),
        "allOf": [
            {
                "if": _is("event", event.name),
                "then": table({**dict.fromkeys(own, True), **_fields(event)}),  # type: ignore[arg-type] # True: any
            }
            for event in catalogue.types.values()
        ],
    }


def _fields(event: EventType) -> dict[str, Schema]:
    found = {}
    for name, field in event.fields.items():
        shape = list_of(field_value(field)) if field.is_list else field_value(field)
        example = field.values[0] if field.values else "…"
        words = Word(f'The field "{name}" of {event.name}.', f"{name}: {f'[{example}]' if field.is_list else example}")
        found[name] = explained(shape, words)
    return found
