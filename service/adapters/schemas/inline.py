"""Puts the shared words of `words.json` in the place of every `$ref`, so that nothing is ever fetched."""

import re
from collections.abc import Mapping
from typing import Any

_REFERENCE = re.compile(r"(?:\.\./)?words\.json#/\$defs/(\w+)")
_ANNOTATIONS = frozenset({"title", "description", "examples", "default", "$comment", "x-intouch"})


def inlined(schema: Any, words: Mapping[str, Any]) -> Any:
    """Return the schema with each `$ref` replaced by the word that it names.

    A description beside the `$ref` stands before the word's own: "who did it: mentor or mentee".
    Raises: ValueError at any reference but one to a word, or when both sides constrain the same keyword.
    """
    return _inlined(schema, words, ())


def _inlined(schema: Any, words: Mapping[str, Any], within: tuple[str, ...]) -> Any:
    if isinstance(schema, list):
        return [_inlined(each, words, within) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if not isinstance(schema.get("$ref"), str):
        return {key: value if key == "examples" else _inlined(value, words, within) for key, value in schema.items()}
    name = _named_word(schema["$ref"], words, within)
    beside = {key: value for key, value in schema.items() if key != "$ref"}
    return _joined(_inlined(words[name], words, (*within, name)), _inlined(beside, words, within))


def _named_word(reference: str, words: Mapping[str, Any], within: tuple[str, ...]) -> str:
    # Inside words.json itself a reference is local; what it means has been looked up in `words` already.
    found = _REFERENCE.fullmatch(f"words.json{reference}" if within else reference)
    if found is None or found[1] not in words:
        known = ", ".join(words)
        raise ValueError(f'"$ref": "{reference}" leads nowhere: write "../words.json#/$defs/WORD", WORD one of {known}')
    if found[1] in within:
        raise ValueError(f'the word "{found[1]}" refers to itself')
    return found[1]


def _joined(word: Mapping[str, Any], beside: Mapping[str, Any]) -> dict[str, Any]:
    both = (word.keys() & beside.keys()) - _ANNOTATIONS
    if both:
        raise ValueError(f'"{min(both)}" stands beside a "$ref" whose word has one too: keep one of them')
    joined = {**word, **beside}
    if "description" in word and "description" in beside:
        joined["description"] = f"{beside['description']}: {word['description']}"
    return joined
