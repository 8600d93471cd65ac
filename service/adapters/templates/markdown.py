"""Markdown with placeholders, read once per distinct text and rendered as HTML with the layout's own styles.

Two mails of one message differ only behind their placeholders, so what is parsed is nearly always in the cache, and so
is what all of them have in common, in a program's look.
The HTML carries its styles on every element, as mail programs want them: they come from the layout, which was
inlined when it was loaded, and cost nothing here.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from html import escape
from itertools import groupby
from typing import Final, cast

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from service.adapters.templates.hrefs import href, is_link
from service.adapters.templates.values import OPEN, PLACEHOLDER, Address, Link, Phone, Values, dialled, shown

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


class Body:
    """A text that was read once, headings and all. It is shared: nobody changes its tokens."""

    def __init__(self, tokens: tuple[Token, ...]) -> None:
        self.tokens = tokens

    @cached_property
    def tree(self) -> SyntaxTreeNode:
        return SyntaxTreeNode(self.tokens)

    @cached_property
    def targets(self) -> tuple[str, ...]:
        """Where its links lead, as they are written."""
        inside = (child for token in self.tokens for child in token.children or ())
        return tuple(str(each.attrs.get("href", "")) for each in inside if each.type == "link_open")

    @cached_property
    def after_first(self) -> "Body":
        """The same without its first paragraph."""
        return Body(self.tokens[3:])


@lru_cache(maxsize=2_048)
def read_markdown(source: str) -> Body:
    """Return the text as it is read."""
    return Body(tuple(_READER.parse(source)))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dress:
    """How a body is shown: the styles of its elements, and the level of its highest heading."""

    styles: Styles
    top_heading: int


def as_html(body: Body, values: Values, dress: Dress) -> str:
    """Return safe HTML. Raises: RuleAuthorError for a link that leads nowhere."""
    return "".join(part if isinstance(part, str) else part(values) for part in _dressed(body, dress))


_Part = str | Callable[[Values], str]
"""What is the same in every mail, or what a mail's values make of it."""


@lru_cache(maxsize=4_096)
def _dressed(body: Body, dress: Dress) -> tuple[_Part, ...]:
    levels = heading_levels(body.tokens, dress.top_heading)
    return tuple(_joined(_blocks(body.tokens, dress, levels)))


def _joined(parts: Iterable[_Part]) -> Iterator[_Part]:
    """Yield the parts, those that are the same in every mail put together."""
    for are_texts, some in groupby(parts, key=lambda part: isinstance(part, str)):
        if are_texts:
            yield "".join(cast("Iterable[str]", some))
        else:
            yield from some


def heading_levels(tokens: Sequence[Token], top: int) -> Mapping[str, int]:
    """Return each heading tag's level in the mail: the highest is `top`, and no level is left out."""
    used = sorted({token.tag for token in tokens if token.type == "heading_open"})
    return {tag: min(top + place, 6) for place, tag in enumerate(used)}


def _blocks(tokens: Sequence[Token], dress: Dress, levels: Mapping[str, int]) -> Iterator[_Part]:
    quotes = 0
    for token in tokens:
        quotes += token.nesting if token.tag == "blockquote" else 0
        if token.type == "inline":
            yield from _inline(iter(token.children or ()), dress.styles)
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


def _inline(tokens: Iterator[Token], styles: Styles, *, inside_link: bool = False) -> Iterator[_Part]:
    """Yield what stands between here and the end of the tokens, or of the link that we are inside of."""
    for token in tokens:
        if token.type == "link_close":
            return
        if token.type == "link_open":
            label = tuple(_inline(tokens, styles, inside_link=True))
            yield from _link(str(token.attrs.get("href", "")), label, styles)
        elif token.tag in ("em", "strong"):
            yield f"</{token.tag}>" if token.nesting < 0 else f"<{token.tag}>"
        else:
            fixed = _FIXED.get(token.type)
            yield from (fixed,) if fixed else _text(token.content, styles, inside_link)


def _link(target: str, label: tuple[_Part, ...], styles: Styles) -> Iterator[_Part]:
    """Yield a link, or its label alone where a value leaves it nowhere to lead."""

    def opened(values: Values) -> str:
        url = href(target, values)
        return _anchor(url, styles) if url else ""

    def closed(values: Values) -> str:
        return "</a>" if href(target, values) else ""

    is_fixed = OPEN not in target
    yield opened(Values()) if is_fixed else opened
    yield from label
    yield closed(Values()) if is_fixed else closed


def _anchor(url: str, styles: Styles) -> str:
    return f'<a href="{escape(url)}"{style_of("a", styles)}>'


def _text(text: str, styles: Styles, inside_link: bool) -> Iterator[_Part]:
    put = _value_in(styles, inside_link)
    # Words and the numbers of values, by turns.
    for place, part in enumerate(PLACEHOLDER.split(text)):
        yield _put(put, part) if place % 2 else escape(part, quote=False)


def _put(put: Callable[[str], str], number: str) -> Callable[[Values], str]:
    return lambda values: put(values.behind(number))


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
