"""Pictures of a staff day for docs/. `python -m tests.pictures.day` plays the sample semester and takes them."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from playwright.sync_api import Page

from tests.console.browser import chromium, enter, served, served_live
from tests.flow.braking import PAIRS, Braking
from tests.pictures.made import FOLDER
from tests.pictures.semester import played

SIZE: Final = {"width": 1100, "height": 820}
PROGRAM: Final = "/console/northfield"


def take() -> None:
    """Take all of them."""
    with TemporaryDirectory() as folder, chromium() as page:
        intouch = played(Path(folder))
        page.set_viewport_size(SIZE)  # type: ignore[arg-type] # its type has a name of its own
        with served(intouch) as address:
            enter(page, address, intouch.sessions)
            _day(page, f"{address}{PROGRAM}")
        _held(page, Path(folder) / "held")


def _day(page: Page, program: str) -> None:
    page.goto(program)
    _keep(page, "console-overview")
    page.goto(f"{program}/mentorships")
    page.get_by_role("link", name="No conversation, quiet for two weeks").click()
    _keep(page, "day-silent")
    page.get_by_role("rowheader").first.get_by_role("link").click()
    _keep(page, "day-pair")
    page.locator("a:visible", has_text="why?").last.click()
    _keep(page, "day-why")
    page.goto(f"{program}/interventions/new?talks=0")
    page.get_by_label("Subject, for your own words").fill("Come and say hello")
    page.get_by_label("What you want to say").fill("We meet on 3 June at noon.\n\nThere is cake.")
    page.locator("#preview").get_by_text("There is cake.").wait_for()
    _keep(page, "day-write")
    page.get_by_role("button", name="See who gets it").click()
    page.get_by_role("heading", name="Who gets it").wait_for()
    _keep(page, "console-who-gets-it")
    page.goto(f"{program}/interventions")
    page.get_by_role("link", name="Celebrate pairs with three conversations or more").click()
    page.get_by_label("Celebrate three conversations or more").check()
    page.get_by_role("button", name="See who gets it").click()
    page.get_by_role("heading", name="Who gets it").wait_for()
    _keep(page, "day-celebrate")
    page.goto(f"{program}/queue")
    _keep(page, "console-queue")
    page.get_by_role("button", name="I have it").first.click()
    page.get_by_role("status").wait_for()
    _keep(page, "day-taken-on")
    page.get_by_role("link", name="Rules", exact=True).first.click()
    page.get_by_role("link", name="One week after the match, nobody has written").click()
    page.get_by_role("button", name="Stop this rule").click()
    page.get_by_role("status").wait_for()
    _keep(page, "day-stopped")


def _held(page: Page, folder: Path) -> None:
    """A rule that was edited, of which all but the first few messages wait for somebody to look at them."""
    braking = Braking(folder, first=3)
    braking.change_the_rule()
    braking.ask(range(PAIRS))
    with served_live(braking.stage) as address:
        enter(page, address, braking.stage.intouch.sessions)
        page.goto(f"{address}/console/held")
        _keep(page, "day-held")
        page.get_by_role("button", name="Let all of").click()
        page.get_by_role("status").wait_for()
        _keep(page, "day-released")
    braking.close()


def _keep(page: Page, name: str) -> None:
    page.screenshot(path=FOLDER / f"{name}.png")


if __name__ == "__main__":
    take()
