"""Mail as a browser lays it out, and what stands in the way of those who hear it or see little."""

from dataclasses import replace

import pytest

from service.adapters.templates.book import Part
from tests.console.browser import WIDTHS, chromium, no_barriers
from tests.templates.pages import FOOT, LOOK, message, render
from tests.templates.test_pack import PACK, read_by

pytestmark = pytest.mark.browser


def test_a_name_of_a_hundred_letters_leaves_a_mail_as_wide_as_its_screen() -> None:
    """In the title, in a greeting and in a list, on a phone and on a desk: nobody scrolls sideways to read."""
    name = "L" * 100
    html = render(message(f"# {name}\n\nHi {name},\n\n- {name}", subject=f"Say hello to {name}")).html
    with chromium() as page:
        page.set_content(html)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width


LOOKS = (LOOK, replace(LOOK, color="#ffee00"), replace(LOOK, logo="https://example.org/logo.svg"))
"""The sample, one in a color on which no text can stand as it is, and one with a logo."""
LOGO = '<svg xmlns="http://www.w3.org/2000/svg" width="96" height="48"><rect width="96" height="48"/></svg>'


def test_axe_finds_nothing_in_mail_of_any_look_best_practice_included() -> None:
    digest = [("not-connecting-second-mentor", "mentor"), ("log-your-conversation", "mentor")]
    mails = [[("you-are-matched", "mentee")], digest, [("help-task", "staff")]]
    with chromium() as page:
        page.route("**/logo.svg", lambda route: route.fulfill(body=LOGO, content_type="image/svg+xml"))
        for look, parts in zip(LOOKS, mails, strict=True):
            written = [Part(message=name, context=read_by(role, 1, 1)) for name, role in parts]
            page.set_content(PACK.render_email(written, look, FOOT).html)
            no_barriers(page)
        assert page.locator("img").evaluate("each => each.naturalWidth") == 96
