"""Pictures of a staff day for docs/. `python -m tests.pictures.day` plays the sample semester and takes them."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from playwright.sync_api import Page

from service.cli.play import play_semester
from service.settings import read_settings
from service.wiring import Installation
from tests.console.browser import chromium, enter, served
from tests.pictures.made import FOLDER

SIZE: Final = {"width": 1100, "height": 820}
PROGRAM: Final = "/console/northfield"


def take() -> None:
    """Take all of them."""
    with TemporaryDirectory() as folder, chromium() as page:
        settings = read_settings({"INTOUCH_DATA_DIR": str(Path(folder) / "var")})
        intouch = Installation(replace(settings, http="127.0.0.1:0", console_http="127.0.0.1:0"))
        intouch.migrate()
        intouch.rules_folder.refresh()
        play_semester(intouch)
        intouch.summing_up.sum_up()
        page.set_viewport_size(SIZE)  # type: ignore[arg-type] # its type has a name of its own
        with served(intouch) as address:
            enter(page, address, intouch.sessions)
            _day(page, f"{address}{PROGRAM}")


def _day(page: Page, program: str) -> None:
    page.goto(program)
    _keep(page, "console-overview")
    page.goto(f"{program}/queue")
    _keep(page, "console-queue")
    page.goto(f"{program}/interventions/new?talks=0")
    page.get_by_label("Subject, for your own words").fill("Come and say hello")
    page.get_by_label("What you want to say").fill("We meet on 3 June at noon.\n\nThere is cake.")
    page.get_by_role("button", name="See who gets it").click()
    page.get_by_role("heading", name="Who gets it").wait_for()
    _keep(page, "console-who-gets-it")


def _keep(page: Page, name: str) -> None:
    page.screenshot(path=FOLDER / f"{name}.png")


if __name__ == "__main__":
    take()
