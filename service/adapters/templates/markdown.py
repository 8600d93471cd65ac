"""Markdown with placeholders, read once per distinct text and rendered as HTML with the layout's own styles.

Two mails of one message differ only behind their placeholders, so what is parsed is nearly always in the cache.
The HTML carries its styles on every element, as mail programs want them: they come from the layout, which was
inlined when it was loaded, and cost nothing here.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from service.adapters.templates.hrefs import href, is_link
from service.adapters.templates.values import Address, Link, Phone, Values, dialled, shown

Styles = Mapping[str, str]
"""Element name → the value of its style attribute."""


def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False, "linkify": False})
    reader.disable(["code", "fence", "image", "html_block", "html_inline", "backticks", "reference", "hr"])
    reader.enable("table")
    # Addresses are judged when the values are known, in `href`.
    reader.validateLink = _as_written  # type: ignore[method-assign, assignment]
    reader.normalizeLink = _as_written  # type: ignore[method-assign]
    return reader


def _as_written(url: str) -> str:
    return url


_READER: Final = _reader()


@lru_cache(maxsize=2_048)
def read_markdown(source: str) -> tuple[Token, ...]:
    """Return the tokens of the text, headings and all. The tokens are shared: nobody changes them."""
    return tuple(_READER.parse(source))


@dataclass(frozen=True, slots=True, kw_only=True)
class Dress:
    """How a body is shown: the styles of its elements, and the level of its highest heading."""

    styles: Styles
    top_heading: int


def as_html(tokens: Sequence[Token], values: Values, dress: Dress) -> str:
    """Return safe HTML. Raises: RuleAuthorError for a link that leads nowhere."""
    levels = heading_levels(tokens, dress.top_heading)
    return "".join(_blocks(tokens, values, dress, levels))


def heading_levels(tokens: Sequence[Token], top: int) -> Mapping[str, int]:
    """Return each heading tag's level in the mail: the highest is `top`, and no level is left out."""
    used = sorted({token.tag for token in tokens if token.type == "heading_open"})
    return {tag: min(top + place, 6) for place, tag in enumerate(used)}


def _blocks(tokens: Sequence[Token], values: Values, dress: Dress, levels: Mapping[str, int]) -> Iterator[str]:
    quotes = 0
    for token in tokens:
        quotes += token.nesting if token.tag == "blockquote" else 0
        if token.type == "inline":
            yield _inline(token.children or (), values, dress.styles)
        elif not token.hidden:
            tag = f"h{levels[token.tag]}" if token.tag in levels else token.tag
            place = "blockquote p" if quotes and tag == "p" else tag
            yield f"</{tag}>" if token.nesting < 0 else f"<{tag}{_extra(token)}{style_of(place, dress.styles)}>"


def _extra(token: Token) -> str:
    start = token.attrs.get("start")
    return f' start="{int(start)}"' if start is not None else ' scope="col"' if token.tag == "th" else ""


def style_of(tag: str, styles: Styles) -> str:
    """Return ` style="…"` for the element, or nothing."""
    return f' style="{escape(styles[tag])}"' if styles.get(tag) else ""


_FIXED: Final = {"softbreak": "\n", "hardbreak": "<br>"}


def _inline(tokens: Sequence[Token], values: Values, styles: Styles) -> str:
    parts: list[str] = []
    closers: list[str] = []
    for token in tokens:
        if token.type == "link_open":
            url = href(str(token.attrs.get("href", "")), values)
            closers.append("</a>" if url else "")
            parts.append(_anchor(url, styles) if url else "")
        elif token.type == "link_close":
            parts.append(closers.pop())
        elif token.tag in ("em", "strong"):
            parts.append(f"</{token.tag}>" if token.nesting < 0 else f"<{token.tag}>")
        else:
            parts.append(_FIXED.get(token.type) or _text(token.content, values, styles, bool(closers)))
    return "".join(parts)


def _anchor(url: str, styles: Styles) -> str:
    return f'<a href="{escape(url)}"{style_of("a", styles)}>'


def _text(text: str, values: Values, styles: Styles, inside_link: bool) -> str:
    return values.filled(escape(text, quote=False), _value_in(styles, inside_link))


def _value_in(styles: Styles, inside_link: bool) -> Callable[[str], str]:
    def put(value: str) -> str:
        text = escape(shown(value), quote=False)
        target = _target(value)
        return f"{_anchor(target, styles)}{text}</a>" if not inside_link and target else text

    return put


def _target(value: str) -> str:
    """Return where a value leads by itself, or ""."""
    if isinstance(value, Phone):
        return dialled(value)
    target = f"mailto:{value}" if isinstance(value, Address) else str(value) if isinstance(value, Link) else ""
    return target if is_link(target) else ""
