"""What Jinja complains about, in plain words."""

import re
from typing import Final

_PLAIN: Final = (
    (r"expected token 'end of print statement', got '(.*)'", 'a "{{" is not closed: "}}" is missing before "\\1"'),
    (r"expected token 'end of statement block', got '(.*)'", 'a "{%" is not closed: "%}" is missing before "\\1"'),
    (r"unexpected '}'", 'a single "}" stands here; write "}}"'),
    (r"unexpected 'end of template'|[Uu]nexpected end of template.*", "something is opened here and not closed"),
    (r"Expected an expression, got 'end of print statement'", 'nothing stands between "{{" and "}}"'),
    (r"unexpected char (.*) at \d+", "\\1 means nothing between these braces; quotes must be straight"),
    (r"Encountered unknown tag '(\w+)'.*", '"\\1" is no word that may follow "{%"'),
)


def in_words(complaint: str) -> str:
    """Return the complaint as a person would put it, or as it is where nothing better is known."""
    for pattern, words in _PLAIN:
        found = re.fullmatch(pattern, complaint, re.DOTALL)
        if found:
            return found.expand(words)
    return complaint or "cannot be read"
