"""Charts: bars by week as plain numbers that a template draws, and the table that says the same.

The rules of this file:
1. Nothing is told by colour alone: parts stand in one order, each has a name in the key, and the table has every
   number.
2. A chart is drawn on the server with attributes only: pages allow no style of their own and need no script.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, log10
from typing import Final

WIDTH: Final = 480
HEIGHT: Final = 200
_LEFT: Final = 52
_RIGHT: Final = 8
_TOP: Final = 12
_BOTTOM: Final = 30
_TICKS: Final = 4
_MOST_LABELS: Final = 6
_MONTHS: Final = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One part of each bar, from below: its name, its class in the style sheet, and a number for each week."""

    name: str
    look: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle of the drawing, and what it says."""

    x: float
    y: float
    width: float
    height: float
    look: str
    said: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A word at a place along an axis."""

    at: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart and its table. `name` is its address; `summary` says in a sentence what it shows."""

    name: str
    title: str
    summary: str
    mondays: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str = ""
    top: int | None = None
    """The highest number of the axis; None for as high as needed."""

    @property
    def is_empty(self) -> bool:
        return not any(any(each.numbers) for each in self.series)

    @property
    def ceiling(self) -> int:
        highest = max((sum(each) for each in zip(*(one.numbers for one in self.series), strict=True)), default=0)
        return self.top or round_up(highest)

    def bars(self) -> list[Bar]:
        """Return every rectangle."""
        step = (WIDTH - _LEFT - _RIGHT) / max(1, len(self.mondays))
        scale = (HEIGHT - _TOP - _BOTTOM) / self.ceiling
        found = []
        for n, monday in enumerate(self.mondays):
            y = float(HEIGHT - _BOTTOM)
            for each in self.series:
                height = each.numbers[n] * scale
                y -= height
                if each.numbers[n]:
                    said = f"{each.name}, week of {short(monday)}: {each.numbers[n]:,}{self.unit}"
                    x, width = _LEFT + n * step + step * 0.1, step * 0.8
                    found.append(Bar(round(x, 1), round(y, 1), round(width, 1), round(height, 1), each.look, said))
        return found

    def levels(self) -> list[Mark]:
        """Return the lines across, each with its number."""
        scale, step = (HEIGHT - _TOP - _BOTTOM) / self.ceiling, max(1, self.ceiling // _TICKS)
        numbers = range(0, self.ceiling + 1, step)
        return [Mark(round(HEIGHT - _BOTTOM - each * scale, 1), f"{each:,}{self.unit}") for each in numbers]

    def labels(self) -> list[Mark]:
        """Return the weeks below, as many as there is room for."""
        step = (WIDTH - _LEFT - _RIGHT) / max(1, len(self.mondays))
        every = max(1, ceil(len(self.mondays) / _MOST_LABELS))
        places = range((len(self.mondays) - 1) % every, len(self.mondays), every)
        return [Mark(round(_LEFT + (n + 0.5) * step, 1), short(self.mondays[n])) for n in places]

    def rows(self) -> list[tuple[str, tuple[int, ...]]]:
        """Return the table: a week, and a number for each series; the newest first."""
        numbers = list(zip(*(each.numbers for each in self.series), strict=True))
        return list(zip(self.mondays, numbers, strict=True))[::-1]


def short(monday: str) -> str:
    """Return `2 Mar`."""
    day = date.fromisoformat(monday)
    return f"{day.day} {_MONTHS[day.month - 1]}"


def round_up(highest: int) -> int:
    """Return the least of 4, 8, 20, 40, 80, 200 … that is not less, so that an axis has round numbers."""
    power: int = 10 ** max(0, int(log10(max(1, highest))) - 1)
    while True:
        for step in (4, 8, 20, 40, 80):
            if step * power >= highest:
                return step * power
        power *= 10


def added(parts: Sequence[Sequence[int]]) -> tuple[int, ...]:
    """Return the sums of several rows of numbers."""
    return tuple(map(sum, zip(*parts, strict=True)))
