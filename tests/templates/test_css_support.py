"""The CSS of mail is what mail programs understand, and where one does not, it is known what its reader sees.

Source: caniemail.com, data of 9 September 2025, as in the npm package `caniemail` 1.0.5 (MIT). For each feature the
newest result in CLIENTS' order: y yes, a in part, n no.
"""

import re
from collections.abc import Iterator

import pytest

from service.adapters.templates.book import Part
from tests.templates.pages import FOOT, LOOK, TEMPLATES
from tests.templates.test_pack import PACK, read_by

CLIENTS = ("Gmail", "Gmail on Android", "Apple Mail", "Outlook on Windows", "Outlook.com", "Yahoo", "Samsung Email")
SUPPORT = {
    "background": "yyyayay",
    "border": "yyyayyy",
    "border-collapse": "yyyyyyy",
    "border-radius": "yyynyay",
    "border-spacing": "yyynyyy",
    "box-sizing": "yyynyny",
    "color-scheme": "nnynnny",
    "display": "yayayay",
    "font": "yyyyyyy",
    "font-size": "yyyayaa",
    "font-weight": "yyyayay",
    "height": "yyyayny",
    "letter-spacing": "yyyayyy",
    "line-height": "yyyayyy",
    "margin": "aayaaay",
    "max-height": "yyynyyy",
    "max-width": "yyyayyy",
    "opacity": "yyynyyy",
    "overflow": "aaanaaa",
    "overflow-wrap": "nnannny",
    "padding": "yyyayyy",
    "text-align": "yayayay",
    "text-decoration": "yayayyy",
    "vertical-align": "yyyyyyy",
    "width": "yyyayyy",
    "word-break": "yaayana",
    "@media": "aaynaaa",
    "prefers-color-scheme": "nnynyny",
    "!important": "aayayay",
}
WITHOUT = {
    "border-radius": "corners are square",
    "border-spacing": "the tables say cellspacing=0 as well",
    "box-sizing": "only in a media query, for buttons as wide as a phone; elsewhere they are as wide as their words",
    "color-scheme": "the program chooses its own dark colors, or none",
    "height": "the logo says its height as an attribute as well",
    "max-height": "display: none hides the preview line already",
    "opacity": "the preview line is hidden otherwise",
    "overflow": "the preview line is hidden otherwise",
    "overflow-wrap": "word-break does the same",
    "word-break": "overflow-wrap does the same, where it is known; else a word of forty letters is as wide as it is",
    "@media": "the page is the one for a desk, in one column of at most 600 pixels",
    "prefers-color-scheme": "the page is light, or darkened by the program",
}
"""What remains where a client lacks the feature."""
CALLED = {"supported-color-schemes": "color-scheme", "font-family": "font", "border-color": "border"}
"""Properties by the feature they are part of."""
NOT_LISTED = {
    "color": "every mail program knows it, and caniemail.com has no page about it",
    "-webkit-text-size-adjust": "keeps phones from enlarging text by themselves; others ignore it",
    "mso-hide": "Outlook's own",
    "mso-padding-alt": "Outlook's own",
}
_DECLARED = re.compile(r"(?<=[{;\s\"])(-?[a-z][a-z-]*)\s*:(?!//)")
_SIDE = re.compile(r"-(?:top|right|bottom|left)$")


def features(css: str) -> Iterator[str]:
    """Yield the features that the CSS uses, each by its name on caniemail.com."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    if "@media" in css:
        yield "@media"
    if "!important" in css:
        yield "!important"
    if re.search(r"@media[^{]*prefers-color-scheme", css):
        yield "prefers-color-scheme"
    for value in re.findall(r"display\s*:\s*([a-z-]*(?:flex|grid))", css):
        yield f"display: {value}"
    for rule in re.findall(r"@([a-z-]+)", css):
        if rule != "media":
            yield f"@{rule}"
    for name in _DECLARED.findall(re.sub(r"@media[^{]*", "", css)):
        yield CALLED.get(name, _SIDE.sub("", name))


def in_use() -> set[str]:
    """Return every feature in the layout, and in the mails of the pack once its styles are on their elements."""
    layout = (TEMPLATES / "layouts/email.html").read_text("utf-8")
    css = "\n".join(re.findall(r"<style[^>]*>(.*?)</style>", layout, re.DOTALL))
    return {each for text in (css, *mails()) for each in features(text)}


def mails() -> Iterator[str]:
    for name in PACK.message_names:
        context = read_by("mentor", 1, 3)
        if not PACK.problems_of(name, [context]):
            html = PACK.render_email([Part(message=name, context=context)], LOOK, FOOT).html
            yield "\n".join(f'"{style}' for style in re.findall(r'\sstyle="([^"]*)"', html))


def test_mail_uses_no_feature_of_which_nothing_is_known() -> None:
    assert in_use() - set(SUPPORT) - set(NOT_LISTED) == set()


def test_the_table_holds_what_is_used_and_no_more() -> None:
    assert set(SUPPORT) | set(NOT_LISTED) == in_use()


def test_where_a_client_lacks_a_feature_it_is_known_what_remains() -> None:
    assert {name for name, support in SUPPORT.items() if "n" in support} == set(WITHOUT)
    assert {len(support) for support in SUPPORT.values()} == {len(CLIENTS)}


@pytest.mark.parametrize(
    ("css", "unknown"),
    [
        (".a { display: flex; gap: 4px; }", {"display: flex", "gap"}),
        ("@font-face { src: url(x.woff2); }", {"@font-face", "src"}),
        (".a { position: absolute; top: 0 }", {"position", "top"}),
        ('"float: left', {"float"}),
    ],
)
def test_a_feature_that_is_not_in_the_table_is_found(css: str, unknown: set[str]) -> None:
    assert {each for each in features(css) if each not in SUPPORT} == unknown
