"""The installation's layouts: read once, their CSS inlined once, their Jinja compiled once.

A layout's Jinja blocks stand in HTML comments, because an HTML parser moves loose text out of tables. The four
colors that depend on the program stand as fixed ones (`_STANDS_FOR`), which are replaced after inlining. What
Markdown makes is not in the layout; its styles are read off a specimen that is inlined with it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

from css_inline import CSSInliner
from jinja2 import DictLoader, Environment, StrictUndefined, Template, TemplateError

from service.adapters.templates.colors import Palette
from service.adapters.templates.markdown import Dress, Styles
from service.adapters.templates.plain_text import underlined, wrapped
from service.adapters.templates.words import WORDS, Words, read_words
from service.domain.errors import OperatorError, RuleAuthorError
from service.domain.languages import ORIGINAL

_STANDS_FOR: Final = {
    "#b00001": "brand",
    "#b00002": "on_brand",
    "#b00003": "link",
    "#b00004": "link_in_dark",
}
_FILES: Final = (
    "layouts/email.html",
    "layouts/email.txt",
    "pages/page.html",
    "pages/resource.html",
    "pages/resource-index.html",
)
_ANSWERS: Final = ("acknowledge", "done", "help", "help-confirm", "log", "me", "preferences", "read", "unsubscribe")
"""The pages on which people answer their mail."""
_BODY: Final = "{{ section.body | safe }}"
_SPECIMEN: Final = (
    "<!--specimen--><p>p</p><h1>h</h1><h2>h</h2><h3>h</h3><h4>h</h4><h5>h</h5><h6>h</h6><ul><li>l</li></ul><ol></ol>"
    '<blockquote><p>q</p></blockquote><a href="#">a</a><table><thead><tr><th>h</th></tr></thead><tbody>'
    "<tr><td>d</td></tr></tbody></table><!--/specimen-->"
)
_SPECIMEN_PLACE: Final = re.compile("<!--specimen-->(.*?)<!--/specimen-->", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layouts:
    """The compiled layouts, and the styles of Markdown's elements before a program's colors are put in."""

    html: Template
    text: Template
    resource: Template
    resource_index: Template
    answers: Mapping[str, Template]
    """The pages on which people answer their mail, by name."""
    words: Mapping[str, Words]
    """The installation's fixed words, by language."""
    _styles: Styles

    def dress(self, colors: Palette, top_heading: int) -> Dress:
        """Return how Markdown is shown in a program's colors; the same one every time."""
        return _dress(tuple(self._styles.items()), colors, top_heading)


def load_layouts(folder: Path) -> Layouts:
    """Return the layouts below `templates/`. Raises: OperatorError when one is missing or broken."""
    try:
        answers = {name: (folder / f"pages/{name}.html").read_text("utf-8") for name in _ANSWERS}
        files = [(folder / name).read_text("utf-8") for name in _FILES]
        return _compile(*files, answers=answers, words=_words(folder / "words"))
    except OSError as error:
        raise OperatorError(
            f"The layout {error.filename} cannot be read. Let INTOUCH_TEMPLATES_DIR name the folder above layouts/."
        ) from error
    except RuleAuthorError as error:
        raise OperatorError(str(error)) from error
    except TemplateError as error:
        raise OperatorError(f"A layout in {folder} cannot be compiled: {error}. Undo its last edit.") from error


def _words(folder: Path) -> Mapping[str, Words]:
    """Return the fixed words of each language; the original's must be there."""
    files = sorted({*folder.glob("*.yaml"), folder / f"{ORIGINAL}.yaml"})
    return {each.stem: read_words(f"{WORDS}{each.name}", each.read_text("utf-8")) for each in files}


def _compile(
    html: str,
    text: str,
    page: str,
    resource: str,
    resource_index: str,
    *,
    answers: Mapping[str, str],
    words: Mapping[str, Words],
) -> Layouts:
    inlined = CSSInliner(keep_style_tags=False, load_remote_stylesheets=False).inline(html.replace(_BODY, _SPECIMEN))
    specimen = _SPECIMEN_PLACE.search(inlined)
    if specimen is None:
        raise OperatorError(f"The layout email.html has no {_BODY}. Put it where the text of a message goes.")
    in_html = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        block_start_string="<!--{%",
        block_end_string="%}-->",
        comment_start_string="<!--#",
        comment_end_string="#-->",
        trim_blocks=True,
        loader=DictLoader({"page.html": _colors_from_context(page)}),
    )
    in_text = Environment(autoescape=False, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    in_text.filters.update(wrapped=wrapped, underlined=underlined)
    return Layouts(
        html=in_html.from_string(_colors_from_context(_SPECIMEN_PLACE.sub(_BODY, inlined))),
        text=in_text.from_string(text),
        resource=in_html.from_string(resource),
        resource_index=in_html.from_string(resource_index),
        answers={name: in_html.from_string(each) for name, each in answers.items()},
        words=words,
        _styles=_read_styles(specimen[1]),
    )


def _colors_from_context(source: str) -> str:
    for color, name in _STANDS_FOR.items():
        source = source.replace(color, f"{{{{ colors.{name} }}}}")
    return source


@lru_cache(maxsize=256)
def _dress(styles: tuple[tuple[str, str], ...], colors: Palette, top_heading: int) -> Dress:
    return Dress(styles={tag: _colored(style, colors) for tag, style in styles}, top_heading=top_heading)


def _colored(style: str, colors: Palette) -> str:
    for color, name in _STANDS_FOR.items():
        style = style.replace(color, getattr(colors, name))
    return style


def _read_styles(specimen: str) -> Mapping[str, str]:
    reader = _StyleReader()
    reader.feed(specimen)
    return reader.styles


class _StyleReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.styles: dict[str, str] = {}
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        style = dict(attrs).get("style")
        self._inside = "blockquote " if tag == "blockquote" else self._inside
        if style:
            self.styles.setdefault(tag if tag == "blockquote" else f"{self._inside}{tag}", style)

    def handle_endtag(self, tag: str) -> None:
        self._inside = "" if tag == "blockquote" else self._inside
