"""What a hover says: one or two sentences and an example."""

from typing import Any, NamedTuple, TypeAlias

Schema: TypeAlias = dict[str, Any]


class Word(NamedTuple):
    """A word of the language as an editor explains it. `example` is YAML as it would stand there."""

    text: str
    example: str


def explained(schema: Schema, word: Word) -> Schema:
    """Return the schema with the word's explanation, plain for tools that know no Markdown."""
    return {
        **schema,
        "description": f"{word.text} Example: {' '.join(word.example.split())}",
        "markdownDescription": f"{word.text}\n\n```yaml\n{word.example}\n```",
    }
