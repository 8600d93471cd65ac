"""Pictures for docs/ of mail and pages as people see them. `python -m tests.pictures.made` takes them, in Chromium."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

from service.domain.grants import Purpose
from service.settings import ROOT
from tests.cli.commands import intouch
from tests.console.browser import chromium
from tests.pages.visits import first_day, visits

FOLDER: Final = ROOT / "docs/pictures"


class Picture(NamedTuple):
    """One picture: a page's HTML, and the part of it that is shown, in CSS pixels."""

    name: str
    html: str
    width: int
    height: int


def pictures(folder: Path) -> Iterator[Picture]:
    """Yield what is shown in docs; `folder` is for what is made on the way."""
    shelf = folder / "gallery.html"
    assert intouch("preview", "not-connecting-second-mentee", "--out", str(shelf)).code == 0
    people = visits(first_day(folder / "campus"))
    mail = people.stage.mailbox.read(people.stage.mailbox.page(at_most=1).mails[0].send_id)
    assert mail is not None
    yield Picture("mail", mail.html, 320, 960)
    yield Picture("in-touch", people.get(people.link(Purpose.HELP, "ada", "m-1")).text, 600, 1100)
    yield Picture("resource", people.get("/resources/safety-and-reporting?program=northfield").text, 1200, 900)
    yield Picture("gallery", shelf.read_text("utf-8"), 1200, 900)
    people.stage.close()


def take() -> None:
    """Take all of them."""
    with TemporaryDirectory() as folder, chromium() as page:
        for each in pictures(Path(folder)):
            page.set_viewport_size({"width": each.width, "height": each.height})
            page.set_content(each.html)
            page.screenshot(path=FOLDER / f"{each.name}.png")


if __name__ == "__main__":
    take()
