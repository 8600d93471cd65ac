"""Wrapping: what the plain-text part does by itself is what `textwrap` does."""

import textwrap

from hypothesis import example, given
from hypothesis import strategies as st

from service.adapters.templates.plain_text import wrapped

WORDS = st.lists(st.text("ab-é👩", min_size=1, max_size=12)).map(" ".join)
OTHERS = st.text("ab \t\u00a0\u3000\u200d", max_size=40)


@given(WORDS | OTHERS, st.integers(1, 20))
@example("a  b", 2)
@example("four five", 9)
@example("four five", 8)
@example("https://example.org/a-b", 5)
def test_it_breaks_where_python_breaks(line: str, width: int) -> None:
    assert wrapped(line, width) == textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False)
