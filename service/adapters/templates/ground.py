"""Which text of a mail stands on which ground, read off the styles on its elements, as mail programs see them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from typing import Final

from service.adapters.templates.colors import BLACK, WHITE

_VOID: Final = frozenset({"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
_UNSEEN: Final = frozenset({"head", "style", "title", "script"})
_DECLARATION: Final = re.compile(r"\s*([a-z-]+)\s*:\s*([^;]+?)\s*(?:!important\s*)?(?:;|$)", re.IGNORECASE)
_RGB: Final = re.compile(r"rgb\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*\)")
_NAMED: Final = {"white": WHITE, "black": BLACK}


@dataclass(frozen=True, slots=True)
class Shade:
    """Text and the colors on which it depends, as they are written where they are no #rrggbb."""

    words: str
    color: str
    ground: str


@dataclass(frozen=True, slots=True)
class _Element:
    tag: str
    color: str = BLACK
    ground: str = WHITE
    is_seen: bool = True


def shades(html: str) -> Iterator[Shade]:
    """Yield each text that can be seen, with its color and the color behind it."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return iter(reader.found)


class _Reader(HTMLParser):
    """`_open` are the elements around the place that is read, with what they hand down."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Shade] = []
        self._open = [_Element("")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            return
        given = {name: value or "" for name, value in attrs}
        styles = {name.lower(): value.lower() for name, value in _DECLARATION.findall(given.get("style", ""))}
        around = self._open[-1]
        ground = styles.get("background-color") or styles.get("background") or given.get("bgcolor", "").lower()
        self._open.append(
            replace(
                around,
                tag=tag,
                color=_plain(styles["color"]) if "color" in styles else around.color,
                ground=_plain(ground) if ground not in ("", "transparent", "none") else around.ground,
                is_seen=around.is_seen and tag not in _UNSEEN and styles.get("display") != "none",
            )
        )

    def handle_endtag(self, tag: str) -> None:
        places = [place for place, each in enumerate(self._open) if each.tag == tag]
        if places:
            del self._open[places[-1] :]

    def handle_data(self, data: str) -> None:
        around, words = self._open[-1], " ".join(data.split())
        if words and around.is_seen:
            self.found.append(Shade(words, around.color, around.ground))


def _plain(color: str) -> str:
    """Return the color as #rrggbb where it is one that is known."""
    if found := _RGB.fullmatch(color):
        return "#" + "".join(f"{min(int(each), 255):02x}" for each in found.groups())
    if re.fullmatch(r"#[0-9a-f]{3}", color):
        return "#" + "".join(each * 2 for each in color[1:])
    return _NAMED.get(color, color)
