"""What a reader with a keyboard, a screen reader or a small screen relies on, on every page."""

import re
from itertools import pairwise

import pytest

from tests.console.site import Page, Site

PATHS = (
    "/console/",
    "/console/mail",
    "/console/mail?to=nobody",
    "/console/held",
    "/console/mail/NEWEST",
    "/console/northfield/mentorships",
    "/console/northfield/mentorships?state=drifting&help=open&q=nobody",
    "/console/northfield",
    "/console/northfield?group=fall-2026",
    "/console/northfield/queue",
    "/console/northfield/queue?kind=flag&waiting=yes",
    "/console/northfield/interventions",
    "/console/northfield/interventions/new?talks=0",
    "/console/northfield/resources",
    "/console/northfield/newsletter",
    "/console/delivery",
    "/console/audit",
    "/console/sessions",
    "/console/sign-in",
    "/console/northfield/mentorships/m-1",
    "/console/northfield/mentorships/m-2",
    "/console/northfield/mentorships/m-3",
    "/console/northfield/participants/ben",
    "/console/northfield/mentorships/m-1/why/not-connecting-second",
    "/console/northfield/mentorships/m-2/why/first-message?at=2026-03-05T15:00:00Z",
)


@pytest.fixture(params=PATHS)
def page(site: Site, request: pytest.FixtureRequest) -> Page:
    return Site(site.stage, problems="rules/help.yaml:3: unknown word").page(
        request.param.replace("NEWEST", site.send_ids()[0])
    )


def test_it_has_a_language_a_title_and_fits_small_screens(page: Page) -> None:
    assert page.all("html") == [{"lang": "en"}]
    assert page.all("title")
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in page.all("meta")


def test_its_landmarks_are_there_and_named(page: Page) -> None:
    assert [len(page.all(each)) for each in ("header", "main", "footer")] == [1, 1, 1]
    names = [each["aria-label"] for each in page.all("nav")]
    assert names
    assert len(set(names)) == len(names)


def test_the_first_link_skips_to_the_content(page: Page) -> None:
    assert page.links[0] == ("Skip to the content", "#content")


def test_links_within_the_page_have_their_target_and_ids_are_single(page: Page) -> None:
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(set(ids)) == len(ids)
    assert {href[1:] for _, href in page.links if href.startswith("#")} <= set(ids)


def test_one_heading_leads_and_none_is_skipped(page: Page) -> None:
    levels = [level for level, text in page.headings if text != "The last edit of the rules is not live"]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
    assert all(text for _, text in page.headings)


def test_tables_have_captions_and_scopes(page: Page) -> None:
    assert len(page.all("caption")) == len(page.all("table"))
    assert all(each.get("scope") in ("col", "row") for each in page.all("th"))


def test_inputs_have_labels_and_links_have_words(page: Page) -> None:
    labelled = {each["for"] for each in page.all("label")}
    fields = [each for kind in ("input", "select", "textarea") for each in page.all(kind)]
    assert {each["id"] for each in fields if each.get("type") != "hidden"} == labelled
    assert all(text for text, _ in page.links)


def luminance(color: str) -> float:
    """Return the relative luminance of #rgb or #rrggbb. Source: WCAG 2.1, relative luminance."""
    digits = color[1:] if len(color) == 7 else "".join(2 * each for each in color[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(
    ("ink", "ground"),
    [(ink, ground) for ink in ("ink", "strong", "soft", "accent") for ground in ("ground", "card", "tint")]
    + [("on-accent", "accent"), ("mail", "mail-tint"), ("warn", "warn-tint"), ("soft", "warn-tint")],
)
def test_colours_that_meet_have_contrast(site: Site, ink: str, ground: str) -> None:
    sheet = site.get("/console/static/console.css").text
    light, dark = (
        dict(re.findall(r"--([\w-]+): (#\w+)", block)) for block in re.findall(r":root \{(.*?)\}", sheet, re.S)
    )
    for colors in (light, dark):
        low, high = sorted((luminance(colors[ink]), luminance(colors[ground])))
        assert (high + 0.05) / (low + 0.05) >= 4.5
