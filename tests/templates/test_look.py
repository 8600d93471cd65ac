"""Colors that can be read, layouts that load, and the page of a resource."""

import re
from pathlib import Path
from shutil import copytree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.adapters.templates.book import TemplateBook
from service.adapters.templates.colors import DARK_GROUND, WHITE, contrast, palette
from service.adapters.templates.layouts import load_layouts
from service.adapters.templates.look import ProgramLook
from service.domain.errors import OperatorError, RuleAuthorError
from tests.templates.pages import LOOK, TEMPLATES, Seen, layouts, message, render

RESOURCE = """\
---
title: "Tips for *your* first message"
summary: What to write.
audience: both
topics: []
minutes: 4
reviewed: 2026-01-15
---
It has to be **short**.

### Messages to borrow

> Hi, I am {{ program.name }}.

| When | What |
|---|---|
| Day 1 | Say hello |

Write to {{ program.email }} or see [this](https://example.org/x).
"""


@given(st.integers(0, 0xFFFFFF))
def test_every_color_can_be_read(number: int) -> None:
    colors = palette(f"#{number:06x}")

    assert contrast(colors.brand, colors.on_brand) >= 4.5
    assert contrast(colors.link, WHITE) >= 4.5
    assert contrast(colors.link_in_dark, DARK_GROUND) >= 4.5


GREYS_AND_RED = [("#000000", "#ffffff", 21), ("#777777", "#ffffff", 4.48), ("#ff0000", "#ffffff", 4.0)]


@pytest.mark.parametrize(("one", "other", "ratio"), GREYS_AND_RED)
def test_contrast_is_the_standards(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == contrast(other, one) == pytest.approx(ratio, abs=0.01)


def test_a_color_that_reads_well_stays_as_it_is() -> None:
    assert palette("#7A1F2B").link == palette("#7a1f2b").brand == "#7a1f2b"
    assert palette("#abc").brand == "#aabbcc"


@pytest.mark.parametrize("color", ["red", "#12345", "7a1f2b", "#7a1f2b;x:url(y)", ""])
def test_what_is_no_color_is_for_its_author(color: str) -> None:
    if not color:
        assert palette(color) == palette(None)
        return
    with pytest.raises(RuleAuthorError, match="#7a1f2b"):
        palette(color)


def test_a_mail_has_the_programs_colors_and_none_that_only_stand_for_them() -> None:
    html = render(message("[a](https://example.org) > b"), look=ProgramLook(name="N", color="#ffd54a")).html

    colors = palette("#ffd54a")
    assert f"color: {colors.on_brand}" in html
    assert f"color: {colors.link}" in html
    assert colors.link_in_dark in html
    assert not re.search(r"#b0000\d", html)


def test_the_page_of_a_resource() -> None:
    html = TemplateBook({"templates/resources/r.md": RESOURCE}, layouts()).pages(LOOK).page("r")
    seen = Seen(html)

    assert seen.headings == [("h1", "Tips for *your* first message"), ("h2", "Messages to borrow")]
    assert ("p", "For mentors and mentees · 4 minutes to read · Reviewed 15 January 2026") in seen.words
    assert ("p", "Hi, I am Northfield Peer Mentoring.") in seen.words
    assert [attrs for tag, attrs in seen.tags if tag == "th"] == [{"scope": "col"}] * 2
    assert seen.links[1:3] == ["mailto:mentoring@northfield.example.org", "https://example.org/x"]
    assert "@media print" in html
    assert not re.search(r"#b0000\d|<script", html)


def test_what_a_message_says_of_a_resource() -> None:
    said = TemplateBook({"templates/resources/r.md": RESOURCE}, layouts()).resource_context(
        "r", "https://example.org/r", LOOK
    )

    assert said == {
        "slug": "r",
        "title": "Tips for *your* first message",
        "summary": "What to write.",
        "minutes": "4",
        "url": "https://example.org/r",
        "body": "It has to be short.",
    }


def test_a_missing_layout_is_for_the_operator(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="INTOUCH_TEMPLATES_DIR"):
        load_layouts(tmp_path)


@pytest.mark.parametrize(("found", "put"), [("{{ section.body | safe }}", ""), ("{% endfor %}", "{% endfr %}")])
def test_a_broken_layout_is_for_the_operator(tmp_path: Path, found: str, put: str) -> None:
    folder = copytree(TEMPLATES, tmp_path / "templates")
    layout = folder / "layouts/email.html"
    layout.write_text(layout.read_text("utf-8").replace(found, put), "utf-8")

    with pytest.raises(OperatorError, match="layout"):
        load_layouts(folder)
