"""Mail as a browser lays it out."""

import pytest

from tests.console.browser import WIDTHS, chromium
from tests.templates.pages import message, render

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
