"""Wrapping: what the plain-text part does by itself is what `textwrap` does."""

import textwrap

from hypothesis import example, given
from hypothesis import strategies as st

from service.adapters.templates.plain_text import wrapped

LINES = st.text(st.sampled_from("ab-é\u00a0\u3000\u200d👩\t  "), max_size=60) | st.text(max_size=60)


@given(LINES.filter(lambda line: "\n" not in line), st.integers(1, 20))
@example("word " * 9, 9)
@example("https://example.org/a-b", 5)
@example("four five", 9)
def test_it_breaks_where_python_breaks(line: str, width: int) -> None:
    assert wrapped(line, width) == textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False)
