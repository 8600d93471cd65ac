"""Plots as inline SVG: plain shapes with a title and a description, to stand beside the table of the same figures.

Colours are the page's own variables, so that they follow its light and dark looks. Bars are told apart by place and
pattern too, not by colour alone.
"""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

_WIDTH, _NUMBERS, _BAR = 420, 52, 15
"""In units of the drawing, which a phone shows a little smaller and a desk a little larger."""


class Diverging(NamedTuple):
    """A row of two bars: to the left what is lost, to the right what is gained."""

    label: str
    fewer: int
    more: int


class Paired(NamedTuple):
    """A row of two bars, one under the other."""

    label: str
    before: int
    after: int


def diverging(id: str, title: str, rows: Sequence[Diverging]) -> str:
    """Return the rows as bars to both sides of a line."""
    middle, room = _WIDTH / 2, _WIDTH / 2 - _NUMBERS
    most = max((max(row.fewer, row.more) for row in rows), default=0) or 1
    parts = []
    for place, row in enumerate(rows):
        y = place * 44
        parts.append(_label(row.label, y + 14))
        parts.append(f'<line x1="{middle}" y1="{y + 19}" x2="{middle}" y2="{y + 38}" class="axis"/>')
        for number, name, sign in ((row.fewer, "fewer", "−"), (row.more, "more", "+")):
            width, is_left = number / most * room, name == "fewer"
            if number:
                parts.append(_bar(middle - width if is_left else middle, y + 21, width, name))
                end = middle - width - 5 if is_left else middle + width + 5
                parts.append(_number(f"{sign}{number:,}", end, y + 33, "end" if is_left else "start"))
    told = ". ".join(f"{row.label}: {row.more:,} more, {row.fewer:,} fewer" for row in rows)
    return _figure(id, title, told, len(rows) * 44, parts)


def paired(id: str, title: str, rows: Sequence[Paired]) -> str:
    """Return the rows as two bars each, before above after."""
    room = _WIDTH - _NUMBERS - 10
    most = max((max(row.before, row.after) for row in rows), default=0) or 1
    parts = []
    for place, row in enumerate(rows):
        y = place * 62
        parts.append(_label(row.label, y + 14))
        for offset, name, number in ((21, "before", row.before), (38, "after", row.after)):
            width = number / most * room
            parts.append(_bar(0, y + offset, width, name))
            parts.append(_number(f"{number:,}", width + 5, y + offset + 12, "start"))
    told = ". ".join(f"{row.label}: {row.before:,} before, {row.after:,} after" for row in rows)
    return _figure(id, title, told, len(rows) * 62, parts)


def _figure(id: str, title: str, told: str, height: float, parts: list[str]) -> str:
    names = f'<title id="{id}-t">{escape(title)}</title><desc id="{id}-d">{escape(told)}.</desc>'
    return (
        f'<svg class="plot" role="img" aria-labelledby="{id}-t" aria-describedby="{id}-d" '
        f'viewBox="0 0 {_WIDTH} {height}">{names}{"".join(parts)}</svg>'
    )


def _bar(x: float, y: float, width: float, name: str) -> str:
    shown = max(width, 1.5) if width else 0
    return f'<rect x="{x:.1f}" y="{y}" width="{shown:.1f}" height="{_BAR}" class="{name}"/>'


def _label(text: str, y: float) -> str:
    return f'<text x="0" y="{y}" class="label">{escape(text)}</text>'


def _number(text: str, x: float, y: float, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y}" text-anchor="{anchor}">{escape(text)}</text>'
