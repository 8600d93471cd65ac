"""The table of docs/accessibility.md: what axe finds on each page of the console over the sample semester.

`python -m tests.pictures.barriers` prints it, and ends with 1 where anything is found.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped] # it has no types
from playwright.sync_api import Page

from tests.console.browser import chromium, enter, served
from tests.pictures.semester import played

WIDTHS: Final = (320, 375, 1200)
SCHEMES: Final = ("light", "dark")
PROGRAM: Final = "/console/northfield"
PAGES: Final = {
    "Start": "/console/",
    "Overview": PROGRAM,
    "Mentorships": f"{PROGRAM}/mentorships",
    "Mentorships, a filter": f"{PROGRAM}/mentorships?talks=0&quiet=14&sort=quiet",
    "A mentorship": f"{PROGRAM}/mentorships/m-1",
    "Why": f"{PROGRAM}/mentorships/m-1/why/not-connecting-first",
    "A participant": f"{PROGRAM}/participants/p-1",
    "Queue": f"{PROGRAM}/queue",
    "Write to many": f"{PROGRAM}/interventions",
    "Write to many, new": f"{PROGRAM}/interventions/new?talks=0",
    "Resources": f"{PROGRAM}/resources",
    "Who may be named": f"{PROGRAM}/newsletter",
    "Mail": "/console/mail",
    "Delivery": "/console/delivery",
    "All rules": "/console/rules/all",
    "A rule": "/console/rules/of/not-connecting-first",
    "Held": "/console/held",
    "Try an edit": "/console/try",
    "Audit": "/console/audit",
    "Sessions": "/console/sessions",
}


class Looked(NamedTuple):
    """A page in every width and scheme: which of axe's rules it keeps and breaks, and where it is too wide."""

    name: str
    kept: int
    broken: tuple[str, ...]
    too_wide: tuple[int, ...]


def look(page: Page, address: str) -> Iterator[Looked]:
    """Yield what is found on each page."""
    for name, path in PAGES.items():
        kept, broken, too_wide = set[str](), set[str](), list[int]()
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 800})
                answer = page.goto(f"{address}{path}")
                assert answer is not None
                assert answer.status == 200, (path, answer.status)
                page.wait_for_load_state("load")
                found = Axe().run(page).response
                kept |= {each["id"] for each in found["passes"]}
                broken |= {each["id"] for each in found["violations"]}
                too_wide += [width] * (page.evaluate("document.documentElement.scrollWidth") > width)
        yield Looked(name, len(kept - broken), tuple(sorted(broken)), tuple(too_wide))


def main() -> None:
    """Play the semester, look, and print."""
    with TemporaryDirectory() as folder, chromium() as page:
        intouch = played(Path(folder))
        with served(intouch) as address:
            enter(page, address, intouch.sessions)
            found = list(look(page, address))
    print("| page | rules kept | rules broken | too wide at |\n|---|---|---|---|")
    for each in found:
        print(f"| {each.name} | {each.kept} | {', '.join(each.broken) or 'none'} | {each.too_wide or 'no width'} |")
    sys.exit(any(each.broken or each.too_wide for each in found))


if __name__ == "__main__":
    main()
