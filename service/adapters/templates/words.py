"""The fixed words of mail and pages, one YAML file for each language: `templates/words/es.yaml`.

A key is `group.name`. Its text has values in braces, or is a table of plural forms (`one`, `other`), which the value
`count` chooses. What the checker says of such a file, with its places, is the rulebook's.
"""

from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

import yaml

from service.domain.errors import RuleAuthorError

WORDS: Final = "templates/words/"
Word: TypeAlias = str | Mapping[str, str]
Words: TypeAlias = Mapping[str, Word]


def read_words(path: str, text: str) -> Words:
    """Return the texts by key. Raises: RuleAuthorError."""
    try:
        found = yaml.load(text, yaml.BaseLoader)
    except yaml.YAMLError as error:
        raise RuleAuthorError(f"{path}: cannot be read. Run `intouch check` to see where.") from error
    groups = found if isinstance(found, dict) else {}
    return dict(entry for group, texts in groups.items() for entry in _entries(str(group), texts))


def _entries(group: str, texts: object) -> Iterator[tuple[str, Word]]:
    for name, text in texts.items() if isinstance(texts, dict) else ():
        if isinstance(text, str):
            yield f"{group}.{name}", text
        elif isinstance(text, dict) and isinstance(text.get("other"), str):
            yield f"{group}.{name}", {str(form): str(each) for form, each in text.items()}
