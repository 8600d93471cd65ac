"""Tables as files for a spreadsheet, which runs whatever begins like a formula: nothing here does."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from typing import Final

from flask import Response

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Source: OWASP, CSV Injection."""


def spreadsheet(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """Return a CSV file of that name."""
    # With a byte order mark: without one, Excel takes UTF-8 for something else.
    text = "\ufeff" + "".join(_lines((head, *rows)))
    response = Response(text, content_type="text/csv; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _lines(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    for row in rows:
        line = StringIO()
        csv.writer(line).writerow([_cell(each) for each in row])
        yield line.getvalue()


def _cell(value: object) -> str:
    """Return a value as a cell shows it; an apostrophe before it says that it is text."""
    text = "" if value is None else str(value)
    risky = isinstance(value, str) and text.lstrip(" ").startswith(_FORMULA)
    return f"'{text}" if risky else text
