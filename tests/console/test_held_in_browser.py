"""A held rule in a real browser, with nothing but the keyboard: see who would get what, let it go, and see it gone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from service.domain.calendar import HOUR
from tests.console.browser import chromium, enter, no_barriers, press, served_live
from tests.flow.braking import PAIRS, Braking

pytestmark = pytest.mark.browser
RULE = "Whoever asked for help hears at once what happens next"


@pytest.fixture
def braking(tmp_path: Path) -> Iterator[Braking]:
    """A rule that was edited, of which three messages went and the others are held."""
    made = Braking(tmp_path, first=3)
    made.change_the_rule()
    made.ask(range(PAIRS))
    yield made
    made.close()


@pytest.fixture
def address(braking: Braking) -> Iterator[str]:
    with served_live(braking.stage) as served_at:
        yield served_at


WAYS = [(f"Let all of {RULE} go", "They go", PAIRS - 3), (f"Drop all of {RULE}", "dropped", 0)]


@pytest.mark.parametrize(("button", "said", "more"), WAYS, ids=["go", "dropped"])
def test_what_is_held_goes_or_is_dropped(braking: Braking, address: str, button: str, said: str, more: int) -> None:
    before = len(braking.carrier.carried)
    with chromium() as page:
        enter(page, address, braking.stage.intouch.sessions)
        page.goto(f"{address}/console/northfield")
        press(page, "See what waits, and why", "link")
        expect(page.get_by_text("Ben-11").first).to_be_visible()
        no_barriers(page)
        press(page, button)
        expect(page.get_by_role("status")).to_contain_text(said)
        expect(page.get_by_text("Nothing is held, and nothing is stopped.")).to_be_visible()
    braking.stage.work_until(braking.now + HOUR)
    assert len(braking.carrier.carried) == before + more
