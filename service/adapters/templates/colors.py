"""A program's color made readable: every pair of text and ground has a contrast of at least 4.5 to 1.

Source: WCAG 2.1, success criterion 1.4.3 and its definition of relative luminance.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from service.domain.errors import RuleAuthorError

ENOUGH: Final = 4.5
WHITE: Final = "#ffffff"
BLACK: Final = "#000000"
DARK_GROUND: Final = "#1b1d21"
"""The ground of a mail in dark mode, as the layout has it."""
DEFAULT_COLOR: Final = "#2a5a7a"
_HEX: Final = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """The colors of one program's mail, as #rrggbb."""

    brand: str
    on_brand: str
    link: str
    """The brand, darkened until it can be read on white."""
    link_in_dark: str
    """The brand, lightened until it can be read on the dark ground."""


@lru_cache(maxsize=256)
def palette(color: str | None) -> Palette:
    """Return the palette for `#rgb` or `#rrggbb`; None is Intouch's own color. Raises: RuleAuthorError."""
    brand = _six(color or DEFAULT_COLOR)
    return Palette(
        brand=brand,
        on_brand=WHITE if contrast(brand, WHITE) >= ENOUGH else BLACK,
        link=_moved(brand, BLACK, WHITE),
        link_in_dark=_moved(brand, WHITE, DARK_GROUND),
    )


def contrast(one: str, other: str) -> float:
    """Return the contrast of two #rrggbb colors, from 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _six(color: str) -> str:
    if not _HEX.fullmatch(color):
        raise RuleAuthorError(f'"{color}" is not a color for a mail. Write # and six digits, like "#7a1f2b".')
    digits = color[1:].lower()
    return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))


def _channels(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _luminance(color: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _channels(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


def _moved(color: str, goal: str, ground: str) -> str:
    """Return the color, moved towards the goal in twentieths until it stands out from the ground."""
    steps = (_mixed(color, goal, step / 20) for step in range(21))
    return next(each for each in steps if contrast(each, ground) >= ENOUGH)


def _mixed(color: str, goal: str, share: float) -> str:
    pairs = zip(_channels(color), _channels(goal), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)
